/** Conditions and groups on fields of the input: which items get turns, how the others end, and that nothing changes that. */
import { expect, test } from 'vitest';
import type { ResultRow } from '../../store/records.ts';
import { runGraph } from '../testing/graph-runs.ts';
import { graphFile } from '../testing/graphs.ts';

const LOG = [
  'Jun 14 15:16:01 web kernel: up',
  'Jun 14 15:16:02 web sshd[7]: Invalid user a',
  'no time at all',
  'Jun 15 02:00:00 db sshd[8]: Invalid user b',
  'Jun 15 03:00:00 db kernel: down',
];
const QUIET = { seed: 3, faults: 0, kills: [] };
const noted = (rows: readonly ResultRow[]) => rows.map(({ line, note, agent }) => [line, note ?? null, agent !== '']);
const LEFT = { code: 'left-out' };

test('an item that no step takes ends as a row that says so, once, with nobody asked', async () => {
  const file = graphFile([
    { role: 'r0', each: 'input', where: { program: 'sshd', day: { gte: '2005-06-15' } } },
  ] as object[]);
  for (const kills of [[], [1], [1, 1, 50]]) {
    const { rows, events } = await runGraph(file, LOG, { ...QUIET, kills });
    expect(noted(rows)).toEqual([
      [1, LEFT, false],
      [2, LEFT, false],
      [3, LEFT, false],
      [4, null, true],
      [5, LEFT, false],
    ]);
    expect(rows[0]).toMatchObject({ output: null, failure: null, attempts: 0, tokens: 0, agent: '' });
    const ended = events.filter(({ type }) => type === 'task.committed' || type === 'task.failed');
    expect(ended.map((event) => 'task' in event && event.task).toSorted()).toEqual([0, 1, 2, 3, 4]);
    expect(
      events.filter(({ type }) => type === 'task.assigned').every((event) => 'task' in event && event.task === 3),
    ).toBe(true);
  }
});

test('items are grouped where no agent works on them, and filters of the input let pass', async () => {
  const file = graphFile([
    { name: 'ssh', each: 'input', where: { program: 'sshd' } },
    { name: 'hosts', each: 'input', group: { by: ['host'], order: ['count'] } },
    { name: 'r1', role: 'r1', each: 'ssh' },
    { name: 'days', each: 'r1', group: { by: ['input.day', 'input.host'] } },
    { name: 'r2', role: 'r2', each: 'days', where: { 'input.day': { gte: '2000-06-15' } } },
  ] as object[]);
  const { rows } = await runGraph(file, LOG, { ...QUIET, kills: [5, 300] });
  // Those that only stand in a group were not left out.
  expect(noted(rows.slice(0, 5))).toEqual([
    [1, null, false],
    [2, null, true],
    [3, null, false],
    [4, null, true],
    [5, null, false],
  ]);
  const groups = rows.filter(({ of }) => of === 'hosts').map(({ output }) => output as Record<string, unknown>);
  expect(groups.map(({ host, count, lines }) => [host, count, lines])).toEqual([
    ['web', 2, [1, 2]],
    ['db', 2, [4, 5]],
    [null, 1, [3]],
  ]);
  const days = rows.filter(({ of }) => of === 'days');
  expect(days.map(({ output, outputs, agent }) => [(outputs?.days ?? output) as object, agent !== ''])).toMatchObject([
    [{ 'input.day': '2000-06-14', 'input.host': 'web' }, false],
    [{ 'input.day': '2000-06-15', 'input.host': 'db' }, true],
  ]);
});

test('only texts that conditions on the input let through are split', async () => {
  const file = graphFile([
    { name: 'parts', each: 'input', where: { host: 'db' }, split: { by: 'lines', size: 1 } },
    { name: 'r0', role: 'r0', each: 'parts' },
    { name: 'whole', merge: 'r0' },
  ] as object[]);
  for (const kills of [[], [1, 200]]) {
    const { rows } = await runGraph(file, LOG, { ...QUIET, kills });
    expect(rows.slice(0, 5).map(({ note }) => note ?? null)).toEqual([LEFT, LEFT, LEFT, null, null]);
    expect(rows.filter(({ of }) => of === 'parts').map(({ line }) => line)).toEqual([4, 5]);
  }
});
