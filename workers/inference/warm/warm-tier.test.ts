import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { KvTransfer } from '../kv/kv-transfer.ts';
import { type CODECS, type Values } from '../kv/codec.ts';
import { WarmStore } from './warm-store.ts';
import { WarmTier } from './warm-tier.ts';

const layout = { layers: 2, heads: 1, dimension: 32, dtype: 'float32' } as const;

/** A cache in plain arrays: one token is one number, its K/V derived from it and from where it stands. */
class Cache implements KvTransfer {
  readonly layout = layout;
  readonly way = 'test';
  readonly sequences = new Map<number, number[]>();
  static value(id: number, at: number, plane: number): number {
    return (id + 1) * 0.5 + at * 4 + plane * 1024;
  }
  read(sequence: number, from: number, to: number): Promise<Values> {
    const ids = this.sequences.get(sequence)!;
    const out: number[] = [];
    for (let plane = 0; plane < 4; plane++)
      for (let at = from; at < to; at++) for (let d = 0; d < 32; d++) out.push(Cache.value(ids[at]!, at, plane));
    return Promise.resolve(Float32Array.from(out));
  }
  append(sequence: number, at: number, values: Values): void {
    const ids = this.sequences.get(sequence)!;
    expect(ids.length).toBe(at);
    const tokens = values.length / (4 * 32);
    for (let token = 0; token < tokens; token++) {
      const id = (values[token * 32]! - (at + token) * 4) / 0.5 - 1;
      for (let plane = 0; plane < 4; plane++)
        expect(values[(plane * tokens + token) * 32]).toBe(Cache.value(id, at + token, plane));
      ids.push(id);
    }
  }
}

let names = 0;
async function open(codec: (typeof CODECS)[number], model = 'pocket') {
  const cache = new Cache();
  const name = `tier-${String(names++)}`;
  const again = async (which: string) => new WarmTier(cache, await WarmStore.open({ limit: 1e9, name }), codec, which);
  return { cache, tier: await again(model), again };
}

test('what comes back is exactly what the prompt and the record have in common, behind the shared prefix', async () => {
  const token = fc.nat(3);
  await fc.assert(
    fc.asyncProperty(
      fc.array(token, { minLength: 1, maxLength: 6 }),
      fc.array(token, { minLength: 1, maxLength: 24 }),
      fc.array(token, { minLength: 1, maxLength: 12 }),
      fc.nat(30),
      fc.nat(3),
      async (shared, own, more, cut, beyond) => {
        const { cache, tier } = await open('f32');
        const ids = [...shared, ...own];
        cache.sequences.set(1, [...ids]);
        const { outcome } = await tier.save(7, 1, ids, shared.length).saved;
        expect(outcome.ok).toBe(own.length >= 8);
        const record = await tier.fetch(7);
        if (!record) return;
        const prompt = [...ids.slice(0, Math.max(shared.length, ids.length - cut)), ...more];
        const base = Math.min(shared.length + beyond, prompt.length);
        let same = 0;
        while (same < Math.min(ids.length, prompt.length - 1) && ids[same] === prompt[same]) same++;
        const found = tier.restorable(record, prompt, base);
        expect(found?.tokens ?? 0).toBe(same - base >= 8 ? same - base : 0);
        expect(tier.restorable(record, prompt, shared.length - 1)).toBeNull();
        if (!found) return;
        cache.sequences.set(2, prompt.slice(0, base));
        found.append(2);
        expect(cache.sequences.get(2)).toEqual(prompt.slice(0, same));
        expect(prompt.length).toBeGreaterThan(same);
        tier.close();
      },
    ),
    { numRuns: 60, endOnFailure: true },
  );
});

test('records of another model are not used, those of this one survive the worker', async () => {
  const { cache, tier, again } = await open('f16');
  const ids = Array.from({ length: 20 }, (_, i) => i % 4);
  cache.sequences.set(1, [...ids]);
  expect((await tier.save(1, 1, ids, 4).saved).outcome.ok).toBe(true);
  tier.close();
  expect(await (await again('another')).fetch(1)).toBeNull();
  const later = await again('pocket');
  expect((await later.fetch(1))?.ids).toEqual(ids);
  await later.forget(1);
  expect(later.has(1)).toBe(false);
});
