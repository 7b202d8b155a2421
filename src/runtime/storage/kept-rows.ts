import type { ResultRow } from '../../store/records.ts';
import type { OrderedRow } from '../../store/run-store.ts';
import { deflate } from '../../kernel/deflate.ts';
import { textOf } from './packed-text.ts';

/** A batch is packed once it has so many rows, or so many characters. */
const BATCH_ROWS = 512;
const BATCH_CHARACTERS = 2 ** 18;
/** Batches whose rows stay at hand once they were read: rows are read in the order of tasks, and were committed in nearly the same. */
const AT_HAND = 32;
const PIECE = 500;
/** Bytes of packed rows; what comes then is not kept. A million ordinary rows are a third of it. */
const MOST_BYTES = 128 * 2 ** 20;

/** What of a row its task says already. */
export type InputOf = (task: number) => Pick<ResultRow, 'line' | 'lastLine' | 'input'>;

/** `lastLine` null: it has none, and the input has one. */
type Rest = Omit<Partial<ResultRow>, 'lastLine'> & { readonly lastLine?: number | null };

/** `rest`: the members that few rows have, in their order; absent: none. */
type Tuple = [
  order: number,
  task: number,
  output: unknown,
  agent: string,
  attempts: number,
  tokens: number,
  durationMs: number,
  rest?: Rest,
];

interface Batch {
  /** JSON of its rows, one a line; packed before long. */
  rows: string | Uint8Array<ArrayBuffer>;
}

/**
 * Every committed row of the open run, packed in memory, for when the browser has thrown the database away: what was committed can still be
 * looked at, downloaded and written anew.
 *
 * Invariants:
 * - A task's row is kept once: of two, the first counts, as in the store.
 * - A row comes back as JSON would have it: member by member in the order in which the store gives it.
 * - What a row shares with its task's input is not kept twice; see `InputOf`.
 */
export class KeptRows {
  readonly #inputOf: InputOf;
  readonly #mostBytes: number;
  /** By task: number of its batch times `BATCH_ROWS`, and its place there; -1: it has no row here. */
  #places = new Int32Array(0).fill(-1);
  readonly #batches: Batch[] = [];
  /** Rows of the batch that is being filled, as JSON. */
  #filling: string[] = [];
  #characters = 0;
  #packedBytes = 0;
  #packing: Promise<void> = Promise.resolve();
  readonly #atHand = new Map<number, Promise<readonly OrderedRow[]>>();
  /** Rows that are here. */
  size = 0;
  #full = false;
  /** Rows that are in the store have yet to be read into it. */
  awaiting = false;

  constructor(inputOf: InputOf, mostBytes = MOST_BYTES) {
    this.#inputOf = inputOf;
    this.#mostBytes = mostBytes;
  }

  /** False while not all rows are here, or once one came that there was no room for. */
  get whole(): boolean {
    return !this.#full && !this.awaiting;
  }

  /** Bytes of what is kept, without what has yet to be packed. */
  get bytes(): number {
    return this.#packedBytes + this.#places.byteLength;
  }

  /** Tasks with a row here are below this. */
  get tasks(): number {
    return this.#places.length;
  }

