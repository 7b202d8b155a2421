import fc from 'fast-check';
import { expect, test } from 'vitest';
import { newId } from './ids.ts';
import { seededRandom } from './random.ts';

test('equal seeds give equal streams, and a split does not depend on what was drawn', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.string()), fc.string(), fc.nat(20), (seed, name, drawn) => {
      const a = seededRandom(seed);
      const b = seededRandom(seed);
      for (let i = 0; i < drawn; i++) a.next();
      const left = a.split(name);
      const right = b.split(name);
      for (let i = 0; i < 5; i++) expect(left.next()).toBe(right.next());
    }),
  );
});

test('draws look uniform', () => {
  const random = seededRandom(7);
  const bins = new Array<number>(16).fill(0);
  for (let i = 0; i < 16_000; i++) bins[random.int(16)]!++;
  // Chi-squared with 15 degrees of freedom stays under 37.7 with probability 0.999; the seed is fixed.
  const chi = bins.reduce((sum, n) => sum + (n - 1000) ** 2 / 1000, 0);
  expect(chi).toBeLessThan(37.7);
});

test('seeds that differ by one give streams that share nothing', () => {
  const firsts = new Set(Array.from({ length: 2000 }, (_, seed) => seededRandom(seed).next()));
  expect(firsts.size).toBe(2000);
});

test('ids sort by time and do not repeat', () => {
  const random = seededRandom('ids');
  const ids = Array.from({ length: 1000 }, (_, i) => newId('run', 1_700_000_000_000 + Math.floor(i / 10) * 7, random));
  expect(new Set(ids).size).toBe(1000);
  const times = ids.map((id) => id.slice(0, 13));
  expect(times).toEqual([...times].sort());
});
