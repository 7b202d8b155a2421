import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { Digest } from './digest.ts';

const random = seededRandom('digest');
const normal = () => Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

describe('digest', () => {
  const shapes: Record<string, () => number> = {
    uniform: () => random.next(),
    normal,
    exponential: () => -Math.log(1 - random.next()),
    steps: () => random.int(5),
  };
  for (const [name, draw] of Object.entries(shapes)) {
    it(`keeps the ranks of 20,000 ${name} values`, () => {
      const values = Array.from({ length: 20_000 }, draw);
      const digest = new Digest();
      for (const value of values) digest.add(value);
      const sorted = values.toSorted((a, b) => a - b);
      const rank = (value: number, inclusive: boolean) =>
        sorted.filter((other) => (inclusive ? other <= value : other < value)).length / sorted.length;
      for (const q of [0.001, 0.01, 0.1, 0.25, 0.5, 0.75, 0.9, 0.99, 0.999]) {
        const value = digest.quantile(q);
        // Equal values share a range of ranks; the wanted one must be in it, or near.
        const error = Math.max(0, rank(value, false) - q, q - rank(value, true));
        if (name !== 'steps') expect(error, `q=${q}`).toBeLessThan(0.012);
        else expect(Math.abs(value - (sorted[Math.floor(q * sorted.length)] ?? 0)), `q=${q}`).toBeLessThan(1);
      }
    });
  }

  it('is exact at the ends, honest when empty, and leaves out what is not a number', () => {
    const digest = new Digest();
    expect(digest.quantile(0.5)).toBeNaN();
    for (const value of [3, Number.NaN, 1, Number.POSITIVE_INFINITY, 2]) digest.add(value);
    expect(digest.count).toBe(3);
    expect(digest.quantile(0)).toBe(1);
    expect(digest.quantile(1)).toBe(3);
  });
});
