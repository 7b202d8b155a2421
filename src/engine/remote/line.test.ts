import { expect, test } from 'vitest';
import { seededRandom } from '../../kernel/random.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { Line } from './line.ts';

test('n: who says again and again to come back at once is not asked a thousand times', () => {
  let now = 0;
  const clock = Object.assign(new SimulatedClock(), { now: () => now });
  const endpoint = { url: 'https://host.example/v1/chat/completions', key: null, model: 'tiny' };
  const line = new Line({ endpoint, clock, random: seededRandom(1) });
  let asked = 0;
  for (; now < 600_000; asked++) now += line.waitAfter(0);
  expect(asked).toBeLessThan(60);
  // What it asks for is waited for at least.
  expect(line.waitAfter(400)).toBeGreaterThanOrEqual(400);
  expect(line.waitAfter(20_000)).toBeLessThanOrEqual(22_000);
});
