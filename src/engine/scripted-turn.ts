import type { Cancel } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { EngineError, FinishReason, TurnOutcome, TurnProgress, TurnRequest } from './contract.ts';
import type { Fitted } from './fit.ts';
import { scriptedAnswer } from './scripted-answer.ts';
import { type Arrival, charactersOf, headOf, tokensOf } from './scripted-memory.ts';

/** What can go wrong with one turn, on purpose. */
export type ScriptedFault =
  /** Stops in the middle and never goes on; only deadline or cancel end it. */
  | { readonly kind: 'stall' }
  /** Stalls and keeps no deadline either. */
  | { readonly kind: 'hang' }
  /** Repeats itself until the token limit. */
  | { readonly kind: 'loop' }
  /** Ends with this text. */
  | { readonly kind: 'say'; readonly text: string }
  /** Ends with this error. */
  | { readonly kind: 'error'; readonly error: EngineError };

/** Tokens between two progress messages. */
export const STRIDE = 8;

/** What one turn writes, a stride at a time. */
export class Script {
  readonly #whole: string;
  readonly #loops: boolean;
  readonly #silent: boolean;
  readonly #most: number;
  #tokens = 0;

  constructor({ schema, messages, maxTokens }: TurnRequest, fault: ScriptedFault | null, random: Random) {
    const input = messages.at(-1)?.content ?? '';
    const answer = fault?.kind === 'say' ? fault.text : scriptedAnswer(schema, input, random);
    this.#loops = fault?.kind === 'loop';
    this.#silent = fault?.kind === 'stall' || fault?.kind === 'hang';
    this.#whole = this.#loops ? 'again and '.repeat(Math.ceil(charactersOf(maxTokens) / 10)) : answer;
    this.#most = maxTokens;
  }

  /** All that is written by now, and whether more comes: null, or how it ended; `silent`: nothing ever will. */
  next(): { readonly text: string; readonly tokens: number; readonly end: 'stop' | 'length' | 'silent' | null } {
    this.#tokens = Math.min(this.#tokens + STRIDE, this.#most);
    const text = headOf(this.#whole, this.#tokens);
    const finished = !this.#loops && text.length === this.#whole.length;
    const tokens = finished ? tokensOf(this.#whole) : this.#tokens;
    const end = finished ? 'stop' : tokens >= this.#most ? 'length' : null;
    return { text, tokens, end: this.#silent ? 'silent' : end };
  }
}

/** A turn that the engine holds. */
export interface Running {
  /** As it fits. */
  readonly request: TurnRequest;
  readonly fitted: Pick<Fitted, 'read' | 'dropped'> | null;
  readonly order: number;
  readonly submitted: number;
  readonly onProgress: ((progress: TurnProgress) => void) | undefined;
  readonly settle: (outcome: TurnOutcome) => void;
  admitted: number | null;
  firstToken: number | null;
  text: string;
  tokens: number;
  cached: number;
  arrival: Arrival | null;
  /** Its agent is to stay where it is when it ends. */
  retain: boolean;
  over: boolean;
  timers: Cancel[];
}

export const promptTokens = (request: Pick<TurnRequest, 'prefix' | 'messages'>): number =>
  [...request.prefix, ...request.messages].reduce((sum, message) => sum + tokensOf(message.content), 0);

/** What whoever submitted the turn is told of it; times from its submission. */
export function outcomeOf(
  turn: Running,
  now: number,
  finish: FinishReason,
  retained: boolean,
  error: EngineError | undefined,
): TurnOutcome {
  const admitted = turn.admitted ?? now;
  const { fitted } = turn;
  // A prompt that does not fit is never computed.
  const ran = turn.admitted !== null && error?.code !== 'prompt-too-long';
  const since = (at: number): number => at - turn.submitted;
  return {
    id: turn.request.id,
    finish,
    text: turn.text,
    usage: {
      promptTokens: ran ? promptTokens(turn.request) : 0,
      cachedTokens: ran ? turn.cached : 0,
      restoredTokens: turn.arrival?.restored ?? 0,
      completionTokens: turn.tokens,
    },
    timing: {
      admittedMs: since(admitted),
      firstTokenMs: turn.firstToken === null ? null : since(turn.firstToken),
      endedMs: since(now),
    },
    meanLogprob: null,
    ...(fitted?.read && { read: fitted.read }),
    ...(fitted?.dropped !== undefined && { dropped: fitted.dropped }),
    ...(retained ? { retained } : {}),
    ...(turn.arrival?.pageIn ? { pageIn: turn.arrival.pageIn } : {}),
    ...(error ? { error } : {}),
  };
}
