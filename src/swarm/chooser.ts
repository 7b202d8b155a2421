/** Which outputs a step without a role chooses, by order, number or chance. Pure, and made by code alone. */
import { canonicalJson } from '../kernel/canonical-json.ts';
import { hash32 } from '../kernel/random.ts';
import { type ChoiceRule, MAX_CHOSEN, PLACE, sortOf } from './choice.ts';
import { comparing } from './compare.ts';
import { GROUP_ORDERS } from './groups.ts';
import { numberOf } from './loose.ts';
import type { OutputSchema } from './output-schema.ts';
import { fieldOf, valueIn } from './where.ts';

/** What outputs are chosen of. */
export interface ChoiceSource {
  /** What the source gives; null: free text. */
  readonly output: OutputSchema | null;
  /** Whether it gives groups: those have lines of their own, which come in the order of the input. */
  readonly groups: boolean;
  /** Fields of groups whose values are the input's: a text that reads as a number is one. */
  readonly held?: ReadonlyMap<string, string>;
}

interface Given {
  /** Place among all that the source may give, from 0. */
  readonly place: number;
  readonly ranks: readonly unknown[];
}

type Compare = (a: unknown, b: unknown) => number;

/**
 * Takes outputs one by one, in any order, and holds twice as many as it chooses, or of each value of the fields as many as may be chosen: of
 * these a number and what they are sorted by, no output.
 *
 * The same outputs give the same choice, in whatever order they are added.
 */
export class Chooser {
  readonly #rule: ChoiceRule;
  readonly #orders: readonly {
    readonly value: (output: unknown, line: number) => unknown;
    readonly compare: Compare;
  }[];
  /** Where chance decides: what it depends on besides the place. */
  readonly #chance: string | null;
  readonly #most: number;
  readonly #first: First;
  readonly #ofEach = new Map<string, First>();
  #all = 0;

  /** @param name of the step: each has chances of its own */
  constructor(rule: ChoiceRule, { output, groups, held }: ChoiceSource, seed: number, name: string, most = MAX_CHOSEN) {
    const { sort = [], limit, sample } = rule;
    this.#rule = rule;
    this.#orders = sort.map((given) => {
      const { field, order } = sortOf(given);
      const own = fieldOf(output, field);
      const upward = own === undefined ? field === PLACE : groups && isPlace(field);
      return {
        value: (from, line) => {
          if (own === undefined && field === PLACE) return line;
          const value = valueIn(from, field);
          return held?.has(field) ? (numberOf(value) ?? value) : value;
        },
        compare: comparing(own?.enum ?? [], order ?? (upward ? 'ascending' : undefined)),
      };
    });
    this.#most = most;
    this.#chance = sample?.random === undefined ? null : `${String(seed)}/sample/${name}/`;
    const number = limit ?? sample?.first ?? sample?.random ?? most;
    const compares = this.#chance === null ? this.#orders.map(({ compare }) => compare) : [byNumber];
    this.#first = new First(Math.min(number, most), compares);
  }

  add(place: number, line: number, output: unknown): void {
    this.#all++;
    const { of, most = 1 } = this.#rule.sample ?? {};
    if (of) {
      // Keys of an object may come in any order.
      const key = canonicalJson(of.map((field) => valueIn(output, field)));
      let first = this.#ofEach.get(key);
      if (!first) this.#ofEach.set(key, (first = new First(most, [])));
      first.add({ place, ranks: [] });
      return;
    }
    const ranks =
      this.#chance === null
        ? this.#orders.map(({ value }) => value(output, line))
        : [hash32(`${this.#chance}${String(place)}`)];
    this.#first.add({ place, ranks });
  }

  /** Places of those that are chosen, in their order; and how many there were. */
  end(): { readonly places: readonly number[]; readonly all: number } {
    const { sample } = this.#rule;
    const found = sample?.of ? [...this.#ofEach.values()].flatMap((each) => each.end()) : this.#first.end();
    const places = found.map(({ place }) => place);
    // What is not sorted keeps the order of its source.
    if (sample) places.sort((a, b) => a - b);
    return { places: places.slice(0, this.#most), all: this.#all };
  }
}

const isPlace = (field: string): boolean =>
  field !== 'count' && [...GROUP_ORDERS, PLACE].some((name) => name === field);

const byNumber: Compare = (a, b) => Number(a) - Number(b);

/** The first so many by those orders, of equals the first by place. */
class First {
  readonly #most: number;
  readonly #compares: readonly Compare[];
  #kept: Given[] = [];

  constructor(most: number, compares: readonly Compare[]) {
    this.#most = most;
    this.#compares = compares;
  }

  add(given: Given): void {
    this.#kept.push(given);
    // Sorted now and then, not with each one.
    if (this.#kept.length >= 2 * this.#most + 64) this.#cut();
  }

  end(): readonly Given[] {
    this.#cut();
    return this.#kept;
  }

  #cut(): void {
    this.#kept.sort((a, b) => {
      for (const [k, compare] of this.#compares.entries()) {
        const order = compare(a.ranks[k], b.ranks[k]);
        if (order !== 0) return order;
      }
      return a.place - b.place;
    });
    this.#kept = this.#kept.slice(0, this.#most);
  }
}
