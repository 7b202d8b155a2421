/**
 * From sampled tokens to a turn's text and its end.
 */
import { fault } from '../device/engine-faults.ts';
import type { Turn } from '../runners/runner.ts';
import type { Matcher } from './grammar.ts';
import type { RowSampling, Sampled } from './sampler.ts';
import type { Seat } from './seat.ts';

/** For rows whose token nobody wants. */
export const NOTHING: RowSampling = { temperature: 0, topP: 1, uniform: 0, mask: null, penalties: null };

/** How the seat's next token is drawn. A grammar that fails ends its own turn. */
export async function samplingOf(seat: Seat): Promise<RowSampling> {
  const { sampling } = seat.turn.request;
  let mask: Int32Array | null;
  try {
    mask = seat.matcher ? await seat.matcher.mask() : null;
  } catch (thrown) {
    endByGrammar(seat.turn, thrown);
    return NOTHING;
  }
  const presence = sampling.presencePenalty ?? 0;
  const frequency = sampling.frequencyPenalty ?? 0;
  const repetition = sampling.repetitionPenalty ?? 1;
  return {
    temperature: sampling.temperature,
    topP: sampling.topP,
    uniform: seat.random.next(),
    mask,
    penalties:
      presence !== 0 || frequency !== 0 || repetition !== 1
        ? { presence, frequency, repetition, counts: seat.counts }
        : null,
  };
}

export interface Ends {
  /** Tokens that end a turn. */
  readonly stopTokens: ReadonlySet<number>;
  /** Sequences may outlive their turns. */
  readonly retains: boolean;
}

/** A token for a seat: part of its text, or its end. `row` is the seat's in `sampled`. */
export function answer(seat: Seat, sampled: Sampled, row: number, ends: Ends): void {
  const { turn, matcher } = seat;
  const id = sampled.tokens[row] as number;
  if (id < 0) {
    turn.end('error', fault('schema-unsupported', 'The output schema left the model nothing to say.').error);
    return;
  }
  if (sampled.logprobs) turn.logprob = seat.logprob += sampled.logprobs[row] as number;
  if (ends.stopTokens.has(id)) {
    turn.completionTokens += 1;
    finish(seat, 'stop', ends);
    return;
  }
  if (matcher && !accepts(seat, matcher, id)) return;
  seat.next = id;
  seat.counts.set(id, (seat.counts.get(id) ?? 0) + 1);
  const text = seat.text.push(id);
  const tokens = seat.text.ids.length;
  const stop = firstOf(seat.stops, text);
  if (stop >= 0) {
    turn.say(text.slice(0, stop), tokens);
    finish(seat, 'stop', ends);
    return;
  }
  turn.say(text, tokens);
  if (matcher?.complete()) finish(seat, 'stop', ends);
  else if (tokens >= seat.maxTokens) finish(seat, 'length', ends);
}

/** Where the first of these words begins; -1 without one. A token can bring several, or the same twice. */
function firstOf(words: readonly string[], text: string): number {
  return words.reduce((first, word) => {
    const at = text.indexOf(word);
    return at < 0 || (first >= 0 && first < at) ? first : at;
  }, -1);
}

/** False where the token ended the turn. */
function accepts({ turn }: Seat, matcher: Matcher, id: number): boolean {
  try {
    if (matcher.accept(id)) return true;
    endByGrammar(turn, `token ${String(id)} was sampled and is not allowed`);
  } catch (thrown) {
    endByGrammar(turn, thrown);
  }
  return false;
}

/** What one schema does is no reason to end the turns of others; a WebAssembly module that trapped is, for nothing works in it afterwards. */
function endByGrammar(turn: Turn, why: unknown): void {
  if (why instanceof WebAssembly.RuntimeError) throw why;
  turn.end('error', fault('schema-unsupported', 'The output schema left the model nothing to say.', why).error);
}

/** Ends a turn whose sequence is whole: it may be kept. */
function finish({ turn, retain }: Seat, how: 'stop' | 'length', { retains }: Ends): void {
  turn.retained = retain && retains;
  turn.end(how);
}
