/** Whatever people, tabs, disks, lines and endpoints do: each task ends in exactly one row, and the run with it. */
import { describe, expect, it } from 'vitest';
import { hostile } from './hostile.ts';

const BLOCK = 20;

describe('a hostile world', () => {
  it.each([0, 1, 2])('20 seeds, block %i', { timeout: 300_000 }, async (block) => {
    const problems: string[] = [];
    for (let seed = block * BLOCK; seed < (block + 1) * BLOCK; seed++)
      problems.push(...(await hostile(seed)).problems.map((problem) => `seed ${seed}: ${problem}`));
    // What fails here is replayed by `npm run simulate -- --hostile 1 --seed S --story`.
    expect(problems).toEqual([]);
  });

  it.each([0, 1])(
    'n: 15 seeds on storage that fails as a browser does, block %i',
    { timeout: 300_000 },
    async (block) => {
      const problems: string[] = [];
      for (let seed = block * 15; seed < (block + 1) * 15; seed++)
        problems.push(
          ...(await hostile(seed, undefined, 'browser')).problems.map((problem) => `seed ${seed}: ${problem}`),
        );
      expect(problems).toEqual([]);
    },
  );

  it.each([
    [84, 'engines that were replaced to mend an agent were counted as lost, until only a person could start another'],
    [101, 'the same, with the only agent of the only task'],
  ])('keeps the promise for seed %i: %s', { timeout: 60_000 }, async (seed) => {
    expect((await hostile(seed)).problems).toEqual([]);
  });
});
