import fc from 'fast-check';
import { IDBFactory, IDBKeyRange } from 'fake-indexeddb';
import { beforeEach, describe, expect, test } from 'vitest';
import { type DexieStore, openStore } from './dexie-store.ts';
import { asStoreFault, type StoreFault } from './fault.ts';
import type { CommitBatch, ResultRow, RunRecord } from './records.ts';
import { Database } from './schema.ts';
import { seal, unseal } from './seal.ts';

const record: RunRecord = {
  id: 'run-1',
  name: 'test',
  phase: 'running',
  startedAt: 1,
  endedAt: null,
  tasks: 3,
  results: 0,
  failed: 0,
  agents: 2,
  modelId: 'pocket',
  engine: 'scripted',
};
const source = {
  swarm: { file: 'a.yaml', text: 'planaria: 1' },
  input: { name: 'a.log', text: 'one\ntwo' },
  settings: { seed: 1 },
};

const row = (task: number, extra: Partial<ResultRow> = {}): ResultRow => ({
  task,
  line: task + 1,
  input: `line ${String(task)}`,
  output: { severity: 'info' },
  failure: null,
  agent: 'triager-1',
  attempts: 1,
  tokens: 10,
  durationMs: 5,
  review: null,
  ...extra,
});

let db: Database;
let store: DexieStore;

beforeEach(async () => {
  db = new Database('test', { indexedDB: new IDBFactory(), IDBKeyRange });
  store = await openStore(db);
});

async function begin(): Promise<(batch?: Partial<CommitBatch>) => Promise<void>> {
  await store.create(record, source);
  const fence = await store.openWriter('run-1');
  return (batch = {}) => store.commit({ run: 'run-1', fence, events: null, rows: [], agents: [], record, ...batch });
}

const fault = (promise: Promise<unknown>): Promise<string> =>
  promise.then(
    () => 'none',
    (error: unknown) => (error as StoreFault).code,
  );

/** Flips one bit of a stored body, past every check. */
async function damage(table: string, key: unknown): Promise<void> {
  const stored = (await db.table(table).get(key as never)) as { body: string };
  const body = String.fromCharCode(stored.body.charCodeAt(0) ^ 1) + stored.body.slice(1);
  await db.table(table).put({ ...stored, body });
}

describe('runs', () => {
  test('come back as they were written, large input included', async () => {
    const text = 'a line of the input ✓\n'.repeat(40_000);
    await store.create(record, { ...source, input: { name: 'big.log', text } });
    expect(await store.list()).toEqual([record]);
    const back = await store.source('run-1');
    expect(back.input.text === text).toBe(true);
    expect({ ...back, input: source.input }).toEqual(source);
  });

  test('are gone after remove, and a writer that still lives is stopped', async () => {
    const commit = await begin();
    await commit({ rows: [{ order: 1, row: row(0) }] });
    await store.remove('run-1');
    expect(await store.list()).toEqual([]);
    expect(await store.rows('run-1', [0])).toEqual([]);
    expect(await fault(commit())).toBe('stale-writer');
  });
});

describe('a database that the browser has thrown away', () => {
  test('n: a commit never succeeds in a fresh one, and is told apart from a writer that was fenced off', async () => {
    const host = { indexedDB: new IDBFactory(), IDBKeyRange };
    const first = new Database('test', host);
    const writer = await openStore(first);
    await writer.create(record, source);
    const fence = await writer.openWriter('run-1');
    const commit = (task: number) =>
      writer.commit({ run: 'run-1', fence, events: null, rows: [{ order: 1, row: row(task) }], agents: [], record });
    await commit(0);
    await writer.look('run-1');
    // All records go, the handle stays: as when the folder is put back empty under an open tab.
    await Promise.all(first.tables.map((table) => table.clear()));
    expect(await fault(writer.look('run-1'))).toBe('gone');
    expect(await fault(commit(1))).toBe('gone');
    expect(await first.table('results').count()).toBe(0);
    // Also where somebody else has begun in it: the same run, and the same fence.
    const other = await openStore(new Database('test', host));
    await other.create(record, source);
    expect(await other.openWriter('run-1')).toBe(fence);
    expect(await fault(commit(1))).toBe('gone');
    expect(await fault(writer.look('run-1'))).toBe('gone');
    await other.look('run-1');
    await other.look('a run that nobody writes here');
  });
});

