/** Runs whose steps choose are replayed with the same choice, also where nothing of the input and of what was made of it is handed on. */
import { describe, expect, test } from 'vitest';
import type { TurnRequest } from '../../engine/contract.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { systemClock } from '../../kernel/clock.ts';
import { readIncident, writeIncident } from './incident.ts';
import { ReplaySession } from './session.ts';
import { recordedRun } from './testing/recorded-run.ts';

const swarm = (input: string, each: string): string => `planaria: 1
name: choices
seed: 3
budget: {resident: 4}
roles:
  reader:
    replicas: 6
    prompt: Read.
    output: {type: object, properties: {size: {type: integer}, word: {type: string, minLength: 1, x-copied-from: input}}, required: [size, word]}
  writer: {replicas: 2, prompt: Write., output: {type: object, properties: {said: {type: string, x-copied-from: input}}, required: [said]}}
flow:
${input}  - {role: reader, each: ${each}}
  - {name: big, each: reader, sort: [size, {field: word, order: descending}], limit: 7}
  - {role: writer, each: big, with: input}
  - {name: few, each: big, sample: {random: 3}}
  - {name: again, role: writer, each: few, with: reader}
  - {name: texts, each: writer, sort: [said], limit: 2}
`;

/** Says something of its own about each text. */
function says({ prefix, messages }: TurnRequest) {
  const read = messages.at(-1)?.content ?? '';
  let hash = 7;
  for (const character of read) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  const word = read.split('\n')[0]?.slice(0, 4 + (hash % 4)) ?? '';
  const output = prefix[0]?.content === 'Write.' ? { said: word } : { size: hash % 900, word };
  return { kind: 'say', text: JSON.stringify(output) } as const;
}

/** What steps chose, and where the tasks went. */
const choices = (events: readonly JournalEvent[]): unknown[] =>
  events.flatMap((event) => {
    if (event.type === 'task.created') return [[event.task, event.maker, event.from, event.given?.length]];
    if (event.type === 'tasks.made') return [[event.maker, event.tasks, event.of]];
    return [];
  });

const ways = (events: readonly JournalEvent[]): string[] =>
  events
    .flatMap((event) => (event.type === 'task.advanced' ? [`${String(event.task)}: ${String(event.stage)}`] : []))
    .toSorted();

const INPUTS = [
  ['of all items', '', 'input'],
  ['of some items', '  - {name: some, each: input, sample: {random: 20}}\n', 'some'],
  [
    'of items chosen twice',
    '  - {name: some, each: input, sample: {random: 20}}\n  - {name: others, each: input, sample: {random: 9}}\n  - {name: second, role: reader, each: others}\n',
    'some',
  ],
] as const;

describe.each(INPUTS)('a replay of a run whose steps choose, %s', (_, input, each) => {
  test.each([true, false])('chooses the same; with the input: %s', async (withInput) => {
    const run = await recordedRun(3, {
      tasks: 40,
      swarm: swarm(input, each),
      engine: { fault: says },
      kinds: ['stall', 'worker-kill'],
    });
    const incident = readIncident(writeIncident(run, withInput));
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(choices(run.events).length).toBe(7 + 3 + 2 + 3);
    expect(choices(events)).toEqual(choices(run.events));
    expect(ways(events)).toEqual(ways(run.events));
    if (withInput) expect(session.info().improvised).toBe(0);
  });
});

test('an incident that chooses what no step of it chooses is refused', async () => {
  const run = await recordedRun(3, { tasks: 12, swarm: swarm('', 'input'), engine: { fault: says }, kinds: [] });
  const text = writeIncident(run, true);
  const spoiled = (chosen: unknown): string => {
    const read = readIncident(JSON.stringify({ ...(JSON.parse(text) as object), chosen }));
    return read.ok ? '' : read.error.detail;
  };
  expect(spoiled([{ maker: 60, places: [0], of: 1 }])).toBe('chosen: nothing is chosen at step 60');
  expect(spoiled([{ maker: 0, places: [0, 0], of: 1 }])).toBe('chosen: a task is chosen twice');
  expect(spoiled([0, 0].map((maker) => ({ maker, places: [], of: 1 })))).toBe('chosen: a step chose twice');
  // Places that nobody has are passed over.
  expect(spoiled([{ maker: 0, places: [500], of: 1 }])).toBe('');
});

test.each([
  ['a condition lets through', 'where: {program: su}, limit: 3'],
  ['differ in a field', 'sample: {of: [host, pid]}'],
])('items that were chosen among those that %s are chosen without the input as well', async (_, choice) => {
  const file = swarm(`  - {name: some, each: input, ${choice}}\n`, 'some').replace(
    'role: reader, each: some}',
    'role: reader, each: some, where: {host: [a, b]}}',
  );
  const input = Array.from(
    { length: 24 },
    (_, k) =>
      `Jun 14 15:16:${String(10 + k)} ${'abc'.charAt(k % 3)} ${k % 2 === 0 ? 'su' : 'sshd'}[${String(k % 4)}]: secret ${String(k)}`,
  ).join('\n');
  const run = await recordedRun(3, { swarm: file, input, engine: { fault: says }, kinds: [] });
  const incident = readIncident(writeIncident(run, false));
  if (!incident.ok) throw new Error(incident.error.detail);
  const session = await ReplaySession.open('replay-1', incident.value, systemClock());
  await session.clock.run(() => session.over, 3_600_000);
  const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
  expect(ways(run.events).length).toBeGreaterThan(4);
  expect(ways(events)).toEqual(ways(run.events));
  expect(choices(events)).toEqual(choices(run.events));
});
