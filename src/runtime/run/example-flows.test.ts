/** Every example that ends in a report comes to one, over the input that it brings along. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { seededRandom } from '../../kernel/random.ts';
import type { Answer, RunStatus } from '../protocol/protocol.ts';
import { World } from '../testing/world.ts';

const read = (path: string): string => readFileSync(new URL(`../../../public/swarms/${path}`, import.meta.url), 'utf8');

test.each([
  ['incident-room.yaml', 'mixed.log', 400],
  ['feedback.yaml', 'feedback.csv', 48],
  ['documents.yaml', 'documents.jsonl', 4],
  ['contacts.yaml', 'contacts.csv', 30],
])('%s', async (file, input, items) => {
  const world = await World.create(1);
  const tab = world.tab();
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file, text: read(file) },
      input: { name: input, text: read(`inputs/${input}`) },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  await world.clock.run(() => status.phase === 'done', 24 * 3_600_000);
  const answer = await world.clock.track(tab.runtime.answer(reply.runId));
  expect(answer).toMatchObject({ complete: true, items });
  expect(status.failed).toBe(0);
  // Everything that is counted by items is counted whole.
  for (const section of answer?.sections ?? [])
    if (section.kind === 'counts') expect(section.total).toBeLessThanOrEqual(items);
  expect(answer?.sections.length).toBeGreaterThan(1);
});

test(
  'the incident room says the same, whatever breaks and however often its tab is killed',
  { timeout: 0 },
  async () => {
    const plain = await answerOfRoom(7, []);
    const random = seededRandom('example-flows');
    const kills = Array.from({ length: 20 }, () => 1 + random.int(1100));
    const mended = await answerOfRoom(8, kills);
    expect(plain?.incidents.length).toBeGreaterThan(5);
    expect({ ...mended, run: null }).toEqual({ ...plain, run: null });
  },
);

/** Runs the incident room over its own log; its tab is killed and opened anew after so many ms each, and while there is a next kill engines are lost as well. */
async function answerOfRoom(seed: number, kills: readonly number[]): Promise<Answer | null> {
  const world = await World.create(seed);
  let tab = world.tab();
  let killed = 0;
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'incident-room.yaml', text: read('incident-room.yaml') },
      input: { name: 'mixed.log', text: read('inputs/mixed.log') },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
  for (const [k, ms] of kills.entries()) {
    await world.clock.advance(ms / 2);
    if (k % 3 === 0) tab.engines.at(-1)?.lose();
    await world.clock.advance(ms / 2);
    const record = await world.clock.track(world.store.record(reply.runId));
    if (record?.phase !== 'done') killed++;
    tab.kill();
    tab = world.tab();
    expect(await world.clock.track(tab.runtime.open(reply.runId))).toBe(true);
  }
  expect(killed).toBe(kills.length);
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  await world.clock.run(() => status.phase === 'done', 24 * 3_600_000);
  return world.clock.track(tab.runtime.answer(reply.runId));
}
