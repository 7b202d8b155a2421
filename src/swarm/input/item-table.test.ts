import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type InputItem, ItemTable } from './item-table.ts';

const item: fc.Arbitrary<InputItem> = fc
  .record({
    line: fc.integer({ min: 1, max: 2 ** 31 }),
    more: fc.nat(9),
    text: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1 }),
      fc.string({ unit: 'grapheme', minLength: 1 }),
      halves(),
    ),
    of: fc.option(fc.nat(), { nil: undefined }),
  })
  .map(({ line, more, text, of }) => ({
    line,
    ...(more > 0 && { lastLine: line + more }),
    text,
    ...(of !== undefined && { of }),
  }));

/** With half a character, as JSON may spell it out, and with a mark at its beginning. */
function halves(): fc.Arbitrary<string> {
  return fc
    .array(fc.constantFrom('\uD83D', '\uDE00', '\uFEFF', 'a', '한'), { minLength: 1 })
    .map((all) => all.join(''));
}

test('c: items come out of the table as they were put in, whatever was expected of them', () => {
  fc.assert(
    fc.property(fc.array(item, { maxLength: 300 }), fc.nat(5000), (items, expected) => {
      const table = new ItemTable(expected);
      for (const each of items) table.add(each);
      expect(table.length).toBe(items.length);
      expect([...table]).toEqual(items);
      expect(table.map(({ text }) => text)).toEqual(items.map(({ text }) => text));
      expect(table.first(2)).toEqual(items.slice(0, 2));
      expect([table.at(-1), table.at(items.length)]).toEqual([undefined, undefined]);
    }),
  );
});

test('c: items of the greatest size lie in as many parts as they need', () => {
  const texts = Array.from({ length: 40 }, (_, k) => String.fromCodePoint(0xac00 + k).repeat(262_144));
  const table = ItemTable.from(texts.map((text, k) => ({ line: k + 1, text })));
  expect(table.map(({ text }) => text)).toEqual(texts);
});
