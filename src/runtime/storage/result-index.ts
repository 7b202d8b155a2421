import type { OrderedRow } from '../../store/run-store.ts';
import { type Columns, columnOf } from '../../kernel/packed.ts';
import { partitionPoint } from '../../kernel/partition-point.ts';
import type { ResultPage, ResultQuery, ResultRow } from '../protocol/protocol.ts';
import type { RowSource } from './backed-rows.ts';
import type { SavedCounts, StepCounts } from './step-counts.ts';

/** Bits of `flags`. */
const FAILED = 1;
const DISPUTED = 2;
const MARKED = 4;
/** It took several turns, and no more than it has steps. */
const STEP_BY_STEP = 8;

const ONLY: Readonly<Record<NonNullable<ResultQuery['only']>, (flags: number, attempts: number) => boolean>> = {
  all: () => true,
  failed: (flags) => (flags & FAILED) !== 0,
  retried: (flags, attempts) => attempts > 1 && (flags & STEP_BY_STEP) === 0,
  disputed: (flags) => (flags & DISPUTED) !== 0,
  marked: (flags) => (flags & MARKED) !== 0,
};

const FIRST_ROWS = 64;
const MOST_ATTEMPTS = 2 ** 16 - 1;
const NO_TASKS = new Uint32Array(0);

/**
 * What lists of results are filtered and sorted by, a few numbers a row; the rows themselves are read where they are. Rows are columns, one place a row
 * in the order in which they were added.
 *
 * Invariants:
 * - A task has one place; what stands there never changes.
 * - A list that was sorted once is brought up to date in O(rows + new rows log new rows).
 */
export class ResultIndex {
  readonly #store: RowSource;
  readonly #run: string;
  /** Places from 1 by task; 0: no row. */
  #placeOf = new Uint32Array(FIRST_ROWS);
  #task = new Uint32Array(FIRST_ROWS);
  #order = new Float64Array(FIRST_ROWS);
  #line = new Uint32Array(FIRST_ROWS);
  #attempts = new Uint16Array(FIRST_ROWS);
  #tokens = new Uint32Array(FIRST_ROWS);
  #flags = new Uint8Array(FIRST_ROWS);
  /** How many rows failed, by the name of the failure. */
  readonly #failures = new Map<string, number>();
  /** How many rows have a sign of an instruction, by its name. */
  readonly #signs = new Map<string, number>();
  /** Rows with an answer that another was asked for. */
  shared = 0;
  /** Rows of items that conditions on the input let through to no step. */
  leftOut = 0;
  #size = 0;
  /** Places in the order of commits, as far as they are told apart from the order of adding; and the list that was asked for last. */
  #committed: Sorted = { key: 'order', upTo: 0, places: NO_TASKS };
  #sorted: Sorted = this.#committed;
  failed = 0;
  readonly counts: StepCounts;

  /** @param counts count items by step from the same rows */
  constructor(store: RowSource, run: string, counts: StepCounts) {
    this.#store = store;
    this.#run = run;
    this.counts = counts;
  }

