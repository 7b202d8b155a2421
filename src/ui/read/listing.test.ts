import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { listing } from './listing.ts';

describe('listing', () => {
  it('marks the lines that decide', () => {
    const lines = listing('name: Triage\nmodel: pocket # 3 M\nroles:\n  triager:\n    prompt: Read.\n# end');
    expect(lines.map((line) => line.marked)).toEqual([false, true, false, false, true, false]);
    expect(lines[1]).toEqual({ number: 2, lead: '', key: 'model:', rest: ' pocket', comment: ' # 3 M', marked: true });
    expect(lines[5]?.comment).toBe('# end');
  });

  it('reads JSON keys too', () => {
    expect(listing('  "model": "pocket",')[0]).toMatchObject({ key: '"model":', marked: true });
  });

  it('loses no character', () => {
    const line = fc.string().filter((text) => !/[\r\n]/.test(text));
    fc.assert(
      fc.property(fc.array(line, { minLength: 1 }), (lines) => {
        const shown = listing(lines.join('\n')).map(({ lead, key, rest, comment }) => lead + key + rest + comment);
        expect(shown).toEqual(lines);
      }),
    );
  });
});
