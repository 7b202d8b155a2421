import type { OrderedRow } from '../../store/run-store.ts';
import type { ResultPage, ResultQuery, ResultRow } from '../protocol/protocol.ts';
import type { RowSource } from './backed-rows.ts';

interface Entry {
  readonly task: number;
  readonly order: number;
  readonly line: number;
  readonly attempts: number;
  readonly tokens: number;
  readonly failed: boolean;
  readonly failure: string | null;
  readonly disputed: boolean;
}

const SORT: Readonly<Record<NonNullable<ResultQuery['sort']>, (a: Entry, b: Entry) => number>> = {
  newest: (a, b) => b.order - a.order,
  line: (a, b) => a.line - b.line || a.task - b.task,
  attempts: (a, b) => b.attempts - a.attempts || a.task - b.task,
  tokens: (a, b) => b.tokens - a.tokens || a.task - b.task,
};

const ONLY: Readonly<Record<NonNullable<ResultQuery['only']>, (entry: Entry) => boolean>> = {
  all: () => true,
  failed: (entry) => entry.failed,
  retried: (entry) => entry.attempts > 1,
  disputed: (entry) => entry.disputed,
};

/** What lists of results are filtered and sorted by, a few numbers a row; the rows themselves are read where they are. */
export class ResultIndex {
  readonly #store: RowSource;
  readonly #run: string;
  readonly #entries = new Map<number, Entry>();
  #sorted: { readonly key: string; readonly entries: readonly Entry[] } | null = null;
  failed = 0;

  constructor(store: RowSource, run: string) {
    this.#store = store;
    this.#run = run;
  }

  /** Rows, failed ones included. */
  get size(): number {
    return this.#entries.size;
  }

  entry(task: number): { readonly failed: boolean; readonly attempts: number } | undefined {
    return this.#entries.get(task);
  }

  add(rows: readonly OrderedRow[]): void {
    for (const { order, row } of rows) {
      if (this.#entries.has(row.task)) continue;
      if (row.failure !== null) this.failed++;
      this.#entries.set(row.task, {
        task: row.task,
        order,
        line: row.line,
        attempts: row.attempts,
        tokens: row.tokens,
        failed: row.failure !== null,
        failure: row.failure,
        disputed: isDisputed(row),
      });
    }
    this.#sorted = null;
  }

  /** Failed tasks by the name of their failure. */
  failures(): Record<string, number> {
    const counts: Record<string, number> = {};
    for (const { failure } of this.#entries.values())
      if (failure !== null) counts[failure] = (counts[failure] ?? 0) + 1;
    return counts;
  }

  /** Rows that were committed after that place in the order of commits, the first of them, at most so many. */
  after(order: number, atMost: number): readonly { readonly task: number; readonly order: number }[] {
    const found = [...this.#entries.values()].filter((entry) => entry.order > order);
    return found.sort((a, b) => a.order - b.order).slice(0, atMost);
  }

  /** `beforeSeq`: only rows that were told by this event of the log. */
  async query(query: ResultQuery & { readonly beforeSeq?: number }): Promise<ResultPage> {
    const { beforeSeq = Infinity } = query;
    const all = this.#select(query);
    const entries = beforeSeq === Infinity ? all : all.filter(({ order }) => order <= beforeSeq);
    const text = query.text?.trim().toLowerCase() ?? '';
    if (text !== '') return this.#search(entries, text, query);
    const page = entries.slice(query.offset, query.offset + query.count);
    return { total: entries.length, rows: await this.#rows(page) };
  }

  #select({ only = 'all', sort = 'newest' }: ResultQuery): readonly Entry[] {
    const key = `${only}/${sort}`;
    if (this.#sorted?.key !== key) {
      const entries = [...this.#entries.values()].filter(ONLY[only]).sort(SORT[sort]);
      this.#sorted = { key, entries };
    }
    return this.#sorted.entries;
  }

  async #search(entries: readonly Entry[], text: string, query: ResultQuery): Promise<ResultPage> {
    const found = new Map<number, ResultRow>();
    await this.#store.eachRow(this.#run, (rows) => {
      for (const { row } of rows) if (this.#entries.has(row.task) && mentions(row, text)) found.set(row.task, row);
    });
    const matching = entries.filter((entry) => found.has(entry.task));
    const page = matching.slice(query.offset, query.offset + query.count);
    return { total: matching.length, rows: page.map((entry) => found.get(entry.task) as ResultRow) };
  }

  async #rows(page: readonly Entry[]): Promise<ResultRow[]> {
    const rows = await this.#store.rows(
      this.#run,
      page.map((entry) => entry.task),
    );
    return rows.map(({ row }) => row);
  }
}

/** A reviewer that says so in a field `agree`. */
function isDisputed(row: ResultRow): boolean {
  return (row.review?.output as { agree?: unknown } | null | undefined)?.agree === false;
}

function mentions(row: ResultRow, text: string): boolean {
  return (
    row.input.toLowerCase().includes(text) || (row.failure ?? JSON.stringify(row.output)).toLowerCase().includes(text)
  );
}
