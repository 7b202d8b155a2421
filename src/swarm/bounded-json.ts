/**
 * JSON from strangers, looked over before it is parsed: 100 kB of deflate can unpack to a hundred million brackets, for which a parser takes
 * gigabytes and a minute.
 */
import { err, ok, type Result } from '../kernel/result.ts';
import { placeIn, type Position } from './diagnostic.ts';
import { jsonFaultAt } from './input/json-fault.ts';

export interface JsonBounds {
  /** Lists and maps within one another. */
  readonly depth: number;
  /** Numbers, texts, lists, maps and all else, keys not counted. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Why a text is not taken, and where; lines and columns from 1. */
export interface JsonFault extends Position {
  readonly message: string;
  readonly expected: string;
}

/**
 * Fails where the text is no JSON, or more of it than that. Takes time in proportion to the text, and no memory before all of it was looked
 * over.
 */
export function parseBounded(text: string, { depth, values }: JsonBounds): Result<unknown, JsonFault> {
  let open = 0;
  // Each comma parts two values; each list or map is one, and may hold one that no comma tells of.
  let seen = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at < 0) return noJson(text);
    } else if (code === COMMA) seen++;
    // [ and {, ] and }
    else if (code === 0x5b || code === 0x7b) {
      seen++;
      if (++open > depth) return refused(text, at, 'lists and maps are nested too deeply', `at most ${depth} levels`);
    } else if (code === 0x5d || code === 0x7d) open--;
    if (seen > values) return refused(text, at, `it goes on after ${values} values`, `at most ${values} values`);
  }
  try {
    return ok(JSON.parse(text));
  } catch {
    return noJson(text);
  }
}

function refused(text: string, at: number, message: string, expected: string): Result<never, JsonFault> {
  return err({ ...placeIn(text, at), message, expected });
}

function noJson(text: string): Result<never, JsonFault> {
  const at = jsonFaultAt(text);
  const ends = at < 0 || at >= text.length;
  const message = ends ? 'it ends within its JSON value' : 'it is not JSON from here on';
  return refused(text, ends ? text.length : at, message, 'JSON as Planaria writes it');
}

/** `line 1, column 5: it is not JSON from here on; expected …` */
export const sayJsonFault = ({ line, column, message, expected }: JsonFault): string =>
  `line ${line}, column ${column}: ${message}; expected ${expected}; ask whoever made it for another`;

/** Place of the quote that ends the string whose first quote is at `start`; -1 where none does. */
function endOfString(text: string, start: number): number {
  let at = text.indexOf('"', start + 1);
  while (at >= 0) {
    let before = at - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((at - before) % 2 === 1) return at;
    at = text.indexOf('"', at + 1);
  }
  return -1;
}
