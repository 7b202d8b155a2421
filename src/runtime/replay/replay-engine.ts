import type {
  Engine,
  EngineCounters,
  EngineError,
  EngineReport,
  FinishReason,
  LoadProgress,
  MemoryBudget,
  ModelSource,
  PagedOut,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
  VramSample,
} from '../../engine/contract.ts';
import { ScriptedEngine } from '../../engine/scripted.ts';
import { ENDPOINT_LOSSES, ENGINE_LOSSES, type EngineErrorCode } from '../../journal/vocabulary.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { GONE, outcomeOf, type Playing, rankOf, sayMore } from './playing.ts';
import { type RecordedTurn, SILENT_TURN } from './recorded-turn.ts';
import type { RecordedEngine } from './recorded.ts';
import type { Script } from './script.ts';

/** Of an engine that the record knows nothing of: one more than was needed then. */
const UNKNOWN: RecordedEngine = { readyAt: 0, loadMs: 50, residents: 4, contextTokens: 1024, lost: null };
const MIB = 1024 * 1024;
/** A replay that is no further off than this goes by the recorded times, so that small delays do not add up, ms. */
const ON_TRACK_MS = 500;
/** An engine that was ready later than its loading takes had been refused before, which no log tells, ms. */
const LATE_MS = 120_000;
const CODES: ReadonlySet<EngineErrorCode> = new Set<EngineErrorCode>([
  ...ENGINE_LOSSES,
  ...ENDPOINT_LOSSES,
  'internal',
]);

export interface ReplayEngineOptions {
  readonly clock: Clock;
  /** The clock's reading at the run's start: recorded times count from there. */
  readonly origin: number;
  readonly seed: number;
  readonly script: Script;
  /** The engine of the record in whose place this one stands; null: there was none any more. */
  readonly recorded: RecordedEngine | null;
  /** How far recorded times may be off, ms. */
  readonly tolerance: number;
}

/**
 * Plays turns as they were recorded: the same signs of life, the same text, the same end, at the same distance from their submission; and is
 * lost when the recorded engine was. Nothing is computed. Where the record has no such turn, the scripted engine makes one up.
 */
export class ReplayEngine implements Engine {
  readonly #with: ReplayEngineOptions;
  readonly #improviser: ScriptedEngine;
  readonly #playing = new Set<Playing>();
  readonly #listeners: ((error: EngineError) => void)[] = [];
  #budget: MemoryBudget = { vramMiB: 0, occupancy: 0, resident: 0 };
  #end: Cancel = () => undefined;
  #over = false;
  #turns = 0;
  #tokens = 0;

  constructor(options: ReplayEngineOptions) {
    this.#with = options;
    this.#improviser = new ScriptedEngine({ clock: options.clock, seed: options.seed, loadMs: 0 });
  }

