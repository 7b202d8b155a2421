import fc from 'fast-check';
import { expect, test } from 'vitest';
import { joined, KEEPS, rangesOf, readOf, within } from './ranges.ts';

const keep = fc.constantFrom(...KEEPS);

test('parts of parts are parts of the text, whatever is kept of what', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.nat(80),
      keep,
      fc.nat(60),
      keep,
      (text, size, first, less, then) => {
        const outer = rangesOf(text, size, first);
        const kept = joined(text, outer);
        const inner = rangesOf(kept, less, then);
        const all = within(inner, outer);
        // But for the marks, what is read of the kept text is what these parts of the whole are.
        const seen = inner.map(([from, to]) => kept.slice(from, to)).join('');
        const told = all.map(([from, to]) => text.slice(from, to)).join('');
        if (outer.length === 1) expect(told).toBe(seen);
        expect(told.length).toBeLessThanOrEqual(seen.length);
        expect(told.length).toBeGreaterThanOrEqual(seen.length - 3);
        for (const [from, to] of all) expect(to).toBeGreaterThan(from);
        expect(readOf(text, outer).isWellFormed()).toBe(true);
      },
    ),
  );
});
