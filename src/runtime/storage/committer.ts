import type { Journal } from '../../journal/journal.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { asStoreFault, type StoreFault } from '../../store/fault.ts';
import type { ColdAgent, ResultRow, RunRecord } from '../../store/records.ts';
import type { OrderedRow, RunStore } from '../../store/run-store.ts';

/** Results and events are written together this often, or as soon as this many wait. */
const GROUP_MS = 50;
const GROUP_SIZE = 256;
const RETRY_FIRST_MS = 1000;
const RETRY_CAP_MS = 15_000;

export interface CommitterOptions {
  readonly clock: Clock;
  readonly store: RunStore;
  readonly run: string;
  readonly fence: number;
  readonly journal: Journal;
  /** The run's row as it stands, for the list of runs. */
  readonly record: () => RunRecord;
  /** Cold records of the agents that changed since the last call. */
  readonly coldAgents: () => readonly ColdAgent[];
  /** These cold records are on the disk. */
  readonly onCold?: (agents: readonly ColdAgent[]) => void;
  /** These rows are on the disk. Nobody hears of a result before. */
  readonly onCommitted: (rows: readonly OrderedRow[]) => void;
  /**
   * All that has happened so far is in the batch that is being written. What this gives is called once that batch is on the disk, after
   * `onCommitted`.
   */
  readonly onTaken?: () => (() => void) | null;
  /** Writing fails and will be tried again, or works again (null); after `gone` it is not tried again, and nothing is told any more. */
  readonly onTrouble: (fault: StoreFault | null) => void;
  /** Somebody else writes this run; this writer is done. */
  readonly onStale: () => void;
}

/**
 * Group commit: many results and events in one strict transaction. What could not be written is kept and tried again, never dropped.
 *
 * Invariants:
 * - One transaction is under way at most; an event and the row that was added with it are in the same one.
 * - What a failed transaction took stands before all that was added since, in its order.
 * - A task's row is written once: of two, the first that is on the disk counts.
 * - Nobody hears of a row before it is on the disk; after `stop`, or once another writer has come, of none at all.
 */
export class Committer {
  readonly #with: CommitterOptions;
  #rows: OrderedRow[] = [];
  #cold = new Map<number, ColdAgent>();
  #timer: Cancel | null = null;
  #writing: Promise<void> | null = null;
  #failures = 0;
  #stopped = false;
  #leaving = false;
  #waiters: (() => void)[] = [];
  /** Wait for the next batch to be durable. */
  #settling: (() => void)[] = [];

  constructor(options: CommitterOptions) {
    this.#with = options;
  }

  add(row: ResultRow, order: number): void {
    this.#rows.push({ order, row });
    this.poke();
  }

  /** There is something to write. */
  poke(): void {
    if (this.#stopped || this.#writing) return;
    const full = this.#rows.length >= GROUP_SIZE || this.#with.journal.pending >= GROUP_SIZE;
    if (full && this.#failures === 0) this.#schedule(0);
    else if (!this.#timer) this.#schedule(this.#wait());
  }

  /** Always by timer: an event and the row that belongs to it are added in one step and must not fall into two transactions. */
  #schedule(ms: number): void {
    this.#timer?.();
    this.#timer = this.#with.clock.timeout(ms, () => {
      this.#timer = null;
      this.#write();
    });
  }

