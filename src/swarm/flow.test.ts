import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { goesThrough, planTasks } from './flow.ts';

const reviewed = (share: number) => ({
  seed: 7,
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
        flow: [
          { role: 'summariser', each: 'triager' },
          { role: 'reviewer', reviews: 'triager', share: 1 },
          { role: 'triager', each: 'input' },
        ],
      },
      3,
    );
    expect(plan.steps).toEqual([
      { role: 'triager', on: null, review: false, share: 1, slots: 1 },
      { role: 'summariser', on: 0, review: false, share: 1, slots: 1 },
      { role: 'reviewer', on: 0, review: true, share: 1, slots: 1 },
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
});
