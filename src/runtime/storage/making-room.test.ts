/** Room for results: what is given up, in which order, and what never is. */
import { expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import { leanChunk } from '../../journal/lean.ts';
import { RunState } from '../../journal/run-state.ts';
import { StoreFault } from '../../store/fault.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { agentsByState } from '../views/status.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const TASKS = 30;

async function start(world: World, tab: Tab): Promise<{ id: string; status: () => RunStatus | null }> {
  const ids: string[] = [];
  void tab.runtime
    .start({
      swarm: { file: 't.yaml', text: SWARM },
      input: { name: 't.log', text: lines(TASKS) },
      engine: 'scripted',
    })
    .then((reply) => reply.ok && ids.push(reply.runId));
  await world.clock.settle();
  let told: RunStatus | null = null;
  await tab.runtime.watch(ids[0]!, ({ status }) => void (told = status));
  return { id: ids[0]!, status: () => told };
}

const events = async (world: World, id: string) =>
  (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));

const fold = async (world: World, id: string): Promise<RunState> => {
  const state = new RunState(TASKS, 8);
  for (const event of await events(world, id)) state.apply(event);
  return state;
};

const rows = async (world: World, id: string): Promise<ResultRow[]> => {
  const all: ResultRow[] = [];
  await world.store.eachRow(id, (some) => all.push(...some.map(({ row }) => row)));
  return all;
};

const bad = (turn: { readonly id: string }) =>
  Number(turn.id.split('-')[1]) % 5 === 0 ? ({ kind: 'say', text: '{"sev' } as const) : null;

test('logs of runs that have ended are cut to what figures need; results, figures and open runs stay as they are', async () => {
  const world = await World.create(1);
  const first = world.tab({ fault: bad });
  const ended = await start(world, first);
  await world.clock.run(() => ended.status()?.phase === 'done');
  const closing = first.runtime.close();
  await world.clock.advance(1000);
  await closing;
  const second = world.tab({ fault: bad });
  const open = await start(world, second);
  await world.clock.run(() => (open.status()?.results ?? 0) > 10);
  second.kill();

  const before = { rows: await rows(world, ended.id), state: await fold(world, ended.id) };
  const openBefore = await events(world, open.id);
  const seqs = (await events(world, ended.id)).map(({ seq }) => seq);
  const freed = await world.store.trimTraces('none', 1e9, leanChunk);
  expect(freed).toBeGreaterThan(1000);
  expect(await rows(world, ended.id)).toEqual(before.rows);
  const after = await fold(world, ended.id);
  expect(after.totals).toEqual(before.state.totals);
  expect(agentsByState(after)).toEqual(agentsByState(before.state));
  expect(after.figures).toEqual(before.state.figures);
  expect((await events(world, ended.id)).map(({ seq }) => seq)).toEqual(seqs);
  expect(await events(world, open.id)).toEqual(openBefore);
  // Nothing more to be had.
  expect(await world.store.trimTraces('none', 1e9, leanChunk)).toBe(0);
  const third = world.tab();
  const opened = third.runtime.open(ended.id);
  await world.clock.settle();
  expect(await opened).toBe(true);
  expect((await world.clock.track(third.runtime.results(ended.id, { offset: 0, count: 5 }))).total).toBe(TASKS);
});

test('when storage is full, warm pages and old logs give way, the person is told how much, and no result is lost', async () => {
  const world = await World.create(2);
  const first = world.tab();
  const ended = await start(world, first);
  await world.clock.run(() => ended.status()?.phase === 'done');
  const closing = first.runtime.close();
  await world.clock.advance(1000);
  await closing;

  let full = false;
  const tab = world.tab({}, (when) => {
    if (full && when === 'before') throw new StoreFault('quota', 'full');
  });
  const run = await start(world, tab);
  await world.clock.run(() => (run.status()?.results ?? 0) > 5);
  full = true;
  await world.clock.run(() => run.status()?.phase === 'waiting');
  await world.clock.advance(500);
  const waits = run.status()!.waits;
  expect(waits).toMatchObject({ code: 'storage-full', warm: 0 });
  expect(waits?.code === 'storage-full' && waits.traces).toBeGreaterThan(1000);
  full = false;
  await world.clock.run(() => run.status()?.phase === 'done');
  expect(await rows(world, run.id)).toHaveLength(TASKS);
  expect(await rows(world, ended.id)).toHaveLength(TASKS);
  const notes = (await events(world, run.id)).filter(({ type }) => type === 'storage.note');
  expect(notes).toHaveLength(1);
});
