import type { ContextManager } from '../../agents/context.ts';
import type { Journal } from '../../journal/journal.ts';
import { leanChunk } from '../../journal/lean.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Freed, StorageNote } from '../../journal/storage-events.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { asStoreFault, type StoreFault } from '../../store/fault.ts';
import type { ColdAgent, ResultRow, RunRecord } from '../../store/records.ts';
import type { OrderedRow, RunStore } from '../../store/run-store.ts';
import { type BadRecord, badRecords, ColdAgents } from './cold-agents.ts';
import { Committer } from './committer.ts';

/** What is asked of the warm tier when storage is full: far more than a run's results. */
const ROOM_BYTES = 64 * 2 ** 20;
/** How often a run that is open looks whether what it has written is still there, also while it writes nothing, ms. */
const LOOK_MS = 3000;

export interface RunStorageOptions {
  readonly clock: Clock;
  readonly store: RunStore;
  readonly run: string;
  /** From `store.openWriter`. */
  readonly fence: number;
  readonly journal: Journal;
  readonly state: RunState;
  /** What agents remember; their cold records keep it. */
  readonly contexts: ContextManager;
  /** The run's row as it stands, for the list of runs. */
  readonly record: () => RunRecord;
  /** Gives up so much of the warm tier, bytes; how much it was in the end. */
  readonly freeWarm: (bytes: number) => Promise<number>;
  /** Something about storage that a person may want to know; `agent`: -1 where it is about none. */
  readonly onNote: (agent: number, detail: StorageNote) => void;
  /** An agent's record was set aside because it cannot be trusted. */
  readonly onBad: (bad: BadRecord) => void;
  /** See `CommitterOptions`. */
  readonly onCommitted: (rows: readonly OrderedRow[]) => void;
  readonly onTaken?: () => (() => void) | null;
  readonly onTrouble: (fault: StoreFault | null) => void;
  readonly onStale: () => void;
}

/**
 * What a run has on the disk: its log and results, its agents' cold records, and room for them.
 *
 * Invariants:
 * - Results come first: room is made of K/V, then of detail in the logs of runs that have ended, never of a row.
 * - Nothing that waits to be written is dropped while this tab lives and may write (see `Committer`).
 * - Of a cold record that cannot be trusted its agent's supervisor hears, each time that one is set aside.
 */
export class RunStorage {
  readonly #with: RunStorageOptions;
  readonly #cold: ColdAgents;
  readonly #committer: Committer;
  readonly #noted = new Set<string>();
  #trouble: StoreFault | null = null;
  /** What was given up to make room, so far; and what makes room now. */
  #freed: Freed = { warm: 0, traces: 0 };
  #freeing: Promise<number> | null = null;
  readonly #stopLooking: Cancel;

