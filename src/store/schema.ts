import type { DexieOptions, EntityTable, Table } from 'dexie';
import { Dexie } from 'dexie';
import type { Sealed, SealFault } from './seal.ts';

export interface StoredRun extends Sealed {
  readonly id: string;
  readonly startedAt: number;
  /** The record that this one took the place of. */
  readonly before?: Sealed;
}
/** Part 0 is the header; the input's text follows in parts of at most `INPUT_PART` characters. */
export interface StoredSource extends Sealed {
  readonly run: string;
  readonly part: number;
}
export interface StoredChunk extends Sealed {
  readonly run: string;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** `<run>/<agent row>`. */
  readonly touched: readonly string[];
}
export interface StoredResult extends Sealed {
  readonly run: string;
  readonly task: number;
  readonly order: number;
}
export interface StoredAgent extends Sealed {
  readonly run: string;
  readonly agent: number;
  /** Generation modulo 2: writing one generation leaves the one before alone. */
  readonly slot: number;
}
/** Its parts as raw deflate, each with its length before and after; `sum`: CRC-32C of `body`. */
export interface StoredSnapshot {
  readonly run: string;
  /** Of two, the older is written over. */
  readonly slot: number;
  readonly seq: number;
  readonly v: number;
  readonly sum: number;
  readonly lengths: readonly (readonly [packed: number, whole: number])[];
  readonly body: Uint8Array<ArrayBuffer>;
}
export interface StoredValue {
  readonly key: string;
  readonly value: number;
}
export interface QuarantinedRecord {
  readonly id: number;
  readonly run: string;
  readonly table: string;
  readonly key: string;
  /** Text where an earlier version set it aside. */
  readonly reason: SealFault | string;
  readonly record: unknown;
}

/** IndexedDB of the product. Results are keyed by task and only ever added, so a second result of a task cannot be written. */
export class Database extends Dexie {
  declare readonly runs: Table<StoredRun, string>;
  declare readonly sources: Table<StoredSource, [string, number]>;
  declare readonly journal: Table<StoredChunk, [string, number]>;
  declare readonly results: Table<StoredResult, [string, number]>;
  declare readonly agents: Table<StoredAgent, [string, number, number]>;
  declare readonly snapshots: Table<StoredSnapshot, [string, number]>;
  declare readonly kv: Table<StoredValue, string>;
  declare readonly quarantine: EntityTable<QuarantinedRecord, 'id'>;

  /** `host` gives another IndexedDB than the browser's, for tests. */
  constructor(name: string, host: Pick<DexieOptions, 'indexedDB' | 'IDBKeyRange'> = {}) {
    // Strict: a transaction completes only once its bytes are on the disk, so what was acknowledged survives a power cut.
    super(name, { ...host, chromeTransactionDurability: 'strict' });
    this.version(1).stores({
      runs: 'id, startedAt',
      sources: '[run+part]',
      journal: '[run+firstSeq], *touched',
      results: '[run+task]',
      agents: '[run+agent+slot]',
      kv: 'key',
      quarantine: '++id, run',
    });
    this.version(2).stores({ snapshots: '[run+slot]' });
  }
}

/** Under this `kv` has the fence of a run. */
export const fenceKey = (run: string): string => `fence/${run}`;

/** Under this `kv` has, in a database to which a run was copied, the fence that it had then, until it is gone where it was. */
export const copiedKey = (run: string): string => `copied/${run}`;

/** Tables of which a run has records whose keys begin with its id. */
export const OF_RUNS = ['sources', 'journal', 'results', 'agents', 'snapshots'] as const;

/** Every key of a table of `OF_RUNS` that belongs to the run, after `after` where that is given: arrays come behind all numbers. */
export const keysOf = (run: string, after: readonly unknown[] = [run]): [unknown[], unknown[]] => [
  [...after],
  [run, []],
];

/** Takes all that is stored of the run away, in one transaction. */
export function erase(db: Database, run: string): PromiseLike<void> {
  return db.transaction('rw', db.tables, async () => {
    await db.runs.delete(run);
    for (const name of OF_RUNS)
      await db
        .table(name)
        .where(':id')
        .between(...keysOf(run), true, true)
        .delete();
    await db.quarantine.where('run').equals(run).delete();
    // A writer that still lives in another tab finds its fence gone and stops.
    await db.kv.bulkDelete([fenceKey(run), copiedKey(run)]);
  });
}
