/**
 * Makes a prompt fit a context, where whoever knows the tokens can: the oldest of what the agent remembers goes first, then the one text of the
 * turn that may be shortened. What of that is read is told with the outcome; nothing is shortened without a word.
 */
import { type Ranges, rangesOf, readOf } from '../kernel/ranges.ts';
import type { ChatMessage, TurnRequest } from './contract.ts';

/** Less than so many characters of a text are not worth a turn. */
export const LEAST = 64;
/** Characters of a text that are looked at first, for each token there is room for: hardly any text has longer tokens. */
const DENSE = 8;
/** Guesses before the best so far is taken. */
const TRIES = 12;
/** As much of the room as may stay empty for a text that does not quite fill it. */
const SLACK = 0.02;

export interface Fitted {
  readonly prefix: readonly ChatMessage[];
  readonly messages: readonly ChatMessage[];
  /** Tokens of the whole prompt. */
  readonly tokens: number;
  /** What is read of the elastic text; absent where that is all of it. */
  readonly read?: Ranges;
  /** Messages of the agent's memory that were left out, the oldest; absent where none were. */
  readonly dropped?: number;
}

/**
 * A prompt that fits. There is room in it for what the turn may write, up to half of the context, wherever leaving something out can make that.
 *
 * @param context tokens of prompt and output together
 * @param count tokens of a whole prompt
 * @returns null where even as little as possible is too long
 */
export function fitTurn(
  request: TurnRequest,
  context: number,
  count: (prefix: readonly ChatMessage[], messages: readonly ChatMessage[]) => number,
): Fitted | null {
  const { prefix, elastic, maxTokens } = request;
  const room = context - Math.min(maxTokens, context >> 1);
  const { message = -1, from, to, keep = 'head' } = elastic ?? {};
  const text = request.messages[message]?.content.slice(from, to) ?? '';
  const most = Math.min(text.length, elastic?.most ?? Infinity);
  const messagesOf = (size: number, dropped: number): readonly ChatMessage[] => shortened(request, size).slice(dropped);
  const tokensOf = (size: number, dropped: number): number => count(prefix, messagesOf(size, dropped));
  // The tokenizer need not see all of a text of which most will be left out.
  const first = Math.min(most, Math.max(LEAST, room * DENSE));

  const dropped = droppedOf(request.memory ?? 0, room, (each) => tokensOf(first, each));
  const { size, tokens } = largest(most, first, room, (each) => tokensOf(each, dropped));
  if (tokens >= context) return null;
  return {
    prefix,
    messages: messagesOf(size, dropped),
    tokens,
    ...(size < text.length && { read: rangesOf(text, size, keep) }),
    ...(dropped > 0 && { dropped }),
  };
}

/**
 * The prompt without its memory, where nobody can count but by being refused: with so many characters of the text that may be shortened.
 *
 * @returns the request's own messages where nothing is left out
 */
export function cutTo(request: TurnRequest, size: number, memory: boolean): Omit<Fitted, 'tokens' | 'prefix'> {
  const { elastic } = request;
  const dropped = memory ? 0 : (request.memory ?? 0);
  const text = elastic ? (request.messages[elastic.message]?.content.slice(elastic.from, elastic.to) ?? '') : '';
  return {
    messages: shortened(request, size).slice(dropped),
    ...(elastic && size < text.length && { read: rangesOf(text, size, elastic.keep) }),
    ...(dropped > 0 && { dropped }),
  };
}

/** The request's messages with so many characters of the elastic text. */
function shortened({ messages, elastic }: TurnRequest, size: number): readonly ChatMessage[] {
  if (!elastic || size >= elastic.to - elastic.from) return messages;
  const { message, from, to, keep } = elastic;
  return messages.map((each, index) => {
    if (index !== message) return each;
    const text = each.content.slice(from, to);
    return {
      ...each,
      content: each.content.slice(0, from) + readOf(text, rangesOf(text, size, keep)) + each.content.slice(to),
    };
  });
}

/**
 * How many messages of memory, from the oldest, must go: none while all fits; once it does not, as many as leave half of what memory could have, so
 * that the next turns of the agent only add and its K/V stays of use.
 */
function droppedOf(memory: number, room: number, tokensOf: (dropped: number) => number): number {
  if (memory === 0 || tokensOf(0) <= room) return 0;
  const own = tokensOf(memory);
  const half = own + Math.max(0, room - own) / 2;
  for (let dropped = 2; dropped < memory; dropped += 2) if (tokensOf(dropped) <= half) return dropped;
  return memory;
}

interface Size {
  readonly size: number;
  readonly tokens: number;
}

/** About the most characters whose prompt fits, or the fewest that are worth a turn where none does. */
function largest(length: number, first: number, room: number, tokensOf: (size: number) => number): Size {
  const at = (size: number): Size => ({ size, tokens: tokensOf(size) });
  // As a rule all of it fits.
  const all = at(first);
  if (all.tokens <= room && first === length) return all;
  let over = all.tokens > room ? all : null;
  let fits = over ? at(Math.min(LEAST, length)) : all;
  if (fits.tokens > room || fits.size === length) return fits;
  for (let tries = 0; tries < TRIES; tries++) {
    if (over && (over.size - fits.size <= 1 || room - fits.tokens <= room * SLACK)) break;
    const tried = at(over ? between(fits, over, room) : Math.min(length, 2 * fits.size));
    if (tried.tokens > room) over = tried;
    else if (tried.size === length) return tried;
    else fits = tried;
  }
  return fits;
}

/** The size that would just fit if tokens lay evenly between the two. */
function between(fits: Size, over: Size, room: number): number {
  const share = (room - fits.tokens) / (over.tokens - fits.tokens);
  const guess = fits.size + Math.floor(share * (over.size - fits.size));
  return Math.min(over.size - 1, Math.max(fits.size + 1, guess));
}
