/**
 * From sampled tokens to a turn's text and its end.
 */
import { fault } from '../faults.ts';
import type { Turn } from '../runner.ts';
import type { RowSampling, Sampled } from './sampler.ts';
import type { Seat } from './seat.ts';

/** For rows whose token nobody wants. */
export const NOTHING: RowSampling = { temperature: 0, topP: 1, uniform: 0, mask: null, penalties: null };

/** How the seat's next token is drawn. */
export async function samplingOf(seat: Seat): Promise<RowSampling> {
  const { sampling } = seat.turn.request;
  const presence = sampling.presencePenalty ?? 0;
  const frequency = sampling.frequencyPenalty ?? 0;
  const repetition = sampling.repetitionPenalty ?? 1;
  return {
    temperature: sampling.temperature,
    topP: sampling.topP,
    uniform: seat.random.next(),
    mask: seat.matcher ? await seat.matcher.mask() : null,
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
    finish(turn, 'stop', ends);
    return;
  }
  if (matcher && !matcher.accept(id)) {
    const detail = `token ${String(id)} was sampled and is not allowed`;
    turn.end('error', fault('schema-unsupported', 'The output schema left the model nothing to say.', detail).error);
    return;
  }
  seat.next = id;
  seat.counts.set(id, (seat.counts.get(id) ?? 0) + 1);
  const text = seat.text.push(id);
  const tokens = seat.text.ids.length;
  const stop = seat.stops.reduce((at, word) => (at < 0 ? text.lastIndexOf(word) : at), -1);
  if (stop >= 0) {
    turn.say(text.slice(0, stop), tokens);
    finish(turn, 'stop', ends);
    return;
  }
  turn.say(text, tokens);
  if (matcher?.complete()) finish(turn, 'stop', ends);
  else if (tokens >= seat.maxTokens) finish(turn, 'length', ends);
}

/** Ends a turn whose sequence is whole: it may be kept. */
function finish(turn: Turn, how: 'stop' | 'length', { retains }: Ends): void {
  turn.retained = turn.request.retain === true && retains;
  turn.end(how);
}
