/** From the bytes of an input file to its text. */
import type { Encoding } from '../model.ts';
import { likelyEncoding, textIn } from './encodings.ts';
import { LineAt, Tally } from './notes.ts';
import { invalidUtf8 } from './utf8.ts';

/** How an input file was read, kept with the run: of the stored text nobody could tell any more. */
export interface Decoding {
  readonly encoding: Encoding;
  /** Why that one: the swarm file asks for it, the file begins with its mark, its bytes look like it, or nothing speaks against UTF-8. */
  readonly by: 'asked' | 'mark' | 'pattern' | 'default';
  /** Byte sequences that the encoding does not have; absent where there are none. */
  readonly replaced?: {
    readonly count: number;
    readonly lines: readonly number[];
    /** Column of the first in UTF-16 code units, from 1, and its first byte. */
    readonly column: number;
    readonly byte?: string;
    readonly likely?: Encoding;
  };
}

export interface Decoded extends Decoding {
  /** Without the mark. */
  readonly text: string;
}

/** Bytes around the first wrong one that advice is made from. */
const LOOKED_AT = 4096;

/** A mark in the file goes before what is asked for: no text of another encoding begins with one. */
export function decodeInput(bytes: Uint8Array, asked?: Encoding): Decoded {
  const mark = markOf(bytes);
  if (mark) return decodeAs(mark.encoding, bytes.subarray(mark.length), 'mark');
  if (asked) return decodeAs(asked, bytes, 'asked');
  const wide = widePattern(bytes);
  return wide ? decodeAs(wide, bytes, 'pattern') : decodeAs('utf-8', bytes, 'default');
}

function markOf(bytes: Uint8Array): { readonly encoding: Encoding; readonly length: number } | null {
  const [a, b, c] = bytes;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', length: 3 };
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', length: 2 };
  return a === 0xfe && b === 0xff ? { encoding: 'utf-16be', length: 2 } : null;
}

/** UTF-16 without a mark: most pairs of its beginning are one letter of ASCII and one NUL, or it is text of another script. */
function widePattern(bytes: Uint8Array): Encoding | null {
  const pairs = Math.min(512, bytes.length >> 1);
  let [little, big] = [0, 0];
  for (let k = 0; k < pairs; k++) {
    const [a, b] = [bytes[2 * k], bytes[2 * k + 1]];
    if (a && b === 0) little++;
    else if (a === 0 && b) big++;
  }
  if (pairs < 2 || bytes.length % 2 === 1) return null;
  if (little > pairs * 0.7) return 'utf-16le';
  if (big > pairs * 0.7) return 'utf-16be';
  return little + big < 2 ? null : wideScript(bytes.subarray(0, 2 * pairs));
}

/** UTF-16 in letters of another script: only spaces and line ends have a NUL. None is what may be UTF-8. */
function wideScript(bytes: Uint8Array): Encoding | null {
  const shown = bytes.filter((byte) => byte >= 0x20 && byte < 0x7f).length;
  const nuls = bytes.filter((byte) => byte === 0).length;
  const isUtf8 = invalidUtf8(bytes) === null && !bytes.some((byte) => byte > 1 && byte < 9);
  if (isUtf8 || shown > 0.7 * (bytes.length - nuls)) return null;
  const wide = (['utf-16le', 'utf-16be'] as const).map((encoding) => {
    const text = textIn(encoding, bytes);
    return { encoding, share: (text.match(WIDE_SCRIPTS)?.length ?? 0) / text.length };
  });
  const [best] = wide.toSorted((a, b) => b.share - a.share);
  return best && best.share > 0.95 ? best.encoding : null;
}

/** Korean, Japanese, Chinese, Cyrillic, Greek, Hebrew, Arabic, Thai; and what stands between words. */
const WIDE_SCRIPTS =
  /[\t\r\n\x20-\x7E\p{sc=Hangul}\p{sc=Hira}\p{sc=Kana}\p{sc=Han}\p{sc=Cyrl}\p{sc=Grek}\p{sc=Hebr}\p{sc=Arab}\p{sc=Thai}\u3000-\u303F\uFF01-\uFF5E]/gu;

function decodeAs(encoding: Encoding, bytes: Uint8Array, by: Decoding['by']): Decoded {
  const text = textIn(encoding, bytes);
  // Nothing was replaced where there is no replacement.
  const replaced = !text.includes('\uFFFD') ? undefined : encoding === 'utf-8' ? notUtf8(bytes) : replacementsIn(text);
  return { encoding, by, text, ...(replaced && { replaced }) };
}

function notUtf8(bytes: Uint8Array): Decoding['replaced'] {
  const found = invalidUtf8(bytes);
  if (!found) return undefined;
  const { first, lineStart, count, lines } = found;
  const before = new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes.subarray(lineStart, first));
  const likely = likelyEncoding(around(bytes, first));
  return { count, lines, column: before.length + 1, byte: hex(bytes[first]), ...(likely && { likely }) };
}

/** Whole lines around the place, so that no character of many bytes is cut. */
function around(bytes: Uint8Array, place: number): Uint8Array {
  const from = bytes.lastIndexOf(0x0a, Math.max(0, place - LOOKED_AT)) + 1;
  const end = bytes.indexOf(0x0a, Math.min(bytes.length, place + LOOKED_AT));
  return bytes.subarray(from > place ? 0 : from, end < 0 ? bytes.length : end);
}

/** Other encodings are read by the browser alone, which says where by U+FFFD only. Undefined where there is none. */
export function replacementsIn(text: string): Omit<NonNullable<Decoding['replaced']>, 'byte'> | undefined {
  const first = text.indexOf('\uFFFD');
  if (first < 0) return undefined;
  const tally = new Tally();
  const lineAt = new LineAt(text);
  for (let at = first; at >= 0; at = text.indexOf('\uFFFD', at + 1)) tally.add(lineAt.of(at));
  return { count: tally.count, lines: tally.lines, column: first - text.lastIndexOf('\n', first) };
}

function hex(byte = 0): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}
