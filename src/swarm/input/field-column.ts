import { Texts, twice } from './texts.ts';

const FIRST_ROWS = 64;
/** Values that are told apart by a number each; a column with more of them, as of names or times, is kept as texts. */
const MOST_VALUES = 65_536;

/** One field of all items, by index: most fields of a file have few values, and a number says which. */
export class FieldColumn {
  #values: unknown[] = [];
  #numbers = new Map<string, number>();
  #rows = new Uint32Array(FIRST_ROWS);
  #texts: Texts | null = null;
  #size = 0;

  /** @param value JSON; null: nothing stands there */
  add(value: unknown): void {
    const index = this.#size++;
    const key = keyOf(value);
    if (this.#texts) {
      this.#texts.add(key);
      return;
    }
    let number = this.#numbers.get(key);
    if (number === undefined && this.#values.length === MOST_VALUES) {
      this.#spread(index).add(key);
      return;
    }
    if (number === undefined) {
      number = this.#values.push(valueOf(key)) - 1;
      this.#numbers.set(key, number);
    }
    if (index === this.#rows.length) this.#rows = twice(this.#rows);
    this.#rows[index] = number;
  }

  /** Whether nothing stands there in any item. */
  get isEmpty(): boolean {
    return this.#texts === null && this.#values.every((value) => value === null);
  }

  /** @param index of one that was added; null where nothing stands */
  at(index: number): unknown {
    if (!(index >= 0 && index < this.#size)) return null;
    return this.#texts ? valueOf(this.#texts.at(index)) : this.#values[this.#rows[index] as number];
  }

  /** From here on as texts. */
  #spread(rows: number): Texts {
    const texts = new Texts(Infinity);
    const keys = [...this.#numbers.keys()];
    for (let index = 0; index < rows; index++) texts.add(keys[this.#rows[index] as number] ?? '');
    this.#values = [];
    this.#numbers = new Map();
    this.#rows = new Uint32Array(0);
    this.#texts = texts;
    return texts;
  }
}

/** Equal for equal values: texts behind a sign, all else as JSON. */
const keyOf = (value: unknown): string => (typeof value === 'string' ? `"${value}` : JSON.stringify(value ?? null));
const valueOf = (key: string): unknown => (key.startsWith('"') ? key.slice(1) : (JSON.parse(key) as unknown));
