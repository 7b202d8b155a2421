import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isWorkItem, itemAt, ItemMap, itemOf, keyOf, placeOf, SLOTS, type WorkItem } from './work-item.ts';

const item: fc.Arbitrary<WorkItem> = fc.record({
  task: fc.oneof(fc.nat(9), fc.nat(2 ** 32 - 1)),
  step: fc.oneof(fc.nat(2), fc.nat(255)),
  slot: fc.oneof(fc.constant(0), fc.nat(SLOTS - 1)),
});

const compare = (a: WorkItem, b: WorkItem): number => a.task - b.task || a.step - b.step || a.slot - b.slot;

test('every work item has a key of its own, which tells it, in the order of task, step and slot', () => {
  fc.assert(
    fc.property(item, item, (a, b) => {
      expect([isWorkItem(a), Number.isSafeInteger(keyOf(a))]).toEqual([true, true]);
      expect(itemAt(keyOf(a))).toEqual(a);
      expect(Math.sign(keyOf(a) - keyOf(b))).toBe(Math.sign(compare(a, b)));
    }),
  );
});

test('what is no work item has no key', () => {
  const wrong = [{ task: -1 }, { task: 2 ** 32 }, { step: 256 }, { step: 0.5 }, { slot: SLOTS }, { slot: Number.NaN }];
  for (const one of wrong) {
    const given = { task: 0, step: 0, slot: 0, ...one };
    expect(isWorkItem(given)).toBe(false);
    expect(() => keyOf(given)).toThrow(RangeError);
  }
});

test('an event tells the place of its item only where that is not where the task stands, and it is found again', () => {
  fc.assert(
    fc.property(item, fc.nat(255), (given, stands) => {
      const place = placeOf(given, stands);
      expect(itemOf(given.task, place, stands)).toEqual(given);
      expect('stage' in place).toBe(given.step !== stands);
      expect('slot' in place).toBe(given.slot !== 0);
    }),
  );
});

test('a map by work item is a map', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(item, fc.boolean(), fc.nat()), { maxLength: 60 }), (steps) => {
      const map = new ItemMap<number>();
      const model = new Map<string, { readonly item: WorkItem; readonly value: number }>();
      for (const [one, add, value] of steps) {
        const name = `${String(one.task)}/${String(one.step)}/${String(one.slot)}`;
        if (add) {
          map.set(one, value);
          model.set(name, { item: one, value });
        } else {
          map.delete(one);
          model.delete(name);
        }
        expect(map.get(one)).toBe(model.get(name)?.value);
      }
      expect(map.values()).toEqual([...model.values()].map(({ value }) => value));
      for (const task of [0, 1, steps[0]?.[0].task ?? 0])
        expect(map.itemsOf(task)).toEqual(
          [...model.values()].filter(({ item: one }) => one.task === task).map(({ item: one }) => one),
        );
    }),
  );
});
