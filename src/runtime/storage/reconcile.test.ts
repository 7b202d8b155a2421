import { expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const TASKS = 30;

const start = {
  swarm: { file: 't.yaml', text: SWARM },
  input: { name: 't.log', text: lines(TASKS) },
  engine: 'scripted' as const,
};

/** Opens or starts a run and lets it come to its end. */
async function finish(world: World, tab: Tab, id?: string): Promise<{ id: string; status: RunStatus }> {
  const starting = id === undefined ? tab.runtime.start(start) : null;
  await world.clock.settle();
  const reply = await starting;
  const run = id ?? (reply?.ok ? reply.runId : '');
  let status: RunStatus | null = null;
  const watching = tab.runtime.watch(run, (frame) => void (status = frame.status));
  await world.clock.settle();
  await watching;
  expect(await world.clock.run(() => status?.phase === 'done', world.clock.now() + 600_000)).toBe(true);
  const closing = tab.runtime.close();
  await world.clock.advance(1000);
  await closing;
  return { id: run, status: status as unknown as RunStatus };
}

/** Flips a bit of the stored record, past every check. */
async function damage(world: World, table: string, key: unknown): Promise<void> {
  const stored = (await world.db.table(table).get(key as never)) as { body: string };
  const body = stored.body.slice(0, -2) + String.fromCharCode(stored.body.charCodeAt(stored.body.length - 2) ^ 1) + '}';
  await world.db.table(table).put({ ...stored, body });
}

const tasksOf = async (world: World, id: string): Promise<number[]> => {
  const tasks: number[] = [];
  await world.store.eachRow(id, (rows) => tasks.push(...rows.map(({ row }) => row.task)));
  return tasks;
};

test('a result that can no longer be read is set aside and its task done again', async () => {
  const world = await World.create(1);
  const { id } = await finish(world, world.tab());
  await damage(world, 'results', [id, 7]);
  expect(await tasksOf(world, id)).toHaveLength(TASKS - 1);

  const { status } = await finish(world, world.tab(), id);
  expect(status).toMatchObject({ results: TASKS, failed: 0 });
  expect(await tasksOf(world, id)).toEqual(Array.from({ length: TASKS }, (_, task) => task));
  expect(await world.store.quarantined(id)).toHaveLength(1);
  const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
  expect(events.filter((event) => event.type === 'task.reopened')).toMatchObject([{ task: 7 }]);
});

test('a part of the log that can no longer be read costs no result and no count of an agent', async () => {
  const world = await World.create(2);
  const first = world.tab();
  const { id, status: before } = await finish(world, first);
  const chunks = await world.store.chunks(id, 0);
  await damage(world, 'journal', [id, chunks[2]?.firstSeq]);

  const second = world.tab();
  const { status } = await finish(world, second, id);
  expect(status).toMatchObject({ results: TASKS, failed: 0, agentsByState: before.agentsByState });
  expect(await tasksOf(world, id)).toHaveLength(TASKS);
  const turnsBefore = (await world.store.agents(id)).reduce((sum, cold) => sum + Number(cold.state['turns']), 0);
  const third = world.tab();
  let turns = 0;
  for (let agent = 0; agent < 8; agent++) turns += (await third.runtime.agent(id, agent)).turns;
  expect(turns).toBe(turnsBefore);
});
