/** Characters that stand in no text, out of a whole file or one value of it: each is counted with its line, and all else stays where it is. */
import { LineAt, type PlacesCode } from './notes.ts';

/**
 * @param text lines end in LF or CRLF
 * @param tally is told of each run, with its line
 * @param firstLine number of the text's first line
 */
export function cleanText(
  text: string,
  tally: (code: PlacesCode, line: number, times: number) => void,
  firstLine = 1,
): string {
  const replace = (code: PlacesCode, from: string, pattern: RegExp, by: string): string => {
    const lineAt = new LineAt(from, firstLine);
    // Two passes: a function for each place would keep all of them at once.
    for (const { 0: found, index } of from.matchAll(pattern)) tally(code, lineAt.of(index), found.length);
    return from.replace(pattern, by);
  };

  let clean = text;
  // Files that were put together from several have one before each.
  if (clean.includes('\uFEFF')) clean = replace('inner-mark', clean, /(?<=^|\n)\uFEFF+/g, '');
  // A log that was cut while it was written to has a hole of them.
  if (clean.includes('\0')) {
    const lineAt = new LineAt(clean, firstLine);
    const ends = (char: string | undefined): boolean => char === undefined || char === '\n' || char === '\r';
    clean = clean.replace(/\0+/g, (run, at: number, all: string) => {
      tally('nul', lineAt.of(at), run.length);
      return ends(all[at - 1]) || ends(all[at + run.length]) ? '' : ' ';
    });
  }
  return clean.isWellFormed() ? clean : replace('half-character', clean, LONE, '\uFFFD');
}

/** Half of a surrogate pair without the other. */
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
