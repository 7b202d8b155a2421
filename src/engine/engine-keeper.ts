import type { EngineErrorCode } from '../journal/vocabulary.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Engine, EngineError, EngineReport, LoadProgress, MemoryBudget, ModelSource } from './contract.ts';
import { asEngineError, givenUp } from './contract.ts';

/** Faults that no second try can cure: the person must change something. */
const PERMANENT: ReadonlySet<EngineErrorCode> = new Set<EngineErrorCode>([
  'no-webgpu',
  'no-adapter',
  'model-unknown',
  'model-checksum',
  'library-too-old',
  'over-budget',
  'storage-full',
  'remote-absent',
  'remote-blocked',
  'remote-redirected',
  'remote-key',
  'remote-forbidden',
  'remote-path',
  'remote-page',
  'remote-model',
  'remote-quota',
]);

/** Browsers block an origin whose devices are lost in quick succession; the second within this time waits longer. */
const QUICK_MS = 120_000;
const FIRST_WAIT_MS = 250;
const SECOND_WAIT_MS = 2000;
const WAIT_CAP_MS = 30_000;
/** Time without another refusal after which seats that memory did not suffice for are asked for again, ms; twice as long each time it was too soon. */
const QUIET_MS = 30_000;
const QUIET_CAP_MS = 1_800_000;
/** Losses in a row, with no turn finished in between, after which only a person starts the engine again. */
const HOPELESS = 5;
const UNLOADED = {
  message: 'The engine could not be loaded.',
  remedy: 'Try again; if it stays, choose another model.',
};

export type KeeperState =
  | { readonly kind: 'empty' }
  | { readonly kind: 'loading'; readonly progress: LoadProgress | null; readonly again: boolean }
  | { readonly kind: 'ready'; readonly report: EngineReport }
  /** Lost; a fresh engine comes by itself after `waitMs`. */
  | { readonly kind: 'waiting'; readonly problem: EngineError; readonly waitMs: number; readonly quick: boolean }
  /** Nothing more happens by itself. */
  | { readonly kind: 'stopped'; readonly problem: EngineError; readonly permanent: boolean };

export interface KeeperOptions {
  readonly clock: Clock;
  readonly create: () => Engine;
  readonly source: ModelSource;
  readonly budget: MemoryBudget;
  readonly onReady: (engine: Engine, report: EngineReport) => void;
  readonly onLost: (error: EngineError) => void;
  readonly onChange: () => void;
}

/**
 * Keeps an engine in place: loads it, puts a fresh one there when it is lost, and knows when to stop trying.
 *
 * Invariants:
 * - One engine at most takes turns; one that was lost is disposed of and never comes back, and what it still says is not heard.
 * - Each loss of an engine that was ready is told once (`onLost`), after the state says what follows.
 * - No engine is asked for more than the budget; what memory did not suffice for is asked for again only after a while without a refusal.
 * - Once stopped, only a person or what is new about the cause (`start`, `absolve`, `renew`) loads another.
 */
export class EngineKeeper {
  readonly #with: KeeperOptions;
  #state: KeeperState = { kind: 'empty' };
  #engine: Engine | null = null;
  #abort: AbortController | null = null;
  #timer: Cancel | null = null;
  #lostAt = Number.NEGATIVE_INFINITY;
  /** Losses since a turn last came to its end. */
  #row = 0;
  #loads = 0;
  #everReady = false;
  /** What the next engine is asked for; smaller after one that ran out of memory, and back to all step by step. */
  #budget: MemoryBudget;
  #quietMs = QUIET_MS;
  #quietUntil = Number.NEGATIVE_INFINITY;

  constructor(options: KeeperOptions) {
    this.#with = options;
    this.#budget = options.budget;
  }

  get state(): KeeperState {
    return this.#state;
  }

  /** The engine that takes turns now. */
  get engine(): Engine | null {
    return this.#state.kind === 'ready' ? this.#engine : null;
  }