  add(rows: readonly OrderedRow[]): void {
    for (const { order, row } of rows) {
      if (this.has(row.task)) continue;
      if (this.#packedBytes >= this.#mostBytes) {
        this.#full = true;
        return;
      }
      const text = JSON.stringify(this.#tupleOf(order, row));
      this.#place(row.task, this.#batches.length * BATCH_ROWS + this.#filling.length);
      this.#filling.push(text);
      this.#characters += text.length;
      this.size++;
      if (this.#filling.length >= BATCH_ROWS || this.#characters >= BATCH_CHARACTERS) this.#close();
    }
  }

  has(task: number): boolean {
    return (this.#places[task] ?? -1) >= 0;
  }

  /** Rows of these tasks, in their order; tasks without a row are left out. */
  async rows(tasks: readonly number[]): Promise<OrderedRow[]> {
    const found: OrderedRow[] = [];
    for (const task of tasks) {
      const place = this.#places[task] ?? -1;
      if (place < 0) continue;
      const at = place % BATCH_ROWS;
      const batch = Math.floor(place / BATCH_ROWS);
      const filling = batch === this.#batches.length ? this.#filling[at] : undefined;
      const row = filling === undefined ? (await this.#batch(batch))[at] : this.#rowOf(filling);
      if (row) found.push(row);
    }
    return found;
  }

  /** Every row of the tasks that are wanted, by task, in pieces of at most 500. */
  async eachRow(visit: (rows: readonly OrderedRow[]) => void | Promise<void>, wanted = (_task: number) => true) {
    let piece: number[] = [];
    for (let task = 0; task < this.#places.length; task++) {
      if (this.has(task) && wanted(task)) piece.push(task);
      if (piece.length === PIECE || (piece.length > 0 && task === this.#places.length - 1)) {
        await visit(await this.rows(piece));
        piece = [];
      }
    }
    this.#atHand.clear();
  }

  /** Resolves when all batches that are full are packed. */
  settled(): Promise<void> {
    return this.#packing;
  }

  #place(task: number, place: number): void {
    if (task >= this.#places.length) {
      const longer = new Int32Array(Math.max(BATCH_ROWS, 2 * this.#places.length, task + 1)).fill(-1);
      longer.set(this.#places);
      this.#places = longer;
    }
    this.#places[task] = place;
  }

  #close(): void {
    const text = this.#filling.join('\n');
    const batch: Batch = { rows: text };
    this.#batches.push(batch);
    this.#filling = [];
    this.#characters = 0;
    this.#packing = this.#packing.then(async () => {
      const packed = await deflate(new TextEncoder().encode(text));
      batch.rows = packed;
      this.#packedBytes += packed.byteLength;
    });
  }

  #batch(number: number): Promise<readonly OrderedRow[]> {
    const known = this.#atHand.get(number);
    const rows = known ?? this.#unpack(this.#batches[number] as Batch);
    // The newest at the end.
    this.#atHand.delete(number);
    this.#atHand.set(number, rows);
    for (const oldest of this.#atHand.keys()) {
      if (this.#atHand.size <= AT_HAND) break;
      this.#atHand.delete(oldest);
    }
    return rows;
  }

  async #unpack({ rows }: Batch): Promise<readonly OrderedRow[]> {
    const lines = typeof rows === 'string' ? rows : await textOf(rows);
    return lines.split('\n').map((line) => this.#rowOf(line));
  }

  #tupleOf(order: number, row: ResultRow): Tuple {
    const { task, line, lastLine, input, output, failure, agent, attempts, tokens, durationMs, review, ...few } = row;
    const known = this.#inputOf(task);
    const rest: Rest = {
      ...(line !== known.line && { line }),
      ...(lastLine !== known.lastLine && { lastLine: lastLine ?? null }),
      ...(input !== known.input && { input }),
      ...(failure !== null && { failure }),
      ...(review !== null && { review }),
      ...few,
    };
    const tuple: Tuple = [order, task, output, agent, attempts, tokens, durationMs];
    if (Object.keys(rest).length > 0) tuple.push(rest);
    return tuple;
  }

  #rowOf(text: string): OrderedRow {
    const [order, task, output, agent, attempts, tokens, durationMs, rest = {}] = JSON.parse(text) as Tuple;
    const known = this.#inputOf(task);
    const { line = known.line, lastLine = known.lastLine, input = known.input, ...others } = rest;
    const { failure = null, review = null, ...few } = others;
    return {
      order,
      row: {
        ...{ task, line },
        ...(lastLine !== undefined && lastLine !== null && { lastLine }),
        ...{ input, output, failure, agent, attempts, tokens, durationMs, review },
        ...few,
      },
    };
  }
}
