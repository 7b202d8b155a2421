import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { windowOf } from './window.ts';

describe('windowOf', () => {
  it('covers what is visible, within the list, and keeps its whole height', () => {
    const lengths = fc.record({
      scroll: fc.integer({ min: -200, max: 5_000_000 }),
      viewport: fc.integer({ min: 0, max: 2000 }),
      row: fc.integer({ min: 10, max: 100 }),
      total: fc.integer({ min: 0, max: 100_000 }),
    });
    fc.assert(
      fc.property(lengths, ({ scroll, viewport, row, total }) => {
        const { start, end, above, below } = windowOf(scroll, viewport, row, total);
        expect(start).toBeGreaterThanOrEqual(0);
        expect(end).toBeLessThanOrEqual(total);
        expect(start).toBeLessThanOrEqual(end);
        expect(above + (end - start) * row + below).toBe(total * row);
        const reachable = Math.min(Math.max(0, scroll), Math.max(0, total * row - viewport));
        expect(above).toBeLessThanOrEqual(reachable);
        expect(total * row - below).toBeGreaterThanOrEqual(Math.min(total * row, reachable + viewport));
      }),
    );
  });

  it('draws only a screenful of a long list', () => {
    const { start, end } = windowOf(24_000, 240, 24, 100_000);
    expect(end - start).toBeLessThan(40);
    expect(start).toBe(992);
  });
});
