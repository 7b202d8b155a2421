/** What may be copied: characters of some texts as JSON writes them, so that what a model writes is held against them byte by byte. */

/** More characters than this are not copied from: each is a place at which a piece may begin. */
export const MOST_COPIED = 16_384;

const encoder = new TextEncoder();

/**
 * Texts, one after the other, each in its shortest way of being written within quotes. Between two of them stands a byte that no text has.
 *
 * A piece is a run of whole characters of one text. Half of a surrogate pair belongs to none.
 */
export class CopySource {
  readonly bytes: Uint8Array;
  /** By byte, and one more: the number of the character that begins there, or that would begin behind a text's end; -1 within one. */
  readonly characterAt: Int32Array;
  /** By character: its code point; -1 for the end of a text. */
  readonly codes: Int32Array;
  /** By character: how many follow in its text, itself counted. */
  readonly left: Int32Array;
  /** By character: the byte at which it begins. */
  readonly byteAt: Int32Array;
  readonly #texts: readonly string[];

  /** @param texts the first `MOST_COPIED` characters of them count */
  constructor(texts: readonly string[]) {
    const codes: number[] = [];
    const written: string[] = [];
    const ends: number[] = [];
    let room = MOST_COPIED;
    const end = (): void => {
      if (codes.length === (ends.at(-1) ?? -1) + 1) return;
      ends.push(codes.length);
      codes.push(-1);
      written.push('');
    };
    for (const text of texts) {
      for (const character of text) {
        if (room-- <= 0) break;
        const code = character.codePointAt(0) ?? 0;
        if (code >= 0xd800 && code <= 0xdfff) {
          end();
          continue;
        }
        codes.push(code);
        written.push(writtenAs(character, code));
      }
      end();
    }
    this.codes = Int32Array.from(codes);
    this.byteAt = new Int32Array(codes.length);
    this.left = new Int32Array(codes.length);
    let size = 0;
    for (let at = 0; at < codes.length; at++) {
      this.byteAt[at] = size;
      size += codes[at] === -1 ? 1 : bytesOf(written[at] ?? '', codes[at] ?? 0);
    }
    for (let at = codes.length - 1; at >= 0; at--) this.left[at] = codes[at] === -1 ? 0 : (this.left[at + 1] ?? 0) + 1;
    this.bytes = new Uint8Array(size).fill(END);
    this.characterAt = new Int32Array(size + 1).fill(-1);
    for (let at = 0; at < codes.length; at++) {
      const byte = this.byteAt[at] ?? 0;
      this.characterAt[byte] = at;
      if (codes[at] !== -1) encoder.encodeInto(written[at] ?? '', this.bytes.subarray(byte));
    }
    this.#texts = splitAt(codes, ends);
  }

  /** Whether the text is a piece. */
  has(piece: string): boolean {
    return this.#texts.some((text) => text.includes(piece)) || piece === '';
  }
}

/** No text in UTF-8 has it. */
const END = 0xff;

/** As `JSON.stringify` does. */
const writtenAs = (character: string, code: number): string =>
  code < 0x20 || code === 0x22 || code === 0x5c ? JSON.stringify(character).slice(1, -1) : character;

const bytesOf = (written: string, code: number): number =>
  code < 0x80 ? written.length : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;

function splitAt(codes: readonly number[], ends: readonly number[]): string[] {
  return ends.map((end, at) => {
    let text = '';
    for (let k = at === 0 ? 0 : (ends[at - 1] ?? 0) + 1; k < end; k++) text += String.fromCodePoint(codes[k] ?? 0);
    return text;
  });
}
