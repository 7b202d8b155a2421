import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { CostLine, PageInCost } from './cost.ts';

const cost = fc.record({
  fixed: fc.double({ min: 0, max: 50, noNaN: true }),
  each: fc.double({ min: 0.01, max: 5, noNaN: true }),
});

/** `count` sizes from 16 to 1,000. */
const sizes = (seed: number, count: number): number[] => {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => 16 + random.int(985));
};

describe('a cost line', () => {
  test('finds the line that the points lie on', () => {
    fc.assert(
      fc.property(cost, fc.nat(), ({ fixed, each }, seed) => {
        const line = new CostLine();
        for (const size of sizes(seed, 60)) line.observe(size, fixed + each * size);
        for (const size of [16, 300, 1000]) expect(line.predict(size)).toBeCloseTo(fixed + each * size, 4);
      }),
    );
  });

  test('is not bent by one turn in ten that took fifty times as long', () => {
    fc.assert(
      fc.property(cost, fc.nat(), ({ fixed, each }, seed) => {
        const random = seededRandom(seed);
        const line = new CostLine();
        for (const [k, size] of sizes(seed, 300).entries()) {
          const ms = (fixed + each * size) * random.between(0.9, 1.1);
          line.observe(size, k > 10 && random.chance(0.1) ? ms * 50 : ms);
        }
        const real = fixed + each * 500;
        expect(line.predict(500)).toBeGreaterThan(0.7 * real);
        expect(line.predict(500)).toBeLessThan(1.6 * real);
      }),
    );
  });

  test('follows a machine that became four times slower', () => {
    const line = new CostLine();
    for (const size of sizes(1, 300)) line.observe(size, 5 + size);
    for (const size of sizes(2, 300)) line.observe(size, 4 * (5 + size));
    expect(line.predict(500) / (4 * 505)).toBeGreaterThan(0.8);
  });

  test('never gives less than nothing, and more for more, whatever it sees', () => {
    const point = fc.tuple(fc.double({ min: 0, max: 1e9 }), fc.double({ min: 0, max: 1e6 }));
    fc.assert(
      fc.property(fc.array(point, { maxLength: 60 }), fc.double({ min: 0, max: 1e9, noNaN: true }), (points, size) => {
        const line = new CostLine();
        for (const [x, ms] of points) line.observe(x, ms);
        expect(line.predict(size)).toBeGreaterThanOrEqual(0);
        expect(line.predict(2 * size)).toBeGreaterThanOrEqual(line.predict(size));
      }),
    );
  });
});

describe('restore or prefill', () => {
  const TOKEN_BYTES = 2048;

  /** Real cost of the last 300 of 400 page-ins, against always taking the way that is cheaper for each. */
  function regret(restoreMs: (bytes: number) => number, prefillMs: (tokens: number) => number, seed: number) {
    const model = new PageInCost();
    const random = seededRandom(seed);
    let paid = 0;
    let least = 0;
    for (const [k, tokens] of sizes(seed, 400).entries()) {
      const bytes = tokens * TOKEN_BYTES;
      const way = model.choose({ bytes, tokens });
      const real = { restore: restoreMs(bytes), prefill: prefillMs(tokens) };
      const noise = k > 10 && random.chance(0.03) ? 30 : random.between(0.85, 1.15);
      model.observe({ way, tokens, bytes, ms: real[way] * noise });
      if (k < 100) continue;
      paid += real[way];
      least += Math.min(real.restore, real.prefill);
    }
    return paid / least;
  }

  test('costs little more than always knowing the cheaper way', () => {
    fc.assert(
      fc.property(cost, cost, fc.nat(), (restore, prefill, seed) => {
        const share = regret(
          (bytes) => restore.fixed + (restore.each * bytes) / TOKEN_BYTES,
          (tokens) => prefill.fixed + prefill.each * tokens,
          seed,
        );
        expect(share).toBeLessThan(1.4);
      }),
      { numRuns: 60, endOnFailure: true },
    );
  });

  test('tries both before it believes either', () => {
    const model = new PageInCost();
    const ways = Array.from({ length: 10 }, () => {
      const way = model.choose({ bytes: 1000, tokens: 100 });
      model.observe({ way, tokens: 100, bytes: way === 'restore' ? 1000 : 0, ms: 5 });
      return way;
    });
    expect(ways.filter((way) => way === 'restore')).toHaveLength(5);
  });

  test('finds out that the other way has become cheaper', () => {
    const model = new PageInCost();
    let restoreMs = 20;
    let late = 0;
    for (let k = 0; k < 600; k++) {
      if (k === 200) restoreMs = 4;
      const way = model.choose({ bytes: 1e5, tokens: 100 });
      model.observe({ way, tokens: 100, bytes: 1e5, ms: way === 'restore' ? restoreMs : 12 });
      if (k >= 500 && way === 'restore') late++;
    }
    expect(late).toBeGreaterThan(90);
  });
});
