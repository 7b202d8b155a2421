import type { SealFault } from './seal.ts';
import type { CommitBatch, JournalChunk, ResultRow, RunRecord, RunSnapshot, RunSource, ColdAgent } from './records.ts';

/** A committed row with the order of its commit. */
export interface OrderedRow {
  readonly order: number;
  readonly row: ResultRow;
}

/** A record that could not be trusted. */
export interface SetAside {
  readonly table: string;
  /** As the table's primary key has it, as JSON. */
  readonly key: string;
  readonly reason: SealFault;
}

/**
 * Where runs live. Every method rejects with a `StoreFault`. A record that fails its checksum or has an unknown version is moved to
 * quarantine on reading and treated as not there.
 *
 * Invariants:
 * - A batch is written whole or not at all, by whoever holds the newest fence and by nobody else.
 * - A task has one row: rows are only added, and a batch with a second one is refused (`duplicate-result`).
 * - What was written to a database that the browser has thrown away since is never added to: its writer is refused (`gone`), and so is every
 *   look at it.
 * - An agent has two generations of its record at most; writing one leaves the one before it alone.
 */
export interface RunStore {
  /** Newest first. */
  list(): Promise<RunRecord[]>;
  /** Writes a new run; durable when it resolves. */
  create(record: RunRecord, source: RunSource): Promise<void>;
  record(run: string): Promise<RunRecord | null>;
  source(run: string): Promise<RunSource>;
  /** A new fence: from now on commits with an older one are refused. */
  openWriter(run: string): Promise<number>;
  /**
   * Whether what this store's writer of the run has written is still there: rejects with `gone` where the browser has thrown it away. Cheap,
   * for a look every few seconds; resolves for a run that has no writer here.
   */
  look(run: string): Promise<void>;
  /** Durable when it resolves; nothing of it is written when it rejects. */
  commit(batch: CommitBatch): Promise<void>;
  /** Chunks that hold events after `afterSeq` and, where given, up to `upToSeq`, in order; the outer ones may hold others too. */
  chunks(run: string, afterSeq: number, upToSeq?: number): Promise<JournalChunk[]>;
  /** The same in pieces, each of which may be forgotten before the next is read: a log of any size. `visit` false: that was enough. */
  eachChunk(
    run: string,
    afterSeq: number,
    upToSeq: number,
    visit: (chunks: readonly JournalChunk[]) => unknown,
  ): Promise<void>;
  /** The newest chunks that speak of the agent, oldest first. */
  chunksOf(run: string, agent: number, atMost: number): Promise<JournalChunk[]>;
  /** Rows of these tasks, in their order; tasks without a row are left out. */
  rows(run: string, tasks: readonly number[]): Promise<OrderedRow[]>;
  /** Every row of the run, by task, in pieces of at most 500. */
  eachRow(run: string, visit: (rows: readonly OrderedRow[]) => void): Promise<void>;
  /** Rows of the run, those included that can no longer be read and have not been read since. */
  countRows(run: string): Promise<number>;
  /** Keeps a snapshot, and the one before it. Refused with an older fence (`stale-writer`). */
  saveSnapshot(run: string, fence: number, snapshot: RunSnapshot): Promise<void>;
  /** The newest that can be read; null without one. */
  snapshot(run: string): Promise<RunSnapshot | null>;
  /** Newest readable generation. */
  agent(run: string, agent: number): Promise<ColdAgent | null>;
  /** Newest readable generation of each agent that has one. */
  agents(run: string): Promise<ColdAgent[]>;
  remove(run: string): Promise<void>;
  /**
   * Room for results: the logs of runs that have ended, oldest first, are cut to what `lean` leaves of each chunk, until `bytes` are free.
   * `spared` is left alone, and so is every result. @returns characters that were freed
   */
  trimTraces(spared: string, bytes: number, lean: (chunk: JournalChunk) => JournalChunk): Promise<number>;
  /** Records set aside because they could not be trusted. */
  quarantined(run: string): Promise<readonly SetAside[]>;
  close(): void;
}
