import {
  type Engine,
  type EngineCounters,
  type EngineError,
  EngineFault,
  type EngineReport,
  type LoadProgress,
  type MemoryBudget,
  type ModelSource,
  type SeatsChange,
  type TurnHandle,
  type TurnOutcome,
  type TurnProgress,
  type TurnRequest,
} from '../contract.ts';
import { endpointName } from '../endpoint.ts';
import { cutWords, RemoteFault } from './faults.ts';
import { ENDPOINT_LOST } from '../../journal/run-state.ts';
import { Line, type LineOptions } from './line.ts';
import { lookUp } from './look-up.ts';
import { NO_COUNTERS, NothingHere } from './nothing-here.ts';
import { RemoteTurn } from './remote-turn.ts';

export interface RemoteOptions extends Omit<LineOptions, 'onSeats'> {
  /** All turns of a run go there: what is wrong with the endpoint as such ends the engine, as a lost device ends another. */
  readonly own?: boolean;
}

/** Tokens of a context that nobody has told the size of. Prompts go there whole; what is refused as too long is shortened. */
const CONTEXT_TOKENS = 8192;

/**
 * A model behind an OpenAI-compatible endpoint, as an engine: chat completions, streamed, with the output's JSON Schema.
 *
 * What goes there leaves this computer, so only a person can name the endpoint, and only by hand. Its key lives in this object and in the
 * header of its requests: it is in no message, no log and no store. Requests follow no redirect, so that the key goes to that host alone.
 *
 * Invariants: each turn ends exactly once and never rejects; a request that the endpoint would not take yet is no end of its turn; where the
 * engine is a run's own, after `onLost` no request leaves.
 */
export class RemoteEngine extends NothingHere implements Engine {
  readonly #line: Line;
  readonly #own: boolean;
  /** Turns that have not ended, and their ends. */
  readonly #turns = new Map<RemoteTurn, Promise<TurnOutcome>>();
  readonly #lostListeners: ((error: EngineError) => void)[] = [];
  #seatsListener: ((change: SeatsChange) => void) | null = null;
  #over: RemoteFault | null = null;
  #counters = { turns: 0, prefillTokens: 0, decodeTokens: 0, peakResidents: 0 };

  constructor({ own = false, ...options }: RemoteOptions) {
    super();
    this.#own = own;
    this.#line = new Line({
      ...options,
      onSeats: (from, to, because) => this.#seatsListener?.({ from, to, max: this.#line.most, because }),
    });
  }

  /**
   * Asks the endpoint for its models: whether it answers at all, and what it says of the one that is wanted.
   * @throws EngineFault one of the endpoint's errors
   */
  async load(
    _source: ModelSource,
    _budget: MemoryBudget,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineReport> {
    const { endpoint, clock, memory, most } = this.#line;
    const begun = clock.now();
    onProgress({ phase: 'endpoint', bytes: 0, totalBytes: null, fromCache: false });
    try {
      const found = await lookUp(this.#line, signal);
      memory.contextTokens = found.contextTokens ?? memory.contextTokens;
      memory.cuts = found.cuts;
    } catch (thrown) {
      throw new EngineFault(
        this.#errorOf(thrown instanceof RemoteFault ? thrown : new RemoteFault('internal', String(thrown))),
      );
    }
    onProgress({ phase: 'ready', bytes: 0, totalBytes: null, fromCache: false });
    return {
      engine: 'remote',
      batched: true,
      residents: most,
      seats: this.#line.gate.seats,
      adapter: null,
      model: {
        id: endpointName(endpoint),
        library: '',
        contextTokens: this.contextTokens,
        weightBytes: 0,
      },
      notes: [],
      loadMs: clock.now() - begun,
    };
  }

  submit(
    request: TurnRequest,
    onProgress?: (progress: TurnProgress) => void,
    onHeld?: (held: boolean) => void,
  ): TurnHandle {
    const errorOf = (fault: RemoteFault): EngineError => this.#errorOf(fault);
    const turn = new RemoteTurn({ line: this.#line, request, onProgress, onHeld, errorOf, insists: !this.#own });
    if (this.#over) turn.callOff(this.#over);
    const done = turn.run().then((outcome) => this.#ended(turn, outcome));
    this.#turns.set(turn, done);
    this.#counters.peakResidents = Math.max(this.#counters.peakResidents, this.#line.gate.through);
    return {
      id: request.id,
      done,
      cancel: () => {
        turn.callOff('cancelled');
      },
    };
  }

  onSeats(listener: (change: SeatsChange) => void): void {
    this.#seatsListener = listener;
  }

  /** Tokens that a prompt and its answer may have, as far as is known. */
  get contextTokens(): number {
    return this.#line.memory.contextTokens ?? CONTEXT_TOKENS;
  }

  override counters(): Promise<EngineCounters> {
    return Promise.resolve({ ...NO_COUNTERS, ...this.#counters });
  }

  onLost(listener: (error: EngineError) => void): void {
    this.#lostListeners.push(listener);
  }

  dispose(): Promise<void> {
    for (const turn of this.#turns.keys()) turn.callOff('cancelled');
    this.#line.gate.stop();
    return Promise.resolve();
  }

  #ended(turn: RemoteTurn, outcome: TurnOutcome): TurnOutcome {
    this.#turns.delete(turn);
    const { usage, error } = outcome;
    this.#counters.turns++;
    this.#counters.prefillTokens += usage.promptTokens - usage.cachedTokens;
    this.#counters.decodeTokens += usage.completionTokens;
    if (error && this.#own && ENDPOINT_LOST.has(error.code)) this.#lose(error);
    return outcome;
  }

  /** The others end with the same error first. */
  #lose(error: EngineError): void {
    if (this.#over) return;
    const over = (this.#over = new RemoteFault(error.code as RemoteFault['code'], error.detail));
    for (const turn of this.#turns.keys()) turn.callOff(over);
    void Promise.all(this.#turns.values()).then(() => {
      for (const listener of this.#lostListeners) listener(error);
    });
  }

  #errorOf({ code, words }: RemoteFault): EngineError {
    const detail = cutWords(words, this.#line.endpoint.key);
    return { code, message: detail, remedy: '', ...(detail !== '' && { detail }) };
  }
}
