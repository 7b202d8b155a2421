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
  const replace = (
    code: PlacesCode,
    from: string,
    pattern: RegExp,
    by: (found: string, at: number, all: string) => string,
  ): string => {
    const lineAt = new LineAt(from, firstLine);
    // The patterns have no groups.
    return from.replace(pattern, (found: string, at: number, all: string) => {
      tally(code, lineAt.of(at), found.length);
      return by(found, at, all);
    });
  };

  let clean = text;
  // Files that were put together from several have one before each.
  if (clean.includes('\uFEFF')) clean = replace('inner-mark', clean, /(?<=^|\n)\uFEFF+/g, () => '');
  // A log that was cut while it was written to has a hole of them.
  if (clean.includes('\0')) {
    const ends = (char: string | undefined): boolean => char === undefined || char === '\n' || char === '\r';
    clean = replace('nul', clean, /\0+/g, (run, at, all) =>
      ends(all[at - 1]) || ends(all[at + run.length]) ? '' : ' ',
    );
  }
  return clean.isWellFormed() ? clean : replace('half-character', clean, LONE, () => '\uFFFD');
}

/** Half of a surrogate pair without the other. */
const LONE = /[\uD800-\uDBFF](?![\uDC00-\uDFFF])|(?<![\uD800-\uDBFF])[\uDC00-\uDFFF]/g;
