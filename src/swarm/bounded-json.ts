/**
 * JSON from strangers, looked over before it is parsed: 100 kB of deflate can unpack to a hundred million brackets, for which a parser takes
 * gigabytes and a minute.
 */
import { jsonFaultAt } from '../kernel/json-fault.ts';
import { err, ok, type Result } from '../kernel/result.ts';
import { placeIn, type Position } from './diagnostic.ts';

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

/** Counts what a JSON text holds while it comes in, without memory: texts in code units, or in bytes of UTF-8. */
export class JsonScan {
  readonly #bounds: JsonBounds;
  #open = 0;
  // Each comma parts two values; each list or map is one, and may hold one that no comma tells of.
  #seen = 1;
  #inText = false;
  /** Backslashes that the last piece ended with, within a text, are odd in number. */
  #escaped = false;

  constructor(bounds: JsonBounds) {
    this.#bounds = bounds;
  }

  /** Whether a text was begun that has not ended. */
  get inText(): boolean {
    return this.#inText;
  }

  /** The next piece: null, or where it is too much and why. */
  take(piece: string | Uint8Array): (Pick<JsonFault, 'message' | 'expected'> & { readonly at: number }) | null {
    const { depth, values } = this.#bounds;
    const codeAt = typeof piece === 'string' ? (k: number) => piece.charCodeAt(k) : (k: number) => piece[k];
    for (let at = 0; at < piece.length; at++) {
      if (this.#inText) {
        at = this.#endOfText(piece, at);
        continue;
      }
      const code = codeAt(at);
      if (code === QUOTE) this.#inText = true;
      else if (code === COMMA) this.#seen++;
      // [ and {, ] and }
      else if (code === 0x5b || code === 0x7b) {
        this.#seen++;
        if (++this.#open > depth)
          return { at, message: 'lists and maps are nested too deeply', expected: `at most ${depth} levels` };
      } else if (code === 0x5d || code === 0x7d) this.#open--;
      if (this.#seen > values)
        return { at, message: `it goes on after ${values} values`, expected: `at most ${values} values` };
    }
    return null;
  }

  /** Place of the quote that ends the text that goes on at `from`; of the piece's end where none does. */
  #endOfText(piece: string | Uint8Array, from: number): number {
    let start = from;
    for (;;) {
      const at = typeof piece === 'string' ? piece.indexOf('"', start) : piece.indexOf(QUOTE, start);
      const end = at < 0 ? piece.length : at;
      let before = end - 1;
      while (before >= from && (typeof piece === 'string' ? piece.charCodeAt(before) : piece[before]) === BACKSLASH)
        before--;
      const odd = ((end - 1 - before) % 2 === 1) !== (before < from && this.#escaped);
      if (at < 0) {
        this.#escaped = odd;
        return end;
      }
      if (!odd) {
        this.#inText = false;
        this.#escaped = false;
        return at;
      }
      start = at + 1;
    }
  }
}

/**
 * Fails where the text is no JSON, or more of it than that. Takes time in proportion to the text, and no memory before all of it was looked
 * over.
 */
export function parseBounded(text: string, bounds: JsonBounds): Result<unknown, JsonFault> {
  const scan = new JsonScan(bounds);
  const fault = scan.take(text);
  if (fault) return refused(text, fault.at, fault.message, fault.expected);
  if (scan.inText) return noJson(text);
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
