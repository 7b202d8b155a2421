import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Bench } from './bench.ts';
import { ReadyQueue } from './ready-queue.ts';

const itemOf = (step: number, task: number, slot = 0) => ({ task, step, slot });

test('of the lanes that somebody is free for, lowest priority first, then the oldest task', () => {
  const lanes = fc.array(fc.nat(4), { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(lanes, fc.uniqueArray(fc.nat(50)), fc.nat(), (priorities, tasks, closed) => {
      const queue = new ReadyQueue(priorities);
      const laneOf = (task: number): number => task % priorities.length;
      const open = (lane: number): boolean => priorities.length === 1 || lane !== closed % priorities.length;
      for (const task of tasks) queue.push(itemOf(laneOf(task), task));
      const expected = tasks
        .filter((task) => open(laneOf(task)))
        .sort((a, b) => priorities[laneOf(a)]! - priorities[laneOf(b)]! || laneOf(a) - laneOf(b) || a - b);
      expect(expected.map(() => queue.next(open)?.item.task)).toEqual(expected);
      expect(queue.next(open)).toBeNull();
      expect(queue.size).toBe(tasks.length - expected.length);
    }),
  );
});

test('urgent tasks go first, whatever their lane; one that does not suit stays where it is', () => {
  const queue = new ReadyQueue([1, 0]);
  queue.push(itemOf(1, 1));
  queue.push(itemOf(0, 2));
  queue.push(itemOf(0, 7), true);
  queue.push(itemOf(1, 8), true);
  expect(queue.count(() => true)).toBe(4);
  expect(queue.next(() => true)).toEqual({ item: itemOf(1, 8), urgent: true });
  expect(
    queue.next(
      () => true,
      ({ task }) => task < 3,
    ),
  ).toEqual({ item: itemOf(1, 1), urgent: false });
  expect(
    queue.next(
      () => true,
      () => false,
    ),
  ).toBeNull();
  expect(queue.size).toBe(2);
  expect(queue.next((lane) => lane === 0)).toEqual({ item: itemOf(0, 7), urgent: true });
  expect(queue.next(() => true)).toEqual({ item: itemOf(0, 2), urgent: false });
});

test('slots of one task wait side by side and go out in their order', () => {
  const queue = new ReadyQueue([0]);
  for (const slot of [2, 0, 1]) queue.push(itemOf(0, 5, slot));
  queue.push(itemOf(0, 4));
  const all = () => true;
  expect([1, 2, 3, 4].map(() => queue.next(all)?.item)).toEqual([
    itemOf(0, 4),
    ...[0, 1, 2].map((slot) => itemOf(0, 5, slot)),
  ]);
  expect(() => {
    queue.push(itemOf(1, 0));
  }).toThrow(RangeError);
});

test('no agent has two turns at once, and work spreads evenly', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 20 }),
      fc.array(fc.boolean(), { maxLength: 200 }),
      fc.nat(20),
      (size, steps, seed) => {
        const turns = new Array<number>(size).fill(0);
        const bench = new Bench(turns.map((work, agent) => ({ agent, work })));
        const busy: number[] = [];
        for (const [i, take] of steps.entries()) {
          if (take) {
            const least = Math.min(...turns.filter((_, agent) => !busy.includes(agent)));
            const agent = bench.take();
            if (busy.length === size) {
              expect(agent).toBeUndefined();
              continue;
            }
            expect(busy).not.toContain(agent);
            expect(turns[agent!]).toBe(least);
            busy.push(agent!);
          } else if (busy.length > 0) {
            const [agent] = busy.splice((i * 7 + seed) % busy.length, 1);
            bench.release(agent!, ++turns[agent!]!);
          }
        }
      },
    ),
  );
});

test('agents on trial go first, but not to a task that has failed; nobody sits twice, and one can be taken away', () => {
  const bench = new Bench([
    { agent: 1, work: 0 },
    { agent: 2, work: 1 },
    { agent: 3, work: 2 },
  ]);
  bench.release(3, 2, true);
  bench.release(1, 5);
  expect(bench.size).toBe(3);
  expect(bench.take(undefined, true)).toBe(2);
  expect(bench.take()).toBe(3);
  expect(bench.remove(3)).toBe(false);
  expect(bench.remove(1)).toBe(true);
  expect(bench.take()).toBeUndefined();
  expect(bench.size).toBe(0);
});

test('whoever is on trial can be asked for', () => {
  const bench = new Bench([{ agent: 1, work: 0 }]);
  expect(bench.takeTrial()).toBeUndefined();
  bench.release(2, 9, true);
  bench.release(3, 4, true);
  expect(bench.onTrial).toBe(2);
  expect(bench.takeTrial(new Set([3]))).toBe(2);
  expect(bench.takeTrial()).toBe(3);
  bench.release(3, 5);
  expect(bench.onTrial).toBe(0);
  expect(bench.takeTrial()).toBeUndefined();
  expect(bench.size).toBe(2);
});

test('a task goes to another agent than the one that failed at it, where there is one', () => {
  const bench = new Bench([
    { agent: 3, work: 0 },
    { agent: 5, work: 9 },
  ]);
  expect(bench.take(new Set([3]))).toBe(5);
  expect(bench.take(new Set([3]))).toBe(3);
  expect(bench.take(new Set([3]))).toBeUndefined();
});
