/** What one task is about. */
export interface InputItem {
  /** Line of the file on which the item begins, from 1. */
  readonly line: number;
  /** Line on which it ends; absent where that is the same. */
  readonly lastLine?: number;
  /** What agents read; never blank, and well-formed. */
  readonly text: string;
  /** Characters of the whole text, where not all of it is kept. */
  readonly of?: number;
}

/** Bytes of a part; an item lies within one. A power of two, so that an offset tells its part. */
const PART = 2 ** 22;
const FIRST_ROWS = 64;
/** Characters of a text that stays at hand. */
const LONG = 4096;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/**
 * Items of an input, by index: their texts once, as UTF-8 in parts of a few megabytes, and a few numbers each. A million of them are a dozen
 * buffers instead of two million objects, and the file's own text need not stay.
 *
 * Invariants:
 * - An item keeps its index, and what `at` says of it never changes.
 * - The text that comes out is the one that was put in, letter by letter.
 */
export class ItemTable implements Iterable<InputItem> {
  readonly #parts: Uint8Array[] = [];
  /** Bytes of the last part that are taken. */
  #used = 0;
  /** Characters that may still come: what a new part is made for. */
  #expected: number;
  #size = 0;
  /** Offset over all parts as if each were full, and bytes. */
  #start = new Uint32Array(FIRST_ROWS);
  #bytes = new Uint32Array(FIRST_ROWS);
  #line = new Uint32Array(FIRST_ROWS);
  /** Lines of the item beyond its first. */
  #more = new Uint32Array(FIRST_ROWS);
  /** Characters of the whole text, of items that were cut. */
  readonly #of = new Map<number, number>();
  /** Texts that UTF-8 cannot say: those with half a character, as runs of version 1 have them. */
  readonly #odd = new Map<number, string>();
  /** The long text that was asked for last: where it is read in parts it is asked for again. */
  #long = { index: -1, text: '' };

  /** @param expected characters of all items, roughly */
  constructor(expected = 0) {
    this.#expected = expected;
  }

  static from(items: Iterable<InputItem>): ItemTable {
    const table = new ItemTable();
    for (const item of items) table.add(item);
    return table;
  }

  get length(): number {
    return this.#size;
  }

  add({ line, lastLine = line, text, of }: InputItem): void {
    const index = this.#size;
    if (index === this.#start.length) this.#grow();
    if (text.isWellFormed()) this.#put(index, text);
    else this.#odd.set(index, text);
    this.#expected -= text.length;
    this.#line[index] = line;
    this.#more[index] = lastLine - line;
    if (of !== undefined) this.#of.set(index, of);
    this.#size++;
  }

  /** The item of that index, from 0; undefined where there is none. */
  at(index: number): InputItem | undefined {
    if (!(index >= 0 && index < this.#size)) return undefined;
    const line = this.#line[index] as number;
    const more = this.#more[index] as number;
    const of = this.#of.get(index);
    return {
      line,
      ...(more > 0 && { lastLine: line + more }),
      text: this.#text(index),
      ...(of !== undefined && { of }),
    };
  }

  *[Symbol.iterator](): Generator<InputItem> {
    for (let index = 0; index < this.#size; index++) yield this.at(index) as InputItem;
  }

  map<Mapped>(each: (item: InputItem) => Mapped): Mapped[] {
    return Array.from(this, each);
  }

  /** The first so many. */
  first(count: number): InputItem[] {
    return Array.from({ length: Math.min(count, this.#size) }, (_, index) => this.at(index) as InputItem);
  }

  #text(index: number): string {
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
      if (bytes === null) throw new RangeError(`ItemTable: an item of ${String(text.length)} characters`);
    }
    this.#start[index] = (this.#parts.length - 1) * PART + this.#used;
    this.#bytes[index] = bytes;
    this.#used += bytes;
  }

  #grow(): void {
    this.#start = twice(this.#start);
    this.#bytes = twice(this.#bytes);
    this.#line = twice(this.#line);
    this.#more = twice(this.#more);
  }
}

/** Bytes that the text took; null where it has no room there. */
function encoded(text: string, room: Uint8Array): number | null {
  const { read, written } = encoder.encodeInto(text, room);
  return read === text.length ? written : null;
}

function twice(column: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const wider = new Uint32Array(2 * column.length);
  wider.set(column);
  return wider;
}
