import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Timeline } from '../../runtime/protocol/protocol.ts';
import { columnsOf, rowsOf } from './series.ts';

const timeline = fc
  .record({ length: fc.nat(60), bucketMs: fc.constantFrom(250, 500, 1000), rest: fc.nat(249) })
  .chain(({ length, bucketMs, rest }) => {
    const counts = (max: number) => fc.array(fc.nat(max), { minLength: length, maxLength: length });
    const shares = fc.array(fc.option(fc.double({ min: 0, max: 1, noNaN: true })), {
      minLength: length,
      maxLength: length,
    });
    return fc.record({
      bucketMs: fc.constant(bucketMs),
      endAt: fc.constant(Math.max(0, (length - 1) * bucketMs + rest)),
      tokens: counts(500),
      tasks: counts(20),
      seats: counts(16),
      mended: counts(3),
      health: fc.record({ low: shares, median: shares, high: shares }),
      settledAt: fc.oneof(fc.constant(Infinity), fc.nat(60_000)),
      faults: fc.array(
        fc.record({
          seq: fc.nat(),
          kind: fc.constant('stall'),
          at: fc.nat(Math.max(0, length * bucketMs - 1)),
          detectedAt: fc.constant(null),
          mendedAt: fc.constant(null),
        }),
        { maxLength: length > 0 ? 5 : 0 },
      ),
      events: fc.constant([]),
    });
  });

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

it('tells every task, heal and fault in the rows, however many rows there may be', () => {
  fc.assert(
    fc.property(timeline, fc.integer({ min: 1, max: 30 }), (given: Timeline, most) => {
      const { rows, stepMs } = rowsOf(given, most);
      expect(rows.length).toBeLessThanOrEqual(most);
      expect(stepMs % given.bucketMs).toBe(0);
      expect(sum(rows.map(({ tasks }) => tasks))).toBe(sum(given.tasks));
      expect(sum(rows.map(({ mended }) => mended))).toBe(sum(given.mended));
      expect(sum(rows.map(({ faults }) => faults.length))).toBe(given.faults.length);
    }),
  );
});

it('draws columns of one length over rising time, and no rate where turns still write', () => {
  fc.assert(
    fc.property(timeline, (given: Timeline) => {
      const columns = columnsOf(given, null);
      for (const column of columns) expect(column).toHaveLength(given.tokens.length);
      expect(columns[0]).toEqual([...columns[0]].sort((a, b) => a - b));
      columns[1].forEach((rate, k) => {
        if (Math.min(given.endAt, (k + 1) * given.bucketMs) > given.settledAt) expect(rate).toBeNull();
        else expect(rate).toBeGreaterThanOrEqual(0);
      });
    }),
  );
});
