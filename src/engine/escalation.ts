import type {
  Engine,
  EngineError,
  MemoryBudget,
  ModelChoice,
  ModelSource,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
} from './contract.ts';
import { asEngineError, EngineFault } from './contract.ts';
import { endpointName, type RemoteEndpoint } from './endpoint.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';

/** A bigger model that nobody has asked anything for so long leaves the GPU again, ms. */
const IDLE_MS = 60_000;
const MIB = 2 ** 20;

export interface EscalationOptions {
  readonly clock: Clock;
  /** A second engine beside the run's own. */
  readonly createEngine: () => Engine;
  readonly createRemote: (endpoint: RemoteEndpoint) => RemoteModel;
  /** What the budget would let be loaded; null: any model can be had (the scripted engine). */
  readonly models: ((vramMiB: number, occupancy: number) => Promise<readonly ModelChoice[]>) | null;
  readonly budget: MemoryBudget;
  /** Model that the run works with: no step up from itself. */
  readonly own: string;
  /** Bytes that the run's own engine may use and uses now; null while there is none. */
  readonly vram: () => { readonly limit: number; readonly now: number } | null;
}

/** An endpoint as the last rung: an engine, and what prompts for it may be as long as, tokens. */
export interface RemoteModel extends Engine {
  /** Absent: as many as the run's own. */
  readonly contextTokens?: number;
}

interface Loaded {
  readonly engine: Engine;
  readonly ready: Promise<void>;
  turns: number;
  idle: Cancel;
}

/**
 * Scaling up: a task that the run's own model keeps failing at has its next turn on a bigger one of the role's `escalate` list, loaded beside
 * it, or on an endpoint that a person has named for this run.
 *
 * Beside, never instead: what the other agents work with stays. A bigger model is taken only where it is in this browser already, for a swarm
 * file must not be able to order gigabytes, and where it fits into what the budget leaves free. Whatever stands in the way ends the turn with
 * an error that says so, and the next model is tried.
 */
export class Escalation {
  readonly #with: EscalationOptions;
  readonly #loaded = new Map<string, Loaded>();
  #remote: { readonly name: string; readonly engine: RemoteModel } | null = null;

  constructor(options: EscalationOptions) {
    this.#with = options;
  }

  /** Name of the endpoint that a person has allowed, as it may be shown and logged; null without one. */
  get remote(): string | null {
    return this.#remote?.name ?? null;
  }

