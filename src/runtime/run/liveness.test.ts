/** What could keep a run from ending: each of these once did, or could have. */
import { expect, test } from 'vitest';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { decodeEvents, encodeEvents } from '../../journal/journal.ts';
import { StoreFault } from '../../store/fault.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const isTriageOf = (
  request: { readonly messages: readonly { readonly content: string }[]; readonly schema?: string },
  task: number,
): boolean =>
  request.messages.at(-1)?.content.includes(`sshd[${String(task)}]`) === true &&
  request.schema?.includes('subject') === true;

async function started(world: World, tab: Tab, tasks: number, swarm = SWARM): Promise<string> {
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'test.yaml', text: swarm },
      input: { name: 'test.log', text: lines(tasks) },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply));
  return reply.runId;
}

/** How it stands now, without anybody who presses anything. */
async function statusOf(world: World, tab: Tab, id: string): Promise<RunStatus> {
  const info = (await world.clock.track(tab.runtime.runs())).find((run) => run.id === id);
  return info as RunStatus;
}

/** Whether it ends by itself within so much virtual time. */
async function ends(world: World, tab: Tab, id: string, ms = 3_600_000): Promise<RunStatus> {
  let last: RunStatus | null = null;
  void tab.runtime.watch(id, ({ status }) => void (last = status)).catch(() => undefined);
  await world.clock.run(() => last?.phase === 'done', world.clock.now() + ms);
  return last!;
}

async function rowsOf(world: World, id: string): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  await world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row)));
  return rows;
}

