import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalJson } from './canonical-json.ts';
import { crc32c, crc32cText } from './checksum.ts';

test('agrees with the published check values of CRC-32C', () => {
  expect(crc32cText('123456789')).toBe(0xe3069283);
  // RFC 3720, appendix B.4.
  expect(crc32c(new Uint8Array(32))).toBe(0x8a9136aa);
  expect(crc32c(new Uint8Array(32).fill(0xff))).toBe(0x62a8ab43);
  expect(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i))).toBe(0x46dd794e);
});

test('finds any flipped bit and can be computed in pieces', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), fc.nat(), fc.nat(), (bytes, at, cut) => {
      const sum = crc32c(bytes);
      const middle = cut % bytes.length;
      expect(crc32c(bytes.subarray(middle), crc32c(bytes.subarray(0, middle)))).toBe(sum);
      const flipped = bytes.slice();
      flipped[Math.floor(at / 8) % bytes.length]! ^= 1 << (at % 8);
      expect(crc32c(flipped)).not.toBe(sum);
    }),
  );
});

test('canonical JSON is JSON, and does not see the order of keys', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
      const text = canonicalJson(value);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
      expect(canonicalJson(Object.fromEntries(Object.entries(value).reverse()))).toBe(text);
    }),
  );
});