  /** Loads an engine unless one is there or on its way. */
  start(): void {
    if (this.#state.kind === 'ready' || this.#state.kind === 'loading') return;
    this.#timer?.();
    this.#row = 0;
    this.#load();
  }

  /** A turn came to its end: the engine does work. */
  worked(): void {
    this.#row = 0;
  }

  /** What engines were lost by is known, and comes no more: nobody has to start the next one by hand. */
  absolve(): void {
    this.#row = 0;
    if (this.#state.kind === 'stopped' && !this.#state.permanent) this.start();
  }

  /** What engines are made of has changed: the next one takes the place of this one now. */
  renew(): void {
    const engine = this.#engine;
    if (engine && this.#state.kind === 'ready') this.#lose(engine, givenUp('order'), true);
    this.#timer?.();
    this.#abort?.abort(new Error('another one takes its place'));
    void this.#engine?.dispose().catch(() => undefined);
    this.#row = 0;
    this.#everReady = false;
    this.#load();
  }

  /** The engine is known to be useless, e.g. it keeps no deadline; or, where that is `ordered`, a fresh one is wanted without its fault. */
  declareLost(error: EngineError, ordered = false): void {
    if (this.#engine) this.#lose(this.#engine, error, ordered);
  }

  async stop(): Promise<void> {
    this.#timer?.();
    this.#abort?.abort(new Error('stopped'));
    const engine = this.#engine;
    this.#engine = null;
    this.#set({ kind: 'empty' });
    await engine?.dispose();
  }

  #set(state: KeeperState): void {
    this.#state = state;
    this.#with.onChange();
  }

  #shrink(): void {
    this.#budget = { ...this.#budget, resident: Math.max(1, Math.floor(this.#budget.resident / 2)) };
    this.#quietUntil = this.#with.clock.now() + this.#quietMs;
    this.#quietMs = Math.min(QUIET_CAP_MS, 2 * this.#quietMs);
  }

  /** An engine that has to be made anyway gets back a step of what memory did not suffice for, once that was a while ago. */
  #regrow(): void {
    const { clock, budget } = this.#with;
    const { resident } = this.#budget;
    if (resident >= budget.resident || clock.now() < this.#quietUntil) return;
    this.#budget = { ...this.#budget, resident: Math.min(budget.resident, 2 * resident) };
  }

  #load(): void {
    this.#regrow();
    const engine = this.#with.create();
    const abort = new AbortController();
    this.#engine = engine;
    this.#abort = abort;
    const again = this.#loads++ > 0;
    this.#set({ kind: 'loading', progress: null, again });
    engine.onLost((error) => {
      this.#lose(engine, error);
    });
    const onProgress = (progress: LoadProgress): void => {
      if (this.#engine === engine && this.#state.kind === 'loading') this.#set({ kind: 'loading', progress, again });
    };
    engine.load(this.#with.source, this.#budget, onProgress, abort.signal).then(
      (report) => {
        if (this.#engine !== engine || this.#state.kind !== 'loading') return;
        this.#everReady = true;
        this.#set({ kind: 'ready', report });
        this.#with.onReady(engine, report);
      },
      (error: unknown) => {
        this.#lose(engine, asEngineError(error, UNLOADED));
      },
    );
  }

  #lose(engine: Engine, problem: EngineError, ordered = false): void {
    if (this.#engine !== engine) return;
    const wasReady = this.#state.kind === 'ready';
    // What the GPU could not give is not asked for again: one size down, and every agent comes back from what is stored of it.
    if (problem.code === 'out-of-memory') this.#shrink();
    this.#engine = null;
    // Turns that the engine still holds end here; a dead worker cannot answer, so nobody waits for it.
    void engine.dispose().catch(() => undefined);
    const { clock } = this.#with;
    // A worker that died, or a buffer too large, is nothing that a browser holds against the page.
    const goneGpu = wasReady && problem.code === 'device-lost';
    const quick = goneGpu && clock.now() - this.#lostAt < QUICK_MS;
    if (goneGpu) this.#lostAt = clock.now();
    if (!ordered) this.#row++;
    // Once it has worked, even a missing adapter may come back: a crashed GPU process takes a moment.
    const permanent = PERMANENT.has(problem.code) && !this.#everReady;
    if (permanent || this.#row >= HOPELESS) {
      this.#set({ kind: 'stopped', problem, permanent });
    } else {
      const waitMs = Math.min(WAIT_CAP_MS, (quick ? SECOND_WAIT_MS : FIRST_WAIT_MS) * 2 ** Math.max(0, this.#row - 1));
      this.#timer = clock.timeout(waitMs, () => {
        this.#load();
      });
      this.#set({ kind: 'waiting', problem, waitMs, quick });
    }
    if (wasReady) this.#with.onLost(problem);
  }
}
