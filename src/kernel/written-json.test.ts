import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compactJson, writtenAs, writtenNumbers } from './written-json.ts';

test.each([
  ['{"id": 9007199254740993}', '{"id":9007199254740993}'],
  ['[1.0, "a  b"]', '[1.0,"a  b"]'],
  ['1e400', '1e400'],
  ['-0', '-0'],
  ['0.10', '0.10'],
  ['{"a":1,"b":[-2.5,"9007199254740993 \\" 1.0"],"c":null}', null],
  ['"1.0"', null],
])('c: %s', (json, written) => {
  expect(writtenNumbers(json)).toBe(written);
});

test('c: what JavaScript wrote itself is never kept beside', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(undefined, 2), (value, space) => {
      const text = JSON.stringify(value, null, space);
      expect(writtenNumbers(text)).toBeNull();
      expect(compactJson(text)).toBe(JSON.stringify(JSON.parse(text)));
    }),
  );
});

test('c: strings of megabytes are no matter', () => {
  const long = 'x'.repeat(9_000_000);
  expect(compactJson(`[ "${long}\\" \\\\" , 1.0 ]`)).toBe(`["${long}\\" \\\\",1.0]`);
  expect(writtenNumbers(`["${long}",1]`)).toBeNull();
  expect(writtenNumbers(`["${long}", 1.0]`)).toBe(`["${long}",1.0]`);
});

test.each([
  [[9007199254740992, 5], ['[9007199254740993]', '[5]'], '[9007199254740993,5]'],
  [{ a: 1.5, b: '"1"' }, ['{"a":1.50}', '{"b":"\\"1\\""}'], '{"a":1.50,"b":"\\"1\\""}'],
  [Infinity, ['1e400', '2'], '1e400'],
  [[1, 2], ['[1]', '[2]'], null],
  // Which of them is meant, nobody knows.
  [[9007199254740992], ['[9007199254740993]', '[9007199254740992]'], null],
])('c: %j of %j', (value, texts, written) => {
  expect(writtenAs(value, texts)).toBe(written);
});
