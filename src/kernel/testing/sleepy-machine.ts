import { everyOn, sleepOn, type Cancel, type Clock } from '../clock.ts';
import type { SimulatedClock } from '../simulated-clock.ts';

/** A machine that can be put to sleep: time passes, and no timer fires before it is awake again; all that fell due fires then. */
export interface SleepyMachine {
  readonly clock: Clock;
  sleep(ms: number): Promise<void>;
}

/** @param around the clock of what runs on the machine */
export function sleepyMachine(time: SimulatedClock, around: Clock = time): SleepyMachine {
  let asleepUntil = 0;
  const clock: Clock = {
    now: () => around.now(),
    wall: () => around.wall(),
    timeout: (ms, task) => {
      let cancel: Cancel = () => undefined;
      const arm = (wait: number): void => {
        cancel = around.timeout(wait, () => {
          const left = asleepUntil - time.now();
          if (left > 0) arm(left);
          else task();
        });
      };
      arm(ms);
      return () => {
        cancel();
      };
    },
    every: (ms, task) => everyOn(clock, ms, task),
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
  };
  return {
    clock,
    sleep: async (ms) => {
      asleepUntil = time.now() + ms;
      await time.advance(ms);
    },
  };
}
