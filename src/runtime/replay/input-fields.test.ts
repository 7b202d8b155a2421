/** Incidents of runs whose flow looks at fields of the input: items go the same ways and make the same groups, with the input and without a word of it. */
import { describe, expect, test } from 'vitest';
import type { TurnRequest } from '../../engine/contract.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { systemClock } from '../../kernel/clock.ts';
import { setupOf } from '../definition/run-setup.ts';
import { readIncident, writeIncident } from './incident.ts';
import { ReplaySession } from './session.ts';
import { recordedRun } from './testing/recorded-run.ts';

const swarm = (input: string, [first, second, third]: readonly [string, string, string]): string => `planaria: 1
name: fields
seed: 3
budget: {resident: 4}
input: {${input}}
roles:
  reader:
    replicas: 6
    prompt: Read.
    output: {type: object, properties: {kind: {enum: [small, large]}}, required: [kind]}
  writer: {replicas: 2, prompt: Write.}
flow:
  - {role: reader, each: input, where: ${first}}
  - {name: both, each: reader, where: {any: [{kind: small}, {${second}: {contains: hunter}}]}}
  - {name: groups, each: both, group: {by: [kind, ${second}], order: [${third}]}}
  - {role: writer, each: groups, where: {${second}: {not: hunter-1}}}
  - {name: alone, each: input, group: {by: [${third.slice(6)}], limit: 3, order: [${third.slice(6)}]}}
`;

const pick = (of: readonly string[], k: number): string => of[k % of.length] ?? '';
const HOSTS = ['hunter-1', 'hunter-2', 'gatherer'];

const FILES = {
  syslog: {
    swarm: swarm('fields: syslog', ['{program: [sshd, su], time: {gte: "2005-06-15"}}', 'input.host', 'input.pid']),
    text: Array.from(
      { length: 40 },
      (_, k) =>
        `Jun ${String(14 + (k % 3))} 10:${String(10 + k)}:00 ${pick(HOSTS, k)} ${pick(['sshd', 'su', 'hunting'], k >> 1)}[${String(k % 5)}]: secret ${String(k)}`,
    ).join('\n'),
  },
  csv: {
    swarm: swarm('format: csv, column: text', ['{amount: {gte: 5}}', 'input.who', 'input.amount']),
    text: `who,amount,text\n${Array.from({ length: 40 }, (_, k) => `${pick(HOSTS, k)},${pick(['3', '7', '07', '11', ''], k)},secret ${String(k)}`).join('\n')}`,
  },
  json: {
    swarm: swarm('format: json, field: "[].m"', ['{a.b: [1, 2, true]}', 'input.who', 'input.n']),
    text: JSON.stringify(
      Array.from({ length: 40 }, (_, k) => ({
        m: `secret ${String(k)}`,
        a: { b: [1, '2', true, null][k % 4] },
        who: pick(HOSTS, k),
        n: [3, 1.5, 'x', '7', ['hunter']][k % 5],
      })),
    ),
  },
} as const;

function says({ messages, prefix }: TurnRequest) {
  if (prefix[0]?.content !== 'Read.') return { kind: 'say', text: 'written' } as const;
  const length = messages.at(-1)?.content.length ?? 0;
  return { kind: 'say', text: JSON.stringify({ kind: length % 2 === 0 ? 'small' : 'large' }) } as const;
}

const ways = (events: readonly JournalEvent[]): unknown[] => [
  ...events
    .flatMap((event) =>
      event.type === 'task.advanced'
        ? [`${String(event.task)}: ${String(event.stage)} -> ${String(event.next)}`]
        : event.type === 'task.committed' && event.agent === -1
          ? [`${String(event.task)}: nobody`]
          : [],
    )
    .toSorted(),
  ...events.flatMap((event) =>
    event.type === 'task.created'
      ? [[event.task, event.maker, event.from, event.group?.count, event.group?.lines]]
      : event.type === 'tasks.made'
        ? [[event.maker, event.tasks, event.of]]
        : [],
  ),
];

describe.each(Object.entries(FILES))('%s', (_, { swarm: file, text: input }) => {
  test.each([true, false])('a replay takes each item the way it went; with the input: %s', async (withInput) => {
    const kinds = ['stall', 'worker-kill'] as const;
    const run = await recordedRun(3, { tasks: 40, swarm: file, input, engine: { fault: says }, kinds: [...kinds] });
    const text = writeIncident(run, withInput);
    // What the swarm file names itself is in it.
    if (!withInput) expect(text.replace(JSON.stringify(file), '')).not.toMatch(/hunt|gather|secret/i);
    const incident = readIncident(text);
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(new Set(ways(run.events).map((way) => JSON.stringify(way).replace(/^"\d+/, ''))).size).toBeGreaterThan(7);
    expect(ways(events)).toEqual(ways(run.events));
    if (withInput) expect(session.info().improvised).toBe(0);
  });

  test('the file that an incident hands on has the fields that the flow names', async () => {
    const run = await recordedRun(3, { tasks: 40, swarm: file, input, engine: { fault: says }, kinds: [] });
    const incident = readIncident(writeIncident(run, true));
    if (!incident.ok) throw new Error(incident.error.detail);
    const again = setupOf({ ...run.source, input: incident.value.input ?? { name: '', text: '' } });
    const first = setupOf(run.source);
    if (!again.ok || !first.ok) throw new Error(JSON.stringify(again));
    const valuesOf = ({ named, fields, items }: typeof first.value) =>
      Array.from({ length: items.length }, (_, item) => named.map((field) => fields.of(item).valueOf(field)));
    expect(valuesOf(again.value)).toEqual(valuesOf(first.value));
  });
});
