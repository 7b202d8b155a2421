import fc from 'fast-check';
import { expect, test } from 'vitest';
import { partitionPoint } from './partition-point.ts';

test('finds the first that is not below, wherever that is', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 })), fc.integer({ min: -11, max: 11 }), (numbers, wanted) => {
      const rising = numbers.toSorted((a, b) => a - b);
      const found = partitionPoint(rising.length, (place) => (rising[place] as number) < wanted);
      expect(found).toBe(rising.filter((each) => each < wanted).length);
    }),
  );
});
