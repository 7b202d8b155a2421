/**
 * The engine contract over a worker: what the runtime holds while WebLLM runs on another thread that may be killed at any moment.
 *
 * A turn ends exactly once, whatever dies: with the worker's outcome, or, when the worker is lost, as an error with the text that had
 * streamed so far.
 */
import type { Clock } from '../kernel/clock.ts';
import {
  EngineFault,
  type Engine,
  type EngineCounters,
  type EngineError,
  type EngineKind,
  type EngineReport,
  type FinishReason,
  type LoadProgress,
  type MemoryBudget,
  type ModelSource,
  type PagedOut,
  type TurnHandle,
  type TurnOutcome,
  type TurnProgress,
  type TurnRequest,
  type VramSample,
} from './contract.ts';
import type { Connection } from './connection.ts';
import type { Questions } from './worker-protocol.ts';

/** How long past its own deadline a turn may stay unanswered before the worker counts as hung, ms. */
const OVERDUE_MS = 20_000;
/** A worker answers these between two steps of a batch. */
const ANSWER_MS = 30_000;
/** And these once the disk has done its part: large contexts of many agents may be on their way to it. */
const DISK_MS = 300_000;

interface InFlight {
  readonly request: TurnRequest;
  readonly submitted: number;
  readonly onProgress: ((progress: TurnProgress) => void) | undefined;
  readonly settle: (outcome: TurnOutcome) => void;
  readonly stopTimer: () => void;
  last: TurnProgress | null;
}

/** For whoever keeps something ready for the engine that comes after this one. */
export interface EngineLife {
  /** It has loaded what was asked. */
  readonly ready?: (asked: Questions['load']['ask'], report: EngineReport) => void;
  /** It can do no more (`lost`), or nobody wants more of it. */
  readonly over?: (lost: boolean) => void;
  /** Bytes that are on the GPU for its sake elsewhere. */
  readonly moreBytes?: () => number;
}

export class WorkerEngine implements Engine {
  readonly #kind: EngineKind;
  readonly #connect: () => Connection;
  readonly #clock: Clock;
  readonly #life: EngineLife;
  readonly #turns = new Map<string, InFlight>();
  readonly #onLost: ((error: EngineError) => void)[] = [];
  #connection: Connection | null = null;
  #end: EngineError | null = null;

  /** `connect` gives a living worker that no other engine uses; called by `load`. */
  constructor(kind: EngineKind, connect: () => Connection, clock: Clock, life: EngineLife = {}) {
    this.#kind = kind;
    this.#connect = connect;
    this.#clock = clock;
    this.#life = life;
  }

