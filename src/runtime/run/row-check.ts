import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { KeptRows } from '../storage/kept-rows.ts';
import type { ResultIndex } from '../storage/result-index.ts';

/** Rows that are read at once, and the wait before the next, ms: a million rows take a few minutes and a small part of the worker's time. */
const ROWS_A_LOOK = 500;
const LOOK_MS = 50;

export interface RowCheckOptions {
  readonly clock: Clock;
  readonly store: RunStore;
  readonly run: string;
  readonly index: ResultIndex;
  /** Gets the rows, which opening the run did not read. */
  readonly kept: KeptRows;
  /** Tasks that there were when the run was opened. */
  readonly upTo: number;
  /** A row cannot be read any more; nothing more is looked for. */
  readonly onBad: () => void;
}

/**
 * Reads, little by little, the rows that a snapshot says are there, as opening a run without one reads them all at once: a row that went bad
 * meanwhile is found, whoever needs it or not. Each row once.
 */
export class RowCheck {
  readonly #with: RowCheckOptions;
  #next = 0;
  #timer: Cancel | null = null;
  #stopped = false;

  constructor(options: RowCheckOptions) {
    this.#with = options;
  }

  start(): void {
    const { clock, upTo } = this.#with;
    if (this.#next >= upTo) this.#with.kept.awaiting = false;
    if (this.#stopped || this.#next >= upTo) return;
    this.#timer = clock.timeout(LOOK_MS, () => void this.#look());
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
  }

  async #look(): Promise<void> {
    const { store, run, index, kept, upTo, onBad } = this.#with;
    const tasks: number[] = [];
    const from = this.#next;
    for (; this.#next < upTo && tasks.length < ROWS_A_LOOK; this.#next++)
      if (index.has(this.#next)) tasks.push(this.#next);
    try {
      const rows = await store.rows(run, tasks);
      kept.add(rows);
      // On a full disk what is bad cannot be set aside, and opening the run again would not help.
      const missing = rows.length < tasks.length && (await store.countRows(run)) < index.size;
      // Last: where all of it is gone there is nothing to open the run from.
      if (missing) await store.look(run);
      if (missing && !this.#stopped) {
        this.stop();
        onBad();
      }
    } catch {
      // What cannot be read now is read the next time.
      this.#next = from;
    }
    this.start();
  }
}
