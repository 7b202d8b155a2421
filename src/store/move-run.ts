import type { Database, StoredRun } from './schema.ts';
import { copiedKey, erase, fenceKey, keysOf, OF_RUNS } from './schema.ts';

/** Records that are copied in one transaction; parts of an input are large, the others are not. */
const PIECE = { sources: 8, journal: 100, results: 200, agents: 200, snapshots: 1 } as const satisfies Record<
  (typeof OF_RUNS)[number],
  number
>;

export interface MoveOptions {
  readonly from: Database;
  readonly to: Database;
  /** Nobody else may open it for writing meanwhile: whoever moves it holds its lock. */
  readonly run: string;
  /** Told before each transaction; what it throws ends the move there. */
  readonly step?: () => void;
}

/**
 * Moves a run from one database to another. It may be cut between any two of its transactions, and is then begun again with the next call;
 * a run that is not in `from` is left alone.
 *
 * Invariants:
 * - `to` has the run's row only when it has all the rest of the run: until then the run is read in `from`, from then on in `to`.
 * - Nothing is taken from `from` before that, nor where somebody has written the run there since it was copied.
 *
 * @returns whether the run is in `to` now, and there only. Rejects with the database's error
 */
export async function moveRun({ from, to, run, step = () => undefined }: MoveOptions): Promise<boolean> {
  const tell = <T>(work: () => PromiseLike<T>): PromiseLike<T> => {
    step();
    return work();
  };
  if (!(await from.runs.get(run))) return (await to.runs.get(run)) !== undefined;
  const fence = await fenceIn(from, run);
  if (await to.runs.get(run)) {
    const copied = (await to.kv.get(copiedKey(run)))?.value;
    // A version that knows only `from` had the run since: its copy is the newer one unless the run was opened in `to` as well.
    if (copied !== fence) {
      if ((await fenceIn(to, run)) !== copied) return false;
      await tell(() => erase(to, run));
      await copy(from, to, run, fence, tell);
    }
  } else {
    // What a move left that was cut.
    await tell(() => erase(to, run));
    await copy(from, to, run, fence, tell);
  }
  return tell(() =>
    from.transaction('rw', from.tables, async () => {
      if ((await fenceIn(from, run)) !== fence) return false;
      await erase(from, run);
      return true;
    }),
  );
}

async function copy(
  from: Database,
  to: Database,
  run: string,
  fence: number,
  tell: <T>(work: () => PromiseLike<T>) => PromiseLike<T>,
): Promise<void> {
  for (const name of OF_RUNS) {
    const keyPath = from.table(name).schema.primKey.keyPath as string[];
    for (let after: unknown[] | undefined; ;) {
      const range = from
        .table<Record<string, unknown>>(name)
        .where(':id')
        .between(...keysOf(run, after), false, true);
      const records = await range.limit(PIECE[name]).toArray();
      const last = records.at(-1);
      if (!last) break;
      await tell(() => to.table(name).bulkPut(records));
      after = keyPath.map((key) => last[key]);
    }
  }
  const bad = await from.quarantine.where('run').equals(run).toArray();
  if (bad.length > 0)
    await tell(() =>
      to.quarantine.bulkAdd(
        bad.map(({ run: of, table, key, reason, record }) => ({ run: of, table, key, reason, record })),
      ),
    );
  const row = (await from.runs.get(run)) as StoredRun;
  await tell(() =>
    to.transaction('rw', to.runs, to.kv, async () => {
      await to.kv.put({ key: fenceKey(run), value: fence });
      await to.kv.put({ key: copiedKey(run), value: fence });
      await to.runs.put(row);
    }),
  );
}

async function fenceIn(db: Database, run: string): Promise<number> {
  return (await db.kv.get(fenceKey(run)))?.value ?? 0;
}

/** Forgets what is noted in `to` of copies whose originals are gone; `left`: runs that are not. */
export async function forgetCopies(to: Database, left: readonly string[]): Promise<void> {
  const kept = new Set(left.map(copiedKey));
  const range = to.kv.where('key').startsWith(copiedKey(''));
  await range.filter(({ key }) => !kept.has(key)).delete();
}
