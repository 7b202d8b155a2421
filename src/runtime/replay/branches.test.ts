/** Runs whose items go different ways are replayed along those ways, also where nothing of the input and of what was made of it is handed on. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TurnRequest } from '../../engine/contract.ts';
import { decodeEvents } from '../../journal/journal.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { OutputSchema } from '../../swarm/output-schema.ts';
import { checkOutput } from '../../swarm/json-schema.ts';
import { conditionOf, looksAt, NO_ITEM, passes, type Where } from '../../swarm/where.ts';
import { readIncident, writeIncident } from './incident.ts';
import { maskOutput } from './mask.ts';
import { alike } from './mask-where.ts';
import { ReplaySession } from './session.ts';
import { recordedRun } from './testing/recorded-run.ts';

const SWARM = `planaria: 1
name: branches
seed: 3
budget: {resident: 4}
roles:
  reader:
    replicas: 6
    prompt: Read.
    output: {type: object, properties: {count: {type: integer}, note: {type: string, minLength: 1}, tags: {type: array, items: {type: string}}}, required: [count, note, tags]}
  writer: {replicas: 2, prompt: Write.}
  judge: {replicas: 2, prompt: Judge., output: {type: object, properties: {agree: {type: boolean}}, required: [agree]}}
flow:
  - {role: reader, each: input}
  - {name: many, each: reader, where: {count: {gte: 40}}}
  - {role: writer, each: many, with: input}
  - {name: sad, role: writer, each: reader, where: {note: {contains: sad}, tags: {not: {contains: odd}}}}
  - {name: second, role: reader, each: writer, where: {text: {contains: again}}}
  - {role: judge, reviews: many, share: 0.5}
  - {name: last, role: judge, reviews: second}
`;

/** Says something of its own about each text. */
function says({ prefix, messages }: TurnRequest) {
  const read = messages.at(-1)?.content ?? '';
  let hash = 7;
  for (const character of read) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
  const role = prefix[0]?.content;
  if (role === 'Judge.') return { kind: 'say', text: `{"agree":${String(hash % 2 === 0)}}` } as const;
  if (role === 'Write.')
    return { kind: 'say', text: `Hunter ${String(hash)}${hash % 3 === 0 ? ' once Again' : ''}` } as const;
  const output = {
    count: hash % 80,
    note: hash % 3 === 0 ? `hunter is SAD ${String(hash)}` : 'hunter is glad',
    tags: hash % 5 === 0 ? ['odd', 'hunter'] : ['even'],
  };
  return { kind: 'say', text: JSON.stringify(output) } as const;
}

/** Which steps each task went through, and whence it went on. */
const ways = (events: readonly JournalEvent[]): string[] =>
  events
    .flatMap((event) =>
      event.type === 'task.advanced' ? [`${String(event.task)}: ${String(event.stage)} -> ${String(event.next)}`] : [],
    )
    .toSorted();

describe('a replay of a run with branches', () => {
  test.each([true, false])('takes each item the way it went; with the input: %s', async (withInput) => {
    const run = await recordedRun(3, {
      tasks: 40,
      swarm: SWARM,
      engine: { fault: says },
      kinds: ['stall', 'worker-kill'],
    });
    const text = writeIncident(run, withInput);
    if (!withInput) expect(text).not.toMatch(/hunter/i);
    const incident = readIncident(text);
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(new Set(ways(run.events).map((way) => way.replace(/^\d+/, ''))).size).toBeGreaterThan(6);
    expect(ways(events)).toEqual(ways(run.events));
    // Healing compares texts, which placeholders are not: where it asks once more, that is made up.
    if (withInput) expect(session.info().improvised).toBe(0);
  });
});

const MAKING = `planaria: 1
name: groups
seed: 3
budget: {resident: 4}
roles:
  reader:
    replicas: 6
    prompt: Sort.
    output: {type: object, properties: {kind: {enum: [small, large]}, mood: {enum: [sad, glad]}}, required: [kind, mood]}
  writer: {replicas: 2, prompt: Write.}
  editor: {replicas: 1, prompt: Edit., limits: {tokens: 800}}
flow:
  - {role: reader, each: input}
  - {name: kinds, each: reader, group: {by: [kind, mood], order: [count]}}
  - {role: writer, each: kinds, where: {count: {gte: 2}}}
  - {role: editor, collect: reader}
`;

/** What steps made of what, and where the tasks went. */
const makings = (events: readonly JournalEvent[]): unknown[] =>
  events.flatMap((event) =>
    event.type === 'task.created'
      ? [[event.task, event.maker, event.from.length, event.group?.count, event.partial]]
      : event.type === 'tasks.made'
        ? [[event.maker, event.tasks, event.of]]
        : [],
  );

describe('a replay of a run whose steps make tasks', () => {
  test.each([true, false])('makes the same; with the input: %s', async (withInput) => {
    const sorts = (request: TurnRequest) => {
      const said = says(request);
      const hash = said.text.length * 7 + (said.text.codePointAt(9) ?? 0);
      if (request.prefix[0]?.content !== 'Sort.')
        return { kind: 'say', text: `Hunter ${said.text.slice(0, 40)}` } as const;
      const output = { kind: hash % 3 === 0 ? 'small' : 'large', mood: hash % 2 === 0 ? 'sad' : 'glad' };
      return { kind: 'say', text: JSON.stringify(output) } as const;
    };
    const kinds = ['stall', 'worker-kill'] as const;
    const run = await recordedRun(3, { tasks: 40, swarm: MAKING, engine: { fault: sorts }, kinds: [...kinds] });
    const text = writeIncident(run, withInput);
    if (!withInput) expect(text).not.toMatch(/hunter/i);
    const incident = readIncident(text);
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(makings(run.events).length).toBeGreaterThan(8);
    // Without the input too: how much fits one turn depends on how long texts are, and placeholders are as long.
    expect(makings(events)).toEqual(makings(run.events));
    if (withInput) expect(session.info().improvised).toBe(0);
  });
});

