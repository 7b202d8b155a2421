import fc from 'fast-check';
import { expect, test } from 'vitest';
import { shapeOf, turnBack } from './kv-transfer.ts';
import { encode } from './codec.ts';

/** The rotary embedding as it is defined: pair (d, d + half) turned by position x frequency. */
function turn(
  keys: Float32Array,
  tokens: number,
  dimension: number,
  at: number,
  rope: readonly number[],
): Float32Array {
  const out = keys.slice();
  const half = rope.length;
  for (let row = 0; row < keys.length / dimension; row++) {
    const position = at + (row % tokens);
    rope.forEach((frequency, d) => {
      const [x, y] = [keys[row * dimension + d]!, keys[row * dimension + d + half]!];
      const angle = position * frequency;
      out[row * dimension + d] = x * Math.cos(angle) - y * Math.sin(angle);
      out[row * dimension + d + half] = y * Math.cos(angle) + x * Math.sin(angle);
    });
  }
  return out;
}

test('keys that were turned by their positions are turned back; values are left alone', () => {
  const shape = fc.record({
    layers: fc.integer({ min: 1, max: 3 }),
    tokens: fc.integer({ min: 1, max: 9 }),
    at: fc.nat(2000),
  });
  fc.assert(
    fc.property(shape, fc.constantFrom(1, 0.5), fc.nat(), ({ layers, tokens, at }, partial, seed) => {
      const dimension = 16;
      const { rope } = shapeOf({
        num_hidden_layers: layers,
        num_attention_heads: 1,
        head_dim: dimension,
        position_embedding_base: 10_000,
        partial_rotary_factor: partial,
      })!;
      const count = layers * tokens * dimension;
      const plain = Float32Array.from({ length: 2 * count }, (_, i) => Math.sin(i * 1.7 + seed) * 4);
      const held = plain.slice();
      held.set(turn(plain.subarray(0, count), tokens, dimension, at, rope!));
      const back = turnBack(held, { layers, tokens, heads: 1, dimension, at, rope: rope! });
      expect(back.length).toBe(count);
      back.forEach((value, i) => expect(Math.abs(value - plain[i]!)).toBeLessThan(1e-5));

      const halves = turnBack(new Uint16Array(encode('f16', held).buffer), {
        layers,
        tokens,
        heads: 1,
        dimension,
        at,
        rope: rope!,
      });
      expect(halves).toBeInstanceOf(Uint16Array);
    }),
  );
});

test("what K/V looks like is taken from the model's configuration, or said to be unknown", () => {
  const config = { num_hidden_layers: 16, num_attention_heads: 32, num_key_value_heads: 8, hidden_size: 2048 };
  expect(shapeOf(config)).toEqual({ kv: { layers: 16, heads: 8, dimension: 64 }, queryHeads: 32, rope: null });
  expect(shapeOf({ ...config, rope_theta: 100, rope_scaling: { rope_type: 'yarn' } })?.rope).toBeNull();
  expect(shapeOf({ ...config, rope_theta: 100 })?.rope?.slice(0, 2)).toEqual([1, 100 ** (-2 / 64)]);
  expect(shapeOf({})).toBeNull();
});

test('Llama 3 slows low frequencies down by its factor and leaves high ones', () => {
  const { rope } = shapeOf({
    num_hidden_layers: 16,
    num_attention_heads: 32,
    head_dim: 64,
    position_embedding_base: 500_000,
    rope_scaling: {
      rope_type: 'llama3',
      factor: 32,
      low_freq_factor: 1,
      high_freq_factor: 4,
      original_max_position_embeddings: 8192,
    },
  })!;
  expect(rope?.[0]).toBe(1);
  expect(rope?.[31]).toBeCloseTo(500_000 ** (-62 / 64) / 32, 12);
  for (let d = 1; d < 32; d++) expect(rope![d]!).toBeLessThan(rope![d - 1]!);
});
