import { expect, test } from 'vitest';
import { inTurn } from './in-turn.ts';

test('work goes one at a time, in order, past work that fails', async () => {
  const alone = inTurn();
  const log: string[] = [];
  const work = (name: string, ticks: number, fails = false) =>
    alone(async () => {
      log.push(`${name} begins`);
      for (let k = 0; k < ticks; k++) await Promise.resolve();
      log.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    });
  const all = await Promise.allSettled([work('a', 5), work('b', 1, true), work('c', 0)]);
  expect(log).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
});