describe('commits', () => {
  test('a second result of a task cannot be written, and takes its whole batch with it', async () => {
    const commit = await begin();
    await commit({ rows: [{ order: 1, row: row(0) }] });
    const again = commit({
      rows: [
        { order: 2, row: row(1) },
        { order: 3, row: row(0, { output: { severity: 'other' } }) },
      ],
      events: { firstSeq: 1, lastSeq: 1, body: '{}', agents: [0] },
    });
    expect(await fault(again)).toBe('duplicate-result');
    expect(await store.rows('run-1', [0, 1])).toEqual([{ order: 1, row: row(0) }]);
    expect(await store.chunks('run-1', 0)).toEqual([]);
  });

  test('a stale writer is refused and writes nothing', async () => {
    const commit = await begin();
    const fence = await store.openWriter('run-1');
    expect(fence).toBe(2);
    expect(await fault(commit({ rows: [{ order: 1, row: row(0) }] }))).toBe('stale-writer');
    expect(await store.rows('run-1', [0])).toEqual([]);
  });

  test('whatever the batches, each task has the row that was added first', async () => {
    const commit = await begin();
    let order = 0;
    const first = new Map<number, number>();
    await fc.assert(
      fc.asyncProperty(fc.uniqueArray(fc.nat(30), { minLength: 1, maxLength: 5 }), async (tasks) => {
        const batch = tasks.map((task) => ({ order: ++order, row: row(task) }));
        const done = await fault(commit({ rows: batch }));
        if (done === 'none') for (const item of batch) first.set(item.row.task, item.order);
        else expect(tasks.some((task) => first.has(task))).toBe(true);
        const seen = new Map<number, number>();
        await store.eachRow('run-1', (rows) => {
          for (const item of rows) seen.set(item.row.task, item.order);
        });
        expect(seen).toEqual(first);
      }),
      { numRuns: 40 },
    );
  });

  test('chunks of the journal come back in order, whole or by agent', async () => {
    const commit = await begin();
    const chunk = (firstSeq: number, agents: number[]) => ({
      firstSeq,
      lastSeq: firstSeq + 9,
      body: `${String(firstSeq)}\n`,
      agents,
    });
    for (const [seq, agents] of [
      [1, [0, 1]],
      [11, [1]],
      [21, [0]],
      [101, [10]],
    ] as [number, number[]][])
      await commit({ events: chunk(seq, agents) });
    expect((await store.chunks('run-1', 0)).map((item) => item.firstSeq)).toEqual([1, 11, 21, 101]);
    expect((await store.chunks('run-1', 20)).map((item) => item.firstSeq)).toEqual([21, 101]);
    expect((await store.chunks('run-1', 12)).map((item) => item.firstSeq)).toEqual([11, 21, 101]);
    expect((await store.chunks('run-1', 12, 21)).map((item) => item.firstSeq)).toEqual([11, 21]);
    expect((await store.chunksOf('run-1', 1, 10)).map((item) => item.firstSeq)).toEqual([1, 11]);
    expect((await store.chunksOf('run-1', 0, 1)).map((item) => item.firstSeq)).toEqual([21]);
  });

  test('a full disk has its own name', () => {
    const quota = Object.assign(new Error('full'), { name: 'AbortError', inner: { name: 'QuotaExceededError' } });
    expect(asStoreFault(quota).code).toBe('quota');
    expect(asStoreFault(new Error('closed')).code).toBe('unavailable');
  });
});

