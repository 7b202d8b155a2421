import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { openStore } from '../store/dexie-store.ts';
import type { StoreFault } from '../store/fault.ts';
import type { CommitBatch, RunRecord } from '../store/records.ts';
import type { RunStore } from '../store/run-store.ts';
import { Database } from '../store/schema.ts';
import { MemoryDisk, MemoryStore } from './memory-store.ts';
import { FaultyStore } from './store-seam.ts';

const record: RunRecord = {
  id: 'r',
  name: 'run',
  phase: 'running',
  startedAt: 1,
  endedAt: null,
  tasks: 9,
  results: 0,
  failed: 0,
  agents: 3,
  modelId: 'm',
  engine: 'scripted',
};
const source = { swarm: { file: 'a', text: 'b' }, input: { name: 'c', text: 'd' }, settings: {} };
const row = (task: number) => ({
  task,
  line: task + 1,
  input: 'x',
  output: { n: task },
  failure: null,
  agent: 'a.0',
  attempts: 1,
  tokens: 1,
  durationMs: 1,
  review: null,
});

interface Op {
  readonly fence: number;
  readonly tasks: readonly number[];
  readonly seq: number | null;
  readonly agent: number | null;
  readonly generation: number;
}

const batchOf = (op: Op): CommitBatch => ({
  run: 'r',
  fence: op.fence,
  events:
    op.seq === null ? null : { firstSeq: op.seq, lastSeq: op.seq, body: `event ${op.seq}`, agents: [op.agent ?? 0] },
  rows: op.tasks.map((task, i) => ({ order: (op.seq ?? 0) + i, row: row(task) })),
  agents: op.agent === null ? [] : [{ agent: op.agent, generation: op.generation, state: { g: op.generation } }],
  record: { ...record, results: op.tasks.length },
});

/** Everything that the store tells, after these commits. */
async function play(store: RunStore, ops: readonly Op[]): Promise<unknown> {
  await store.create(record, source);
  await store.openWriter('r');
  const answers: string[] = [];
  for (const op of ops) {
    if (op.fence === 9) await store.openWriter('r');
    else {
      const answer = await store.commit(batchOf(op)).then(
        () => 'ok',
        (fault: StoreFault) => fault.code,
      );
      answers.push(answer);
    }
  }
  const pages: unknown[] = [];
  await store.eachRow('r', (rows) => pages.push(...rows));
  return {
    answers,
    pages,
    chunks: await store.chunks('r', 2),
    ofAgent: await store.chunksOf('r', 1, 2),
    rows: await store.rows('r', [3, 1, 99]),
    agents: await store.agents('r'),
    agent: await store.agent('r', 1),
    record: await store.record('r'),
    source: await store.source('r'),
    list: await store.list(),
    missing: await store.source('other').catch((fault: StoreFault) => fault.code),
    quarantined: await store.quarantined('r'),
  };
}

describe('store in memory', () => {
  it('answers as the real one does, whatever is written in whatever order', async () => {
    const op = fc.record({
      fence: fc.constantFrom(1, 1, 1, 1, 2, 9),
      tasks: fc.uniqueArray(fc.nat(5), { maxLength: 3 }),
      seq: fc.option(fc.integer({ min: 1, max: 8 })),
      agent: fc.option(fc.nat(2)),
      generation: fc.integer({ min: 1, max: 6 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(op, { maxLength: 12 }), async (ops) => {
        const real = await openStore(new Database('t', { indexedDB: new IDBFactory(), IDBKeyRange }));
        const expected = await play(real, ops);
        real.close();
        expect(await play(new MemoryStore(new MemoryDisk()), ops)).toEqual(expected);
      }),
      { numRuns: 40 },
    );
  });

  it('sets a spoilt record aside when it is read, and tells so', async () => {
    for (const how of ['bit', 'version'] as const) {
      const disk = new MemoryDisk();
      const store = new MemoryStore(disk);
      await play(store, [{ fence: 1, tasks: [1], seq: 1, agent: 1, generation: 1 }]);
      expect(disk.spoil(seededRandom(how), how, ['results'])).toMatchObject({ table: 'results' });
      expect(await store.rows('r', [1])).toEqual([]);
      expect(await store.quarantined('r')).toHaveLength(1);
    }
    expect(new MemoryDisk().spoil(seededRandom(1), 'bit', ['results'])).toBeNull();
  });
});

describe('store seam', () => {
  const open = async () => {
    const clock = new SimulatedClock();
    const disk = new MemoryDisk();
    const inner = new MemoryStore(disk);
    const store = new FaultyStore(inner, clock, () => 10);
    await store.create(record, source);
    await store.openWriter('r');
    return { clock, inner, store };
  };
  const one: Op = { fence: 1, tasks: [1], seq: 1, agent: null, generation: 1 };

  it('refuses while the disk is full, and writes afterwards', async () => {
    const { clock, inner, store } = await open();
    store.fill(1000);
    await expect(store.commit(batchOf(one))).rejects.toMatchObject({ code: 'quota' });
    expect(store.refused).toBe(1);
    void clock.sleep(1001);
    await clock.advance(1001);
    const written = store.commit(batchOf(one));
    await clock.advance(10);
    await written;
    expect(await inner.rows('r', [1])).toHaveLength(1);
  });

  it('keeps what was acknowledged through a power loss; what was on its way is there whole or not at all', async () => {
    const there: number[] = [];
    for (let seed = 0; seed < 20; seed++) {
      const { clock, inner, store } = await open();
      const first = store.commit(batchOf(one));
      await clock.advance(10);
      await first;
      let acknowledged = false;
      void store.commit(batchOf({ ...one, tasks: [2, 3], seq: 2 })).then(() => (acknowledged = true));
      await clock.advance(5);
      expect(store.writing).toBe(true);
      await store.cut(seededRandom(seed));
      await clock.advance(100);
      expect(acknowledged).toBe(false);
      expect(await inner.rows('r', [1])).toHaveLength(1);
      there.push((await inner.rows('r', [2, 3])).length);
    }
    expect(new Set(there)).toEqual(new Set([0, 2]));
  });
});
