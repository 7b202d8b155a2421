import { expect, test } from 'vitest';
import { SimulatedClock } from './simulated-clock.ts';

test('fires by due time, then by creation, and moves time only to what is due', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  clock.timeout(20, () => seen.push(`b@${String(clock.now())}`));
  clock.timeout(10, () => seen.push(`a@${String(clock.now())}`));
  clock.timeout(20, () => seen.push(`c@${String(clock.now())}`));
  clock.timeout(15, () => seen.push('never'))();
  await clock.run();
  expect(seen).toEqual(['a@10', 'b@20', 'c@20']);
});

test('promises settle between timers', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  const walk = async (name: string, step: number): Promise<void> => {
    for (let i = 0; i < 3; i++) {
      await clock.sleep(step);
      await Promise.resolve();
      seen.push(`${name}${String(clock.now())}`);
    }
  };
  void walk('x', 10);
  void walk('y', 15);
  await clock.run();
  expect(seen).toEqual(['x10', 'y15', 'x20', 'y30', 'x30', 'y45']);
});

test('time stands still while outside work is tracked', async () => {
  const clock = new SimulatedClock();
  const seen: string[] = [];
  clock.timeout(5, () => seen.push('timer'));
  void clock
    .track(new Promise((resolve) => setTimeout(resolve, 5)))
    .then(() => seen.push(`outside@${String(clock.now())}`));
  await clock.run();
  expect(seen).toEqual(['outside@0', 'timer']);
});

test('sleep ends with the reason of its signal', async () => {
  const clock = new SimulatedClock();
  const abort = new AbortController();
  const slept = clock.sleep(1000, abort.signal);
  clock.timeout(10, () => {
    abort.abort(new Error('enough'));
  });
  const outcome = slept.catch((error: unknown) => (error as Error).message);
  await clock.run();
  expect(await outcome).toBe('enough');
});

test('run stops at its condition and at its limit; every repeats until cancelled', async () => {
  const clock = new SimulatedClock();
  let count = 0;
  const cancel = clock.every(10, () => count++);
  expect(await clock.run(() => count === 3)).toBe(true);
  expect(clock.now()).toBe(30);
  await clock.advance(25);
  expect([count, clock.now()]).toEqual([5, 55]);
  cancel();
  await clock.run();
  expect(count).toBe(5);
});

test('time moves also where nothing waits for it', async () => {
  const clock = new SimulatedClock();
  await clock.advance(500);
  expect(clock.now()).toBe(500);
  clock.timeout(10, () => undefined);
  await clock.advance(500);
  expect(clock.now()).toBe(1000);
});