const PARTS = `planaria: 1
name: parts
seed: 3
budget: {resident: 4}
input: {format: jsonl, field: text}
roles:
  reader:
    replicas: 6
    prompt: Read.
    output: {type: object, properties: {kind: {enum: [small, large]}, count: {type: integer, x-merge: sum}, names: {type: array, items: {type: string, x-copied-from: input}}}, required: [kind, count, names]}
  writer: {replicas: 3, prompt: Write.}
  editor: {replicas: 2, prompt: Edit.}
flow:
  - {name: parts, each: input, split: {by: lines, size: 2, context: {before: 40, first: 20}}}
  - {role: reader, each: parts}
  - {name: whole, merge: reader, where: {kind: large}}
  - {role: writer, each: whole, where: {count: {gte: 90}}, with: input}
  - {name: pieces, each: writer, split: {by: characters, size: 40}}
  - {name: again, role: reader, each: pieces, where: {part: {lte: 2}}}
  - {name: told, role: editor, merge: again}
`;

describe('a replay of a run that splits texts', () => {
  test.each([true, false])('makes the same parts; with the input: %s', { timeout: 120_000 }, async (withInput) => {
    const reads = (request: TurnRequest) => {
      const given = request.messages.at(-1)?.content ?? '';
      let hash = 7;
      for (const character of given) hash = (Math.imul(hash, 31) + (character.codePointAt(0) ?? 0)) >>> 0;
      if (request.prefix[0]?.content !== 'Read.')
        return {
          kind: 'say',
          text: `Hunter ${String(hash)} wrote ${'of what there is '.repeat(1 + (hash % 6))}`,
        } as const;
      const part = given.slice(given.lastIndexOf(']') + 1);
      const names = part.match(/hunter\d+/g) ?? [];
      const output = { kind: hash % 4 === 0 ? 'small' : 'large', count: hash % 80, names };
      return { kind: 'say', text: JSON.stringify(output) } as const;
    };
    const input = Array.from({ length: 24 }, (_, k) =>
      JSON.stringify({
        text: Array.from({ length: 1 + (k % 7) }, (_, n) => `row ${String(n)} of hunter${String(k)}`).join('\n'),
      }),
    ).join('\n');
    const run = await recordedRun(3, {
      swarm: PARTS,
      input,
      engine: { fault: reads },
      kinds: ['stall', 'worker-kill'],
    });
    const text = writeIncident(run, withInput);
    if (!withInput) expect(text).not.toMatch(/hunter\d|Hunter/);
    const incident = readIncident(text);
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    const cuts = (log: readonly JournalEvent[]) =>
      log.flatMap((event) =>
        event.type === 'task.created' ? [[event.task, event.from, event.maker, event.cut, event.stage]] : [],
      );
    expect(cuts(run.events).length).toBeGreaterThan(60);
    expect(cuts(events)).toEqual(cuts(run.events));
    expect(ways(events)).toEqual(ways(run.events));
    const { played, recorded, improvised } = session.info();
    if (withInput) expect(improvised).toBe(0);
    expect(played).toBeGreaterThan(0.9 * recorded);
    const failed = (log: readonly JournalEvent[]) => log.filter(({ type }) => type === 'task.failed').length;
    expect(failed(events)).toBe(failed(run.events));
  });
});

const SCHEMA: OutputSchema = {
  type: 'object',
  properties: {
    count: { type: 'integer' },
    note: { type: 'string' },
    tags: { type: 'array', items: { type: 'string' } },
    place: { type: 'object', properties: { host: { type: 'string' } }, required: ['host'] },
  },
  required: ['count', 'note', 'tags', 'place'],
};

test('whatever a where asks, what stands for an output answers the same', () => {
  const word = fc.constantFrom('ab', 'cd', 'abc', 'x y');
  const comparison = fc.tuple(fc.constantFrom('gte', 'lte', 'gt', 'lt'), fc.integer({ min: -9, max: 9 }));
  const wheres: fc.Arbitrary<Where>[] = [
    comparison.map(([test, to]) => ({ count: { [test]: to } })),
    fc.uniqueArray(fc.integer({ min: -3, max: 3 }), { minLength: 1 }).map((values) => ({ count: values })),
    word.map((part) => ({ note: { contains: part } })),
    word.map((text) => ({ not: { note: text } })),
    word.map((part) => ({ tags: { contains: part } })),
    word.map((text) => ({ 'place.host': text })),
  ];
  const output = fc.record({
    count: fc.integer({ min: -12, max: 12 }),
    note: fc.oneof(
      word,
      fc.array(word, { maxLength: 3 }).map((words) => words.join('; ')),
    ),
    tags: fc.array(word, { maxLength: 3 }),
    place: fc.record({ host: fc.oneof(word, fc.string()) }),
  });
  fc.assert(
    fc.property(output, fc.array(fc.oneof(...wheres), { maxLength: 4 }), (given, asked) => {
      const conditions = asked.map((where) => conditionOf(where, looksAt(SCHEMA)));
      const mask = JSON.parse(maskOutput(JSON.stringify(given), SCHEMA, [])) as unknown;
      const fits = (tried: unknown): boolean => checkOutput(SCHEMA, tried, { input: '' }).length === 0;
      const kept = alike(given, mask, conditions, fits);
      expect(fits(kept)).toBe(true);
      for (const condition of conditions)
        expect(passes(condition, kept, NO_ITEM)).toBe(passes(condition, given, NO_ITEM));
    }),
  );
});