  constructor(options: RunStorageOptions) {
    this.#with = options;
    const { clock, store, run, fence, journal, state, contexts, record, onCommitted, onTaken, onStale } = options;
    this.#cold = new ColdAgents(state, contexts);
    this.#committer = new Committer({
      clock,
      store,
      run,
      fence,
      journal,
      record,
      coldAgents: () => this.#cold.take(),
      onCold: (agents) => {
        this.#cold.durable(agents);
      },
      onCommitted,
      ...(onTaken && { onTaken }),
      onTrouble: (fault) => {
        this.#troubled(fault);
      },
      onStale,
    });
    this.#stopLooking = clock.every(LOOK_MS, () => void this.#look());
  }

  /** Why nothing can be written at the moment; null where it can. */
  get trouble(): StoreFault | null {
    return this.#trouble;
  }

  /** What was given up to make room, so far. */
  get freed(): Freed {
    return this.#freed;
  }

  /** Takes over what the cold records know and the log does not. */
  async restore(): Promise<void> {
    const { store, run } = this.#with;
    await this.#setAsideBad(async () => {
      this.#cold.restore(await store.agents(run));
    });
  }

  /** See `ColdAgents.all`. */
  allCold(): readonly ColdAgent[] {
    return this.#cold.all();
  }

  /** See `ColdAgents.wasWhole`. */
  recordWhole(agent: number): boolean | null {
    return this.#cold.wasWhole(agent);
  }

  /** There is something to write. */
  poke(): void {
    this.#committer.poke();
  }

  /** The row belongs to the event of that number: both are on the disk, or neither is. */
  add(row: ResultRow, seq: number): void {
    this.#committer.add(row, seq);
  }

  /** The agent has a new cold record. */
  changed(agent: number): void {
    this.#cold.changed(agent);
  }

  /** The agent was made to forget. */
  dropped(agent: number): void {
    this.#cold.dropped(agent);
    this.#committer.poke();
  }

  /** Null where the agent's cold record is on the disk, else settles when it is. */
  whenCold(agent: number): Promise<void> | null {
    return this.#cold.isBehind(agent) ? this.#committer.settled() : null;
  }

  /** The agent's newest cold record that can be trusted; null without one. */
  async lastGood(agent: number): Promise<ColdAgent | null> {
    const { store, run } = this.#with;
    let record: ColdAgent | null = null;
    await this.#setAsideBad(async () => {
      record = await store.agent(run, agent);
      if (record) this.#cold.read(agent, true);
    });
    return record;
  }

  /**
   * Storage is full: results come first. K/V that can be computed again goes, then what the logs of other runs need not say; never a result.
   * Resolves to the bytes that were freed.
   */
  makeRoom(): Promise<number> {
    this.#freeing ??= this.#free().finally(() => {
      this.#freeing = null;
    });
    return this.#freeing;
  }

  /** Told once each: what can be said of thousands of agents is not worth a line for each of them. */
  note(agent: number, detail: StorageNote): void {
    const known = JSON.stringify(detail);
    if (this.#noted.has(known)) return;
    this.#noted.add(known);
    this.#with.onNote(agent, detail);
  }

  /** Tries again at once after trouble. */
  retryNow(): void {
    this.#committer.retryNow();
  }

  /** See `Committer.settled`. */
  settled(): Promise<void> {
    return this.#committer.settled();
  }

  /** Resolves when all that has happened so far is on the disk. */
  flush(): Promise<void> {
    return this.#committer.flush();
  }

  /** See `Committer.leave`. */
  leave(): Promise<void> {
    return this.#committer.leave();
  }

  /** Writes no more. */
  stop(): void {
    this.#stopLooking();
    this.#committer.stop();
  }

  /** A browser that throws away what was stored tells nobody who does not ask. */
  async #look(): Promise<void> {
    try {
      await this.#with.store.look(this.#with.run);
    } catch (error) {
      const fault = asStoreFault(error);
      // What else there is to say is said where something is to be written.
      if (fault.code !== 'gone') return;
      this.#stopLooking();
      this.#committer.gone(fault);
    }
  }

  #troubled(fault: StoreFault | null): void {
    this.#trouble = fault;
    this.#with.onTrouble(fault);
    if (fault?.code === 'quota') void this.makeRoom();
  }

  async #free(): Promise<number> {
    const { store, run, freeWarm } = this.#with;
    const warm = await freeWarm(ROOM_BYTES);
    const traces = warm >= ROOM_BYTES ? 0 : await store.trimTraces(run, ROOM_BYTES, leanChunk).catch(() => 0);
    if (warm + traces === 0) return 0;
    this.#freed = { warm: this.#freed.warm + warm, traces: this.#freed.traces + traces };
    this.note(-1, { code: 'made-room', warm, traces });
    this.#committer.retryNow();
    return warm + traces;
  }

  /** Reads cold records. One that cannot be trusted is set aside by the store, and whoever mends its agent hears of it. */
  async #setAsideBad(read: () => Promise<void>): Promise<void> {
    const { store, run, state, onBad } = this.#with;
    const before = (await store.quarantined(run)).length;
    await read();
    const after = await store.quarantined(run);
    for (const bad of badRecords(after.slice(before))) {
      if (bad.agent >= state.agents.size) continue;
      this.#cold.read(bad.agent, false);
      onBad(bad);
    }
  }
}
