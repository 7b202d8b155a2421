import { FieldColumn } from './field-column.ts';
import { Texts, twice } from './texts.ts';

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

const FIRST_ROWS = 64;

/**
 * Items of an input, by index: their texts once, and a few numbers each; a million of them are a dozen buffers instead of two million objects,
 * and the file's own text need not stay. Beside them, in columns, the fields of the file that the flow names.
 *
 * Invariants:
 * - An item keeps its index, and what `at` says of it never changes.
 * - The text that comes out is the one that was put in, letter by letter.
 */
export class ItemTable implements Iterable<InputItem> {
  /** Fields that stand beside the texts, by name; null: none were kept. */
  get fields(): ReadonlyMap<string, FieldColumn> | null {
    return this.#fields;
  }
  readonly #fields: Map<string, FieldColumn> | null;
  readonly #texts: Texts;
  #size = 0;
  #line = new Uint32Array(FIRST_ROWS);
  /** Lines of the item beyond its first. */
  #more = new Uint32Array(FIRST_ROWS);
  /** Characters of the whole text, of items that were cut. */
  readonly #of = new Map<number, number>();

  /**
   * @param expected characters of all items, roughly
   * @param fields names of what is kept beside the texts
   */
  constructor(expected = 0, fields: readonly string[] | null = null) {
    this.#texts = new Texts(expected);
    this.#fields = fields && new Map(fields.map((name) => [name, new FieldColumn()]));
  }

  static from(items: Iterable<InputItem>): ItemTable {
    const table = new ItemTable();
    for (const item of items) table.add(item);
    return table;
  }

  get length(): number {
    return this.#size;
  }

  /** @param values of the fields that are kept, in their order; undefined: nothing stands there */
  add({ line, lastLine = line, text, of }: InputItem, values: readonly unknown[] = []): void {
    const index = this.#size;
    if (index === this.#line.length) {
      this.#line = twice(this.#line);
      this.#more = twice(this.#more);
    }
    this.#texts.add(text);
    this.#line[index] = line;
    this.#more[index] = lastLine - line;
    if (of !== undefined) this.#of.set(index, of);
    let k = 0;
    for (const column of this.#fields?.values() ?? []) column.add(values[k++] ?? null);
    this.#size++;
  }

  /** Nothing more is known of that field. */
  drop(field: string): void {
    this.#fields?.delete(field);
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
      text: this.#texts.at(index),
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
}
