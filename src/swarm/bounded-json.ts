/**
 * JSON from strangers, looked over before it is parsed: 100 kB of deflate can unpack to a hundred million brackets, for which a parser takes
 * gigabytes and a minute.
 */
import { err, ok, type Result } from '../kernel/result.ts';

export interface JsonBounds {
  /** Lists and maps within one another. */
  readonly depth: number;
  /** Numbers, texts, lists, maps and all else, keys not counted. */
  readonly values: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;

/** Fails with one sentence where the text is no JSON, or more of it than that. Takes time in proportion to the text, and no memory. */
export function parseBounded(text: string, { depth, values }: JsonBounds): Result<unknown, string> {
  let open = 0;
  // Each comma parts two values; each list or map is one, and may hold one that no comma tells of.
  let seen = 1;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === QUOTE) {
      at = endOfString(text, at);
      if (at < 0) return err('It is not JSON.');
    } else if (code === COMMA) seen++;
    // [ and {, ] and }
    else if (code === 0x5b || code === 0x7b) {
      seen++;
      if (++open > depth) return err('It has lists within lists, deeper than any incident or swarm has.');
    } else if (code === 0x5d || code === 0x7d) open--;
    if (seen > values) return err('It has more values than any incident or swarm has.');
  }
  try {
    return ok(JSON.parse(text));
  } catch {
    return err('It is not JSON.');
  }
}

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