  /** The endpoint may be used from now on, in this tab only; null: no longer. */
  allow(endpoint: RemoteEndpoint | null): void {
    void this.#remote?.engine.dispose();
    this.#remote = endpoint && {
      name: endpointName(endpoint),
      engine: this.#with.createRemote(endpoint),
    };
  }

  isRemote(name: string): boolean {
    return this.#remote?.name === name;
  }

  /** Tokens that the model of that name has room for; null where nobody knows. */
  contextTokens(name: string): number | null {
    return (this.#remote?.name === name ? this.#remote.engine.contextTokens : undefined) ?? null;
  }

  /** The first step up after those tried; null when there is none left. */
  next(listed: readonly string[], tried: readonly string[]): string | null {
    const steps = [...listed.filter((id) => id !== this.#with.own), ...(this.#remote ? [this.#remote.name] : [])];
    return steps.find((step) => !tried.includes(step)) ?? null;
  }

  /** As `Engine.submit`, on the model of that name. */
  submit(
    name: string,
    request: TurnRequest,
    onProgress: (progress: TurnProgress) => void,
    onHeld: (held: boolean) => void = () => undefined,
  ): TurnHandle {
    const { retain: _, pageIn: __, ...alone } = request;
    if (this.#remote?.name === name) return this.#remote.engine.submit(alone, onProgress, onHeld);
    const loaded = this.#load(name);
    loaded.turns++;
    loaded.idle();
    const { clock } = this.#with;
    const submitted = clock.now();
    let inner: TurnHandle | null = null;
    let cancelled = false;
    const run = async (): Promise<TurnOutcome> => {
      let problem: EngineError | null = null;
      try {
        await loaded.ready;
      } catch (thrown) {
        problem = asEngineError(thrown, UNLOADED);
      }
      const waited = clock.now() - submitted;
      if (cancelled) return without(request.id, null, waited);
      if (problem) return without(request.id, problem, waited);
      inner = loaded.engine.submit(alone, onProgress);
      return later(await inner.done, waited);
    };
    return {
      id: request.id,
      done: run().finally(() => {
        this.#left(name, loaded);
      }),
      cancel: () => {
        cancelled = true;
        inner?.cancel();
      },
    };
  }

  async stop(): Promise<void> {
    this.allow(null);
    const all = [...this.#loaded.values()];
    this.#loaded.clear();
    for (const { idle } of all) idle();
    await Promise.all(all.map(({ engine }) => engine.dispose().catch(() => undefined)));
  }

  #load(name: string): Loaded {
    const found = this.#loaded.get(name);
    if (found) return found;
    const engine = this.#with.createEngine();
    const loaded: Loaded = { engine, ready: this.#ready(engine, name), turns: 0, idle: () => undefined };
    this.#loaded.set(name, loaded);
    const drop = (): void => {
      if (this.#loaded.get(name) === loaded) this.#loaded.delete(name);
      void engine.dispose().catch(() => undefined);
    };
    engine.onLost(drop);
    loaded.ready.catch(drop);
    return loaded;
  }

  async #ready(engine: Engine, name: string): Promise<void> {
    const { vram, budget, models } = this.#with;
    const main = vram();
    if (!main) throw refused('internal', 'The run has no engine of its own at the moment.');
    // Another bigger model may still be there: one at a time.
    if ([...this.#loaded.values()].some(({ turns }) => turns > 0))
      throw refused('over-budget', 'Another bigger model is at work.');
    for (const [other, { engine: idle }] of this.#loaded) {
      if (other === name) continue;
      this.#loaded.delete(other);
      await idle.dispose().catch(() => undefined);
    }
    const vramMiB = Math.max(0, Math.floor((main.limit - main.now) / budget.occupancy / MIB));
    const free = `${String(Math.round((main.limit - main.now) / MIB))} MiB of the budget are free`;
    if (models) {
      const choice = (await models(vramMiB, budget.occupancy)).find(({ id }) => id === name);
      if (!choice) throw refused('model-unknown', `There is no model ${name}.`);
      if (!choice.cached && choice.downloadBytes > 0)
        throw refused(
          'model-unreachable',
          `${name} is not in this browser; a person has to load it once, on the start screen.`,
        );
      if (choice.fits < 1)
        throw refused('over-budget', `${name} does not fit beside the run's own model: ${free}. ${choice.reason}`);
    }
    const source: ModelSource = { id: name };
    await engine.load(source, { ...budget, vramMiB, resident: 1 }, () => undefined);
  }

  #left(name: string, loaded: Loaded): void {
    loaded.turns--;
    if (loaded.turns > 0 || this.#loaded.get(name) !== loaded) return;
    loaded.idle = this.#with.clock.timeout(IDLE_MS, () => {
      if (this.#loaded.get(name) !== loaded || loaded.turns > 0) return;
      this.#loaded.delete(name);
      void loaded.engine.dispose().catch(() => undefined);
    });
  }
}

function refused(code: EngineError['code'], message: string): EngineFault {
  return new EngineFault({ code, message, remedy: 'The task goes on without it.' });
}

const UNLOADED = { message: 'The bigger model could not be loaded.', remedy: 'The task goes on without it.' };

/** The turn counts from where it was asked for, before its model was there. */
function later(outcome: TurnOutcome, waited: number): TurnOutcome {
  const { admittedMs, firstTokenMs, endedMs } = outcome.timing;
  return {
    ...outcome,
    timing: {
      admittedMs: admittedMs + waited,
      firstTokenMs: firstTokenMs === null ? null : firstTokenMs + waited,
      endedMs: endedMs + waited,
    },
  };
}

/** The end of a turn that never ran. */
function without(id: string, error: EngineError | null, waited: number): TurnOutcome {
  return {
    id,
    finish: error ? 'error' : 'cancelled',
    text: '',
    usage: { promptTokens: 0, cachedTokens: 0, restoredTokens: 0, completionTokens: 0 },
    timing: { admittedMs: waited, firstTokenMs: null, endedMs: waited },
    meanLogprob: null,
    ...(error && { error }),
  };
}
