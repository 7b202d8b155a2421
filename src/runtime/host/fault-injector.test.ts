import { expect, test } from 'vitest';
import { FAULT_CHOICES } from './fault-injector.ts';
import type { FaultReply, JournalEvent, RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, World } from '../testing/world.ts';

/** A run in one tab, and its newest status. */
async function begin(seed: number, count: number) {
  const world = await World.create(seed);
  const tab = world.tab({ decodeMs: 40 });
  const starting = tab.runtime.start({
    swarm: { file: 'test.yaml', text: SWARM },
    input: { name: 'test.log', text: lines(count) },
    engine: 'scripted',
  });
  await world.clock.settle();
  const reply = await starting;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  await world.clock.run(() => status.results > 3);
  return { world, tab, id: reply.runId, status: () => status };
}

// Of two reviewers nobody can tell who lies: voting needs four for one liar.
const kinds = FAULT_CHOICES.map(({ kind }) => kind).filter((kind) => kind !== 'lying-voter');

test.each(kinds)('%s from the page: it strikes, is told of, and every line is done', async (kind) => {
  const { world, tab, id, status } = await begin(21, 60);
  let struck: FaultReply | null = null;
  void tab.runtime.breakSomething(id, kind).then((reply) => (struck = reply));
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);
  expect(struck).toMatchObject({ landed: true });
  expect(status()).toMatchObject({ results: 60, failed: 0 });
  const closed = tab.runtime.close();
  await world.clock.advance(5000);
  await closed;
  const log = (await world.store.chunks(id, 0)).map(({ body }) => body).join('\n');
  expect(log).toContain(`"type":"fault.injected","fault":1,"kind":"${kind}"`);
});

test('a killed worker is missed at once where no worker can be, too', async () => {
  const { world, tab, id, status } = await begin(27, 60);
  void tab.runtime.breakSomething(id, 'worker-kill');
  await world.clock.advance(5000);
  expect(status().faults[0]?.detectedMs).toBeLessThan(100);
});

test('every turn ends as soon as there is one that can, while an engine loads too', async () => {
  const { world, tab, id, status } = await begin(28, 60);
  void tab.runtime.breakSomething(id, 'device-lost');
  await world.clock.settle();
  let struck: FaultReply | null = null;
  void tab.runtime.breakSomething(id, 'all-residents-crash').then((reply) => (struck = reply));
  await world.clock.settle();
  expect(struck).toBeNull();
  expect(await world.clock.run(() => struck !== null, 20_000)).toBe(true);
  expect(struck).toMatchObject({ landed: true });
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);
  expect(status()).toMatchObject({ results: 60, failed: 0 });
});

test('a page hears of a frozen tab at once, and goes on hearing while its timers stand still', async () => {
  const { world, tab, id, status } = await begin(26, 60);
  void tab.runtime.breakSomething(id, 'hidden-tab');
  await world.clock.advance(1000);
  const { elapsedMs, results } = status();
  expect(status().faults).toMatchObject([{ kind: 'hidden-tab', mendedMs: null }]);
  await world.clock.advance(10_000);
  expect(status().results).toBe(results);
  expect(status().elapsedMs).toBeGreaterThanOrEqual(elapsedMs + 9500);
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);
});

test('what cannot be broken here is said, and a bad plan is told with its place', async () => {
  const { world, tab, id } = await begin(22, 20);
  expect(await tab.runtime.breakSomething(id, 'power-loss')).toEqual({
    landed: false,
    detail: { code: 'cannot-enter', kind: 'power-loss' },
  });
  const bad = 'planaria-faults: 1\nname: x\nfaults:\n  - {kind: loop, at: 1s, target: {role: nobody}}\n';
  expect(await tab.runtime.playFaults(id, 'plan.yaml', bad)).toMatchObject([
    { line: 4, message: 'there is no role "nobody"' },
  ]);
  let struck: FaultReply | null = null;
  void tab.runtime.breakSomething(id, 'lying-voter').then((reply) => (struck = reply));
  await world.clock.run(() => struck !== null, 60_000);
  expect(struck).toEqual({ landed: false, detail: { code: 'nothing-there' } });
});

const logOf = async (world: World, id: string): Promise<string> =>
  (await world.store.chunks(id, 0)).map(({ body }) => body).join('\n');

test('what outlasts a turn is told when it ends, and not before its agent was reset', async () => {
  const { world, tab, id, status } = await begin(24, 120);
  void tab.runtime.breakSomething(id, 'poisoned-output');
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);
  const events = (await logOf(world, id)).split('\n').map((line) => JSON.parse(line) as JournalEvent);
  const struck = events.findIndex((event) => event.type === 'fault.injected');
  const reset = events.findIndex((event) => event.type === 'heal.ordered' && event.action === 'reset-context');
  const over = events.findIndex((event) => event.type === 'fault.over');
  expect(events[struck]).toMatchObject({ kind: 'poisoned-output', lasting: true });
  expect(reset).toBeGreaterThan(struck);
  expect(over).toBeGreaterThan(reset);
});

test('a plan goes on where the run is opened again, in this tab or in the next', async () => {
  const { world, tab, id } = await begin(25, 400);
  const plan =
    'planaria-faults: 1\nname: x\nfaults:\n' +
    '  - {kind: old-version, at: 500}\n  - {kind: clock-jump, at: [100, 3s]}\n  - {kind: supervisor-crash, at: 6s}\n';
  expect(await tab.runtime.playFaults(id, 'plan.yaml', plan)).toEqual([]);
  await world.clock.advance(4000);
  tab.kill();
  const next = world.tab({ decodeMs: 40 });
  let status!: RunStatus;
  const watching = next.runtime.watch(id, (frame) => void (status = frame.status));
  await world.clock.settle();
  await watching;
  void next.runtime.playFaults(id, 'plan.yaml', plan, 4000);
  expect(await world.clock.run(() => status.phase === 'done', 3_600_000)).toBe(true);
  expect(status).toMatchObject({ results: 400, failed: 0 });
  const log = await logOf(world, id);
  const told = [...log.matchAll(/"type":"fault.injected","fault":(\d+),"kind":"([a-z-]+)"/g)].map((found) =>
    found.slice(1),
  );
  expect(told).toEqual([
    ['0', 'clock-jump'],
    ['1', 'old-version'],
    ['2', 'clock-jump'],
    ['3', 'supervisor-crash'],
  ]);
  expect(log.match(/"type":"run.resumed"/g)).toHaveLength(2);
  expect(await world.store.quarantined(id)).toMatchObject([{ reason: { code: 'version', version: '1000' } }]);
});

test('a plan plays in a tab', async () => {
  const { world, tab, id, status } = await begin(23, 80);
  const plan =
    'planaria-faults: 1\nname: x\nfaults:\n  - {kind: device-lost, at: 1s}\n  - {kind: stall, at: [2s, 3s]}\n  - {kind: poisoned-output, at: 4s}\n';
  expect(await tab.runtime.playFaults(id, 'plan.yaml', plan)).toEqual([]);
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);
  expect(status()).toMatchObject({ results: 80, failed: 0 });
  const log = (await world.store.chunks(id, 0)).map(({ body }) => body).join('\n');
  expect(log.match(/"type":"fault.injected"/g)?.length).toBeGreaterThan(2);
});
