import { expect, test } from 'vitest';
import type { EventBody } from '../../journal/events.ts';
import { SeatScaling } from '../../healing/seat-scaling.ts';
import { lines, SWARM, World } from '../testing/world.ts';
import type { RunStatus } from '../protocol/protocol.ts';

const vram = { now: 0, peak: 0, weights: 0, kv: 0, workspace: 0, budget: 100, limit: 85 };

test('seats follow load and queue, step by step, and each change says why', () => {
  const told: Extract<EventBody, { type: 'seats.changed' }>[] = [];
  const sizes: number[] = [];
  const scaling = new SeatScaling({
    tell: (event) => event.type === 'seats.changed' && told.push(event),
    resize: (seats) => sizes.push(seats),
  });
  scaling.begin({ residents: 8 });
  let now = 0;
  let busyMs = 0;
  const looks = (count: number, load: number, waiting: number): void => {
    for (let k = 0; k < count; k++) {
      now += 1000;
      busyMs += 1000 * load;
      scaling.look(now, { busyMs }, vram, waiting);
    }
  };
  looks(20, 0.95, 50);
  expect(sizes).toEqual([]);
  looks(60, 0.05, 0);
  expect(sizes).toEqual([7, 6, 5, 4, 3, 2]);
  // A GPU that idles although turns wait has another trouble than too many seats.
  looks(20, 0.05, 3);
  looks(60, 0.95, 3);
  expect(sizes).toEqual([7, 6, 5, 4, 3, 2, 3, 4, 5, 6, 7, 8]);
  expect(told[0]).toMatchObject({ from: 8, to: 7, max: 8, because: { code: 'idle', percent: 5 } });
  expect(told.at(-1)).toMatchObject({ from: 7, to: 8, because: { code: 'busy', percent: 95, waiting: 3 } });
  // After a pause load is not measured over the pause.
  scaling.pause();
  now += 60_000;
  looks(2, 0.9, 0);
  expect(sizes).toHaveLength(12);
});

const REMEMBERING = SWARM.replace('kind: worker\n', 'kind: worker\n    memory: {turns: 4}\n')
  .replace('replicas: 6', 'replicas: 40')
  .replace('resident: 4', 'resident: 8');

test('a whole run with memory: seats go down in a lull and come back, no turn is lost, page-ins do not thrash', async () => {
  const world = await World.create(11);
  const tab = world.tab();
  const { clock } = world;
  let told: RunStatus | null = null;
  const replies: string[] = [];
  void tab.runtime
    .start({
      swarm: { file: 'test.yaml', text: REMEMBERING },
      input: { name: 'a.log', text: lines(600) },
      engine: 'scripted',
    })
    .then((reply) => reply.ok && replies.push(reply.runId));
  await clock.settle();
  const [id] = replies;
  const targets: number[] = [];
  await tab.runtime.watch(id!, ({ status }) => {
    told = status;
    if (status.seats.max > 0 && status.seats.target !== targets.at(-1)) targets.push(status.seats.target);
    expect(status.seats.now).toBeLessThanOrEqual(status.seats.max);
  });
  await clock.run(() => (told?.results ?? 0) >= 20);
  // Nobody may work for a while: the GPU idles, and nobody waits for a seat.
  const everyone = Array.from({ length: told!.agents }, (_, agent) => agent);
  for (const agent of everyone) await clock.track(tab.runtime.act(id!, agent, 'pause'));
  await clock.advance(60_000);
  expect(told!.seats).toMatchObject({ target: 2, max: 8 });
  expect(told!.seats.now).toBeLessThanOrEqual(2);
  for (const agent of everyone) await clock.track(tab.runtime.act(id!, agent, 'resume'));
  expect(await clock.run(() => told?.phase === 'done')).toBe(true);
  expect(told!).toMatchObject({ results: 600, failed: 0 });
  expect(Math.max(...targets.slice(targets.indexOf(2)))).toBeGreaterThan(2);
  const { pageIns, turns } = await tab.engines.at(-1)!.counters();
  expect(pageIns / turns).toBeLessThanOrEqual(1.1);
});
