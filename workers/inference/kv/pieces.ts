/**
 * Tokens of K/V in a buffer of [2, layers, tokens, heads, dimension], and the way of long ones in and out of the cache: what is on its way
 * lies on the GPU a second time, so it goes in pieces of a size that the pool's budget has set aside.
 */
import type { KvLayout, KvTransfer } from './kv-transfer.ts';
import type { Values } from './codec.ts';

/** Most tokens whose K/V is on its way at once. */
export const PIECE = 256;

/** Numbers of one token in one plane, and planes: keys and values of each layer. */
const rowOf = ({ heads, dimension }: KvLayout): number => heads * dimension;
const planesOf = ({ layers }: KvLayout): number => 2 * layers;

/** Tokens [from, from + count) of `values`, which has `tokens`; itself where those are all. */
export function tokensOf(layout: KvLayout, values: Values, tokens: number, from: number, count: number): Values {
  if (count === tokens) return values;
  const part = room(layout, count);
  const row = rowOf(layout);
  for (let plane = 0; plane < planesOf(layout); plane++) {
    const start = (plane * tokens + from) * row;
    part.set(values.subarray(start, start + count * row), plane * count * row);
  }
  return part;
}

/** The same transfer, never more than `most` tokens at once. */
export function inPieces(transfer: KvTransfer, most = PIECE): KvTransfer {
  const { layout, way } = transfer;
  const row = rowOf(layout);
  return {
    layout,
    way,
    async read(sequence, from, to) {
      const tokens = to - from;
      if (tokens <= most) return transfer.read(sequence, from, to);
      const whole = room(layout, tokens);
      for (let at = 0; at < tokens; at += most) {
        const count = Math.min(most, tokens - at);
        const piece = await transfer.read(sequence, from + at, from + at + count);
        for (let plane = 0; plane < planesOf(layout); plane++) {
          whole.set(piece.subarray(plane * count * row, (plane + 1) * count * row), (plane * tokens + at) * row);
        }
      }
      return whole;
    },
    append(sequence, at, values) {
      const tokens = values.length / (planesOf(layout) * row);
      for (let from = 0; from < tokens; from += most) {
        const count = Math.min(most, tokens - from);
        transfer.append(sequence, at + from, tokensOf(layout, values, tokens, from, count));
      }
    },
  };
}

function room(layout: KvLayout, tokens: number): Values {
  const count = planesOf(layout) * tokens * rowOf(layout);
  return layout.dtype === 'float32' ? new Float32Array(count) : new Uint16Array(count);
}
