/** Steps of several kinds behind one another: what one makes or chooses the next works on, whatever kind either is. */
import { expect, test } from 'vitest';
import type { ResultRow } from '../../store/records.ts';
import { endedRun, rowsOf } from '../testing/graph-runs.ts';

const LINES = Array.from(
  { length: 30 },
  (_, k) =>
    `Jun 14 15:16:${String(k).padStart(2, '0')} host${String(k % 3)} prog${String(k % 4)}[${String(k)}]: message ${String(k)} failed`,
);
const ROLES = `roles:
  rater: {replicas: 3, prompt: Rate., output: {type: object, properties: {level: {enum: [low, mid, high]}}, required: [level]}}
`;
const WRITER = '  writer: {prompt: Sum up.}\n';

/** Rows of a run with the tab killed after so many ms each. */
async function rowsWith(flow: readonly string[], kills: readonly number[]): Promise<ResultRow[]> {
  const writes = flow.some((step) => step.includes('role: writer'));
  const text = `planaria: 1\nname: joined\n${ROLES}${writes ? WRITER : ''}flow:\n${flow.map((step) => `  - ${step}\n`).join('')}`;
  const ended = await endedRun(text, LINES, { seed: 3, kills });
  ended.tab.kill();
  return rowsOf(ended);
}

const FLOWS: readonly (readonly [what: string, flow: readonly string[], rows: readonly string[]])[] = [
  [
    'a choice of what a condition on the input lets pass, collected as it is',
    [
      '{name: some, each: input, where: {program: prog1}, limit: 3}',
      '{role: rater, each: some}',
      '{role: writer, collect: some}',
    ],
    ['item 2', 'item 6', 'item 10', 'writer 2'],
  ],
  [
    'one of each value of a field of the input, and groups by it',
    [
      '{name: some, each: input, sample: {of: [host]}}',
      '{role: rater, each: some}',
      '{name: by, each: rater, group: {by: [input.host]}}',
    ],
    ['item 1', 'item 2', 'item 3', 'by 1', 'by 2', 'by 3'],
  ],
  [
    'one of each place, which are all different',
    [
      '{name: some, each: input, where: {program: prog1}}',
      '{name: each, each: some, sample: {of: [line]}}',
      '{role: rater, each: each}',
    ],
    ['item 2', 'item 6', 'item 10', 'item 14', 'item 18', 'item 22', 'item 26', 'item 30'],
  ],
  [
    'a field of the input behind a role that works on what was chosen',
    [
      '{role: rater, each: input}',
      '{name: first, each: rater, sort: [line], limit: 6}',
      '{name: again, role: rater, each: first}',
      '{name: those, each: again, where: {input.host: host1}}',
      '{role: writer, collect: those}',
    ],
    [
      ...LINES.map((_, k) => `item ${String(k + 1)}`),
      ...[1, 2, 3, 4, 5, 6].map((k) => `first ${String(k)}`),
      'writer 2',
    ],
  ],
  [
    'items in the order of a field, limited',
    [
      '{name: some, each: input, sort: [{field: program, order: descending}, {field: line, order: descending}], limit: 4}',
      '{role: rater, each: some}',
    ],
    ['item 16', 'item 20', 'item 24', 'item 28'],
  ],
  [
    'parts of chosen items, merged, sorted, and worked on',
    [
      '{name: those, each: input, where: {program: prog2}}',
      '{name: some, each: those, limit: 2}',
      '{name: parts, each: some, split: {by: characters, size: 30}}',
      '{role: rater, each: parts}',
      '{name: whole, merge: rater}',
      '{name: worst, each: whole, sort: [level, {field: line, order: descending}], limit: 1}',
      '{role: writer, each: worst}',
    ],
    ['item 3', 'item 7', 'parts 3', 'parts 3', 'parts 7', 'parts 7', 'worst ?'],
  ],
  [
    'a collection of items of which no agent has had a turn: it waits for the engine to say how much fits one',
    [
      '{name: none, each: input, where: {program: nobody}}',
      '{role: rater, each: none}',
      '{role: writer, collect: input}',
    ],
    [...LINES.map((_, k) => `item ${String(k + 1)}`), 'writer 1', 'writer 26', 'writer 1'],
  ],
];

test.each(FLOWS)('%s', async (_what, flow, expected) => {
  const told = (rows: readonly ResultRow[]): string[] => rows.map(({ of, line }) => `${of ?? 'item'} ${String(line)}`);
  const plain = await rowsWith(flow, []);
  expect(plain.every(({ failure }) => failure === null)).toBe(true);
  const worst = plain.find(({ of }) => of === 'worst');
  expect(told(plain)).toEqual(expected.map((row) => row.replace('?', String(worst?.line))));
  const outputs = (rows: readonly ResultRow[]): string[] =>
    rows.map(({ line, of, output }) => JSON.stringify([of ?? '', line, output])).sort();
  expect(outputs(await rowsWith(flow, [30, 200, 900]))).toEqual(outputs(plain));
});
