import { expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, World } from '../testing/world.ts';

/** Found from the page: with fewer agents than turns at once, the poisoned agent was asked for the second opinion on its own answer. */
test('a second opinion is another agent’s, also where every other one is busy', async () => {
  const world = await World.create(41);
  // Twelve turns wait at the engine; the role has six agents.
  const tab = world.tab({ decodeMs: 20 });
  const starting = tab.runtime.start({
    swarm: { file: 'test.yaml', text: SWARM.replace('resident: 4', 'resident: 8') },
    input: { name: 'test.log', text: lines(300) },
    engine: 'scripted',
  });
  await world.clock.settle();
  const reply = await starting;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  await world.clock.run(() => status.results > 20, 3_600_000);
  void tab.runtime.breakSomething(reply.runId, 'poisoned-output');
  expect(await world.clock.run(() => status.phase === 'done', 3_600_000)).toBe(true);
  await world.clock.advance(5000);
  const events = (await world.store.chunks(reply.runId, 0)).flatMap((chunk) => decodeEvents(chunk));
  const asked = new Map<number, Set<number>>();
  let opinions = 0;
  for (const event of events) {
    if (event.type === 'task.requeued' && event.reason === 'second-opinion') {
      opinions++;
      asked.set(event.task, (asked.get(event.task) ?? new Set()).add(event.agent));
    }
    // All six may have been asked at last; nobody is asked again before that.
    const before = event.type === 'task.assigned' && event.stage === 0 ? asked.get(event.task) : undefined;
    if (before && before.size < 5) expect([...before]).not.toContain((event as { agent: number }).agent);
  }
  expect(opinions).toBeGreaterThan(0);
  expect(status).toMatchObject({ results: 300, failed: 0 });
});