  async load(
    source: ModelSource,
    budget: MemoryBudget,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineReport> {
    if (this.#end) throw new EngineFault(this.#end);
    signal?.throwIfAborted();
    if (!this.#connection) {
      this.#connection = this.#connect();
      this.#connection.listen({
        message: (message) => {
          if (message.type === 'progress') this.#progress(message.progress);
          else if (message.type === 'outcome') this.#outcome(message.outcome);
          else this.#lose(message.error);
        },
        died: (error) => {
          this.#lose(error);
        },
      });
    }
    try {
      const ask = { kind: this.#kind, source, budget };
      const report = await this.#connection.ask('load', ask, null, { loading: onProgress, signal });
      if (!this.#end) this.#life.ready?.(ask, report);
      return report;
    } catch (fault) {
      signal?.throwIfAborted();
      throw fault;
    }
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    let resolve: (outcome: TurnOutcome) => void = () => undefined;
    const done = new Promise<TurnOutcome>((settle) => {
      resolve = settle;
    });
    const handle: TurnHandle = {
      id: request.id,
      done,
      cancel: () => {
        if (this.#turns.has(request.id)) this.#connection?.tell({ type: 'cancel', id: request.id });
      },
    };
    const turn: InFlight = {
      request,
      submitted: this.#clock.now(),
      onProgress,
      settle: resolve,
      stopTimer: this.#clock.timeout(request.deadlineMs + OVERDUE_MS, () => {
        this.#connection?.kill(
          `Turn ${request.id} is ${String(OVERDUE_MS / 1000)} s past its deadline: the inference worker hangs.`,
        );
      }),
      last: null,
    };
    const refuse = (error: EngineError): TurnHandle => {
      turn.stopTimer();
      resolve(this.#ended(turn, 'error', error));
      return handle;
    };
    if (this.#end) return refuse(this.#end);
    if (!this.#connection) return refuse(notLoaded);
    if (this.#turns.has(request.id)) {
      return refuse({
        code: 'internal',
        message: `Turn ${request.id} is in flight already.`,
        remedy: 'Give every attempt its own id.',
      });
    }
    this.#turns.set(request.id, turn);
    this.#connection.tell({ type: 'submit', request });
    return handle;
  }

  pageOut(agent: number, to: 'warm' | 'cold'): Promise<PagedOut> {
    return this.#connection
      ? this.#connection.ask('pageOut', { agent, to }, DISK_MS)
      : Promise.reject(new EngineFault(notLoaded));
  }

  freeWarm(bytes: number): Promise<number> {
    return this.#connection
      ? this.#connection.ask('freeWarm', { bytes }, DISK_MS)
      : Promise.reject(new EngineFault(notLoaded));
  }

  async forget(agent: number): Promise<void> {
    if (!this.#connection) throw new EngineFault(notLoaded);
    await this.#connection.ask('forget', { agent }, DISK_MS);
  }

  async vram(): Promise<VramSample> {
    if (!this.#connection) throw new EngineFault(notLoaded);
    const sample = await this.#connection.ask('vram', null, ANSWER_MS);
    const more = this.#life.moreBytes?.() ?? 0;
    return { ...sample, now: sample.now + more, peak: sample.peak + more, workspace: sample.workspace + more };
  }

  counters(): Promise<EngineCounters> {
    return this.#connection
      ? this.#connection.ask('counters', null, ANSWER_MS)
      : Promise.reject(new EngineFault(notLoaded));
  }

  onLost(listener: (error: EngineError) => void): void {
    this.#onLost.push(listener);
  }

  dispose(): Promise<void> {
    if (!this.#end) {
      this.#end = { code: 'worker-dead', message: 'The engine was closed.', remedy: 'Load the model again.' };
      this.#connection?.close();
      this.#endAll('cancelled');
      this.#life.over?.(false);
    }
    return Promise.resolve();
  }

  #progress(progress: TurnProgress): void {
    const turn = this.#turns.get(progress.id);
    if (!turn) return;
    turn.last = progress;
    turn.onProgress?.(progress);
  }

  #outcome(outcome: TurnOutcome): void {
    const turn = this.#turns.get(outcome.id);
    if (!turn) return;
    this.#turns.delete(outcome.id);
    turn.stopTimer();
    turn.settle(outcome);
  }

  /** The engine can do no more: end what is in flight, then say so once. */
  #lose(error: EngineError): void {
    if (this.#end) return;
    this.#end = error;
    this.#connection?.close();
    this.#endAll('error', error);
    this.#life.over?.(true);
    // After the turns' own promises have settled, so that a listener sees their outcomes first.
    queueMicrotask(() => {
      for (const listener of this.#onLost) listener(error);
    });
  }

  #endAll(finish: FinishReason, error?: EngineError): void {
    for (const turn of this.#turns.values()) {
      turn.stopTimer();
      turn.settle(this.#ended(turn, finish, error));
    }
    this.#turns.clear();
  }

  #ended(turn: InFlight, finish: FinishReason, error?: EngineError): TurnOutcome {
    const endedMs = this.#clock.now() - turn.submitted;
    return {
      id: turn.request.id,
      finish,
      text: turn.last?.text ?? '',
      usage: {
        promptTokens: 0,
        cachedTokens: 0,
        restoredTokens: 0,
        completionTokens: turn.last?.completionTokens ?? 0,
      },
      timing: { admittedMs: endedMs, firstTokenMs: null, endedMs },
      meanLogprob: null,
      ...(error ? { error } : {}),
    };
  }
}

const notLoaded: EngineError = {
  code: 'internal',
  message: 'No model is loaded.',
  remedy: 'Load a model before submitting turns.',
};
