import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonFaultAt } from './json-fault.ts';

/** What the engine says: null for JSON, else its message. */
function complaint(text: string): string | null {
  try {
    JSON.parse(text);
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

test.each([
  ['{"m":NaN}', 5],
  ["{'m':1}", 1],
  ['{"m":1,}', 7],
  ['[1,]', 3],
  ['{"m":1} x', 8],
  ['{"m":"a\tb"}', 7],
  ['{"m":"\\q"}', 7],
  ['{"m":"\\u12g4"}', 10],
  ['{"m":', 5],
  ['"open', 5],
  ['01', 1],
  ['-', 1],
  ['1.e5', 2],
  ['truth', 3],
  ['', 0],
  ['{"m":[1,{"n":null}]} ', -1],
])('%j: %d', (text, at) => {
  expect(jsonFaultAt(text)).toBe(at);
});

test('hundred thousand brackets are no deeper than one', () => {
  expect(jsonFaultAt('['.repeat(100_000))).toBe(100_000);
});

test('agrees with the engine on what is JSON, and on the place where the engine names one', () => {
  const change = fc.record({ at: fc.nat(), remove: fc.nat(3), insert: fc.string({ maxLength: 3 }) });
  const piece = fc.constantFrom(
    ...['{', '}', '[', ']', ',', ':', '"', '\\', '\\u00e9', '-', '0', '1.5e+3', 'true', 'nul', ' ', '\n', '\t', 'é'],
  );
  const broken = fc.tuple(fc.json(), fc.array(change, { maxLength: 3 })).map(([json, changes]) =>
    changes.reduce((text, { at, remove, insert }) => {
      const place = at % (text.length + 1);
      return text.slice(0, place) + insert + text.slice(place + remove);
    }, json),
  );
  fc.assert(
    fc.property(
      fc.oneof(
        broken,
        fc.array(piece, { maxLength: 12 }).map((list) => list.join('')),
      ),
      (text) => {
        const said = complaint(text);
        const at = jsonFaultAt(text);
        expect(at === -1).toBe(said === null);
        const position = /at position (\d+)/.exec(said ?? '')?.[1];
        if (position !== undefined) expect(at).toBe(Number(position));
        if (said?.includes('end of JSON')) expect(at).toBe(text.length);
        // What stands before the place is the beginning of some JSON: alone it is not wrong any earlier.
        if (at > 0) expect([-1, at]).toContain(jsonFaultAt(text.slice(0, at)));
      },
    ),
    { numRuns: 2000 },
  );
});
