/**
 * Snapshots: a run's state, history and index of results as the store keeps them beside the log, so that a run of any length opens by reading one
 * record and the end of its log.
 *
 * Invariants:
 * - The log is the truth: without a snapshot, or with one that cannot be read, a run opens to the same state, only later.
 * - A snapshot is of a place in the log that is on the disk, with all rows that were committed up to it and no others.
 */
import { saveState, type SavedState, stateFrom } from '../../journal/saved-state.ts';
import type { RunState } from '../../journal/run-state.ts';
import { pack, unpack } from '../../kernel/packed.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import { History, type SavedHistory } from '../history/history.ts';
import type { RowSource } from '../storage/backed-rows.ts';
import type { KeptRows } from '../storage/kept-rows.ts';
import { ResultIndex, type SavedIndex } from '../storage/result-index.ts';
import { StepCounts } from '../storage/step-counts.ts';

/**
 * Raised with every change to what is saved or to how events are folded: a snapshot of another version is left alone, and the log is folded from
 * its beginning.
 */
const VERSION = 1;
/** Events between two snapshots: they are folded in a second or two. */
export const SNAPSHOT_EVERY = 50_000;
/** A run that ends gets one more, unless it is as short as this. */
const SHORT = 1 / 10;

interface Saved {
  readonly version: number;
  readonly state: SavedState;
  readonly history: SavedHistory;
}

export interface Restored {
  readonly state: RunState;
  readonly history: History;
  readonly index: ResultIndex;
}

export interface SnapshotsOptions extends Restored {
  readonly store: Pick<RunStore, 'saveSnapshot'>;
  readonly run: string;
  readonly fence: number;
  /** Events between two. */
  readonly every: number;
  /** Number of the last event that the newest stored one knows; 0: there is none. */
  readonly since: number;
}

/** Takes snapshots of a run as it goes on. */
export class Snapshots {
  readonly #with: SnapshotsOptions;
  #since: number;
  #saving = false;

  constructor(options: SnapshotsOptions) {
    this.#with = options;
    this.#since = options.since;
  }

  /**
   * Asked where all that has happened is about to be written. Null where no snapshot is due, else what stores it, to be called once that is on the
   * disk and its rows are in the index.
   */
  take(): (() => void) | null {
    const { state, history, every } = this.#with;
    const due = state.ended ? Math.ceil(every * SHORT) : every;
    if (this.#saving || state.seq - this.#since < due) return null;
    const { seq } = state;
    const { value, columns } = saveState(state);
    const saved: Saved = { version: VERSION, state: value, history: history.saved() };
    const bytes = pack({ value: saved, columns });
    return () => {
      this.#since = seq;
      void this.#save(seq, [bytes, pack(this.#with.index.saved())]);
    };
  }

  async #save(seq: number, parts: readonly Uint8Array<ArrayBuffer>[]): Promise<void> {
    const { store, run, fence } = this.#with;
    this.#saving = true;
    // What cannot be stored is folded from the log; whoever writes results says why nothing can be written.
    await store.saveSnapshot(run, fence, { seq, parts }).catch(() => undefined);
    this.#saving = false;
  }
}

/** The run's rows in memory; and as they are read, from the store or, where that has lost them, from there. */
export interface RowMemory {
  readonly kept: KeptRows;
  readonly rows: RowSource;
}

/**
 * The newest snapshot of the run that can be read and is of this setup; null without one.
 * @param memoryOf makes the memory of rows for a state
 */
export async function restored(
  store: Pick<RunStore, 'snapshot'>,
  run: string,
  plan: RunSetup,
  memoryOf: (state: RunState) => RowMemory,
): Promise<(Restored & { readonly memory: RowMemory }) | null> {
  const stored = await store.snapshot(run);
  if (!stored) return null;
  try {
    const [first, second] = stored.parts.map(unpack);
    const saved = first?.value as Saved | undefined;
    if (!first || !second || saved?.version !== VERSION) return null;
    if (saved.state.agents !== plan.layout.agents || saved.state.tasks < plan.items.length) return null;
    const state = stateFrom(saved.state, first.columns, plan.first);
    const history = new History(plan);
    history.restore(saved.history, state);
    const memory = memoryOf(state);
    const index = new ResultIndex(memory.rows, run, new StepCounts(plan.tasks, plan.fields));
    index.restore(second.value as SavedIndex, second.columns);
    return { state, history, index, memory };
  } catch {
    // Written by something that is not known here: the log says the same.
    return null;
  }
}
