/** Reports over what was chosen: rows in its order, sentences beside the line of the item, groups that were not chosen counted. */
import { expect, test } from 'vitest';
import { parseSwarm } from '../../swarm/parse.ts';
import { reportPlan } from '../../swarm/report-plan.ts';
import { AnswerMaker } from '../../telemetry/answer/make-answer.ts';
import { runGraph } from '../testing/graph-runs.ts';

const SWARM = `planaria: 1
name: chosen
seed: 5
budget: {resident: 4}
roles:
  reader: {replicas: 3, prompt: Read., output: {type: object, properties: {size: {type: integer}, kind: {enum: [odd, even]}}, required: [size, kind]}}
  writer: {replicas: 2, prompt: Write.}
flow:
  - {role: reader, each: input}
  - {name: big, each: reader, sort: [size], limit: 3}
  - {role: writer, each: big, with: input}
  - {name: kinds, each: reader, group: {by: [kind]}}
  - {name: most, each: kinds, sort: [count], limit: 1}
report:
  title: Chosen
  sections:
    - {table: big, columns: [line, size, input]}
    - {text: writer}
    - {groups: most}
    - {counts: kind, of: big}
    - {counts: kind, of: reader}
`;

test('a report tells what was chosen, in its order, beside its lines', async () => {
  const items = ['disk1 full', 'disk2 slow', 'disk3 lost', 'disk4 hot', 'disk5 cold'];
  const sizes = [4, 9, 1, 7, 5];
  const { rows } = await runGraph(SWARM, items, {
    seed: 1,
    faults: 0,
    kills: [],
    says: ({ prefix, messages }) => {
      const read = messages.at(-1)?.content ?? '';
      const size = sizes[items.findIndex((item) => read.includes(item))] ?? 0;
      if (prefix[0]?.content === 'Write.') return { kind: 'say', text: `It is ${read.slice(0, 5)}.` };
      return { kind: 'say', text: JSON.stringify({ size, kind: size % 2 === 1 ? 'odd' : 'even' }) };
    },
  });
  const parsed = parseSwarm('chosen.yaml', SWARM);
  if (!parsed.ok) throw new Error('no swarm');
  const plan = reportPlan(parsed.value.swarm);
  if (!plan) throw new Error('no report');
  const maker = new AnswerMaker(plan, null);
  maker.made(rows.filter(({ of }) => of !== undefined));
  maker.rows(rows);
  const of = {
    run: {} as never,
    items: 5,
    tasks: rows.length,
    ended: rows.length,
    over: true,
    failures: {},
    passedOver: 0,
  };
  const { sections, results, incidents } = maker.end(of);
  expect(results).toBe(5);
  const [table, text, groups, ofChosen, ofAll] = sections;
  expect(table).toMatchObject({
    total: 3,
    rows: [{ cells: [2, 9, 'disk2 slow'] }, { cells: [4, 7, 'disk4 hot'] }, { cells: [5, 5, 'disk5 cold'] }],
  });
  expect(text).toMatchObject({
    total: 3,
    texts: [2, 4, 5].map((line) => ({ line, claims: [{ sentence: `It is disk${String(line)}.` }] })),
  });
  expect(incidents.map(({ title, count, lines }) => [title, count, lines])).toEqual([['odd', 4, [2, 3, 4, 5]]]);
  expect(groups).toMatchObject({ other: { groups: 1, lines: 1 }, beyond: { groups: 0 }, unmade: { groups: 0 } });
  expect(ofChosen).toMatchObject({ total: 3 });
  expect(ofAll).toMatchObject({ total: 5 });
});
