/** A flow of forty steps, more than any mask of bits would hold: each item goes through all of them, in order, and ends in one row. */
import { expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import type { ResultRow } from '../../store/records.ts';
import { lines, World } from '../testing/world.ts';

const STEPS = 40;
const TASKS = 12;

const role = (k: number): string => `  step-${String(k)}:
    replicas: 2
    prompt: Do part ${String(k)}.
    output:
      type: object
      properties: {part: {type: integer, minimum: ${String(k)}, maximum: ${String(k)}}}
      required: [part]
      additionalProperties: false
`;
const SWARM = `
planaria: 1
name: a long way
seed: 3
budget: {resident: 8}
roles:
${Array.from({ length: STEPS }, (_, k) => role(k)).join('')}  critic:
    prompt: Look at it.
    output: {type: object, properties: {agree: {type: boolean}}, required: [agree], additionalProperties: false}
flow:
${Array.from({ length: STEPS }, (_, k) => `  - {role: step-${String(k)}, each: ${k === 0 ? 'input' : `step-${String(k - 1)}`}}`).join('\n')}
  - {role: critic, reviews: step-${String(STEPS - 1)}, share: 0.5}
`;

test('items go through forty steps, across a reload', async () => {
  const world = await World.create(1);
  let tab = world.tab();
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'long.yaml', text: SWARM },
      input: { name: 'test.log', text: lines(TASKS) },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply.diagnostics));
  const id = reply.runId;
  await world.clock.advance(20_000);
  tab.kill();
  tab = world.tab();
  expect(await world.clock.track(tab.runtime.open(id))).toBe(true);
  let status!: RunStatus;
  await tab.runtime.watch(id, (frame) => void (status = frame.status));
  expect(await world.clock.run(() => status.phase === 'done', 3_600_000)).toBe(true);
  await world.clock.advance(2000);
  expect(status).toMatchObject({ results: TASKS, failed: 0 });

  const rows: ResultRow[] = [];
  await world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row)));
  expect(rows).toHaveLength(TASKS);
  expect(rows.every(({ output }) => (output as { part: number }).part === STEPS - 1)).toBe(true);
  expect(rows.filter(({ review }) => review !== null)).toHaveLength(TASKS / 2);

  const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
  for (let task = 0; task < TASKS; task++) {
    const steps = events.flatMap((event) =>
      event.type === 'task.advanced' && event.task === task ? [event.stage] : [],
    );
    const whole = Array.from({ length: steps.length }, (_, k) => k);
    expect(steps).toEqual(whole);
    expect([STEPS, STEPS + 1]).toContain(steps.length);
  }
});
