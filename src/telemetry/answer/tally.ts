/** How often each value comes, in memory that does not grow with the rows. */
import type { Scalar } from '../../swarm/output-schema.ts';
import type { Tally } from './answer.ts';

/** Values that are told apart; of those that come later none has a count of its own. */
const MOST_VALUES = 10_000;
/** Texts are compared, and told, by their first characters. */
const MOST_CHARACTERS = 200;

export class Tallies {
  readonly #known: readonly Scalar[];
  readonly #counts = new Map<Scalar, number>();
  #total = 0;

  /** @param known values that are told in this order, also where none has one */
  constructor(known: readonly Scalar[] = []) {
    this.#known = known;
    for (const value of known) this.#counts.set(value, 0);
  }

  get total(): number {
    return this.#total;
  }

  add(given: unknown): void {
    this.#total++;
    const value = scalarOf(given);
    const count = this.#counts.get(value);
    if (count === undefined && this.#counts.size >= MOST_VALUES) return;
    this.#counts.set(value, (count ?? 0) + 1);
  }

  /** Counts of single values: numbers that code has counted. */
  *counts(): Generator<number> {
    yield* this.#counts.values();
    yield this.#counts.size;
  }

  /** Known values first, then the most frequent. */
  end(atMost: number): Tally {
    const others = [...this.#counts].filter(([value]) => !this.#known.includes(value)).sort((a, b) => b[1] - a[1]);
    const known = this.#known.map((value): [Scalar, number] => [value, this.#counts.get(value) ?? 0]);
    const values = [...known, ...others].slice(0, Math.max(atMost, known.length));
    const listed = values.reduce((sum, [, count]) => sum + count, 0);
    return {
      values: values.map(([value, count]) => ({ value, count })),
      total: this.#total,
      others: this.#total - listed,
    };
  }
}

/** As it is told: a list or map as its JSON, a long text by its beginning. */
export function scalarOf(value: unknown): Scalar {
  if (value === undefined || value === null) return null;
  if (typeof value === 'number' || typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return text.length > MOST_CHARACTERS ? `${text.slice(0, MOST_CHARACTERS).toWellFormed()}…` : text;
}
