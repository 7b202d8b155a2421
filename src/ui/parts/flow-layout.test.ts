import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DrawnStep, laneWidth, layFlow } from './flow-layout.ts';

const step = (name: string, on: string, beside?: string): DrawnStep => ({
  name,
  on,
  ...(beside !== undefined && { beside }),
});

test('a chain is one line', () => {
  const { lanes, laneOf } = layFlow([step('a', 'input'), step('b', 'a'), step('c', 'b')]);
  expect([lanes, laneOf]).toEqual([1, [0, 0, 0, 0]]);
});

test('the second that takes an output stands beside the first', () => {
  const { laneOf, edges } = layFlow([step('a', 'input'), step('b', 'a'), step('c', 'a'), step('d', 'b', 'c')]);
  expect(laneOf).toEqual([0, 0, 0, 1, 0]);
  expect(edges.filter(({ beside }) => beside)).toEqual([
    { from: { row: 3, lane: 1 }, to: { row: 4, lane: 0 }, lane: 1, beside: true },
  ]);
});

test('no line goes through a step, and no two run in one lane at once', () => {
  const flows = fc.array(fc.tuple(fc.nat(), fc.option(fc.nat(), { nil: undefined })), { maxLength: 30 }).map((drawn) =>
    drawn.map(([on, beside], k) => {
      const names = ['input', ...Array.from({ length: k }, (_, i) => `s${String(i)}`)];
      const name = (of: number): string => names[of % names.length] ?? 'input';
      return step(
        `s${String(k)}`,
        name(on),
        beside === undefined || name(beside) === name(on) ? undefined : name(beside),
      );
    }),
  );
  fc.assert(
    fc.property(flows, (steps) => {
      const { lanes, laneOf, edges } = layFlow(steps);
      for (const { from, to, lane } of edges) {
        expect(lane).toBeLessThan(lanes);
        for (let row = from.row + 1; row < to.row; row++) expect(laneOf[row]).not.toBe(lane);
      }
      // Between two rows a lane has lines to one step only.
      for (let row = 0; row < steps.length; row++) {
        const passing = edges.filter(({ from, to }) => from.row <= row && to.row > row);
        for (const lane of new Set(passing.map((each) => each.lane)))
          expect(new Set(passing.filter((each) => each.lane === lane).map(({ to }) => to.row)).size).toBe(1);
      }
    }),
  );
});

test('64 steps that take the same leave room for their names on a narrow screen', () => {
  const { lanes } = layFlow(Array.from({ length: 64 }, (_, k) => step(`s${String(k)}`, k === 0 ? 'input' : 's0')));
  expect(lanes).toBeGreaterThan(50);
  expect(lanes * laneWidth(lanes)).toBeLessThan(100);
  expect(laneWidth(3)).toBe(14);
});
