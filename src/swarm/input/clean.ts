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
  let clean = text;
  // Files that were put together from several have one before each.
  if (clean.includes(MARK)) {
    const lineAt = new LineAt(clean, firstLine);
    for (let at = clean.indexOf(MARK), end; at >= 0; at = clean.indexOf(MARK, end)) {
      for (end = at + 1; clean[end] === MARK;) end++;
      if (at === 0 || clean[at - 1] === '\n') tally('inner-mark', lineAt.of(at), end - at);
    }
    clean = clean.replace(/(^|\n)\uFEFF+/g, '$1');
  }
  // A log that was cut while it was written to has a hole of them.
  if (clean.includes('\0')) {
    const lineAt = new LineAt(clean, firstLine);
    const ends = (char: string | undefined): boolean => char === undefined || char === '\n' || char === '\r';
    clean = clean.replace(/\0+/g, (run, at: number, all: string) => {
      tally('nul', lineAt.of(at), run.length);
      return ends(all[at - 1]) || ends(all[at + run.length]) ? '' : ' ';
    });
  }
  if (clean.isWellFormed()) return clean;
  const lineAt = new LineAt(clean, firstLine);
  for (const { index } of clean.matchAll(LONE)) tally('half-character', lineAt.of(index), 1);
  return clean.toWellFormed();
}

const MARK = '\uFEFF';

/** Half of a surrogate pair without the other. */
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
