/**
 * Time, passed in. Everything that waits or measures takes a `Clock`, so that a run can be replayed on virtual time.
 */

/** Undoes what returned it; calling it again, or too late, does nothing. */
export type Cancel = () => void;

export interface Clock {
  /** Monotonic milliseconds from an arbitrary start; for durations. */
  now(): number;
  /** Milliseconds since the epoch; for what a person reads. May jump. */
  wall(): number;
  /** Runs `task` once, `ms` from now. */
  timeout(ms: number, task: () => void): Cancel;
  /** Runs `task` each `ms` until cancelled. */
  every(ms: number, task: () => void): Cancel;
  /** Resolves after `ms`; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** `sleep` for any clock that has `timeout`. */
export function sleepOn(clock: Pick<Clock, 'timeout'>, ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason as Error);
      return;
    }
    const onAbort = (): void => {
      cancel();
      reject(signal?.reason as Error);
    };
    const cancel = clock.timeout(ms, () => {
      signal?.removeEventListener('abort', onAbort);
      resolve();
    });
    signal?.addEventListener('abort', onAbort, { once: true });
  });
}

/** `every` for any clock that has `timeout`; the next round is set before the task runs, so that the task may cancel it. */
export function everyOn(clock: Pick<Clock, 'timeout'>, ms: number, task: () => void): Cancel {
  let cancel: Cancel = () => undefined;
  const again = (): void => {
    cancel = clock.timeout(Math.max(1, ms), () => {
      again();
      task();
    });
  };
  again();
  return () => {
    cancel();
  };
}

/** The clock of the machine. */
export function systemClock(): Clock {
  const clock: Clock = {
    now: () => performance.now(),
    wall: () => Date.now(),
    timeout: (ms, task) => {
      const timer = setTimeout(task, ms);
      return () => {
        clearTimeout(timer);
      };
    },
    every: (ms, task) => {
      const timer = setInterval(task, ms);
      return () => {
        clearInterval(timer);
      };
    },
    sleep: (ms, signal) => sleepOn(clock, ms, signal),
  };
  return clock;
}
