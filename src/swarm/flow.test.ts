import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { admits, goesThrough, planTasks } from './flow.ts';
import type { Swarm } from './model.ts';
import { NO_ITEM } from './where.ts';

const reviewed = (share: number) => ({
  seed: 7,
  roles: {},
  flow: [
    { role: 'reviewer', reviews: 'triager', share },
    { role: 'triager', each: 'input' },
  ],
});
const chosen = (share: number, items: number, seed?: number) => {
  const plan = planTasks(reviewed(share), items, seed);
  return Array.from({ length: items }, (_, item) => item).filter((item) => goesThrough(plan, item, 1));
};

describe('planTasks', () => {
  test('orders a chain from the input, whatever the order in the file; the review comes last', () => {
    const plan = planTasks(
      {
        seed: 1,
        roles: {},
        flow: [
          { role: 'summariser', each: 'triager' },
          { role: 'reviewer', reviews: 'triager', share: 1 },
          { role: 'triager', each: 'input' },
        ],
      },
      3,
    );
    expect(plan.steps).toEqual([
      { name: 'triager', role: 'triager', on: null, review: false, share: 1, slots: 1 },
      { name: 'summariser', role: 'summariser', on: 0, review: false, share: 1, slots: 1 },
      { name: 'reviewer', role: 'reviewer', on: 0, review: true, share: 1, slots: 1 },
    ]);
    expect([plan.result, plan.turns, ...plan.chosen]).toEqual([1, 9, null, null, null]);
  });

  test('every item is worked on, and the share is met to within one item wherever one stops', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.001, max: 1, noNaN: true }), fc.nat(3000), fc.nat(), (share, items, seed) => {
        const plan = planTasks(reviewed(share), items, seed);
        const picked = chosen(share, items, seed);
        expect(plan.turns).toBe(items + picked.length);
        expect(Array.from({ length: items }, (_, item) => goesThrough(plan, item, 0)).every(Boolean)).toBe(true);
        const block = Math.ceil(1 / share);
        const whole = Math.floor(items / block) * block;
        expect(Math.abs(picked.filter((item) => item < whole).length - whole * share)).toBeLessThanOrEqual(0.5);
      }),
    );
  });

  test('equal seeds choose the same items, and more items change nothing about the first', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(0.01, 0.1, 0.25, 0.7),
        fc.nat(500),
        fc.nat(500),
        fc.nat(),
        (share, items, more, seed) => {
          const few = chosen(share, items, seed);
          expect(chosen(share, items + more, seed).filter((item) => item < items)).toEqual(few);
        },
      ),
    );
  });

  test('of tasks that come later the share is met too, whatever the others are', () => {
    const plan = planTasks(reviewed(0.25), 40);
    const later = Array.from({ length: 4000 }, (_, k) => 40 + k);
    const share = later.filter((item) => goesThrough(plan, item, 1)).length / later.length;
    expect(share).toBeCloseTo(0.25, 1);
    expect(later.every((item) => goesThrough(plan, item, 0))).toBe(true);
    expect(later.filter((item) => goesThrough(planTasks(reviewed(0.25), 0), item, 1))).toEqual(
      later.filter((item) => goesThrough(plan, item, 1)),
    );
    expect(goesThrough(plan, 0, 2)).toBe(false);
  });

  test('another seed chooses others, and no place in a block is preferred', () => {
    expect(chosen(0.1, 400, 1)).not.toEqual(chosen(0.1, 400, 2));
    const places = new Set(chosen(0.1, 4000).map((item) => item % 10));
    expect(places.size).toBe(10);
  });

  test('a graph: each step behind what it reads, conditions of all on the way, and what nobody works at beside', () => {
    const severity = { where: { severity: { gte: 'high' } } };
    const role = { output: { type: 'object', properties: { severity: { enum: ['low', 'high'] } } } };
    const plan = planTasks(
      {
        seed: 1,
        roles: { triager: role, writer: role, judge: role } as unknown as Swarm['roles'],
        flow: [
          { role: 'judge', reviews: 'bad', share: 0.5 },
          { name: 'tell', role: 'writer', each: 'worst', with: 'input', where: { severity: 'high' } },
          { name: 'worst', each: 'bad', where: { severity: { not: 'low' } } },
          { name: 'bad', each: 'triager', ...severity },
          { role: 'triager', each: 'input' },
          { name: 'also', role: 'writer', each: 'triager', with: 'tell' },
        ],
      },
      4,
    );
    const order = ['low', 'high'];
    const high = { step: 0, condition: { kind: 'gte', field: 'severity', value: 'high', order } };
    const notLow = { step: 0, condition: { kind: 'not', of: { kind: 'is', field: 'severity', values: ['low'] } } };
    const isHigh = { step: 0, condition: { kind: 'is', field: 'severity', values: ['high'] } };
    expect(plan.steps.map(({ name, on, beside, where }) => ({ name, on, beside, where }))).toEqual([
      { name: 'triager', on: null, beside: undefined, where: undefined },
      { name: 'tell', on: 0, beside: null, where: [isHigh, notLow, high] },
      { name: 'also', on: 0, beside: 1, where: undefined },
      { name: 'judge', on: 0, beside: undefined, where: [high] },
    ]);
    expect(plan.filters).toEqual([
      { name: 'worst', on: 0, where: [notLow, high] },
      { name: 'bad', on: 0, where: [high] },
    ]);
    expect(plan.result).toBe(2);
    const of = (given: readonly unknown[]) => plan.steps.map((step) => admits(step, (index) => given[index], NO_ITEM));
    expect(of([])).toEqual([true, false, false, false]);
    expect(of([{ severity: 'low' }])).toEqual([true, false, false, false]);
    expect(of([{ severity: 'high' }])).toEqual([true, true, false, true]);
    expect(of([{ severity: 'low' }, 'told'])).toEqual([true, false, true, false]);
  });
});
