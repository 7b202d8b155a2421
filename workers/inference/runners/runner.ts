/**
 * What runs turns on a loaded model: the batched swarm pipeline, or WebLLM's chat API one turn at a time.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type {
  EngineCounters,
  EngineError,
  FinishReason,
  PagedOut,
  PageIn,
  TurnHandle,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
  TurnUsage,
} from '../../../src/engine/contract.ts';

export interface TurnRunner {
  readonly batched: boolean;
  readonly residents: number;
  /** Plain sentences on what fell back and why. */
  readonly notes: readonly string[];
  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle;
  counters(): EngineCounters;
  /** As `Engine.pageOut`, `Engine.forget` and `Engine.freeWarm`; absent where no sequence outlives its turn. */
  pageOut?(agent: number, to: 'warm' | 'cold'): Promise<PagedOut>;
  forget?(agent: number): Promise<void>;
  freeWarm?(bytes: number): Promise<number>;
  /** Bytes: what the pool was sized from. */
  memory(): { readonly weights: number; readonly kv: number; readonly workspace: number };
  /** Ends every turn with its partial text; nothing runs afterwards. */
  stop(finish: FinishReason, error?: EngineError): void;
}

/** Streaming more often than this serves no reader, ms. */
const PROGRESS_MS = 60;

/** A turn's life in the engine, the same for every runner: text so far, times, and one end. */
export class Turn implements TurnHandle {
  readonly request: TurnRequest;
  readonly done: Promise<TurnOutcome>;
  text = '';
  promptTokens = 0;
  cachedTokens = 0;
  restoredTokens = 0;
  pageIn: PageIn | null = null;
  /** Set before `end` when the sequence stays. */
  retained = false;
  completionTokens = 0;
  /** Sum of natural-log probabilities of the chosen tokens; null where they are not read. */
  logprob: number | null = null;
  /** How it ended; null while it goes on. */
  finish: FinishReason | null = null;
  readonly #clock: Clock;
  readonly #submitted: number;
  readonly #onProgress: ((progress: TurnProgress) => void) | undefined;
  readonly #resolve: (outcome: TurnOutcome) => void;
  readonly #stopTimer: () => void;
  readonly #onCancel: (finish: 'cancelled' | 'deadline') => void;
  #admitted: number | null = null;
  #first: number | null = null;
  #said = -Infinity;

  /** `onCancel` is called when the turn is cancelled or its deadline passes; the runner then calls `end`. */
  constructor(
    request: TurnRequest,
    clock: Clock,
    onProgress: ((progress: TurnProgress) => void) | undefined,
    onCancel: (turn: Turn, finish: 'cancelled' | 'deadline') => void,
  ) {
    this.request = request;
    this.#clock = clock;
    this.#submitted = clock.now();
    this.#onProgress = onProgress;
    let resolve: (outcome: TurnOutcome) => void = () => undefined;
    this.done = new Promise((settle) => {
      resolve = settle;
    });
    this.#resolve = resolve;
    this.#onCancel = (finish) => {
      if (!this.ended) onCancel(this, finish);
    };
    this.#stopTimer = clock.timeout(request.deadlineMs, () => {
      this.#onCancel('deadline');
    });
  }

  get id(): string {
    return this.request.id;
  }

  get ended(): boolean {
    return this.finish !== null;
  }

  cancel(): void {
    this.#onCancel('cancelled');
  }

  admit(): void {
    this.#admitted ??= this.#clock.now() - this.#submitted;
  }

  /** All text so far and its tokens; streamed at most every 60 ms, the first at once. */
  say(text: string, completionTokens: number): void {
    this.text = text;
    this.completionTokens = completionTokens;
    const now = this.#clock.now();
    this.#first ??= now - this.#submitted;
    if (now - this.#said < PROGRESS_MS) return;
    this.#said = now;
    this.#onProgress?.({ id: this.id, text, completionTokens });
  }

  /** Settles the turn; only the first call counts. */
  end(finish: FinishReason, error?: EngineError): void {
    if (this.ended) return;
    this.finish = finish;
    this.#stopTimer();
    const endedMs = this.#clock.now() - this.#submitted;
    const usage: TurnUsage = {
      promptTokens: this.promptTokens,
      cachedTokens: this.cachedTokens,
      restoredTokens: this.restoredTokens,
      completionTokens: this.completionTokens,
    };
    this.#resolve({
      id: this.id,
      finish,
      text: this.text,
      usage,
      timing: { admittedMs: this.#admitted ?? endedMs, firstTokenMs: this.#first, endedMs },
      meanLogprob: this.logprob === null || this.completionTokens === 0 ? null : this.logprob / this.completionTokens,
      ...(this.retained ? { retained: true } : {}),
      ...(this.pageIn ? { pageIn: this.pageIn } : {}),
      ...(error ? { error } : {}),
    });
  }
}

export class Counters {
  turns = 0;
  prefillTokens = 0;
  decodeTokens = 0;
  prefixHits = 0;
  peakResidents = 0;
  busyMs = 0;
  starvedMs = 0;
  pageIns = 0;
  pageOuts = 0;
  restores = 0;
  warmBytes = 0;

  snapshot(): EngineCounters {
    const { turns, prefillTokens, decodeTokens, prefixHits, peakResidents, busyMs, starvedMs } = this;
    const { pageIns, pageOuts, restores, warmBytes } = this;
    return {
      turns,
      prefillTokens,
      decodeTokens,
      prefixHits,
      peakResidents,
      busyMs,
      starvedMs,
      pageIns,
      pageOuts,
      restores,
      warmBytes,
    };
  }
}
