import { ItemMap, type WorkItem } from '../journal/work-item.ts';

/** Engines in a row that a task may lose turns with before it is held against the task: a prompt can be what kills them. */
const MAX_ENGINES = 8;
/** As many suffice where the last of them was lost with this turn alone. */
const MAX_ALONE = 3;

/** What is held against a task: an attempt, or, where nothing else can be to blame, that no attempt more is worth an engine. */
export type Blame = 'none' | 'attempt' | 'certain';

/**
 * Tasks that may be what kills engines. Whoever kills one is there each time one dies, and never comes to an end; all others were there by
 * chance, some of them often: what is lost is handed out first when the next engine is there.
 */
export class EngineLossDetector {
  /** The engine that was lost last, by whatever is different for each, and how many were lost before. */
  #engine: unknown = null;
  #engines = 0;
  /** Engines in a row that were lost with a turn of it, and the last of them. */
  readonly #rows = new ItemMap<{ readonly count: number; readonly last: number }>();
  readonly #cleared = new ItemMap<true>();

  /** The item's turn was lost with `engine`, which had no other turn where it was `alone`. */
  lost(item: WorkItem, engine: unknown, alone: boolean): Blame {
    if (engine !== this.#engine) {
      this.#engine = engine;
      this.#engines++;
    }
    if (this.#cleared.get(item)) return 'none';
    const last = this.#engines;
    const row = this.#rows.get(item);
    const count = row === undefined || row.last < last - 1 ? 1 : row.count + Number(row.last < last);
    this.#rows.set(item, { count, last });
    if (alone && count >= MAX_ALONE) return 'certain';
    return count > MAX_ENGINES ? 'attempt' : 'none';
  }

  /** A turn of the item came to its end: its prompt kills nothing. */
  clear(item: WorkItem): void {
    this.#cleared.set(item, true);
    this.#rows.delete(item);
  }

  /** Its task stands elsewhere, with another prompt. */
  forget(item: WorkItem): void {
    this.#cleared.delete(item);
    this.#rows.delete(item);
  }
}
