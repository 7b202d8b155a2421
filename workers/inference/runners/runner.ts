/**
 * What runs turns on a loaded model: the batched swarm pipeline, or WebLLM's chat API one turn at a time.
 */
import type { Fitted } from '../../../src/engine/fit.ts';
import { ReasoningSplitter, splitReasoning } from '../../../src/engine/reasoning.ts';
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
  /** What was left out of its prompt; null until it is known, and where that is nothing. */
  fitted: Pick<Fitted, 'read' | 'dropped'> | null = null;
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
  readonly #begun: string | null;
  /** Null where a grammar holds the turn: its first character is the output's. */
  readonly #splitter: ReasoningSplitter | null;
  #split = 0;
  #reasoned = 0;
  #admitted: number | null = null;
  #first: number | null = null;
  #said = -Infinity;

  /**
   * `onCancel` is called when the turn is cancelled or its deadline passes; the runner then calls `end`. `begun`: the tag that ends reasoning
   * which the model's template has begun for it; null where it begins none.
   */
  constructor(
    request: TurnRequest,
    clock: Clock,
    onProgress: ((progress: TurnProgress) => void) | undefined,
    onCancel: (turn: Turn, finish: 'cancelled' | 'deadline') => void,
    begun: string | null = null,
  ) {
    this.request = request;
    this.#begun = begun;
    this.#splitter = request.schema === undefined ? new ReasoningSplitter(begun) : null;
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
    this.#splitter?.push(text.slice(this.#split));
    this.#split = text.length;
    if (this.#splitter?.open) this.#reasoned = completionTokens;
    const now = this.#clock.now();
    this.#first ??= now - this.#submitted;
    if (now - this.#said < PROGRESS_MS) return;
    this.#said = now;
    this.#onProgress?.({ id: this.id, text: this.#splitter?.answer ?? text, completionTokens });
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
      ...(this.#reasoned > 0 && { reasoningTokens: Math.min(this.#reasoned, this.completionTokens) }),
    };
    const { answer, reasoning, open } = this.#splitter
      ? splitReasoning(this.text, this.#begun)
      : { answer: this.text, reasoning: '', open: false };
    this.#resolve({
      id: this.id,
      // It has not come to an answer.
      finish: open && finish === 'stop' ? 'length' : finish,
      text: answer,
      usage,
      timing: { admittedMs: this.#admitted ?? endedMs, firstTokenMs: this.#first, endedMs },
      meanLogprob: this.logprob === null || this.completionTokens === 0 ? null : this.logprob / this.completionTokens,
      ...(this.retained ? { retained: true } : {}),
      ...(this.pageIn ? { pageIn: this.pageIn } : {}),
      ...(this.fitted?.read && { read: this.fitted.read }),
      ...(this.fitted?.dropped !== undefined && { dropped: this.fitted.dropped }),
      ...(reasoning.trim() !== '' && { reasoning }),
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
