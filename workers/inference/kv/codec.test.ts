import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CODECS, decode, encode, encodedBytes, GROUP, type Codec } from './codec.ts';

const floats = (max: number) =>
  fc
    .array(fc.float({ min: Math.fround(-max), max: Math.fround(max), noNaN: true }), { maxLength: 200 })
    .map((values) => Float32Array.from(values));

const there = (codec: Codec, values: Float32Array): Float32Array =>
  decode(codec, encode(codec, values), values.length, 'float32');

test('32-bit floats come back bit for bit', () => {
  fc.assert(
    fc.property(floats(3e38), (values) => {
      expect(there('f32', values)).toEqual(values);
    }),
  );
});

test('16-bit floats are the nearest there are, ties to even', () => {
  const halves = Array.from(
    { length: 0x7c00 },
    (_, half) => decode('f16', Uint8Array.of(half & 255, half >> 8), 1, 'float32')[0]!,
  );
  const nearest = (value: number): number => {
    let low = 0;
    let high = halves.length - 1;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if (halves[middle]! <= value) low = middle;
      else high = middle;
    }
    const below = value - halves[low]!;
    const above = halves[high]! - value;
    if (below === above) return halves[low % 2 === 0 ? low : high]!;
    return halves[below < above ? low : high]!;
  };
  const value = fc.oneof(
    fc.float({ min: 0, max: 65504, noNaN: true }),
    fc.float({ min: 0, max: Math.fround(2 ** -13), noNaN: true }),
    // Halfway between two neighbours.
    fc.nat(0x7bfe).map((half) => (halves[half]! + halves[half + 1]!) / 2),
  );
  fc.assert(
    fc.property(value, fc.boolean(), (magnitude, negative) => {
      const [got] = there('f16', Float32Array.of(negative ? -magnitude : magnitude));
      expect(Math.abs(got!)).toBe(nearest(magnitude));
      expect(Math.sign(got!)).toBe(Math.sign(negative ? -nearest(magnitude) : nearest(magnitude)));
    }),
    { numRuns: 2000 },
  );
  expect([...there('f16', Float32Array.of(1e6, -1e6, NaN, 65520))]).toEqual([Infinity, -Infinity, NaN, Infinity]);
});

test('what the GPU holds in 16 bits is kept in 16 bits, bit for bit', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0x7bff), { maxLength: 100 }), (halves) => {
      const values = Uint16Array.from(halves);
      expect(decode('f16', encode('f16', values), values.length, 'float16')).toEqual(values);
      expect(decode('f32', encode('f32', values), values.length, 'float16')).toEqual(values);
    }),
  );
});

/** Scales below this are zero in 32 bits. */
const SMALLEST = 2e-43;

test('8 bits are wrong by at most half a step of their group, and know zero', () => {
  fc.assert(
    fc.property(floats(1e6), (values) => {
      const back = there('q8', values);
      for (let from = 0; from < values.length; from += GROUP) {
        const group = values.subarray(from, from + GROUP);
        const step = Math.max(...group.map(Math.abs)) / 127;
        group.forEach((value, i) => {
          expect(Math.abs(value - back[from + i]!)).toBeLessThanOrEqual(step * 0.5001 + SMALLEST);
          if (value === 0) expect(back[from + i]! === 0).toBe(true);
        });
      }
    }),
  );
});

test('bytes are as many as promised, may start anywhere in a buffer, and are counted before they are read', () => {
  fc.assert(
    fc.property(fc.constantFrom(...CODECS), floats(10), fc.nat(7), (codec, values, offset) => {
      const bytes = encode(codec, values);
      expect(bytes.length).toBe(encodedBytes(codec, values.length));
      const inside = new Uint8Array(bytes.length + offset + 3);
      inside.set(bytes, offset);
      const view = inside.subarray(offset, offset + bytes.length);
      expect(decode(codec, view, values.length, 'float32')).toEqual(there(codec, values));
      expect(() => decode(codec, bytes, values.length + 1, 'float32')).toThrow(RangeError);
    }),
  );
});
