/** Runs move to a better place: cut anywhere, nothing is lost, nothing is there twice, and nobody's run is moved under them. */
import fc from 'fast-check';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { describe, expect, test } from 'vitest';
import { memoryLock } from '../kernel/lock.ts';
import { openStore, type DexieStore } from './dexie-store.ts';
import type { Buckets } from './buckets.ts';
import { findPlaces } from './places.ts';
import { PlacedStore } from './placed-store.ts';
import type { RunRecord } from './records.ts';
import type { RunStore } from './run-store.ts';
import { Database } from './schema.ts';
import type { StoreFault } from './fault.ts';

interface Shape {
  readonly rows: number;
  readonly chunks: number;
  readonly agents: number;
  readonly bad: boolean;
}
class Cut extends Error {}

const recordOf = (id: string, results = 0): RunRecord => ({
  ...{ id, name: id, phase: 'running', startedAt: Number(id.slice(4)), endedAt: null, tasks: 500, results },
  ...{ failed: 0, agents: 3, modelId: 'm', engine: 'scripted' },
});
const rowOf = (task: number) => ({
  ...{ task, line: task + 1, input: `line ${task}`, output: { n: task }, failure: null, agent: 'a.0', attempts: 1 },
  ...{ tokens: 1, durationMs: 1, review: null },
});

async function begin(store: RunStore, id: string, { rows, chunks, agents }: Shape): Promise<number> {
  const text = 'a line of the input ✓\n'.repeat(30_000);
  const source = { swarm: { file: 'a', text: 'b' }, input: { name: 'c', text }, settings: { seed: 1 } };
  await store.create(recordOf(id), source);
  const fence = await store.openWriter(id);
  const events = Array.from({ length: chunks }, (_, i) => ({
    firstSeq: i + 1,
    lastSeq: i + 1,
    body: `{"i":${i}}`,
    agents: [i % 3],
  }));
  for (const chunk of events)
    await store.commit({ run: id, fence, events: chunk, rows: [], agents: [], record: recordOf(id) });
  await store.commit({
    ...{ run: id, fence, events: null, record: recordOf(id, rows) },
    rows: Array.from({ length: rows }, (_, task) => ({ order: task, row: rowOf(task) })),
    agents: Array.from({ length: agents }, (_, agent) => ({ agent, generation: 1, state: { agent } })),
  });
  return fence;
}

/** All that the store tells of its runs. */
async function told(store: RunStore): Promise<unknown> {
  const runs = await store.list();
  return Promise.all(
    runs.map(async (record) => {
      const rows: unknown[] = [];
      await store.eachRow(record.id, (some) => rows.push(...some));
      return {
        record,
        rows,
        source: await store.source(record.id),
        chunks: await store.chunks(record.id, 0),
        ofAgent: await store.chunksOf(record.id, 1, 99),
        agents: await store.agents(record.id),
        quarantined: await store.quarantined(record.id),
      };
    }),
  );
}

const hostOf = (indexedDB: IDBFactory) => ({ indexedDB, IDBKeyRange });
const recordsIn = async (store: DexieStore): Promise<number> =>
  store.with(async (db) => {
    const tables = db.tables.filter(({ name }) => name !== 'kv');
    return (await Promise.all(tables.map((table) => table.count()))).reduce((sum, count) => sum + count, 0);
  });
const marks = (store: DexieStore): Promise<string[]> =>
  store.with(async (db) => (await db.kv.toCollection().primaryKeys()).filter((key) => key.startsWith('copied/')));

class Browser {
  readonly #before = new IDBFactory();
  readonly #now = new IDBFactory();
  readonly #lock = memoryLock();

