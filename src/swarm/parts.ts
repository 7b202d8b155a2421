/**
 * What a YAML text would cost to parse, looked at before it is: a parser takes microseconds and a kilobyte for each bracket, comma and name, so that
 * a million commas, which a link of 1,393 characters holds, cost it seconds and a gigabyte. Its own lexer is the scan: linear, and it counts just
 * what the parser will meet.
 */
import { Lexer } from 'yaml';
import { err, ok, type Result } from '../kernel/result.ts';

/** Names, values, marks, comments, spaces and line ends of a file; the largest that is known has 1,000. */
const MOST_PARTS = 30_000;
/** Brackets and braces within one another, closed or not; what is allowed of values is told by whoever reads them. */
const MOST_OPEN = 64;
/** Lines of its texts, blank ones too: the parser makes an object of each line of a block. */
const MOST_LINES = 100_000;

/** Escapes of one text that the parser knows nothing of: it makes an error of each. */
const MOST_ESCAPES = 1000;

export interface TooMuch {
  readonly offset: number;
  readonly message: string;
  readonly expected: string;
  readonly hint: string;
}

/** Lexemes that stand for no character of the text: a document begins, a bracket never closes, a scalar follows. */
const UNWRITTEN: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001f']);

/** The lexemes of a text that may be parsed, for the parser; of one that may not, where it becomes too much. */
export function partsOf(text: string): Result<readonly string[], TooMuch> {
  const parts: string[] = [];
  let [open, offset, lines] = [0, 0, 0];
  for (const part of new Lexer().lex(text)) {
    parts.push(part);
    if (UNWRITTEN.has(part)) continue;
    if (part === '[' || part === '{') open++;
    else if (part === ']' || part === '}') open--;
    if (open > MOST_OPEN) {
      return err({
        offset,
        message: 'values are nested too deeply',
        expected: `at most ${MOST_OPEN} levels`,
        hint: '',
      });
    }
    lines += part.length > 1 ? linesOf(part) : 0;
    if (lines > MOST_LINES) {
      const message = `the texts of the file go on after ${MOST_LINES} lines`;
      return err({ offset, message, expected: `at most ${MOST_LINES}`, hint: 'input belongs into a file of its own' });
    }
    const escapes = part[0] === '"' && part.length > MOST_ESCAPES ? unknownEscapes(part) : 0;
    if (escapes > MOST_ESCAPES) {
      const message = `the text that begins here has ${escapes} escapes that mean nothing within double quotes`;
      return err({ offset, message, expected: 'two backslashes for one', hint: 'or put the text into single quotes' });
    }
    if (parts.length > MOST_PARTS) {
      const message = `the file goes on after ${MOST_PARTS} names, values and marks`;
      return err({ offset, message, expected: `at most ${MOST_PARTS}`, hint: 'input belongs into a file of its own' });
    }
    offset += part.length;
  }
  return ok(parts);
}

function linesOf(part: string): number {
  let lines = 0;
  for (let at = part.indexOf('\n'); at >= 0; at = part.indexOf('\n', at + 1)) lines++;
  return lines;
}

function unknownEscapes(quoted: string): number {
  let found = 0;
  for (let at = quoted.indexOf('\\'); at >= 0; at = quoted.indexOf('\\', at + 2)) {
    if (!KNOWN_ESCAPES.includes(quoted[at + 1] ?? '"')) found++;
  }
  return found;
}
const KNOWN_ESCAPES = '0abetnvfrNLPxuU _"/\\\t\n\r';
