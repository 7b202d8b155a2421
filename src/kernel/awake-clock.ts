import type { Cancel, Clock } from './clock.ts';
import { sleepOn } from './clock.ts';

export interface AwakeOptions {
  /** How often this thread gives itself a sign of life, ms. */
  readonly beatMs: number;
  /** Longest silence between two signs of life that counts as time, ms; what is beyond was slept through. */
  readonly mostMs: number;
  /** The thread has slept for so many ms, and is awake again. */
  readonly onWake?: (sleptMs: number) => void;
}

/** A worker whose timers nobody slows down. It may be busy for a while with one thing, which is no sleep, but nothing that is waited for then either. */
export const OF_A_WORKER = { beatMs: 250, mostMs: 1000 } as const;
/** A page: while it is hidden, its timers may fire once a minute only. */
export const OF_A_PAGE = { beatMs: 1000, mostMs: 10_000 } as const;

/**
 * A clock that stands still while its thread is asleep: a tab that is frozen or kept for a way back, a computer whose lid is closed. Then no
 * deadline passes and nobody is silent for that time, wherever it is measured: durations and timers go by time awake. The time of day goes on.
 *
 * Invariants:
 * - `now` never goes back, and never faster than the inner clock.
 * - A timer fires no earlier than its time awake; with signs of life that are never late, exactly as on the inner clock.
 */
export function awakeClock(inner: Clock, { beatMs, mostMs, onWake }: AwakeOptions): Clock {
  let seen = inner.now();
  let slept = 0;
  const look = (): number => {
    const now = inner.now();
    const over = now - seen - mostMs;
    seen = now;
    if (over > 0) {
      slept += over;
      onWake?.(over);
    }
    return now - slept;
  };
  inner.every(beatMs, look);
  const clock: Clock = {
    now: look,
    wall: () => inner.wall(),
    timeout: (ms, task) => {
      const due = look() + ms;
      let cancel: Cancel = () => undefined;
      const arm = (wait: number): void => {
        cancel = inner.timeout(wait, () => {
          // Browsers round: a timer may come a fraction of a millisecond early.
          const left = due - look();
          if (left >= 1) arm(left);
          else task();
        });
      };
      arm(ms);
      return () => {
        cancel();
      };
    },
    // After a sleep one tick, however many it was long.
    every: (ms, task) => inner.every(ms, task),
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
  };
  return clock;
}