  /** Resolves when everything that was added so far is on the disk, or this writer has stopped. */
  flush(): Promise<void> {
    if (this.#stopped || this.#idle()) return Promise.resolve();
    return new Promise((resolve) => {
      this.#waiters.push(resolve);
      this.poke();
    });
  }

  /**
   * As `flush`, but waits for no room: it gives up with the first write that fails. What is not on the disk by then was told to nobody, and
   * is done again by whoever opens the run next.
   */
  leave(): Promise<void> {
    this.#leaving = true;
    const left = this.flush();
    this.retryNow();
    return left;
  }

  /** Resolves when what was added so far is on the disk, however much is added behind it; never once this writer has stopped. */
  settled(): Promise<void> {
    return new Promise((resolve) => {
      this.#settling.push(resolve);
      if (!this.#stopped && !this.#writing && this.#failures === 0) this.#schedule(0);
    });
  }

  /** Tries again at once after trouble. */
  retryNow(): void {
    if (!this.#stopped && !this.#writing && !this.#idle()) this.#schedule(0);
  }

  /** What was stored is gone (`StoreFault`'s `gone`): says so once, and writes no more. Nobody is kept waiting. */
  gone(fault: StoreFault): void {
    if (this.#stopped) return;
    this.stop();
    this.#with.onTrouble(fault);
  }

  /** Writes no more; what is not on the disk by now is not told to anyone. */
  stop(): void {
    this.#stopped = true;
    this.#timer?.();
    this.#wake();
  }

  #idle(): boolean {
    return !this.#writing && this.#rows.length === 0 && this.#with.journal.unsaved().length === 0;
  }

  #wait(): number {
    return this.#failures === 0 ? GROUP_MS : Math.min(RETRY_CAP_MS, RETRY_FIRST_MS * 2 ** (this.#failures - 1));
  }

  #write(): void {
    this.#writing = this.#commit().finally(() => {
      this.#writing = null;
      if (this.#stopped || this.#idle()) this.#wake();
      else if (this.#settling.length > 0 && this.#failures === 0) this.#schedule(0);
      else this.poke();
    });
  }

  async #commit(): Promise<void> {
    const { store, run, fence, journal } = this.#with;
    const rows = this.#rows;
    this.#rows = [];
    const events = journal.take();
    for (const cold of this.#with.coldAgents()) this.#cold.set(cold.agent, cold);
    const cold = this.#cold;
    this.#cold = new Map();
    const settling = this.#settling;
    this.#settling = [];
    const written = events && this.#with.onTaken?.();
    try {
      await store.commit({ run, fence, events, rows, agents: [...cold.values()], record: this.#with.record() });
    } catch (error) {
      journal.giveBack();
      this.#rows = [...rows, ...this.#rows];
      this.#cold = new Map([...cold, ...this.#cold]);
      this.#settling = [...settling, ...this.#settling];
      await this.#trouble(asStoreFault(error), rows, events?.firstSeq ?? null);
      return;
    }
    journal.settle();
    if (this.#failures > 0) this.#with.onTrouble(null);
    this.#failures = 0;
    this.#with.onCold?.([...cold.values()]);
    for (const settled of settling) settled();
    if (rows.length > 0 && !this.#stopped) this.#with.onCommitted(rows);
    if (!this.#stopped) written?.();
  }

  async #trouble(fault: StoreFault, rows: readonly OrderedRow[], firstSeq: number | null): Promise<void> {
    if (fault.code === 'stale-writer') {
      this.stop();
      this.#with.onStale();
      return;
    }
    if (fault.code === 'gone') {
      this.gone(fault);
      return;
    }
    this.#failures++;
    if (fault.code === 'duplicate-result') await this.#takeWritten(rows, firstSeq);
    else {
      this.#with.onTrouble(fault);
      if (this.#leaving) this.#wake();
    }
  }

  /**
   * Something of the batch is there already. Rows of another writer stay as they are: the first commit counts. What is there of ours was
   * written by a commit that was never acknowledged: it is told now, and not written again.
   */
  async #takeWritten(rows: readonly OrderedRow[], firstSeq: number | null): Promise<void> {
    const { store, run, journal } = this.#with;
    try {
      const tasks = rows.map(({ row }) => row.task);
      const written = new Map((await store.rows(run, tasks)).map(({ order, row }) => [row.task, order]));
      const chunks = firstSeq === null ? [] : await store.chunks(run, firstSeq - 1, firstSeq);
      // Only the holder of the fence writes, so events of these numbers are ours.
      const saved = chunks.find((chunk) => chunk.firstSeq === firstSeq)?.lastSeq;
      if (saved !== undefined) journal.wereSaved(saved);
      this.#rows = this.#rows.filter(({ row }) => !written.has(row.task));
      const ours = rows.filter(({ order, row }) => written.get(row.task) === order);
      if (ours.length > 0 && !this.#stopped) this.#with.onCommitted(ours);
    } catch (error) {
      this.#with.onTrouble(asStoreFault(error));
    }
  }

  #wake(): void {
    for (const waiter of this.#waiters.splice(0)) waiter();
  }
}