async function eventsOf(world: World, id: string): Promise<JournalEvent[]> {
  return (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
}

/** Writes these into the log of a run that no tab has open, as the tab that had it might have. */
async function append(world: World, id: string, bodies: readonly EventBody[]): Promise<void> {
  const last = (await eventsOf(world, id)).at(-1)!;
  const events = bodies.map((body, k) => ({ ...body, seq: last.seq + 1 + k, at: last.at, wall: last.wall }));
  const fence = await world.store.openWriter(id);
  const record = (await world.store.record(id))!;
  await world.store.commit({ run: id, fence, events: encodeEvents(events), rows: [], agents: [], record });
}

/** The first line kills each engine that is given it. */
function tabWithDeadlyLine(world: World): Tab {
  const tab: Tab = world.tab({
    fault: (request): ScriptedFault | null => {
      if (!isTriageOf(request, 0)) return null;
      const engine = tab.engines.at(-1)!;
      world.clock.timeout(1, () => {
        engine.lose();
      });
      return { kind: 'stall' };
    },
  });
  return tab;
}

async function fillDisk(world: World, tab: Tab, id: string): Promise<void> {
  await world.clock.track(tab.runtime.breakSomething(id, 'quota'));
  await world.clock.advance(500);
}

test('a role whose agents were all given up goes on in the next tab', async () => {
  const world = await World.create(1);
  const first = world.tab();
  const id = await started(world, first, 30);
  await world.clock.advance(300);
  first.kill();
  await append(
    world,
    id,
    Array.from({ length: 6 }, (_, agent) => ({
      type: 'agent.state' as const,
      agent,
      from: 'degraded' as const,
      to: 'failed' as const,
      because: { code: 'nothing-left' as const },
    })),
  );
  expect(await ends(world, world.tab(), id)).toMatchObject({ phase: 'done', results: 30 });
});

test('a line that kills every engine at once, before anybody has written a word, ends as a named failure without a person', async () => {
  const world = await World.create(2);
  const tab = tabWithDeadlyLine(world);
  const id = await started(world, tab, 40);
  expect(await ends(world, tab, id)).toMatchObject({ phase: 'done', results: 39, failed: 1 });
  expect((await rowsOf(world, id)).filter(({ failure }) => failure !== null)).toMatchObject([
    { task: 0, failure: 'engine-error' },
  ]);
});

test('so does one that is the last of the run', async () => {
  const world = await World.create(3);
  const tab = tabWithDeadlyLine(world);
  const id = await started(world, tab, 1);
  expect(await ends(world, tab, id)).toMatchObject({ phase: 'done', results: 0, failed: 1 });
});

test('a line at which the only agent falls silent ends as a named failure without a person, however many engines its mends took', async () => {
  const world = await World.create(13);
  const tab: Tab = world.tab({ fault: () => ({ kind: 'stall' }) });
  const swarm = SWARM.replace('replicas: 6', 'replicas: 1').replace('deadline: 5s', 'deadline: 10m');
  const id = await started(world, tab, 1, swarm);
  expect(await ends(world, tab, id, 4 * 3_600_000)).toMatchObject({ phase: 'done', results: 0, failed: 1 });
});

test('what a person edits while it waits for a turn is not done again behind it', async () => {
  const world = await World.create(4);
  const first = world.tab();
  const id = await started(world, first, 12, SWARM.replace('share: 0.25', 'share: 1'));
  await world.clock.track(first.runtime.pause(id));
  await world.clock.advance(3000);
  first.kill();
  const open = (await eventsOf(world, id))
    .filter(({ type }) => type === 'task.advanced')
    .map((e) => 'task' in e && e.task);
  const task = Array.from({ length: 12 }, (_, k) => 11 - k).find((each) => !open.includes(each))!;
  await append(world, id, [
    {
      type: 'heal.notice',
      notice: 'n1',
      of: 'agent',
      agent: 0,
      task,
      case: 'c1',
      title: { code: 'not-mended', agent: 0, fault: 'stall' },
      story: [],
      choices: ['retry', 'skip', 'edit', 'give-up'],
    },
  ]);
  const tab = world.tab();
  await world.clock.track(tab.runtime.open(id));
  const output = '{"severity":"error","subject":"sshd"}';
  expect(await world.clock.track(tab.runtime.decide(id, 'n1', { kind: 'edit', output }))).toMatchObject({ ok: true });
  await world.clock.track(tab.runtime.resume(id));
  expect(await ends(world, tab, id)).toMatchObject({ phase: 'done', results: 12 });
  expect((await rowsOf(world, id)).find((row) => row.task === task)).toMatchObject({ edited: true, failure: null });
  const events = await eventsOf(world, id);
  const edited = events.findIndex((event) => event.type === 'task.advanced' && event.edited === true);
  expect(
    events.slice(edited).filter((event) => event.type === 'task.assigned' && event.task === task && event.stage === 0),
  ).toEqual([]);
});

test('full storage does not keep a person from leaving a run, or from removing it to make room', async () => {
  const world = await World.create(5);
  const tab = world.tab();
  const id = await started(world, tab, 200);
  const other = await started(world, world.tab(), 2);
  await world.clock.advance(500);
  await fillDisk(world, tab, id);
  let left = false;
  void tab.runtime.open(other).then(() => (left = true));
  await world.clock.run(() => left, world.clock.now() + 5000);
  expect(left).toBe(true);
  await world.clock.track(tab.runtime.open(id));
  await world.clock.advance(500);
  await fillDisk(world, tab, id);
  let removed = false;
  void tab.runtime.remove(id).then(() => (removed = true));
  await world.clock.run(() => removed, world.clock.now() + 100);
  expect(removed).toBe(true);
  expect(await statusOf(world, tab, id)).toBeUndefined();
});

test('a run that was left with full storage goes on where the disk has it', async () => {
  const world = await World.create(6);
  const tab = world.tab();
  const id = await started(world, tab, 60);
  const other = await started(world, world.tab(), 2);
  await world.clock.advance(500);
  await fillDisk(world, tab, id);
  void tab.runtime.open(other);
  await world.clock.advance(60_000);
  expect(await ends(world, tab, id)).toMatchObject({ phase: 'done', results: 60, failed: 0 });
});

test('a budget of tokens that was used up stays used up in the next tab', async () => {
  const world = await World.create(7);
  let spent = 0;
  const tab = world.tab();
  const id = await started(
    world,
    tab,
    400,
    SWARM.replace('budget: {resident: 4}', 'budget: {resident: 4, tokens: 20000}'),
  );
  void tab.runtime.watch(id, ({ status }) => void (spent = status.tokens.prompt + status.tokens.completion));
  await world.clock.run(() => spent >= 20_000, 600_000);
  tab.kill();
  const next = world.tab();
  const status = await ends(world, next, id);
  expect(status).toMatchObject({ phase: 'done' });
  expect(status.results + status.failed).toBe(400);
});

test('a budget that the log knows to be used up buys no more turns after a reload', async () => {
  const world = await World.create(8);
  const first = world.tab();
  const id = await started(
    world,
    first,
    40,
    SWARM.replace('budget: {resident: 4}', 'budget: {resident: 4, tokens: 90000}'),
  );
  await world.clock.advance(100);
  first.kill();
  const tokens = { prompt: 90_000, cached: 0, completion: 0 };
  await append(world, id, [{ type: 'turn.ended', task: 39, agent: 5, turn: 'x', finish: 'cancelled', tokens, ms: 1 }]);
  const before = (await eventsOf(world, id)).length;
  expect(await ends(world, world.tab(), id)).toMatchObject({ phase: 'done' });
  const after = (await eventsOf(world, id)).slice(before);
  expect(after.filter(({ type }) => type === 'task.assigned')).toEqual([]);
  expect((await rowsOf(world, id)).filter(({ failure }) => failure === 'token-budget').length).toBeGreaterThan(30);
});

test('no tasks at all are done at once', async () => {
  const world = await World.create(9);
  const tab = world.tab();
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'test.yaml', text: SWARM },
      input: { name: 'test.log', text: '\n\n\n' },
      engine: 'scripted',
    }),
  );
  if (reply.ok) expect(await ends(world, tab, reply.runId)).toMatchObject({ phase: 'done', tasks: 0 });
  else expect(reply.diagnostics[0]).toMatchObject({ message: expect.any(String) as string });
});

