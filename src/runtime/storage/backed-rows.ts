import { asStoreFault, type StoreFault } from '../../store/fault.ts';
import type { OrderedRow, RunStore } from '../../store/run-store.ts';
import type { KeptRows } from './kept-rows.ts';

/** Where committed rows are read. */
export type RowSource = Pick<RunStore, 'rows' | 'eachRow'>;

/**
 * The committed rows of one run: as the store has them, and from memory what it has no more. Rejects as the store does, where memory does
 * not have them all either.
 */
export class BackedRows implements RowSource {
  readonly #store: RowSource;
  readonly #kept: KeptRows;

  constructor(store: RowSource, kept: KeptRows) {
    this.#store = store;
    this.#kept = kept;
  }

  async rows(run: string, tasks: readonly number[]): Promise<OrderedRow[]> {
    let fault: StoreFault | null = null;
    const stored = await this.#store.rows(run, tasks).catch((error: unknown) => {
      fault = asStoreFault(error);
      return [];
    });
    if (stored.length === tasks.length) return stored;
    const found = new Map(stored.map((each) => [each.row.task, each]));
    for (const each of await this.#kept.rows(tasks.filter((task) => !found.has(task)))) found.set(each.row.task, each);
    this.#judge(fault);
    return tasks.flatMap((task) => found.get(task) ?? []);
  }

  /** By task, but for rows that the store lost from among others: those come at the end. */
  async eachRow(run: string, visit: (rows: readonly OrderedRow[]) => void): Promise<void> {
    const seen = new Uint8Array(this.#kept.tasks);
    const visited: { failed?: unknown } = {};
    const visitSeen = (rows: readonly OrderedRow[]): void => {
      try {
        visit(rows);
      } catch (error) {
        visited.failed = error;
        throw error;
      }
      for (const { row } of rows) seen[row.task] = 1;
    };
    const fault = await this.#store.eachRow(run, visitSeen).then(() => null, asStoreFault);
    // What the visitor throws is its own matter.
    if ('failed' in visited) throw visited.failed;
    await this.#kept.eachRow(visit, (task) => seen[task] !== 1);
    this.#judge(fault);
  }

  #judge(fault: StoreFault | null): void {
    if (fault && !this.#kept.whole && fault.code !== 'gone') throw fault;
  }
}
