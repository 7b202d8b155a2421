/** Faults of time: stands between a run and its clock. */
import type { Cancel, Clock } from '../kernel/clock.ts';
import { everyOn, sleepOn } from '../kernel/clock.ts';
import { seededRandom } from '../kernel/random.ts';

/** How far a `clock-jump` of this seed moves the wall clock: up to six hours either way, ms. Whoever reads times of the log needs it too. */
export const jumpOf = (seed: number): number => Math.round(seededRandom(seed).between(-6, 6) * 3_600_000);

/** A clock whose wall can jump and whose timers can freeze, as in a tab that is hidden or a laptop that is closed. */
export class FaultyClock implements Clock {
  readonly #inner: Clock;
  #offset = 0;
  #frozenUntil = Number.NEGATIVE_INFINITY;

  constructor(inner: Clock) {
    this.#inner = inner;
  }

  /** Moves the wall clock; what measures durations does not notice. */
  jump(ms: number): void {
    this.#offset += ms;
  }

  /** No timer fires for `ms`; those that fell due fire then, late. */
  freeze(ms: number): void {
    this.#frozenUntil = Math.max(this.#frozenUntil, this.#inner.now() + ms);
  }

  now(): number {
    return this.#inner.now();
  }

  wall(): number {
    return this.#inner.wall() + this.#offset;
  }

  timeout(ms: number, task: () => void): Cancel {
    let cancel: Cancel = () => undefined;
    const arm = (wait: number): void => {
      cancel = this.#inner.timeout(wait, () => {
        const thaw = this.#frozenUntil - this.#inner.now();
        if (thaw > 0) arm(thaw);
        else task();
      });
    };
    arm(ms);
    return () => {
      cancel();
    };
  }

  every(ms: number, task: () => void): Cancel {
    return everyOn(this, ms, task);
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return sleepOn(this, ms, signal);
  }
}
