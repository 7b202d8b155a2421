/** An engine as a faulty one would be: it passes everything on, until it is told to fall ill, fall silent or die. */
import type {
  Engine,
  EngineError,
  EngineReport,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
} from '../engine/contract.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { looped, poisoned } from './false-answers.ts';
import type { DueFault } from './schedule.ts';
import type { Injection } from './seams.ts';

export type Landed = (injection: Injection) => void;

export const ERRORS: Readonly<Record<'worker-dead' | 'device-lost' | 'out-of-memory' | 'internal', EngineError>> = {
  'worker-dead': {
    code: 'worker-dead',
    message: 'The inference worker gave no sign of life.',
    remedy: 'A fresh worker takes over.',
  },
  'device-lost': { code: 'device-lost', message: 'The GPU device was lost.', remedy: 'A fresh worker takes over.' },
  'out-of-memory': {
    code: 'out-of-memory',
    message: 'The GPU refused an allocation.',
    remedy: 'The pool is built again.',
  },
  internal: { code: 'internal', message: 'The turn ended with an error.', remedy: 'It is taken again.' },
};

/** What befalls a turn. */
export interface Affliction {
  readonly fault: DueFault;
  readonly kind: DueFault['kind'];
  readonly random: Random;
  /** It shows for the first time: the fault has landed. Called once. */
  readonly shows: () => void;
  /** The turn ended before it could show. */
  readonly missed: () => void;
}

interface Turn {
  readonly request: TurnRequest;
  readonly handle: TurnHandle;
  readonly submitted: number;
  readonly settle: (outcome: TurnOutcome) => void;
  readonly affliction: Affliction | null;
  text: string;
  tokens: number;
  over: boolean;
  /** What ails it has shown. */
  shown: boolean;
  /** What the engine said of it. */
  inner: TurnOutcome | null;
  deadline: Cancel;
}

export interface Hooks {
  readonly struck: (request: TurnRequest) => Affliction | null;
  readonly forgotten: (agent: number) => void;
  readonly ready: () => void;
}

export class WrappedEngine implements Engine {
  readonly #inner: Engine;
  readonly #clock: Clock;
  readonly #hooks: Hooks;
  readonly #turns = new Set<Turn>();
  readonly #lost: ((error: EngineError) => void)[] = [];
  #state: 'new' | 'ready' | 'silent' | 'over' = 'new';

