import { expect, test } from 'vitest';
import type { ChatMessage, TurnRequest } from '../../engine/contract.ts';
import { lines, SWARM, World } from '../testing/world.ts';

const REMEMBERING = SWARM.replace('kind: worker\n', 'kind: worker\n    memory: {turns: 4}\n');

const spoken = ({ messages }: TurnRequest): ChatMessage[] => messages.filter(({ role }) => role === 'user');

test('agents with a memory see their last exchanges, before and after the tab is killed, and sit on the GPU between turns', async () => {
  const world = await World.create(1);
  const asked: TurnRequest[][] = [[], []];
  const open = (session: number) =>
    world.tab({
      fault: (request) => {
        if (request.retain) asked[session]?.push(request);
        return null;
      },
    });
  const first = open(0);
  const pending = first.runtime.start({
    swarm: { file: 'test.yaml', text: REMEMBERING },
    input: { name: 'test.log', text: lines(60) },
    engine: 'scripted',
  });
  await world.clock.settle();
  const reply = await pending;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  await world.clock.run(() => asked[0]!.length >= 30);
  first.kill();

  const second = open(1);
  let done = false;
  let sawHot = 0;
  const opening = second.runtime.open(reply.runId);
  await world.clock.settle();
  expect(await opening).toBe(true);
  await second.runtime.watch(reply.runId, ({ cells, status }) => {
    for (let k = 1; k < cells.length; k += 3) if ((cells[k] as number) >> 8 === 2) sawHot++;
    done = status.phase === 'done';
  });
  expect(await world.clock.run(() => done)).toBe(true);

  for (const session of asked) {
    for (const request of session) {
      expect(spoken(request).length).toBeLessThanOrEqual(5);
      // What it sees are lines that it was given itself, the newest last.
      const seen = spoken(request).map(({ content }) => content);
      expect(new Set(seen).size).toBe(seen.length);
    }
    expect(session.some((request) => spoken(request).length > 1)).toBe(true);
  }
  // Whoever worked before the tab was killed remembers it in its very first turn after.
  const worked = new Set(asked[0]!.slice(0, 15).map(({ agent }) => agent));
  const firsts = new Map<number, TurnRequest>();
  for (const request of asked[1]!) if (!firsts.has(request.agent)) firsts.set(request.agent, request);
  const back = [...firsts.values()].filter(({ agent }) => worked.has(agent));
  expect(back.length).toBeGreaterThan(0);
  for (const request of back) expect(spoken(request).length).toBeGreaterThan(1);
  expect(sawHot).toBeGreaterThan(0);

  const counters = await second.engines.at(-1)!.counters();
  expect(counters.peakResidents).toBeLessThanOrEqual(4);
  expect(counters.pageIns).toBeLessThan(counters.turns);
});

test('agents that remember get their turns while the agents of another role, who do not, fill what waits in the engine', async () => {
  const world = await World.create(2);
  const order: string[] = [];
  const tab = world.tab({ fault: (request) => (order.push(request.retain ? 'review' : 'triage'), null) });
  const text = SWARM.replace('kind: specialist\n', 'kind: specialist\n    memory: {turns: 2}\n');
  const pending = tab.runtime.start({
    swarm: { file: 'test.yaml', text },
    input: { name: 'test.log', text: lines(200) },
    engine: 'scripted',
  });
  await world.clock.settle();
  const reply = await pending;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  let done = false;
  await tab.runtime.watch(reply.runId, ({ status }) => void (done = status.phase === 'done'));
  expect(await world.clock.run(() => done)).toBe(true);
  const reviews = order.flatMap((what, k) => (what === 'review' ? [k] : []));
  // Half of the reviews are through by about half of the run, not all of them at its end.
  expect(reviews[Math.floor(reviews.length / 2)]).toBeLessThan(0.7 * order.length);
  // Those who sit there between turns make room, and come back.
  const counters = await tab.engines.at(-1)!.counters();
  expect(counters.pageOuts).toBeGreaterThan(0);
  expect(counters.restores).toBeGreaterThan(0);
  expect(counters.peakResidents).toBeLessThanOrEqual(4);
  const report = await (await world.clock.track(tab.runtime.export(reply.runId, 'report'))).text();
  expect(JSON.parse(report)).toMatchObject({ peakParked: expect.any(Number) as number, counters: { ...counters } });
  expect((JSON.parse(report) as { peakParked: number }).peakParked).toBeGreaterThan(0);
});
