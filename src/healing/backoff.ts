/** How long to wait before the next try: doubling from `baseMs` to `capMs`, back to the start after `calmMs` without a try. */
import type { Random } from '../kernel/random.ts';

export interface BackoffPolicy {
  readonly baseMs: number;
  readonly capMs: number;
  /** Quiet time after which the count starts again. */
  readonly calmMs: number;
  /** Share of the wait that is drawn at random, 0..1: keeps those that fell together from rising together. */
  readonly jitter: number;
}

export class Backoff {
  readonly #policy: BackoffPolicy;
  readonly #random: Random;
  #tries = 0;
  #last = Number.NEGATIVE_INFINITY;

  constructor(policy: BackoffPolicy, random: Random) {
    this.#policy = policy;
    this.#random = random;
  }

  /** Milliseconds to wait before the try that is wanted at `now`; counts it. The first wait after calm is `baseMs`. */
  next(now: number): number {
    const { baseMs, capMs, calmMs, jitter } = this.#policy;
    if (now - this.#last > calmMs) this.#tries = 0;
    const whole = Math.min(capMs, baseMs * 2 ** Math.min(this.#tries, 30));
    this.#tries++;
    // The wait belongs to the try: calm is counted from its end.
    const wait = whole * (1 - jitter * this.#random.next());
    this.#last = now + wait;
    return wait;
  }
}
