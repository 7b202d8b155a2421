import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fit, limitBytes, MAX_RESIDENTS, MIB } from './fit.ts';

test('spells out the sum of what does not fit', () => {
  const needs = { weightBytes: 4000 * MIB, workspaceBytes: 300 * MIB, kvBytesPerAgent: 512 * MIB };
  expect(fit(needs, { vramMiB: 4096, occupancy: 0.85 })).toEqual({
    fits: 0,
    reason:
      'Weights 4,000 MiB + workspace 300 MiB + K/V of one agent 512 MiB = 4,812 MiB, more than 3,482 MiB (85 % of 4,096 MiB).',
  });
});

test('what fits never passes the limit, and one more would, up to the most a batch takes', () => {
  const bytes = fc.integer({ min: 1, max: 8192 * MIB });
  fc.assert(
    fc.property(
      bytes,
      bytes,
      bytes,
      fc.integer({ min: 16, max: 65536 }),
      fc.double({ min: 0.1, max: 1, noNaN: true }),
      (w, s, k, vramMiB, occupancy) => {
        const budget = { vramMiB, occupancy };
        const { fits, reason } = fit({ weightBytes: w, workspaceBytes: s, kvBytesPerAgent: k }, budget);
        if (fits > 0) expect(w + s + fits * k).toBeLessThanOrEqual(limitBytes(budget));
        if (fits < MAX_RESIDENTS) expect(w + s + (fits + 1) * k).toBeGreaterThan(limitBytes(budget));
        expect(reason === '').toBe(fits > 0);
      },
    ),
  );
});
