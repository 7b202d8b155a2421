/**
 * Places of values within JSON text, so that they can be taken out as they are written: a number that no double holds keeps its digits. Without
 * recursion, however deep the text is nested. The text, or the part that is walked, must be JSON; else places are wrong, never out of bounds.
 */

import { skipSpace } from '../../kernel/json-fault.ts';
import { endOfString } from '../../kernel/written-json.ts';

export interface Span {
  readonly start: number;
  readonly end: number;
}

/** Offset behind the value that begins at `at`; the length of the text where it does not end. */
export function endOfValue(text: string, at: number): number {
  const first = text[at];
  if (first === '"') return endOfString(text, at);
  if (first !== '{' && first !== '[') return endOfPlain(text, at);
  let depth = 0;
  PIECE.lastIndex = at;
  for (let piece = PIECE.exec(text); piece; piece = PIECE.exec(text)) {
    const char = piece[0];
    if (char === '"') PIECE.lastIndex = endOfString(text, piece.index);
    else if (char === '{' || char === '[') depth++;
    else if (--depth === 0) return piece.index + 1;
  }
  return text.length;
}
/** What a list or map begins, ends or hides brackets with. */
const PIECE = /["{}[\]]/g;

/** Offset of the first bracket that opens a list or map within more than `most` others; -1 where none does. Linear, without memory. */
export function deeperThan(text: string, most: number): number {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = endOfString(text, at) - 1;
    // [ and {, ] and }
    else if (code === 0x5b || code === 0x7b) {
      if (++depth > most) return at;
    } else if ((code === 0x5d || code === 0x7d) && depth > 0) depth--;
  }
  return -1;
}

function endOfPlain(text: string, start: number): number {
  let at = start;
  while (at < text.length && !',]} \t\r\n'.includes(text[at] ?? '')) at++;
  return at;
}

/** Items of the list that begins at `start`, in order. */
export function* itemsOf(text: string, start: number): Generator<Span> {
  let at = skipSpace(text, start + 1);
  while (at < text.length && text[at] !== ']') {
    const end = endOfValue(text, at);
    yield { start: at, end };
    at = skipSpace(text, end);
    if (text[at] === ',') at = skipSpace(text, at + 1);
    else if (end === at && text[at] !== ']') return;
  }
}

/** The member of that name of the map that begins at `start`. Of equal names the last counts, as in `JSON.parse`. */
export function memberOf(text: string, start: number, name: string): Span | null {
  return membersOf(text, start, new Set([name])).get(name) ?? null;
}

/** Members of those names, looked for at once. */
export function membersOf(text: string, start: number, names: ReadonlySet<string>): ReadonlyMap<string, Span> {
  const found = new Map<string, Span>();
  let at = skipSpace(text, start + 1);
  while (text[at] === '"') {
    const keyEnd = endOfString(text, at);
    const valueAt = skipSpace(text, skipSpace(text, keyEnd) + 1);
    const end = endOfValue(text, valueAt);
    const name = nameIn(text.slice(at, keyEnd));
    if (names.has(name)) found.set(name, { start: valueAt, end });
    at = skipSpace(text, end);
    if (text[at] !== ',') break;
    at = skipSpace(text, at + 1);
  }
  return found;
}

function nameIn(quoted: string): string {
  return quoted.includes('\\') ? (JSON.parse(quoted) as string) : quoted.slice(1, -1);
}
