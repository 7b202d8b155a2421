/** Bytes of a part; a text lies within one. A power of two, so that an offset tells its part. */
const PART = 2 ** 22;
const FIRST_ROWS = 64;
/** Characters of a text that stays at hand. */
const LONG = 4096;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Texts by index, once, as UTF-8 in parts of a few megabytes: a million of them are a few buffers instead of as many objects.
 *
 * Invariant: the text that comes out is the one that was put in, letter by letter.
 */
export class Texts {
  readonly #parts: Uint8Array[] = [];
  /** Bytes of the last part that are taken. */
  #used = 0;
  /** Characters that may still come: what a new part is made for. */
  #expected: number;
  #size = 0;
  /** Offset over all parts as if each were full, and bytes. */
  #start = new Uint32Array(FIRST_ROWS);
  #bytes = new Uint32Array(FIRST_ROWS);
  /** Texts that UTF-8 cannot say: those with half a character, as runs of version 1 have them. */
  readonly #odd = new Map<number, string>();
  /** The long text that was asked for last: where it is read in parts it is asked for again. */
  #long = { index: -1, text: '' };

  /** @param expected characters of all texts, roughly */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  add(text: string): void {
    const index = this.#size++;
    if (index === this.#start.length) {
      this.#start = twice(this.#start);
      this.#bytes = twice(this.#bytes);
    }
    if (text.isWellFormed()) this.#put(index, text);
    else this.#odd.set(index, text);
    this.#expected -= text.length;
  }

  /** @param index of one that was added */
  at(index: number): string {
    const odd = this.#odd.get(index);
    if (odd !== undefined) return odd;
    if (this.#long.index === index) return this.#long.text;
    const start = this.#start[index] as number;
    const from = start % PART;
    const part = this.#parts[(start - from) / PART] as Uint8Array;
    const text = decoder.decode(part.subarray(from, from + (this.#bytes[index] as number)));
    if (text.length > LONG) this.#long = { index, text };
    return text;
  }

  #put(index: number, text: string): void {
    const part = this.#parts.at(-1);
    let bytes = part ? encoded(text, part.subarray(this.#used)) : null;
    if (bytes === null) {
      // A character of UTF-16 is three bytes at most; what is still to come mostly one.
      const next = new Uint8Array(Math.min(PART, Math.max(3 * text.length, this.#expected)));
      this.#parts.push(next);
      this.#used = 0;
      bytes = encoded(text, next);
      if (bytes === null) throw new RangeError(`Texts: a text of ${String(text.length)} characters`);
    }
    this.#start[index] = (this.#parts.length - 1) * PART + this.#used;
    this.#bytes[index] = bytes;
    this.#used += bytes;
  }
}

/** Bytes that the text took; null where it has no room there. */
function encoded(text: string, room: Uint8Array): number | null {
  const { read, written } = encoder.encodeInto(text, room);
  return read === text.length ? written : null;
}

/** The column with room for twice as many rows. */
export function twice(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(2 * column.length);
  wider.set(column);
  return wider;
}
