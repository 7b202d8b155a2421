import type { DexieStore } from './dexie-store.ts';
import type { JournalChunk, RunRecord } from './records.ts';
import type { RunStore } from './run-store.ts';
import type { Database } from './schema.ts';
import { forgetCopies, moveRun } from './move-run.ts';

export interface PlacedStoreOptions {
  /** Where runs live, and where new ones are made. */
  readonly now: DexieStore;
  /** Where they lived before. */
  readonly before: DexieStore;
  /** Takes the lock of whoever writes the run; null where somebody has it. */
  readonly lock: (run: string) => Promise<(() => void) | null>;
  /** See `MoveOptions`. */
  readonly step?: () => void;
}

/**
 * Runs in two databases, as one: those that were begun before there was a better place for them are moved there one by one, and each is
 * found where it is.
 *
 * Invariants:
 * - A run that is in both was moved but for the last step: what counts is in `now`.
 * - A run is moved under its lock only, so never under somebody who writes it; calls for it wait until it is in one place.
 * - A run that is taken away is taken away from `before` first: it does not come back from there.
 */
export class PlacedStore implements RunStore {
  readonly #with: PlacedStoreOptions;
  /** Runs that are known to be in `now`: they stay there. */
  readonly #here = new Set<string>();
  readonly #moving = new Map<string, Promise<void>>();

  constructor(options: PlacedStoreOptions) {
    this.#with = options;
  }

  /** Moves each run that nobody writes, one after the other. @returns runs that are left; rejects with a `StoreFault` where there is no room */
  async move(): Promise<number> {
    const { now, before, lock } = this.#with;
    const runs = await before.with((db) => db.runs.toCollection().primaryKeys());
    const left: string[] = [];
    for (const run of runs) {
      const release = await lock(run);
      if (!release) {
        left.push(run);
        continue;
      }
      const moving = this.#move(run);
      this.#moving.set(
        run,
        moving.then(
          () => undefined,
          () => undefined,
        ),
      );
      try {
        if (!(await moving)) left.push(run);
      } finally {
        this.#moving.delete(run);
        release();
      }
    }
    await now.with((db) => forgetCopies(db, left));
    return left.length;
  }

  /** Work on the database in which the run is. */
  async with<T>(run: string, work: (db: Database) => PromiseLike<T>): Promise<T> {
    return (await this.#where(run)).with(work);
  }

  async list(): Promise<RunRecord[]> {
    const { now, before } = this.#with;
    // In this order: one that is moved meanwhile is listed once more rather than not at all.
    const old = await before.list().catch(() => []);
    const records = await now.list();
    const known = new Set(records.map(({ id }) => id));
    return [...records, ...old.filter(({ id }) => !known.has(id))].sort((a, b) => b.startedAt - a.startedAt);
  }

  create: RunStore['create'] = (record, source) => this.#with.now.create(record, source);
  record: RunStore['record'] = (run) => this.#read(run, (store) => store.record(run));
  source: RunStore['source'] = (run) => this.#read(run, (store) => store.source(run));
  openWriter: RunStore['openWriter'] = async (run) => (await this.#where(run)).openWriter(run);
  look: RunStore['look'] = async (run) => (await this.#where(run)).look(run);
  commit: RunStore['commit'] = async (batch) => (await this.#where(batch.run)).commit(batch);
  chunks: RunStore['chunks'] = (run, afterSeq, upToSeq) =>
    this.#read(run, (store) => store.chunks(run, afterSeq, upToSeq));
  chunksOf: RunStore['chunksOf'] = (run, agent, atMost) =>
    this.#read(run, (store) => store.chunksOf(run, agent, atMost));
  rows: RunStore['rows'] = (run, tasks) => this.#read(run, (store) => store.rows(run, tasks));
  countRows: RunStore['countRows'] = (run) => this.#read(run, (store) => store.countRows(run));
  saveSnapshot: RunStore['saveSnapshot'] = async (run, fence, snapshot) =>
    (await this.#where(run)).saveSnapshot(run, fence, snapshot);
  snapshot: RunStore['snapshot'] = (run) => this.#read(run, (store) => store.snapshot(run));
  agent: RunStore['agent'] = (run, agent) => this.#read(run, (store) => store.agent(run, agent));
  agents: RunStore['agents'] = (run) => this.#read(run, (store) => store.agents(run));
  quarantined: RunStore['quarantined'] = (run) => this.#read(run, (store) => store.quarantined(run));

  eachChunk: RunStore['eachChunk'] = (run, afterSeq, upToSeq, visit) => {
    // As in `eachRow`.
    let last = afterSeq;
    let enough = false;
    return this.#read(run, async (store) => {
      if (enough) return;
      await store.eachChunk(run, last, upToSeq, (chunks) => {
        last = chunks.at(-1)?.lastSeq ?? last;
        enough = visit(chunks) === false;
        return !enough;
      });
    });
  };

  eachRow: RunStore['eachRow'] = (run, visit) => {
    // Read again from another place, it goes on behind the last task that was shown.
    let last = -1;
    return this.#read(run, (store) =>
      store.eachRow(run, (rows) => {
        const fresh = rows.filter(({ row }) => row.task > last);
        last = fresh.at(-1)?.row.task ?? last;
        if (fresh.length > 0) visit(fresh);
      }),
    );
  };

  async remove(run: string): Promise<void> {
    await this.#moving.get(run);
    await this.#with.before.remove(run);
    await this.#with.now.remove(run);
  }

  async trimTraces(spared: string, bytes: number, lean: (chunk: JournalChunk) => JournalChunk): Promise<number> {
    const freed = await this.#with.now.trimTraces(spared, bytes, lean);
    return freed >= bytes ? freed : freed + (await this.#with.before.trimTraces(spared, bytes - freed, lean));
  }

  close(): void {
    this.#with.now.close();
    this.#with.before.close();
  }

  #move(run: string): Promise<boolean> {
    const { now, before, step } = this.#with;
    return before.with((from) => now.with((to) => moveRun({ from, to, run, ...(step && { step }) })));
  }

  /** The store that has the run; `now` where none has. */
  async #where(run: string): Promise<DexieStore> {
    const { now, before } = this.#with;
    if (this.#here.has(run)) return now;
    await this.#moving.get(run);
    if (await has(now, run)) {
      this.#here.add(run);
      return now;
    }
    return (await has(before, run)) ? before : now;
  }

  /** Reads where the run is, and once more where another tab has moved it meanwhile. */
  async #read<T>(run: string, read: (store: DexieStore) => Promise<T>): Promise<T> {
    const store = await this.#where(run);
    const value = await read(store);
    return store === this.#with.before && (await this.#where(run)) !== store ? read(this.#with.now) : value;
  }
}

const has = async (store: DexieStore, run: string): Promise<boolean> =>
  (await store.with((db) => db.runs.where(':id').equals(run).count())) > 0;
