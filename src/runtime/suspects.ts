/** Engines in a row that a task may lose turns with before it is held against the task: a prompt can be what kills them. */
const MAX_ENGINES = 8;

/**
 * Tasks that may be what kills engines. Whoever kills one is there each time one dies, and never comes to an end; all others were there by
 * chance, some of them often: what is lost is handed out first when the next engine is there.
 */
export class Suspects {
  /** The engine that was lost last, by whatever is different for each, and how many were lost before. */
  #engine: unknown = null;
  #engines = 0;
  /** By task: engines in a row that were lost with a turn of it, and the last of them. */
  readonly #rows = new Map<number, { readonly count: number; readonly last: number }>();
  readonly #cleared = new Set<number>();

  /** The task's turn was lost with `engine`; true where that is the task's own doing, as far as can be told. */
  lost(task: number, engine: unknown): boolean {
    if (engine !== this.#engine) {
      this.#engine = engine;
      this.#engines++;
    }
    if (this.#cleared.has(task)) return false;
    const last = this.#engines;
    const row = this.#rows.get(task);
    const count = row === undefined || row.last < last - 1 ? 1 : row.count + Number(row.last < last);
    this.#rows.set(task, { count, last });
    return count > MAX_ENGINES;
  }

  /** A turn of the task came to its end: its prompt kills nothing. */
  clear(task: number): void {
    this.#cleared.add(task);
    this.#rows.delete(task);
  }

  /** The task stands elsewhere, with another prompt. */
  forget(task: number): void {
    this.#cleared.delete(task);
    this.#rows.delete(task);
  }
}
