import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readPlan } from '../../tools/headless/fault-book.ts';
import { FAULTS_FROM_OUTSIDE } from '../../src/journal/vocabulary.ts';
import { manyLines, soakPlan } from './plan.mjs';
import { trendOf } from './trend.mjs';

describe('k: the slope of a soak', () => {
  test('k: is the line’s own, whatever a fifth of the samples say', () => {
    const wild = fc.record({ at: fc.nat({ max: 39 }), y: fc.double({ min: -1e9, max: 1e9, noNaN: true }) });
    const slope = fc.double({ min: -1000, max: 1000, noNaN: true });
    fc.assert(
      fc.property(slope, fc.uniqueArray(wild, { maxLength: 7, selector: ({ at }) => at }), (slope, wild) => {
        const samples = Array.from({ length: 40 }, (_, x) => ({ x, y: 100 + slope * x }));
        for (const { at, y } of wild) samples[at] = { x: at, y };
        const found = trendOf(samples)!;
        expect(found.slope).toBeCloseTo(slope, 3);
        expect(found.at(20)).toBeCloseTo(100 + slope * 20, 3);
        expect(found.low).toBeLessThanOrEqual(found.slope);
        expect(found.high).toBeGreaterThanOrEqual(found.slope);
      }),
    );
  });

  test('k: of a curve that goes up and down has none in its interval', () => {
    const found = trendOf(Array.from({ length: 60 }, (_, x) => ({ x, y: 50 + ((x * 7) % 13) })))!;
    expect(found.low).toBeLessThan(0);
    expect(found.high).toBeGreaterThan(0);
  });

  test('k: needs three samples', () => {
    expect(trendOf([])).toBeNull();
    expect(
      trendOf([
        { x: 0, y: 1 },
        { x: 1, y: 2 },
      ]),
    ).toBeNull();
  });
});

test.each([3, 60, 1440])('k: faults strike all through a soak of %d minutes, and none ends its page', (minutes) => {
  const read = readPlan('soak.yaml', soakPlan(minutes, 1));
  expect(read).toHaveProperty('plan');
  const { faults } = (read as Extract<typeof read, { plan: unknown }>).plan;
  for (const { kind, until } of faults) {
    expect(FAULTS_FROM_OUTSIDE.has(kind)).toBe(false);
    expect(until).toBe(minutes * 60_000);
  }
});

test('k: hardly two lines of its input are alike, however many there are', () => {
  const log = Array.from(
    { length: 1000 },
    (_, k) => `Feb  3 00:10:${k % 60} alder sshd[${k}]: Failed password for root`,
  );
  const lines = manyLines(log, 20_000, 1);
  expect(lines.slice(0, log.length)).toEqual(log);
  expect(lines).toHaveLength(20_000);
  expect(new Set(lines).size).toBeGreaterThan(0.95 * lines.length);
});
