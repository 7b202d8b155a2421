/** What a run would do, told before it runs. */
import { expect, test } from 'vitest';
import { checkInput } from './check-input.ts';

const LINES = Array.from(
  { length: 40 },
  (_, k) =>
    `Jun 14 15:16:${String(k).padStart(2, '0')} host${String(k % 2)} prog${String(k % 4)}[${String(k)}]: message ${String(k)} failed`,
).join('\n');
const HEAD = `planaria: 1
name: plan
input: {fields: syslog}
roles:
  rater: {prompt: Rate., output: {type: object, properties: {level: {enum: [low, mid, high]}}, required: [level]}}
  writer: {prompt: Say why.}
`;

function planOf(flow: readonly string[], report = '') {
  const text = `${HEAD}flow:\n${flow.map((step) => `  - ${step}\n`).join('')}${report}`;
  const checked = checkInput(text, { name: 'a.log', text: LINES });
  if (!checked.ok) throw new Error(JSON.stringify(checked.diagnostics));
  return checked.plan;
}

const LATE = [
  '{role: rater, each: input}',
  '{name: two, each: rater, where: {level: high, input.program: prog2}, group: {by: [input.host]}}',
  '{role: writer, each: rater, where: {input.program: prog2}}',
];
const REPORT = 'report: {title: What, sections: [{groups: two}, {text: writer}]}\n';

test('how many items come to each step; where answers decide, at most', () => {
  const plan = planOf([
    '{name: some, each: input, where: {program: prog1}}',
    '{role: rater, each: some}',
    '{role: writer, each: rater, where: {level: high}}',
  ]);
  expect(plan).toMatchObject({ items: 40, looked: 40, turns: { planned: 20, plain: 20 }, moved: [] });
  expect(plan.steps).toEqual([
    { name: 'rater', items: 10, hangs: false },
    { name: 'writer', items: 10, hangs: true },
  ]);
});

test('what dedupe saves, counted', () => {
  const plan = planOf([
    '{role: rater, each: input, dedupe: true}',
    '{role: writer, each: rater, where: {level: high}}',
  ]);
  expect(plan.steps[0]).toEqual({ name: 'rater', items: 40, hangs: false, asked: 1 });
  expect(plan.turns).toEqual({ planned: 41, plain: 80 });
});

test('a condition on the input moves before what is read only where it holds, and not told otherwise', () => {
  const plan = planOf(LATE, REPORT);
  expect(plan.moved).toEqual([{ step: 'rater', where: 'input.program = prog2', items: 10, of: 40 }]);
  expect(plan.turns).toEqual({ planned: 20, plain: 50 });
});

test.each([
  ['without a report', LATE, ''],
  [
    'where the report tells of the step',
    LATE,
    'report: {title: What, sections: [{groups: two}, {text: writer}, {counts: level, of: rater}]}\n',
  ],
  ['where something reads it without that', [...LATE, '{name: all, each: rater, group: {by: [level]}}'], REPORT],
  [
    'where the report tells of its reviews',
    [...LATE, '{name: check, role: writer, reviews: rater}'],
    'report: {title: What, sections: [{groups: two}, {text: writer}, {table: check, columns: [line]}]}\n',
  ],
])('and stays %s', (_what, flow, report) => {
  const plan = planOf(flow, report);
  expect(plan.moved).toEqual([]);
  expect(plan.steps[0]).toMatchObject({ name: 'rater', items: 40 });
});

test('items that steps choose of the input', () => {
  const plan = planOf([
    '{name: some, each: input, sample: {random: 7}}',
    '{role: rater, each: some}',
    '{role: writer, each: rater, with: input}',
  ]);
  expect(plan).toMatchObject({ items: 40, turns: { planned: 14, plain: 14 } });
});

test('a field that the file does not have is told when it is read, before a run', () => {
  const text = `${HEAD.replace('input: {fields: syslog}', 'input: {format: csv, column: text}')}flow:\n  - {role: rater, each: input}\n  - {name: g, each: rater, group: {by: [input.hots]}}\n  - {role: writer, each: g}\n`;
  const checked = checkInput(text, { name: 'a.csv', text: 'host,text\na,b\n' });
  expect(checked.ok ? [] : checked.diagnostics.map(({ message }) => message)).toEqual([
    expect.stringContaining('hots'),
  ]);
});
