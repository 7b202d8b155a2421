/** Where bytes are no UTF-8, in the same units in which decoders replace them (WHATWG Encoding, "maximal subpart"). */
import { Tally } from './notes.ts';

export interface InvalidUtf8 {
  /** Sequences that a decoder reads as one U+FFFD each. */
  readonly count: number;
  /** Lines of the first ones, from 1; line feeds end lines, or carriage returns in a file without any. */
  readonly lines: readonly number[];
  /** Offset of the first, and of the beginning of its line. */
  readonly first: number;
  readonly lineStart: number;
}

/** Null where all is UTF-8. */
export function invalidUtf8(bytes: Uint8Array): InvalidUtf8 | null {
  const tally = new Tally();
  const lineEnd = bytes.includes(0x0a) ? 0x0a : 0x0d;
  let first = -1;
  let lineStart = 0;
  let line = 1;
  for (let at = 0; at < bytes.length;) {
    const byte = bytes[at] as number;
    if (byte < 0x80) {
      at++;
      if (byte !== lineEnd) continue;
      line++;
      if (first < 0) lineStart = at;
      continue;
    }
    const { length, valid } = sequenceAt(bytes, at);
    if (!valid) {
      tally.add(line);
      if (first < 0) first = at;
    }
    at += length;
  }
  return first < 0 ? null : { count: tally.count, lines: tally.lines, first, lineStart };
}

/** The character at `at`, or as many bytes as are replaced at once. */
function sequenceAt(bytes: Uint8Array, at: number): { readonly length: number; readonly valid: boolean } {
  const lead = bytes[at] as number;
  const more =
    lead >= 0xc2 && lead <= 0xdf ? 1 : lead >= 0xe0 && lead <= 0xef ? 2 : lead >= 0xf0 && lead <= 0xf4 ? 3 : 0;
  // The second byte is bounded further, against overlong forms, surrogates and what lies beyond Unicode.
  let least = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  let most = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  for (let k = 1; k <= more; k++) {
    const byte = bytes[at + k] ?? 0;
    if (byte < least || byte > most) return { length: k, valid: false };
    least = 0x80;
    most = 0xbf;
  }
  return { length: more + 1, valid: more > 0 };
}
