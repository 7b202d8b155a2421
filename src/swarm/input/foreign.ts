/** What a file is that was to be text: told by its first bytes as they come out of a UTF-8 decoder, which leaves U+FFFD where it finds none. */

export interface Foreign {
  readonly message: string;
  readonly hint: string;
}

/** Characters of the beginning that are looked at. */
const LOOKED_AT = 8192;
/** How many of them, and what share, no text has: a stray letter of Latin-1 in a log is no reason to refuse the log. */
const ODD_LEAST = 4;
const ODD_SHARE = 1 / 200;

/** Signatures of packed files. A byte above 7F is U+FFFD here, or itself where the text never was bytes. */
const PACKED: readonly (readonly [RegExp, string, string])[] = [
  // eslint-disable-next-line no-control-regex -- signatures are made of them
  [/^\x1F[\uFFFD\x8B]\x08?/, 'gzip', 'gunzip'],
  // eslint-disable-next-line no-control-regex
  [/^PK\x03\x04/, 'zip', 'unzip'],
  [/^BZh[1-9]1AY&SY/, 'bzip2', 'bunzip2'],
  // eslint-disable-next-line no-control-regex
  [/^[\uFFFD\xFD]7zXZ\x00/, 'xz', 'unxz'],
  [/^\([\uFFFD\xB5]\/[\uFFFD\xFD]/, 'zstd', 'unzstd'],
];

const UTF_16 = /^(?:[\uFFFD\xFE\xFF]{2})?(?:(?:[^\0]\0){2}|(?:\0[^\0]){2})/;

/** Without its byte order mark, which editors do not show; a lone CR ends a line where the file has no LF. Places stay as they are but for the mark. */
export function plainText(given: string): string {
  const text = given.startsWith('\uFEFF') ? given.slice(1) : given;
  return text.includes('\n') ? text : text.replaceAll('\r', '\n');
}

/** Null for text, or for what may pass as such. */
export function foreignFormat(text: string): Foreign | null {
  const start = text.slice(0, LOOKED_AT);
  const packed = PACKED.find(([signature]) => signature.test(start));
  if (packed) return { message: `the file is packed with ${packed[1]}`, hint: `unpack it first (${packed[2]})` };
  if (UTF_16.test(start)) return { message: 'the file is UTF-16', hint: 'save it as UTF-8' };
  const odd = start.split(/[\uFFFD\0]/).length - 1;
  if (odd < ODD_LEAST || odd < start.length * ODD_SHARE) return null;
  return start.includes('\0')
    ? { message: 'the file is not text', hint: 'give the text that is in it' }
    : { message: 'the file is not UTF-8', hint: 'save it as UTF-8' };
}