  constructor(inner: Engine, clock: Clock, hooks: Hooks) {
    this.#inner = inner;
    this.#clock = clock;
    this.#hooks = hooks;
    inner.onLost((error) => {
      if (this.#state !== 'silent') this.#end(error);
    });
  }

  get alive(): boolean {
    return this.#state === 'ready';
  }

  inFlight(): number[] {
    return [...this.#turns].map(({ request }) => request.agent);
  }

  async load(...args: Parameters<Engine['load']>): Promise<EngineReport> {
    const report = await this.#inner.load(...args);
    if (this.#state === 'new') {
      this.#state = 'ready';
      this.#hooks.ready();
    }
    return report;
  }

  submit(
    request: TurnRequest,
    onProgress?: (progress: TurnProgress) => void,
    onHeld?: (held: boolean) => void,
  ): TurnHandle {
    const affliction = this.#state === 'ready' ? this.#hooks.struck(request) : null;
    let settle!: (outcome: TurnOutcome) => void;
    const done = new Promise<TurnOutcome>((resolve) => {
      settle = resolve;
    });
    const hear = (progress: TurnProgress): void => {
      if (turn.over || this.#state !== 'ready') return;
      turn.tokens = progress.completionTokens;
      turn.text = affliction?.kind === 'loop' ? looped(turn.tokens) : progress.text;
      if (affliction?.kind === 'loop') show(turn);
      if (affliction?.kind === 'stall' && begun) {
        show(turn);
        return;
      }
      begun = true;
      onProgress?.({ id: request.id, text: turn.text, completionTokens: turn.tokens });
    };
    let begun = false;
    // A turn that is held has no deadline yet.
    const handle = this.#inner.submit(request, hear, (held) => {
      if (this.#state === 'ready') onHeld?.(held);
    });
    const turn: Turn = {
      request,
      handle,
      submitted: this.#clock.now(),
      settle,
      affliction,
      text: '',
      tokens: 0,
      over: false,
      shown: false,
      inner: null,
      deadline: this.#clock.timeout(request.deadlineMs, () => {
        if (affliction?.kind === 'stall' && this.#state === 'ready')
          this.#callBack(turn, this.#outcome(turn, 'deadline'));
      }),
    };
    this.#turns.add(turn);
    void handle.done.then((outcome) => {
      turn.inner = outcome;
      if (turn.over) this.#leave(turn);
      if (turn.over || this.#state === 'silent') return;
      const changed = this.#afflicted(turn, outcome);
      if (changed) this.#finish(turn, changed);
    });
    return {
      id: request.id,
      done,
      cancel: () => {
        // A silent engine answers nobody.
        if (this.#state === 'ready') this.#callBack(turn, this.#outcome(turn, 'cancelled'));
        else handle.cancel();
      },
    };
  }

  pageOut: Engine['pageOut'] = (agent, to) => this.#inner.pageOut(agent, to);

  freeWarm(bytes: number): Promise<number> {
    return this.#inner.freeWarm(bytes);
  }

  forget(agent: number): Promise<void> {
    this.#hooks.forgotten(agent);
    return this.#inner.forget(agent);
  }

  vram: Engine['vram'] = () => this.#inner.vram();
  counters: Engine['counters'] = () => this.#inner.counters();

  get onSeats(): Engine['onSeats'] {
    const inner = this.#inner;
    return inner.onSeats && ((listener) => inner.onSeats?.(listener));
  }

  onLost(listener: (error: EngineError) => void): void {
    this.#lost.push(listener);
  }

  async dispose(): Promise<void> {
    this.#state = 'over';
    for (const turn of [...this.#turns]) this.#finish(turn, this.#outcome(turn, 'error', ERRORS['worker-dead']));
    await this.#inner.dispose();
  }

  /** Dies and says so. */
  lose(error: EngineError): void {
    this.#end(error);
    void this.#inner.dispose();
  }

  /** Dies without a word; somebody misses it after `ms`. */
  silence(error: EngineError, ms: number): void {
    this.#state = 'silent';
    void this.#inner.dispose();
    this.#clock.timeout(ms, () => {
      if (this.#state === 'silent') this.#end(error);
    });
  }

  /** Ends all turns that write with an error; false where there is none. */
  crashAll(taskOf: (agent: number) => number, landed: Landed): boolean {
    // Those that wait for a seat have nothing yet that could crash.
    const running = [...this.#turns].filter(({ tokens }) => tokens > 0);
    if (!this.alive || running.length === 0) return false;
    const agents = running.map(({ request }) => request.agent);
    const tasks = agents.map((agent) => taskOf(agent));
    landed({ landed: true, agents, tasks, detail: { code: 'turns-ended', turns: agents.length }, survivable: true });
    for (const turn of running) this.#callBack(turn, this.#outcome(turn, 'error', ERRORS.internal));
    return true;
  }

  /** Ends the turn like that, without waiting for the engine. */
  #callBack(turn: Turn, outcome: TurnOutcome): void {
    if (turn.over) return;
    turn.handle.cancel();
    this.#finish(turn, outcome);
    this.#leave(turn);
  }

  /**
   * The turn was told as cut off, after which no agent stays on the GPU. One that does, because its turn had passed unseen or had not begun,
   * would hold a seat that nobody knows of, for ever: it leaves.
   */
  #leave({ inner, request: { agent } }: Turn): void {
    if (inner?.retained !== true || this.#state !== 'ready' || this.inFlight().includes(agent)) return;
    void this.#inner.pageOut(agent, 'cold').catch(() => undefined);
  }

  #end(error: EngineError): void {
    if (this.#state === 'over') return;
    this.#state = 'over';
    for (const turn of [...this.#turns]) this.#finish(turn, this.#outcome(turn, 'error', error));
    for (const listener of this.#lost) listener(error);
  }

  #finish(turn: Turn, outcome: TurnOutcome): void {
    if (turn.over) return;
    turn.over = true;
    if (!turn.shown) turn.affliction?.missed();
    turn.deadline();
    this.#turns.delete(turn);
    turn.settle(outcome);
  }

  /** What the run hears instead of `outcome`; null: nothing yet. */
  #afflicted(turn: Turn, outcome: TurnOutcome): TurnOutcome | null {
    const { affliction, request } = turn;
    if (!affliction || outcome.finish === 'cancelled' || outcome.finish === 'error') return outcome;
    show(turn);
    switch (affliction.kind) {
      case 'stall':
        return null;
      case 'loop':
        return {
          ...outcome,
          finish: 'length',
          text: looped(request.maxTokens),
          usage: { ...outcome.usage, completionTokens: request.maxTokens },
        };
      case 'poisoned-output':
      case 'lying-voter':
        return { ...outcome, text: poisoned(outcome.text, request.schema, affliction.kind === 'lying-voter') };
      default:
        return outcome;
    }
  }

  #outcome(turn: Turn, finish: TurnOutcome['finish'], error?: EngineError): TurnOutcome {
    return {
      id: turn.request.id,
      finish,
      text: turn.text,
      usage: { promptTokens: 0, cachedTokens: 0, restoredTokens: 0, completionTokens: turn.tokens },
      timing: { admittedMs: 0, firstTokenMs: null, endedMs: this.#clock.now() - turn.submitted },
      meanLogprob: null,
      ...(error && { error }),
    };
  }
}

function show(turn: Turn): void {
  if (turn.shown) return;
  turn.shown = true;
  turn.affliction?.shows();
}
