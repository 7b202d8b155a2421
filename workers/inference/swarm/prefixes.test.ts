import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Prefixes } from './prefixes.ts';

const store = () => {
  const living = new Set<number>();
  let next = 0;
  return {
    living,
    add: () => {
      living.add(next);
      return next++;
    },
    remove: (sequence: number) => {
      expect(living.delete(sequence)).toBe(true);
    },
  };
};

test('finds the longest prefix that leaves a token over', () => {
  const prefixes = new Prefixes(store());
  const short = prefixes.create([1, 2]);
  const long = prefixes.create([1, 2, 3, 4]);
  expect(prefixes.find([1, 2, 3, 9])).toBe(short);
  expect(prefixes.find([1, 2, 3, 4, 5])).toBe(long);
  expect(prefixes.find([1, 2, 3, 4])).toBe(short);
  expect(prefixes.find([2, 1])).toBeNull();
});

test('evicts what was used longest ago, and never what is in use', () => {
  const step = fc.record({ do: fc.constantFrom('create', 'use', 'release', 'evict'), which: fc.nat() });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const pool = store();
      const prefixes = new Prefixes(pool);
      const kept: ReturnType<Prefixes['create']>[] = [];
      steps.forEach(({ do: what, which }, i) => {
        const one = kept[which % Math.max(1, kept.length)];
        if (what === 'create') kept.push(prefixes.create([1000 + i, 0]));
        else if (what === 'use' && one) prefixes.use(one);
        else if (what === 'release' && one && one.users > 0) prefixes.release(one);
        else if (what === 'evict') {
          const free = kept.filter((prefix) => prefix.users === 0).sort((a, b) => a.lastUsed - b.lastUsed);
          expect(prefixes.evictOne()).toBe(free.length > 0);
          if (free[0]) kept.splice(kept.indexOf(free[0]), 1);
        }
        expect([...pool.living].sort()).toEqual(kept.map((prefix) => prefix.sequence).sort());
        expect(prefixes.size).toBe(kept.length);
      });
    }),
  );
});
