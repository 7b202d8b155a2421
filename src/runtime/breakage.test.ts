import { expect, test } from 'vitest';
import { FAULT_CHOICES } from './breakage.ts';
import type { FaultReply, RunStatus } from './protocol.ts';
import { lines, SWARM, World } from './testing/world.ts';

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

test('what cannot be broken here is said, and a bad plan is told with its place', async () => {
  const { world, tab, id } = await begin(22, 20);
  expect(await tab.runtime.breakSomething(id, 'power-loss')).toEqual({
    landed: false,
    detail: 'power-loss cannot enter here',
  });
  const bad = 'planaria-faults: 1\nname: x\nfaults:\n  - {kind: loop, at: 1s, target: {role: nobody}}\n';
  expect(await tab.runtime.playFaults(id, 'plan.yaml', bad)).toMatchObject([
    { line: 4, message: 'there is no role "nobody"' },
  ]);
  let struck: FaultReply | null = null;
  void tab.runtime.breakSomething(id, 'lying-voter').then((reply) => (struck = reply));
  await world.clock.run(() => struck !== null, 60_000);
  expect(struck).toEqual({ landed: false, detail: 'nothing was there to strike' });
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
