import { expect, test } from 'vitest';
import type { EventBody } from '../../journal/events.ts';
import { Journal } from '../../journal/journal.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { StoreFault, type StoreFaultCode } from '../../store/fault.ts';
import type { CommitBatch, ResultRow, RunRecord } from '../../store/records.ts';
import type { RunStore } from '../../store/run-store.ts';
import { Committer } from './committer.ts';

const record = { id: 'run' } as RunRecord;
const row = (task: number): ResultRow => ({
  task,
  line: task + 1,
  input: '',
  output: null,
  failure: null,
  agent: '',
  attempts: 1,
  tokens: 0,
  durationMs: 0,
  review: null,
});
const paused: EventBody = { type: 'run.paused' };

/** A store that writes batches down, or fails the way it is told to. */
function setUp() {
  const clock = new SimulatedClock();
  const journal = new Journal(clock, () => clock.now());
  const batches: CommitBatch[] = [];
  const failures: StoreFaultCode[] = [];
  const written = new Set<number>();
  const store = {
    commit: async (batch: CommitBatch) => {
      await clock.sleep(5);
      const code = failures.shift();
      if (code) throw new StoreFault(code, code);
      if (batch.rows.some((item) => written.has(item.row.task))) throw new StoreFault('duplicate-result', 'twice');
      for (const item of batch.rows) written.add(item.row.task);
      batches.push(batch);
    },
    rows: (_: string, tasks: readonly number[]) =>
      Promise.resolve(tasks.filter((task) => written.has(task)).map((task) => ({ order: 0, row: row(task) }))),
  } as unknown as RunStore;
  const told: number[] = [];
  const trouble: (string | null)[] = [];
  const committer = new Committer({
    clock,
    store,
    run: 'run',
    fence: 1,
    journal,
    record: () => record,
    coldAgents: () => [],
    onCommitted: (rows) => told.push(...rows.map((item) => item.row.task)),
    onTrouble: (fault) => trouble.push(fault?.code ?? null),
    onStale: () => trouble.push('stale'),
  });
  return { clock, journal, batches, failures, written, told, trouble, committer };
}

test('what comes within 50 ms is written together, and told of only afterwards', async () => {
  const { clock, journal, batches, told, committer } = setUp();
  for (let task = 0; task < 5; task++) {
    journal.append(paused);
    committer.add(row(task), task);
    await clock.advance(9);
  }
  expect([batches.length, told]).toEqual([0, []]);
  await clock.advance(12);
  expect(batches).toHaveLength(1);
  expect(batches[0]?.events).toMatchObject({ firstSeq: 1, lastSeq: 5 });
  expect(told).toEqual([0, 1, 2, 3, 4]);
});

test('a burst does not wait, and what comes during a write goes with the next', async () => {
  const { clock, batches, told, committer } = setUp();
  for (let task = 0; task < 300; task++) committer.add(row(task), task);
  await clock.advance(1);
  committer.add(row(300), 300);
  await clock.advance(5);
  expect(told).toHaveLength(300);
  await committerIdle(clock, committer);
  expect(batches.map((batch) => batch.rows.length)).toEqual([300, 1]);
});

test('a full disk delays results and says so, and drops none; events keep their order', async () => {
  const { clock, journal, batches, failures, told, trouble, committer } = setUp();
  failures.push('quota', 'quota', 'unavailable');
  journal.append(paused);
  committer.add(row(0), 1);
  await clock.advance(500);
  journal.append(paused);
  committer.add(row(1), 2);
  await committerIdle(clock, committer);
  expect(trouble).toEqual(['quota', 'quota', 'unavailable', null]);
  expect(told).toEqual([0, 1]);
  expect(batches).toHaveLength(1);
  expect(batches[0]?.events).toMatchObject({ firstSeq: 1, lastSeq: 2 });
});

test('a row that is there already is left as it is; the others are written', async () => {
  const { clock, written, told, trouble, committer } = setUp();
  written.add(1);
  for (const task of [0, 1, 2]) committer.add(row(task), task);
  await committerIdle(clock, committer);
  expect(told).toEqual([0, 2]);
  expect(trouble).toEqual([null]);
});

test('a writer that lost its run stops, tells nothing, and keeps nobody waiting', async () => {
  const { clock, failures, told, trouble, committer } = setUp();
  failures.push('stale-writer');
  committer.add(row(0), 0);
  await committerIdle(clock, committer);
  committer.add(row(1), 1);
  await committerIdle(clock, committer);
  expect([told, trouble]).toEqual([[], ['stale']]);
});

test('a and n: what was stored is gone: that is said once and as itself, nothing is told, nobody waits, nothing is tried again', async () => {
  const { clock, batches, failures, told, trouble, committer } = setUp();
  failures.push('gone');
  committer.add(row(0), 0);
  await committerIdle(clock, committer);
  committer.add(row(1), 1);
  await committerIdle(clock, committer);
  await clock.advance(60_000);
  expect([told, trouble, batches]).toEqual([[], ['gone'], []]);
});

async function committerIdle(clock: SimulatedClock, committer: Committer): Promise<void> {
  let idle = false;
  void committer.flush().then(() => (idle = true));
  expect(await clock.run(() => idle)).toBe(true);
}

test('what waits for its record to be durable is told after the next batch, however much comes behind it', async () => {
  const { clock, journal, batches, failures, committer } = setUp();
  let settled = 0;
  const stop = clock.every(1, () => {
    journal.append(paused);
    committer.poke();
  });
  await clock.advance(20);
  void committer.settled().then(() => settled++);
  await clock.advance(7);
  expect([settled, batches.length]).toEqual([1, 1]);
  // One that comes while a batch is on its way waits for the one behind it; one that was refused for the next that is not.
  await clock.advance(48);
  failures.push('quota');
  void committer.settled().then(() => settled++);
  await clock.advance(200);
  expect(settled).toBe(1);
  await clock.advance(1500);
  expect(settled).toBe(2);
  stop();
});