  get #recorded(): RecordedEngine {
    return this.#with.recorded ?? UNKNOWN;
  }

  async load(
    source: ModelSource,
    budget: MemoryBudget,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineReport> {
    const { clock, origin } = this.#with;
    const { readyAt, loadMs, residents, contextTokens, lost } = this.#recorded;
    this.#budget = budget;
    const improviser = this.#improviser.load(source, { ...budget, resident: residents }, () => undefined, signal);
    onProgress({ phase: 'weights', bytes: 0, totalBytes: null, fromCache: true });
    const early = origin + readyAt - (clock.now() + loadMs);
    await clock.sleep(loadMs + (early > 1 && early <= LATE_MS ? early : 0), signal);
    await improviser;
    if (lost) {
      const { code, by, detail } = lost.loss;
      this.#end = clock.timeout(origin + lost.at - clock.now(), () => {
        this.#lose({
          code: CODES.has(code) ? code : 'worker-dead',
          ...(by !== 'engine' && { by }),
          message: detail,
          remedy: 'A fresh engine takes over.',
        });
      });
    }
    return {
      engine: 'scripted',
      batched: true,
      residents,
      adapter: null,
      model: { id: source.id, library: 'none', contextTokens, weightBytes: 0 },
      notes: ['A replay: no language model ran, recorded answers are played.'],
      loadMs,
    };
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    const turn = this.#with.script.take(request.agent);
    if (!turn && !this.#over) return this.#improviser.submit(request, onProgress);
    let settle!: (outcome: TurnOutcome) => void;
    const done = new Promise<TurnOutcome>((resolve) => {
      settle = resolve;
    });
    const now = this.#with.clock.now();
    const then = this.#with.origin + (turn?.at ?? 0);
    const playing: Playing = {
      request,
      turn: turn ?? { ...SILENT_TURN, task: -1, step: -1, slot: 0, at: 0 },
      submitted: Math.abs(now - then) <= ON_TRACK_MS ? then : now,
      onProgress,
      settle,
      timers: new Set(),
      shown: 0,
      text: '',
      over: false,
    };
    this.#playing.add(playing);
    this.#turns++;
    if (this.#over) this.#finish(playing, 'error', GONE);
    else this.#play(playing);
    return {
      id: request.id,
      done,
      cancel: () => {
        this.#finish(playing, 'cancelled');
      },
    };
  }

  pageOut(agent: number, to: 'warm' | 'cold'): Promise<PagedOut> {
    return Promise.resolve({ agent, tier: to, tokens: 0, bytes: 0, ms: 0 });
  }

  forget(agent: number): Promise<void> {
    return this.#improviser.forget(agent);
  }

  freeWarm(): Promise<number> {
    return Promise.resolve(0);
  }

  vram(): Promise<VramSample> {
    const budget = this.#budget.vramMiB * MIB;
    const limit = budget * this.#budget.occupancy;
    return Promise.resolve({ now: 0, peak: 0, weights: 0, kv: 0, workspace: 0, budget, limit });
  }

  async counters(): Promise<EngineCounters> {
    const made = await this.#improviser.counters();
    return { ...made, turns: made.turns + this.#turns, decodeTokens: made.decodeTokens + this.#tokens };
  }

  onLost(listener: (error: EngineError) => void): void {
    this.#listeners.push(listener);
  }

  async dispose(): Promise<void> {
    this.#stop(GONE);
    await this.#improviser.dispose();
  }

  #lose(error: EngineError): void {
    if (this.#over) return;
    this.#stop(error);
    this.#improviser.lose(error);
    for (const listener of this.#listeners) listener(error);
  }

  #stop(error: EngineError): void {
    this.#over = true;
    this.#end();
    for (const playing of [...this.#playing]) this.#finish(playing, 'error', error);
  }

  get #silent(): boolean {
    const { clock, origin, tolerance } = this.#with;
    const { lost } = this.#recorded;
    // What was heard at that very moment is heard again.
    return lost !== null && lost.silentFrom < lost.at && clock.now() > origin + lost.silentFrom + tolerance;
  }

  #play(playing: Playing): void {
    const { alive, told } = playing.turn;
    if (alive) this.#sign(playing, 1, alive);
    if (told)
      this.#at(playing, told[2], () => {
        this.#endInTurn(playing);
      });
  }

  /** Turns that ended at the same moment end in the order in which they did, whatever rounding did to their times. */
  #endInTurn(last: Playing): void {
    const { clock, tolerance } = this.#with;
    const soon = clock.now() + tolerance;
    let first = last;
    for (const playing of this.#playing) {
      const { told } = playing.turn;
      if (told && playing.submitted + told[2] <= soon && told[3] < rankOf(first)) first = playing;
    }
    const { alive, finish } = first.turn;
    // So do the last sign and the end of one turn.
    while (alive && first.shown < alive[0]) sayMore(first, alive);
    if (finish) this.#finish(first, finish);
    if (first !== last) this.#at(last, last.turn.told?.[2] ?? 0, () => this.#endInTurn(last));
  }

  /** The k-th sign of life, then the next: evenly from the first to the last. */
  #sign(playing: Playing, k: number, alive: NonNullable<RecordedTurn['alive']>): void {
    const [count, , , first, last] = alive;
    const { told } = playing.turn;
    // The last sign came with the end: so it does now.
    if (k === count && told && told[2] - last <= this.#with.tolerance) return;
    const due = count > 1 ? first + ((last - first) * (k - 1)) / (count - 1) : first;
    this.#at(playing, due, () => {
      if (playing.shown >= k) return;
      sayMore(playing, alive);
      if (k < count) this.#sign(playing, k + 1, alive);
    });
  }

  #at(playing: Playing, ms: number, task: () => void): void {
    const { clock } = this.#with;
    const cancel = clock.timeout(playing.submitted + ms - clock.now(), () => {
      playing.timers.delete(cancel);
      if (!playing.over && !this.#silent) task();
    });
    playing.timers.add(cancel);
  }

  #finish(playing: Playing, finish: FinishReason, lost?: EngineError): void {
    if (playing.over) return;
    playing.over = true;
    for (const cancel of playing.timers) cancel();
    this.#playing.delete(playing);
    const outcome = outcomeOf(playing, finish, this.#with.clock.now(), lost);
    this.#tokens += outcome.usage.completionTokens;
    playing.settle(outcome);
  }
}
