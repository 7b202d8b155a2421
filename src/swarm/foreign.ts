/** What a file is that was to be text: told by its first bytes as they come out of a UTF-8 decoder, which leaves U+FFFD where it finds none. */

/* eslint-disable no-control-regex -- signatures are made of them */

export interface Foreign {
  readonly message: string;
  readonly hint: string;
}

/** Characters of the beginning that are looked at. */
const LOOKED_AT = 8192;
/** How many odd characters, and what share, no text has: stray letters of another encoding are no reason to refuse a log. */
const TOO_ODD: readonly { readonly least: number; readonly share: number }[] = [
  { least: 4, share: 0.5 },
  { least: 16, share: 0.1 },
];

/** First bytes of files that are no text. A byte above 7F is U+FFFD here, or itself where the text never was bytes. */
const SIGNATURES: readonly (readonly [begins: RegExp, message: string, hint: string])[] = [
  [/^\x1F[\uFFFD\x8B]\x08?/, 'the file is packed with gzip', 'unpack it first (gunzip)'],
  [/^PK\x03\x04[^]*?xl\//, 'the file is an Excel workbook', 'save the sheet as CSV (UTF-8)'],
  [/^PK\x03\x04/, 'the file is packed with zip', 'unpack it first (unzip)'],
  [/^BZh[1-9]1AY&SY/, 'the file is packed with bzip2', 'unpack it first (bunzip2)'],
  [/^[\uFFFD\xFD]7zXZ\x00/, 'the file is packed with xz', 'unpack it first (unxz)'],
  [/^\([\uFFFD\xB5]\/[\uFFFD\xFD]/, 'the file is packed with zstd', 'unpack it first (unzstd)'],
  [/^7z[\uFFFD\xBC][\uFFFD\xAF]'\x1C/, 'the file is packed with 7-Zip', 'unpack it first (7z x)'],
  [/^(?:\uFFFD{2}|\xD0\xCF)\x11[\u0871\xE0]/, 'the file is a document of Office', 'save the sheet as CSV (UTF-8)'],
  [/^LPKSHHRH/, 'the file is a journal of systemd', 'write it out with journalctl --file FILE -o json'],
  [/^ElfFile\0/, 'the file is a Windows event log', 'export it as CSV, or with Get-WinEvent and ConvertTo-Json'],
  [/^%PDF-/, 'the file is a PDF', 'give the text that is in it'],
  [/^PAR1/, 'the file is Parquet', 'export it as CSV or JSON lines'],
  [/^SQLite format 3\0/, 'the file is an SQLite database', 'export a table as CSV'],
];

const UTF_16 = /^(?:[\uFFFD\xFE\xFF]{2})?(?:(?:[^\0]\0){2}|(?:\0[^\0]){2})/;

/** Without its byte order mark, which editors do not show; a lone CR ends a line where the file has no LF. Places stay as they are but for the mark. */
export function plainText(given: string): string {
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  return text.includes('\n') ? text : text.replaceAll('\r', '\n');
}

/**
 * Null for text, or for what may pass as such: a run of NULs, as a log has after a crash, counts once.
 *
 * @param read how it was decoded, and what its bytes more likely are
 */
export function foreignFormat(
  text: string,
  { encoding = 'utf-8', likely }: { readonly encoding?: string; readonly likely?: string | undefined } = {},
): Foreign | null {
  const start = text.slice(0, LOOKED_AT);
  const known = SIGNATURES.find(([begins]) => begins.test(start));
  if (known) return { message: known[1], hint: known[2] };
  if (UTF_16.test(start)) return { message: 'the file is UTF-16', hint: 'save it as UTF-8' };
  const seen = start.replaceAll(HOLE, '\0');
  const odd = seen.match(ODD)?.length ?? 0;
  if (!TOO_ODD.some(({ least, share }) => odd >= least && odd >= seen.length * share)) return null;
  if (start.includes('\0')) return { message: 'the file is not text', hint: 'give the text that is in it' };
  return {
    message: `the file is not ${encoding === 'utf-8' ? 'UTF-8' : encoding}`,
    hint: likely
      ? `it reads as ${likely}: say input.encoding: ${likely}, or save it as UTF-8`
      : 'save it as UTF-8, or say input.encoding',
  };
}

/** What text does not hold: NULs, what was replaced, controls other than those that end or part something, and the escape of terminals' colours. */
const ODD = /[\0\uFFFD\x02-\x08\x0E-\x1A\x7F]/g;
const HOLE = /\0+/g;