test('turns that a person calls back again and again are not held against their task', async () => {
  const world = await World.create(10);
  const tab = world.tab({ decodeMs: 50 });
  const id = await started(world, tab, 1, SWARM.replace('replicas: 6', 'replicas: 1'));
  for (let press = 0; press < 40; press++) {
    await world.clock.advance(60);
    await world.clock.track(tab.runtime.act(id, 0, 'retry'));
  }
  expect(await ends(world, tab, id)).toMatchObject({ phase: 'done', results: 1 });
  expect(await rowsOf(world, id)).toMatchObject([{ failure: null, attempts: 1 }]);
});

test('a run that could not be opened again for a moment is opened a moment later', async () => {
  const world = await World.create(11);
  const tab = world.tab();
  const id = await started(world, tab, 60);
  await world.clock.advance(300);
  const { openWriter } = world.store;
  let refused = 0;
  world.store.openWriter = (run) =>
    refused++ < 3 ? Promise.reject(new StoreFault('quota', 'Storage is full.')) : openWriter.call(world.store, run);
  await world.clock.track(tab.runtime.breakSomething(id, 'old-version'));
  await world.clock.advance(60_000);
  expect(refused).toBeGreaterThan(3);
  expect(await statusOf(world, tab, id)).toMatchObject({ phase: 'done', results: 60 });
});

test('a run that could not be opened leaves nothing behind that writes', async () => {
  const world = await World.create(12);
  const first = world.tab();
  const id = await started(world, first, 60);
  await world.clock.advance(300);
  first.kill();
  const { agents } = world.store;
  let refused = 0;
  world.store.agents = (run) =>
    refused++ < 1
      ? Promise.reject(new StoreFault('unavailable', 'The database refused.'))
      : agents.call(world.store, run);
  const tab = world.tab();
  await expect(world.clock.track(tab.runtime.open(id))).rejects.toThrow('The database refused.');
  const before = (await eventsOf(world, id)).length;
  await world.clock.advance(5000);
  expect((await eventsOf(world, id)).length).toBe(before);
  expect(await ends(world, tab, id)).toMatchObject({ phase: 'done', results: 60 });
});
