import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Leftovers } from './leftovers.ts';
import { Prefixes, SHORTEST } from './prefixes.ts';

/** Sequences as plain arrays, with what the real pool would not survive. */
function toyPool() {
  const living = new Map<number, number[]>();
  let next = 0;
  const of = (sequence: number): number[] => {
    const ids = living.get(sequence);
    if (!ids) throw new Error(`no sequence ${String(sequence)}`);
    return ids;
  };
  return {
    living,
    of,
    put: (ids: readonly number[]) => {
      living.set(next, [...ids]);
      return next++;
    },
    add: () => {
      living.set(next, []);
      return next++;
    },
    cut: (sequence: number, tokens: number) => void of(sequence).splice(-tokens),
    fork: (sequence: number, at = -1) => {
      living.set(next, of(sequence).slice(0, at < 0 ? undefined : at));
      return next++;
    },
    remove: (sequence: number) => {
      expect(living.delete(sequence)).toBe(true);
    },
  };
}

const tokens = fc.array(fc.nat(1), { minLength: 1, maxLength: 24 });

test('whoever comes gets the longest beginning there is, as a sequence of its own with just those tokens', () => {
  fc.assert(
    fc.property(fc.nat(6), fc.array(fc.record({ ids: tokens, said: tokens, has: fc.nat(8) })), (most, turns) => {
      const pool = toyPool();
      const leftovers = new Leftovers(pool, new Prefixes(pool), most);
      const left: number[][] = [];
      for (const { ids, said, has } of turns) {
        const best = Math.max(
          0,
          ...left.map((other) => {
            const end = Math.min(other.length, ids.length - 1);
            const at = other.slice(0, end).findIndex((id, i) => id !== ids[i]);
            return at < 0 ? end : at;
          }),
        );
        const match = leftovers.find(ids, has);
        expect(match?.common ?? null).toBe(best >= has + SHORTEST ? best : null);
        let sequence: number;
        if (match) {
          const own = match.leftover;
          const whole = leftovers.wholly(match);
          const before = leftovers.pages;
          const cost = leftovers.costOf(match, 48);
          sequence = leftovers.use(match).sequence;
          expect(pool.of(sequence)).toEqual(ids.slice(0, match.common));
          expect(pool.living.has(own.sequence)).toBe(true);
          expect(sequence === own.sequence).toBe(whole);
          // What was reckoned before covers what it may hold afterwards.
          expect(leftovers.pages + Math.ceil(48 / 16)).toBeLessThanOrEqual(before + cost);
          if (whole) {
            left.splice(
              left.findIndex((other) => other.join() === own.ids.join()),
              1,
            );
          } else {
            const [kept] = left.splice(
              left.findIndex((other) => other.join() === own.ids.join()),
              1,
            );
            left.push(kept as number[]);
          }
        } else sequence = pool.put([]);
        const whole = [...ids, ...said];
        pool.of(sequence).splice(0, Infinity, ...whole);
        leftovers.keep({ sequence, ids: whole, prompt: ids.length, prefix: null });
        if (whole.length >= SHORTEST) left.push(whole); // nobody would find shorter ones
        if (left.length > most) left.shift();
        expect(leftovers.size).toBe(left.length);
        expect(pool.living.size).toBe(left.length);
      }
      leftovers.clear();
      expect(pool.living.size).toBe(0);
    }),
  );
});

test('a leftover holds its shared prefix until it is given up or handed over', () => {
  const pool = toyPool();
  const prefixes = new Prefixes(pool);
  const leftovers = new Leftovers(pool, prefixes, 4);
  const prefix = prefixes.create([1, 2, 3, 4, 5]);
  prefixes.use(prefix);
  const ids = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  leftovers.keep({ sequence: pool.put(ids), ids, prompt: 10, prefix });
  expect(prefixes.evictOne()).toBe(false);
  const match = leftovers.find([...ids, 11], 5);
  expect(match?.common).toBe(10);
  const { sequence, prefix: held } = leftovers.use(match!);
  expect(held).toBe(prefix);
  leftovers.keep({ sequence, ids, prompt: 10, prefix });
  leftovers.clear();
  expect(prefixes.evictOne()).toBe(true);
  expect(pool.living.size).toBe(0);
});
