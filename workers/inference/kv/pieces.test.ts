import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KvTransfer } from './kv-transfer.ts';
import type { Values } from './codec.ts';
import { inPieces, tokensOf } from './pieces.ts';

test('K/V that goes in pieces is the K/V that goes whole, and no piece is larger than it may be', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('float32' as const, 'float16' as const),
      fc.integer({ min: 1, max: 40 }),
      fc.nat(20),
      fc.integer({ min: 1, max: 45 }),
      async (dtype, tokens, at, most) => {
        const layout = { layers: 2, heads: 1, dimension: 3, dtype };
        const from = (list: number[]): Values =>
          dtype === 'float32' ? Float32Array.from(list) : Uint16Array.from(list);
        const value = (plane: number, token: number, d: number): number => plane * 1000 + token * 3 + d;
        const planes = (start: number, end: number): number[] =>
          [0, 1, 2, 3].flatMap((plane) =>
            Array.from({ length: (end - start) * 3 }, (_, i) => value(plane, start + Math.floor(i / 3), i % 3)),
          );
        let ends = at;
        const whole: KvTransfer = {
          layout,
          way: 'test',
          read: (_, start, end) => {
            expect(end - start).toBeLessThanOrEqual(most);
            return Promise.resolve(from(planes(start, end)));
          },
          append: (_, start, values) => {
            const count = values.length / 12;
            expect([start, count <= most]).toEqual([ends, true]);
            expect(values).toEqual(from(planes(start, start + count)));
            ends += count;
          },
        };
        const transfer = inPieces(whole, most);
        const read = await transfer.read(0, at, at + tokens);
        expect(read).toEqual(from(planes(at, at + tokens)));
        transfer.append(0, at, read);
        expect(ends).toBe(at + tokens);
        const part = Math.floor(tokens / 3);
        expect(tokensOf(layout, read, tokens, part, tokens - part)).toEqual(from(planes(at + part, at + tokens)));
      },
    ),
  );
});