  /** A tab that is killed before its `cut`th step. */
  async tab(cut = Infinity) {
    const before = await openStore(new Database('planaria', hostOf(this.#before)));
    const now = await openStore(new Database('planaria', hostOf(this.#now)));
    let steps = 0;
    const store = new PlacedStore({
      ...{ now, before },
      lock: (run) => this.#lock.tryAcquire(run),
      step: () => {
        if (steps++ >= cut) throw new Cut();
      },
    });
    return { store, now, before, steps: () => steps };
  }

  lock(run: string) {
    return this.#lock.tryAcquire(run);
  }
}

async function filled(shapes: readonly Shape[]): Promise<Browser> {
  const browser = new Browser();
  const { before } = await browser.tab();
  for (const [i, shape] of shapes.entries()) {
    await begin(before, `run-${i}`, shape);
    if (shape.bad && shape.rows > 0)
      await before.with((db) => db.results.update([`run-${i}`, 0] as never, { v: 77 } as never));
  }
  return browser;
}

const cutAt = (browser: Browser, cut: number) =>
  browser.tab(cut).then(({ store }) =>
    store.move().then(
      () => false,
      () => true,
    ),
  );

describe('a: a move of runs', () => {
  test('cut before each of its transactions, every run is whole where it is found, and the next move ends it', async () => {
    const shapes = [
      { rows: 210, chunks: 5, agents: 2, bad: true },
      { rows: 3, chunks: 101, agents: 0, bad: false },
    ];
    const whole = await filled(shapes);
    const { store: first, before: old } = await whole.tab();
    // Reading sets the bad record aside, which then moves with its run.
    const expected = await told(first);
    const records = await recordsIn(old);
    const counting = await whole.tab();
    expect(await counting.store.move()).toBe(0);
    expect(counting.steps()).toBeGreaterThan(15);
    for (let cut = 0; cut < counting.steps(); cut++) {
      const browser = await filled(shapes);
      await told((await browser.tab()).store);
      expect(await cutAt(browser, cut), `cut ${cut}`).toBe(true);
      const { store, now, before } = await browser.tab();
      expect(await told(store), `after cut ${cut}`).toEqual(expected);
      expect(await store.move()).toBe(0);
      expect(await told(store), `moved after cut ${cut}`).toEqual(expected);
      expect([await recordsIn(before), await recordsIn(now), await marks(now)]).toEqual([0, records, []]);
    }
  }, 120_000);

  test('whatever is cut, written, taken over and removed in between, in whichever order', async () => {
    const shape = fc.record({ rows: fc.nat(6), chunks: fc.nat(3), agents: fc.nat(2), bad: fc.boolean() });
    const action = fc.oneof(
      fc.record({ does: fc.constant('cut' as const), at: fc.nat(14) }),
      fc.record({ does: fc.constant('write' as const), run: fc.nat(2) }),
      fc.record({ does: fc.constant('remove' as const), run: fc.nat(2) }),
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(shape, { minLength: 1, maxLength: 3 }),
        fc.array(action, { maxLength: 5 }),
        async (shapes, actions) => {
          const browser = await filled(shapes);
          let task = 100;
          let expected = (await told((await browser.tab()).store)) as { record: RunRecord; rows: unknown[] }[];
          for (const step of actions) {
            if (step.does === 'cut') await cutAt(browser, step.at);
            else {
              const { store } = await browser.tab();
              const id = `run-${step.run}`;
              const there = expected.find(({ record }) => record.id === id);
              if (step.does === 'remove') await store.remove(id);
              else if (there) {
                const fence = await store.openWriter(id);
                const item = { order: task, row: rowOf(task++) };
                await store.commit({ run: id, fence, events: null, rows: [item], agents: [], record: there.record });
                there.rows.push(item);
              }
              if (step.does === 'remove') expected = expected.filter(({ record }) => record.id !== id);
            }
            expect(await told((await browser.tab()).store)).toEqual(expected);
          }
          const { store, now, before } = await browser.tab();
          expect(await store.move()).toBe(0);
          expect(await told(store)).toEqual(expected);
          expect([await recordsIn(before), await marks(now)]).toEqual([0, []]);
        },
      ),
      { numRuns: 60 },
    );
  }, 120_000);

  test('a run that another tab writes stays where it is, is read and written there, and moves when nobody has it', async () => {
    const browser = await filled([{ rows: 2, chunks: 1, agents: 1, bad: false }]);
    const release = await browser.lock('run-0');
    const other = await browser.tab();
    const fence = await other.before.openWriter('run-0');
    const { store, now } = await browser.tab();
    expect(await store.move()).toBe(1);
    expect(await recordsIn(now)).toBe(0);
    await other.before.commit({
      ...{ run: 'run-0', fence, events: null, agents: [], record: recordOf('run-0', 3) },
      rows: [{ order: 9, row: rowOf(7) }],
    });
    expect(await store.rows('run-0', [7])).toHaveLength(1);
    release?.();
    expect(await store.move()).toBe(0);
    expect(await store.rows('run-0', [0, 1, 7])).toHaveLength(3);
    // The writer of before, should it still live, writes nothing any more; the next is numbered on.
    const late = other.before.commit({
      run: 'run-0',
      fence,
      events: null,
      rows: [],
      agents: [],
      record: recordOf('run-0'),
    });
    expect(await late.catch((error: StoreFault) => error.code)).toBe('stale-writer');
    expect(await store.openWriter('run-0')).toBe(fence + 1);
  });

  test('a copy that a tab of an earlier version wrote to since is the one that counts; nothing is taken where both were', async () => {
    const browser = await filled([{ rows: 2, chunks: 1, agents: 1, bad: false }]);
    const steps = await (async () => {
      const other = await filled([{ rows: 2, chunks: 1, agents: 1, bad: false }]);
      const tab = await other.tab();
      await tab.store.move();
      return tab.steps();
    })();
    // Cut between the copy and the end of the original.
    await cutAt(browser, steps - 1);
    const { before, now, store } = await browser.tab();
    expect([await before.record('run-0'), await now.record('run-0')].every(Boolean)).toBe(true);
    const fence = await before.openWriter('run-0');
    const item = { order: 9, row: rowOf(7) };
    await before.commit({ run: 'run-0', fence, events: null, rows: [item], agents: [], record: recordOf('run-0', 3) });
    expect(await store.move()).toBe(0);
    expect(await store.rows('run-0', [0, 1, 7])).toHaveLength(3);
  });
});

describe('a: where runs live', () => {
  const storage = (buckets: Buckets | null, indexedDB = new IDBFactory()) => ({ indexedDB, IDBKeyRange, buckets });
  const bucketsOf = (granted: () => boolean, inside = new IDBFactory()): Buckets => ({
    keys: () => Promise.resolve([]),
    delete: () => Promise.resolve(),
    open: () => {
      const persisted = granted();
      return Promise.resolve({
        indexedDB: inside,
        persisted: () => Promise.resolve(persisted),
        getDirectory: () => Promise.reject(new DOMException('none here', 'SecurityError')),
      });
    },
  });
  const lock = () => Promise.resolve(() => undefined);

  test('in a bucket of their own where the browser has buckets, with those that were begun before', async () => {
    const indexedDB = new IDBFactory();
    const old = await openStore(new Database('planaria', hostOf(indexedDB)));
    await begin(old, 'run-1', { rows: 2, chunks: 1, agents: 0, bad: false });
    let granted = false;
    const inside = new IDBFactory();
    const places = await findPlaces(
      storage(
        bucketsOf(() => granted, inside),
        indexedDB,
      ),
      lock,
    );
    expect(await places.store.rows('run-1', [0, 1])).toHaveLength(2);
    await begin(places.store, 'run-2', { rows: 1, chunks: 1, agents: 0, bad: false });
    expect((await places.store.list()).map(({ id }) => id)).toEqual(['run-2', 'run-1']);
    expect(await old.record('run-2')).toBeNull();
    expect(await places.move()).toBe('refused');
    expect(await old.list()).toEqual([]);
    granted = true;
    expect(await places.move()).toBe('moved');
    expect(await places.with('run-1', (db) => db.results.count())).toBe(3);
    expect((await (await openStore(new Database('planaria', hostOf(inside)))).list()).length).toBe(2);
  });

  test('a browser where nothing was begun before gets no second database; one without buckets has one place', async () => {
    const first = storage(bucketsOf(() => true));
    const places = await findPlaces(first, lock);
    await begin(places.store, 'run-1', { rows: 1, chunks: 1, agents: 0, bad: false });
    expect(await first.indexedDB.databases()).toEqual([]);
    const second = storage(null);
    const plain = await findPlaces(second, lock);
    await begin(plain.store, 'run-1', { rows: 1, chunks: 1, agents: 0, bad: false });
    expect(await plain.move()).toBe('unsupported');
    expect((await second.indexedDB.databases()).map(({ name }) => name)).toEqual(['planaria']);
  });

  test('a bucket that cannot be had is no place where it has no runs, and is waited for where it has', async () => {
    const broken = (names: string[]): Buckets => ({
      keys: () => Promise.resolve(names),
      delete: () => Promise.resolve(),
      open: () => Promise.reject(new Error('no')),
    });
    expect((await findPlaces(storage(broken([])), lock)).bucket).toBeNull();
    const waited = findPlaces(storage(broken(['runs'])), lock);
    expect(await waited.catch((error: StoreFault) => error.code)).toBe('unavailable');
  });
});