  /** As it is now: whoever keeps it packs it before rows are added. */
  saved(): { readonly value: SavedIndex; readonly columns: Columns } {
    const upTo = this.#size;
    return {
      value: {
        failed: this.failed,
        failures: [...this.#failures],
        signs: [...this.#signs],
        shared: this.shared,
        ...(this.leftOut > 0 && { leftOut: this.leftOut }),
        steps: this.counts.saved(),
      },
      columns: {
        task: this.#task.subarray(0, upTo),
        order: this.#order.subarray(0, upTo),
        line: this.#line.subarray(0, upTo),
        attempts: this.#attempts.subarray(0, upTo),
        tokens: this.#tokens.subarray(0, upTo),
        flags: this.#flags.subarray(0, upTo),
      },
    };
  }

  /** Takes over what `saved` gave; in an index that is empty. @throws TypeError where that is not whole */
  restore({ failed, failures, signs = [], shared = 0, leftOut = 0, steps = null }: SavedIndex, columns: Columns): void {
    this.counts.restore(steps);
    this.#task = columnOf(columns, 'task', Uint32Array);
    this.#order = columnOf(columns, 'order', Float64Array);
    this.#line = columnOf(columns, 'line', Uint32Array);
    this.#attempts = columnOf(columns, 'attempts', Uint16Array);
    this.#tokens = columnOf(columns, 'tokens', Uint32Array);
    this.#flags = columnOf(columns, 'flags', Uint8Array);
    this.#size = this.#task.length;
    this.#placeOf = new Uint32Array(this.#task.reduce((most, task) => Math.max(most, task), FIRST_ROWS - 1) + 1);
    for (const [place, task] of this.#task.entries()) this.#placeOf[task] = place + 1;
    if (this.#size === 0) this.#grow(FIRST_ROWS);
    this.failed = failed;
    this.shared = shared;
    this.leftOut = leftOut;
    for (const [name, count] of failures) this.#failures.set(name, count);
    for (const [name, count] of signs) this.#signs.set(name, count);
  }

  /** Rows, failed ones included. */
  get size(): number {
    return this.#size;
  }

  has(task: number): boolean {
    return this.#place(task) >= 0;
  }

  entry(task: number): { readonly failed: boolean; readonly attempts: number } | undefined {
    const place = this.#place(task);
    if (place < 0) return undefined;
    return {
      failed: ((this.#flags[place] as number) & FAILED) !== 0,
      attempts: this.#attempts[place] as number,
    };
  }

  add(rows: readonly OrderedRow[]): void {
    for (const { order, row } of rows) {
      if (this.has(row.task)) continue;
      const place = this.#size++;
      if (place === this.#task.length) this.#grow();
      if (row.task >= this.#placeOf.length) this.#placeOf = wider(this.#placeOf, row.task + 1);
      this.#placeOf[row.task] = place + 1;
      this.#task[place] = row.task;
      this.#order[place] = order;
      this.#line[place] = row.line;
      this.#attempts[place] = Math.min(MOST_ATTEMPTS, row.attempts);
      this.#tokens[place] = row.tokens;
      const marked = row.signs !== undefined && row.signs.length > 0;
      const stepByStep = row.failure === null && row.attempts > 1 && row.attempts <= this.counts.turnsOf(row);
      this.#flags[place] =
        (row.failure === null ? 0 : FAILED) |
        (isDisputed(row) ? DISPUTED : 0) |
        (marked ? MARKED : 0) |
        (stepByStep ? STEP_BY_STEP : 0);
      for (const sign of row.signs ?? []) this.#signs.set(sign, (this.#signs.get(sign) ?? 0) + 1);
      if (row.shared !== undefined) this.shared++;
      if (isLeftOutRow(row)) this.leftOut++;
      this.counts.add(row);
      if (row.failure === null) continue;
      this.failed++;
      this.#failures.set(row.failure, (this.#failures.get(row.failure) ?? 0) + 1);
    }
  }

  /** Failed tasks by the name of their failure. */
  failures(): Record<string, number> {
    return Object.fromEntries(this.#failures);
  }

  /** Rows by the signs of an instruction that their inputs have. */
  signs(): Record<string, number> {
    return Object.fromEntries(this.#signs);
  }

  /** Rows that were committed after that place in the order of commits, the first of them, at most so many. */
  after(order: number, atMost: number): readonly { readonly task: number; readonly order: number }[] {
    const places = this.#inOrder();
    const from = this.#upTo(places, order);
    return Array.from(places.subarray(from, from + atMost), (place) => ({
      task: this.#task[place] as number,
      order: this.#order[place] as number,
    }));
  }

  /** The last tasks that have rows, at most so many, in their order. */
  lastTasks(atMost: number): readonly number[] {
    const found: number[] = [];
    for (let task = this.#placeOf.length - 1; task >= 0 && found.length < atMost; task--)
      if (this.has(task)) found.push(task);
    return found.reverse();
  }

  /** `beforeSeq`: only rows that were told by this event of the log. */
  async query(query: ResultQuery & { readonly beforeSeq?: number }): Promise<ResultPage> {
    const { places, reversed } = this.#select(query);
    const text = query.text?.trim().toLowerCase() ?? '';
    const matching = text === '' ? places : await this.#search(places, text);
    const { offset, count } = query;
    const end = matching.length - offset;
    const page = reversed
      ? matching.subarray(Math.max(0, end - count), Math.max(0, end)).toReversed()
      : matching.subarray(offset, offset + count);
    return { total: matching.length, rows: await this.#rows(page) };
  }

  #select({ only = 'all', sort = 'newest', beforeSeq = Infinity }: ResultQuery & { readonly beforeSeq?: number }): {
    readonly places: Uint32Array;
    /** The last comes first. */
    readonly reversed: boolean;
  } {
    const key = sort === 'newest' ? 'order' : sort;
    const places = key === 'order' ? this.#inOrder() : this.#inOrderOf(key);
    const keep = (place: number): boolean =>
      (this.#order[place] as number) <= beforeSeq &&
      ONLY[only](this.#flags[place] as number, this.#attempts[place] as number);
    const all = only === 'all' && beforeSeq === Infinity;
    return { places: all ? places : places.filter(keep), reversed: key === 'order' };
  }

  async #search(places: Uint32Array, text: string): Promise<Uint32Array> {
    // Rows that come while this one searches are found the next time.
    const found = new Uint8Array(this.#size);
    await this.#store.eachRow(this.#run, (rows) => {
      for (const { row } of rows) {
        const place = this.#place(row.task);
        if (place >= 0 && mentions(row, text)) found[place] = 1;
      }
    });
    return places.filter((place) => found[place] === 1);
  }

  async #rows(page: Uint32Array): Promise<ResultRow[]> {
    const rows = await this.#store.rows(
      this.#run,
      Array.from(page, (place) => this.#task[place] as number),
    );
    return rows.map(({ row }) => row);
  }

  #place(task: number): number {
    return (this.#placeOf[task] ?? 0) - 1;
  }

  #inOrder(): Uint32Array {
    this.#committed = this.#sort(this.#committed);
    return this.#committed.places;
  }

  #inOrderOf(key: Sorted['key']): Uint32Array {
    this.#sorted = this.#sort(this.#sorted.key === key ? this.#sorted : { key, upTo: 0, places: NO_TASKS });
    return this.#sorted.places;
  }

  /** The list with the rows that came since. */
  #sort(list: Sorted): Sorted {
    const { key, upTo, places } = list;
    if (upTo === this.#size) return list;
    const before = this.#before(key);
    const fresh = Uint32Array.from({ length: this.#size - upTo }, (_, k) => upTo + k);
    if (fresh.some((place, k) => k > 0 && before(fresh[k - 1] as number, place) > 0)) fresh.sort(before);
    return { key, upTo: this.#size, places: merged(places, fresh, before) };
  }

  #before(key: Sorted['key']): (a: number, b: number) => number {
    const by = (column: Column, a: number, b: number): number => (column[a] as number) - (column[b] as number);
    switch (key) {
      case 'order':
        return (a, b) => by(this.#order, a, b);
      case 'line':
        return (a, b) => by(this.#line, a, b) || by(this.#task, a, b);
      case 'attempts':
        return (a, b) => by(this.#attempts, b, a) || by(this.#task, a, b);
      case 'tokens':
        return (a, b) => by(this.#tokens, b, a) || by(this.#task, a, b);
    }
  }

  /** How many of the places, which are in the order of commits, were committed up to then. */
  #upTo(places: Uint32Array, order: number): number {
    return partitionPoint(places.length, (k) => (this.#order[places[k] as number] as number) <= order);
  }

  #grow(size = 2 * this.#task.length): void {
    this.#task = wider(this.#task, size);
    this.#order = wider(this.#order, size);
    this.#line = wider(this.#line, size);
    this.#attempts = wider(this.#attempts, size);
    this.#tokens = wider(this.#tokens, size);
    this.#flags = wider(this.#flags, size);
  }
}

export interface SavedIndex {
  readonly failed: number;
  readonly failures: readonly (readonly [name: string, count: number])[];
  /** Absent where an earlier version wrote it. */
  readonly signs?: readonly (readonly [name: string, count: number])[];
  readonly shared?: number;
  /** Absent: none. */
  readonly leftOut?: number;
  /** Absent in those of earlier versions. */
  readonly steps?: SavedCounts | null;
}

/** Places up to `upTo`, by `key`. */
interface Sorted {
  readonly key: 'order' | Exclude<NonNullable<ResultQuery['sort']>, 'newest'>;
  readonly upTo: number;
  readonly places: Uint32Array;
}

type Column = Uint8Array | Uint16Array | Uint32Array | Float64Array;

/** The column with room for at least so many rows, and for twice as many as now. */
function wider<C extends Column>(column: C, least: number): C {
  const View = column.constructor as new (length: number) => C;
  const wide = new View(Math.max(least, 2 * column.length));
  wide.set(column);
  return wide;
}

/** Two sorted lists as one. */
function merged(a: Uint32Array, b: Uint32Array, before: (a: number, b: number) => number): Uint32Array {
  if (a.length === 0) return b;
  const all = new Uint32Array(a.length + b.length);
  // As a rule what came later stands later.
  if (b.length === 0 || before(a[a.length - 1] as number, b[0] as number) <= 0) {
    all.set(a);
    all.set(b, a.length);
    return all;
  }
  for (let [i, j] = [0, 0]; i + j < all.length;) {
    const first = j === b.length || (i < a.length && before(a[i] as number, b[j] as number) <= 0);
    all[i + j] = (first ? a[i] : b[j]) as number;
    if (first) i++;
    else j++;
  }
  return all;
}

/** Rows of items that no step takes say so. */
const isLeftOutRow = ({ note }: ResultRow): boolean => typeof note === 'object' && note.code === 'left-out';

/** A reviewer that says so in a field `agree`. */
function isDisputed(row: ResultRow): boolean {
  return (row.review?.output as { agree?: unknown } | null | undefined)?.agree === false;
}

function mentions(row: ResultRow, text: string): boolean {
  return (
    row.input.toLowerCase().includes(text) || (row.failure ?? JSON.stringify(row.output)).toLowerCase().includes(text)
  );
}
