import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonScan, parseBounded } from './bounded-json.ts';

const ROOMY = { depth: 64, values: 10_000 };

test('any JSON that is within bounds comes out as it went in', () => {
  fc.assert(
    fc.property(fc.jsonValue(), fc.constantFrom(0, 2), (value, space) => {
      expect(parseBounded(JSON.stringify(value, null, space), ROOMY)).toEqual({
        ok: true,
        value: JSON.parse(JSON.stringify(value)) as unknown,
      });
    }),
  );
});

test('any text is answered, and as JSON.parse would', () => {
  const mark = fc.constantFrom(...'[]{}",:\\x1 ');
  fc.assert(
    fc.property(fc.string({ unit: mark, maxLength: 30 }), (text) => {
      const answer = parseBounded(text, ROOMY);
      let parsed: unknown;
      try {
        parsed = JSON.parse(text);
      } catch {
        expect(answer.ok).toBe(false);
        return;
      }
      expect(answer).toEqual({ ok: true, value: parsed });
    }),
    { numRuns: 2000 },
  );
});

const values = (node: unknown): number =>
  1 +
  (typeof node === 'object' && node !== null
    ? Object.values(node).reduce((sum: number, one) => sum + values(one), 0)
    : 0);

test('what has more values than allowed is never parsed', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const count = values(value);
      // Lists and maps count twice at most.
      expect(parseBounded(JSON.stringify(value), { depth: 64, values: 2 * count }).ok).toBe(true);
      expect(parseBounded(JSON.stringify(value), { depth: 64, values: Math.ceil(count / 2) - 1 }).ok).toBe(false);
    }),
  );
});

test.each([
  ['brackets in brackets', '['.repeat(2_000_000)],
  ['maps in maps', '{"a":'.repeat(400_000)],
  ['a hundred thousand lists', `[${'[],'.repeat(100_000)}[]]`],
  ['a hundred thousand numbers', `[${'0,'.repeat(100_000)}0]`],
])('%s are refused', (_, text) => {
  expect(parseBounded(text, ROOMY).ok).toBe(false);
});

test('brackets, commas and quotes in a text are no values', () => {
  const text = '[{,\\",'.repeat(5000);
  expect(parseBounded(JSON.stringify({ text }), { depth: 1, values: 4 })).toEqual({ ok: true, value: { text } });
});

test('d: a text in pieces of bytes is counted as in one', () => {
  const mark = fc.constantFrom(...'[]{}",:\\\\x é');
  const bounds = { depth: 3, values: 6 };
  fc.assert(
    fc.property(fc.string({ unit: mark, maxLength: 40 }), fc.array(fc.integer({ min: 1, max: 5 })), (text, sizes) => {
      const whole = new JsonScan(bounds);
      const fault = whole.take(text);
      const bytes = new TextEncoder().encode(text);
      const scan = new JsonScan(bounds);
      let [found, at] = [null as ReturnType<typeof scan.take>, 0];
      for (const size of [...sizes, bytes.length]) {
        found ??= scan.take(bytes.subarray(at, at + size));
        at += size;
      }
      expect(found?.message).toBe(fault?.message);
      if (!fault) expect(scan.inText).toBe(whole.inText);
    }),
    { numRuns: 3000 },
  );
});