describe('records that cannot be trusted', () => {
  test('a flipped bit anywhere in a sealed body is found', () => {
    fc.assert(
      fc.property(fc.jsonValue(), fc.nat(), fc.integer({ min: 0, max: 6 }), (value, at, bit) => {
        const sealed = seal(value);
        const index = at % sealed.body.length;
        const body =
          sealed.body.slice(0, index) +
          String.fromCharCode(sealed.body.charCodeAt(index) ^ (1 << bit)) +
          sealed.body.slice(index + 1);
        expect(unseal({ ...sealed, body }).ok).toBe(false);
        expect(unseal({ ...sealed, v: 2 }).ok).toBe(false);
        expect(unseal(sealed)).toEqual({ ok: true, value: JSON.parse(JSON.stringify(value)) });
      }),
    );
  });

  test('a bad result is set aside with its reason; the others stay', async () => {
    const commit = await begin();
    await commit({ rows: [0, 1, 2].map((task) => ({ order: task + 1, row: row(task) })) });
    await damage('results', ['run-1', 1]);
    const seen: number[] = [];
    await store.eachRow('run-1', (rows) => seen.push(...rows.map((item) => item.row.task)));
    expect(seen).toEqual([0, 2]);
    const [set] = await store.quarantined('run-1');
    expect(set).toMatchObject({ table: 'results', key: '["run-1",1]' });
    expect(set?.reason).toMatchObject({ code: 'checksum' });
    // The place is free: the task can be done again.
    await commit({ rows: [{ order: 4, row: row(1) }] });
    expect(await store.rows('run-1', [1])).toEqual([{ order: 4, row: row(1) }]);
  });

  test('an agent comes back from the generation before', async () => {
    const commit = await begin();
    for (const generation of [1, 2, 3])
      await commit({ agents: [{ agent: 7, generation, state: { turns: generation } }] });
    expect(await store.agent('run-1', 7)).toEqual({ agent: 7, generation: 3, state: { turns: 3 } });
    await damage('agents', ['run-1', 7, 1]);
    expect(await store.agent('run-1', 7)).toEqual({ agent: 7, generation: 2, state: { turns: 2 } });
    await damage('agents', ['run-1', 7, 0]);
    expect(await store.agents('run-1')).toEqual([]);
    expect(await store.quarantined('run-1')).toHaveLength(2);
  });

  test('a run whose input is not whole says so', async () => {
    await begin();
    await damage('sources', ['run-1', 1]);
    expect(await fault(store.source('run-1'))).toBe('corrupt');
    expect(await fault(store.source('run-1'))).toBe('corrupt');
    expect(await fault(store.source('run-2'))).toBe('missing');
  });

  test('a run stays in the list when its row is damaged, as it was one commit before', async () => {
    const commit = await begin();
    await commit({ record: { ...record, results: 1 } });
    await commit({ record: { ...record, results: 2 } });
    await damage('runs', 'run-1');
    expect(await store.list()).toEqual([{ ...record, results: 1 }]);
    expect(await store.quarantined('run-1')).toMatchObject([{ table: 'runs', key: '"run-1"' }]);
    // Written over while it is damaged, it still has the last good one beside it.
    await damage('runs', 'run-1');
    expect(await store.record('run-1')).toMatchObject({ id: 'run-1', name: 'a.yaml', phase: 'paused', startedAt: 1 });
    await commit({ record: { ...record, results: 3 } });
    await damage('runs', 'run-1');
    await commit({ record: { ...record, results: 4 } });
    await commit({ record: { ...record, results: 5 } });
    await damage('runs', 'run-1');
    expect(await store.record('run-1')).toMatchObject({ results: 4 });
  });

  test.each<[string, (row: object) => object]>([
    ['with a wrong sum', (row) => ({ ...row, sum: 1 })],
    ['of nothing', (row) => ({ ...row, ...seal(null) })],
    ['of another shape', (row) => ({ ...row, ...seal({ ...record, phase: 'broken', name: 7 }) })],
    ['of another run', (row) => ({ ...row, ...seal({ ...record, id: 'run-2' }) })],
    ['without a time', () => ({ id: 'run-1' })],
    ['with a time that is none', () => ({ id: 'run-1', startedAt: 'x', v: 1, sum: 0, body: 3 })],
  ])('e: a record %s hides neither its own run nor the others', async (_, spoil) => {
    const commit = await begin();
    await commit({ rows: [0, 1].map((task) => ({ order: task + 1, row: row(task) })) });
    const others = ['run-0', 'run-3'].map((id, at) => ({ ...record, id, startedAt: at * 5 }));
    for (const other of others) await store.create(other, source);
    const whole = (await db.runs.get('run-1'))!;
    const { before: _before, ...alone } = whole;
    await db.runs.put(spoil(alone) as never);
    const listed = await store.list();
    expect(listed.filter(({ id }) => id !== 'run-1')).toEqual([others[1], others[0]]);
    expect(listed.find(({ id }) => id === 'run-1')).toMatchObject({ name: 'a.yaml', phase: 'paused', results: 2 });
    expect(await store.quarantined('run-1')).toHaveLength(1);
    // And again: what took its place is good.
    expect(await store.list()).toEqual(listed);
    expect(await store.quarantined('run-1')).toHaveLength(1);
    // Whose source is gone as well cannot be opened by anybody.
    await db.sources.where('[run+part]').between(['run-1', 0], ['run-1', 9]).delete();
    await db.runs.put(spoil(alone) as never);
    expect((await store.list()).map(({ id }) => id)).toEqual(['run-3', 'run-0']);
  });

  test.each<[string, unknown]>([
    ['of nothing', null],
    ['without a file', {}],
    ['with a file that is none', { swarm: { file: 7, text: '' }, input: { name: 'x', parts: 1 }, settings: {} }],
    ['with an input that is none', { swarm: { file: 'a', text: '' }, input: null, settings: {} }],
  ])('e: a source %s hides no other run, and says that it is bad', async (_, header) => {
    await begin();
    await store.create({ ...record, id: 'run-0' }, source);
    await db.sources.put({ run: 'run-1', part: 0, ...seal(header) });
    await db.runs.update('run-1', { sum: 0 });
    expect((await store.list()).map(({ id }) => id)).toContain('run-0');
    expect(await store.source('run-0')).toEqual(source);
    expect(await fault(store.source('run-1'))).toBe('corrupt');
  });

  test.each<[string, unknown]>([
    ['nothing', null],
    ['a number', 5],
    ['a text', 'x'],
    ['a list', []],
    ['an object of another shape', { task: 1, row: 'x' }],
    ['one of another place', { ...row(2), ...{ firstSeq: 9, lastSeq: 9, body: '', agents: [] }, agent: 9 }],
  ])('e: %s where a row, a cold record and a piece of the log belong hides no other', async (_, value) => {
    const commit = await begin();
    for (const k of [1, 2, 3])
      await commit({
        rows: [{ order: k, row: row(k - 1) }],
        events: { firstSeq: k, lastSeq: k, body: `${String(k)}`, agents: [1] },
        agents: [{ agent: k, generation: 1, state: {} }],
      });
    await db.results.update(['run-1', 1], seal(value));
    await db.journal.update(['run-1', 2], seal(value));
    await db.agents.update(['run-1', 2, 1], seal(value));
    const seen: number[] = [];
    await store.eachRow('run-1', (rows) => seen.push(...rows.map((item) => item.row.task)));
    expect(seen).toEqual([0, 2]);
    expect((await store.rows('run-1', [0, 1, 2])).map((item) => item.row.task)).toEqual([0, 2]);
    expect((await store.chunks('run-1', 0)).map(({ body }) => body)).toEqual(['1', '3']);
    expect((await store.chunksOf('run-1', 1, 9)).map(({ body }) => body)).toEqual(['1', '3']);
    expect((await store.agents('run-1')).map(({ agent }) => agent)).toEqual([1, 3]);
    expect(await store.agent('run-1', 2)).toBeNull();
    const aside = await store.quarantined('run-1');
    expect(aside.map(({ table }) => table).sort()).toEqual(['agents', 'journal', 'results']);
    expect(new Set(aside.map(({ reason }) => reason.code))).toEqual(new Set(['fields']));
  });

  test.each<[string, object]>([
    ['of no pairs', { lengths: [5] }],
    ['of nothing', { lengths: [null] }],
    ['that are texts', { lengths: [['a', 'b']] }],
    ['that are none', { lengths: [[-1, 1e15]] }],
    ['missing', { lengths: undefined }],
    ['beside no bytes', { body: 'x' }],
  ])('e: a snapshot with lengths %s gives way to the one before', async (_, spoiled) => {
    await store.create(record, source);
    const fence = await store.openWriter('run-1');
    const before = { seq: 1, parts: [new Uint8Array([1, 2, 3])] };
    await store.saveSnapshot('run-1', fence, before);
    await store.saveSnapshot('run-1', fence, { seq: 2, parts: [new Uint8Array([4])] });
    const newest = (await db.snapshots.toArray()).find(({ seq }) => seq === 2)!;
    await db.snapshots.put({ ...newest, ...spoiled } as never);
    expect(await store.snapshot('run-1')).toEqual(before);
    expect(await store.quarantined('run-1')).toMatchObject([{ table: 'snapshots' }]);
  });

  test('what was written anew while the bad record was read is not set aside with it', async () => {
    const commit = await begin();
    for (const generation of [1, 2]) await commit({ agents: [{ agent: 7, generation, state: {} }] });
    await damage('agents', ['run-1', 7, 1]);
    const reading = store.agent('run-1', 7);
    const writing = commit({ agents: [{ agent: 7, generation: 3, state: {} }] });
    await reading;
    await writing;
    expect(await store.agent('run-1', 7)).toMatchObject({ generation: 3 });
    expect(await store.quarantined('run-1')).toEqual([]);
  });

  test('a full disk that has no room for a bad record does not stop the good ones from being read', async () => {
    const commit = await begin();
    await commit({ rows: [0, 1].map((task) => ({ order: task + 1, row: row(task) })) });
    await damage('results', ['run-1', 0]);
    db.quarantine.hook('creating', () => {
      throw new DOMException('no room', 'QuotaExceededError');
    });
    expect((await store.rows('run-1', [0, 1])).map((item) => item.row.task)).toEqual([1]);
  });
});
