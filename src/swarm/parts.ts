/**
 * What a YAML text would cost to parse, looked at before it is: a parser takes microseconds and a kilobyte for each bracket, comma and name, so that
 * a million commas, which a link of 1,393 characters holds, cost it seconds and a gigabyte. Its own lexer is the scan: linear, it keeps nothing,
 * and it counts just what the parser will meet.
 */
import { Lexer } from 'yaml';

/** Names, values, marks, comments, spaces and line ends of a file; the largest that is known has 1,000. */
const MOST_PARTS = 50_000;
/** Brackets and braces within one another, closed or not; what is allowed of values is told by whoever reads them. */
const MOST_OPEN = 64;

export interface TooMuch {
  readonly offset: number;
  readonly message: string;
  readonly expected: string;
  readonly hint: string;
}

/** Lexemes that stand for no character of the text: a document begins, a bracket never closes, a scalar follows. */
const UNWRITTEN: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

/** Null where the text may be parsed. */
export function tooManyParts(text: string): TooMuch | null {
  let [parts, open, offset] = [0, 0, 0];
  for (const part of new Lexer().lex(text)) {
    if (UNWRITTEN.has(part)) continue;
    if (part === '[' || part === '{') open++;
    else if (part === ']' || part === '}') open--;
    if (open > MOST_OPEN) {
      return { offset, message: 'brackets are nested too deeply', expected: `at most ${MOST_OPEN} levels`, hint: '' };
    }
    if (++parts > MOST_PARTS) {
      const message = `the file goes on after ${MOST_PARTS} names, values and marks`;
      return { offset, message, expected: `at most ${MOST_PARTS}`, hint: 'input belongs into a file of its own' };
    }
    offset += part.length;
  }
  return null;
}
