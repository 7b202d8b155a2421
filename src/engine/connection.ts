/**
 * The client's end of one inference worker: questions with deadlines, a heartbeat, and one moment of death.
 *
 * A promise that waits on a dead worker would never settle. So death is decided here, from any of: an `error` or `messageerror` event, its
 * lifeline (a worker that ends without a word), too many missed heartbeats (one that lives and does nothing), a question past its
 * deadline, or `close`; and then every question in flight is rejected.
 */
import type { Clock } from '../kernel/clock.ts';
import type { Lifeline } from '../kernel/lock.ts';
import { EngineFault, type EngineError, type LoadProgress } from './contract.ts';
import type { FromInference, Method, Questions, ToInference, WorkerLike } from './worker-protocol.ts';

/** How often the worker is asked for a sign of life, ms. */
const BEAT_MS = 2_000;

/**
 * Beats without any message after which the worker counts as dead. Beats are counted, not milliseconds: a laptop that slept wakes with one
 * late beat, not with a dead worker. 15 beats (30 s) leave room for a grammar or shader compilation that blocks the worker.
 */
const MISSED_BEATS = 15;

export interface Listener {
  /** Progress and outcomes of turns, and `lost`. */
  message(message: Extract<FromInference, { type: 'progress' | 'outcome' | 'lost' }>): void;
  /** Called once. */
  died(error: EngineError): void;
}

interface Waiting {
  readonly method: Method;
  resolve(value: unknown): void;
  reject(reason: EngineFault): void;
  loading?: ((progress: LoadProgress) => void) | undefined;
  disarm(): void;
}

export class Connection {
  readonly #worker: WorkerLike;
  readonly #clock: Clock;
  readonly #waiting = new Map<number, Waiting>();
  readonly #stopBeat: () => void;
  readonly #lifeline: Lifeline | null;
  readonly #ended = new AbortController();
  #listener: Listener | null = null;
  #calls = 0;
  #missed = 0;
  #dead: EngineError | null = null;

  constructor(worker: WorkerLike, clock: Clock, lifeline: Lifeline | null = null) {
    this.#worker = worker;
    this.#clock = clock;
    this.#lifeline = lifeline;
    worker.addEventListener('message', (event) => {
      this.#receive(event.data as FromInference);
    });
    worker.addEventListener('error', (event) => {
      // Else it goes on as an error of whoever made the worker: the page would take the runtime for dead.
      event.preventDefault?.();
      this.#die(workerDead(`The inference worker failed: ${event.message ?? 'its script could not be run'}.`));
    });
    worker.addEventListener('messageerror', () => {
      this.#die(workerDead('A message of the inference worker could not be read.'));
    });
    this.#stopBeat = clock.every(BEAT_MS, () => {
      this.#beat();
    });
  }

  get dead(): EngineError | null {
    return this.#dead;
  }

  listen(listener: Listener): void {
    this.#listener = listener;
  }

  /**
   * Asks once. `limitMs` is the longest wait; null where only the heartbeat decides (loads take as long as the network does).
   * @throws EngineFault with the worker's error, or `worker-dead`
   */
  ask<M extends Method>(
    method: M,
    ask: Questions[M]['ask'],
    limitMs: number | null,
    options: { loading?: (progress: LoadProgress) => void; signal?: AbortSignal | undefined } = {},
  ): Promise<Questions[M]['answer']> {
    if (this.#dead) return Promise.reject(new EngineFault(this.#dead));
    const call = (this.#calls += 1);
    return new Promise<Questions[M]['answer']>((resolve, reject) => {
      const onAbort = (): void => {
        this.#post({ type: 'abort', call });
      };
      const stopTimer =
        limitMs === null
          ? () => undefined
          : this.#clock.timeout(limitMs, () => {
              this.#die(workerDead(`The inference worker did not answer "${method}" within ${String(limitMs)} ms.`));
            });
      this.#waiting.set(call, {
        method,
        resolve: resolve as (value: unknown) => void,
        reject,
        loading: options.loading,
        disarm: () => {
          stopTimer();
          options.signal?.removeEventListener('abort', onAbort);
        },
      });
      this.#post({ type: 'ask', call, method, ask } as ToInference);
      options.signal?.addEventListener('abort', onAbort, { once: true });
      if (options.signal?.aborted) onAbort();
    });
  }

  tell(message: Extract<ToInference, { type: 'submit' | 'cancel' | 'fault' }>): void {
    this.#post(message);
  }

  /** Kills the worker on behalf of someone who saw it misbehave. */
  kill(reason: string): void {
    this.#die(workerDead(reason));
  }

  /** Ends the worker's thread without a word, as a crash of the browser's would: only lifeline or heartbeat can find out. */
  terminateSilently(): void {
    this.#worker.terminate();
  }

  /** Ends the worker in peace: nobody is told that it died. */
  close(): void {
    this.#listener = null;
    this.#die(workerDead('The engine was closed.'));
  }

  #post(message: ToInference): void {
    if (!this.#dead) this.#worker.postMessage(message);
  }

  #receive(message: FromInference): void {
    if (this.#dead) return;
    this.#missed = 0;
    switch (message.type) {
      case 'pong':
        return;
      case 'alive':
        void this.#lifeline?.gone(message.lifeline, this.#ended.signal).then(() => {
          this.#die(workerDead('The inference worker ended without a word.'));
        });
        return;
      case 'loading':
        this.#waiting.get(message.call)?.loading?.(message.progress);
        return;
      case 'answer': {
        const waiting = this.#waiting.get(message.call);
        if (!waiting) return;
        this.#waiting.delete(message.call);
        waiting.disarm();
        if (message.ok) waiting.resolve(message.value);
        else waiting.reject(new EngineFault(message.error));
        return;
      }
      default:
        this.#listener?.message(message);
    }
  }

  #beat(): void {
    this.#missed += 1;
    if (this.#missed > MISSED_BEATS) {
      this.#die(
        workerDead(`The inference worker gave no sign of life for ${String((MISSED_BEATS * BEAT_MS) / 1000)} s.`),
      );
      return;
    }
    this.#post({ type: 'ping' });
  }

  #die(error: EngineError): void {
    if (this.#dead) return;
    this.#dead = error;
    this.#stopBeat();
    this.#ended.abort();
    this.#worker.terminate();
    for (const waiting of this.#waiting.values()) {
      waiting.disarm();
      waiting.reject(new EngineFault(error));
    }
    this.#waiting.clear();
    this.#listener?.died(error);
  }
}

function workerDead(message: string): EngineError {
  return { code: 'worker-dead', message, remedy: 'The run starts a fresh worker and takes up its turns again.' };
}
