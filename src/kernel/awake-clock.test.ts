import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { awakeClock, OF_A_PAGE, OF_A_WORKER } from './awake-clock.ts';
import { SimulatedClock } from './simulated-clock.ts';
import { sleepyMachine } from './testing/sleepy-machine.ts';

const HOUR = 3_600_000;

function machine() {
  const time = new SimulatedClock();
  return { time, ...sleepyMachine(time) };
}

describe('m. a clock that stands still while its thread sleeps', () => {
  test('no deadline passes while the computer sleeps, in whatever part of it that is', async () => {
    const { clock, time, sleep } = machine();
    const awake = awakeClock(clock, OF_A_WORKER);
    const fired: string[] = [];
    awake.timeout(30_000, () => fired.push('deadline'));
    await time.advance(10_000);
    await sleep(8 * HOUR);
    await time.advance(1);
    expect(fired).toEqual([]);
    expect(awake.now()).toBeLessThanOrEqual(10_000 + OF_A_WORKER.mostMs + 1);
    await time.advance(18_000);
    expect(fired).toEqual([]);
    await time.advance(2000);
    expect(fired).toEqual(['deadline']);
    expect(awake.wall() - 8 * HOUR).toBeGreaterThan(1_700_000_000_000);
  });

  test('the first to ask after a sleep is told the right time, before any timer has come', () => {
    let now = 0;
    const never = { timeout: () => () => undefined, every: () => () => undefined, sleep: () => Promise.resolve() };
    const woken: number[] = [];
    const onWake = (ms: number): void => void woken.push(ms);
    const awake = awakeClock({ ...never, now: () => now, wall: () => now }, { ...OF_A_WORKER, onWake });
    now = 1000;
    expect(awake.now()).toBe(1000);
    now += HOUR;
    expect(awake.now()).toBe(1000 + OF_A_WORKER.mostMs);
    now += 1;
    expect(awake.now()).toBe(1001 + OF_A_WORKER.mostMs);
    expect(woken).toEqual([HOUR - OF_A_WORKER.mostMs]);
  });

  test('whoever wants to know hears once of each sleep', async () => {
    const { clock, time, sleep } = machine();
    const woken: number[] = [];
    awakeClock(clock, { ...OF_A_WORKER, onWake: (ms) => woken.push(ms) });
    await time.advance(60_000);
    expect(woken).toEqual([]);
    await sleep(HOUR);
    await time.advance(60_000);
    await sleep(2 * HOUR);
    await time.advance(60_000);
    expect(woken.map((ms) => Math.round(ms / HOUR))).toEqual([1, 2]);
  });

  test('a page whose timers are slowed to one a minute is not asleep for ever', async () => {
    const { clock, time, sleep } = machine();
    const awake = awakeClock(clock, OF_A_PAGE);
    let fired = 0;
    awake.timeout(30_000, () => fired++);
    for (let minute = 0; minute < 5; minute++) {
      await sleep(60_000);
      await time.advance(0);
    }
    expect(fired).toBe(1);
  });

  test('awake it is the clock of the machine, to the millisecond', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 0, max: 4000 }), { maxLength: 20 }), async (waits) => {
        const { clock, time } = machine();
        const awake = awakeClock(clock, OF_A_WORKER);
        const fired: number[] = [];
        for (const ms of waits) awake.timeout(ms, () => fired.push(awake.now()));
        await time.advance(5000);
        expect(fired).toEqual(waits.toSorted((a, b) => a - b));
        expect(awake.now()).toBe(5000);
      }),
    );
  });

  test('however it sleeps, time never goes back, and no timer comes before its time awake', async () => {
    const life = fc.array(
      fc.record({ awake: fc.integer({ min: 0, max: 20_000 }), asleep: fc.integer({ min: 0, max: HOUR }) }),
      { maxLength: 8 },
    );
    await fc.assert(
      fc.asyncProperty(life, fc.integer({ min: 1, max: 60_000 }), async (days, ms) => {
        const { clock, time, sleep } = machine();
        const clockAwake = awakeClock(clock, OF_A_WORKER);
        let lived = 0;
        let firedAt: number | null = null;
        let last = 0;
        clockAwake.timeout(ms, () => (firedAt = clockAwake.now()));
        for (const day of days) {
          await time.advance(day.awake);
          lived += day.awake;
          await sleep(day.asleep);
          lived += Math.min(day.asleep, OF_A_WORKER.mostMs);
          const now = clockAwake.now();
          expect(now).toBeGreaterThanOrEqual(last);
          expect(now).toBeLessThanOrEqual(lived);
          last = now;
        }
        await time.advance(70_000);
        expect(firedAt).toBeGreaterThanOrEqual(ms - 1);
      }),
      { numRuns: 40 },
    );
  });
});
