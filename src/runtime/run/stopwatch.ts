import type { Clock } from '../../kernel/clock.ts';

/** Run time: goes on only while it runs, and starts from what earlier sessions left. */
export class Stopwatch {
  readonly #clock: Clock;
  #sum: number;
  #since: number | null = null;

  constructor(clock: Clock, sum = 0) {
    this.#clock = clock;
    this.#sum = sum;
  }

  elapsed(): number {
    return this.#sum + (this.#since === null ? 0 : this.#clock.now() - this.#since);
  }

  get running(): boolean {
    return this.#since !== null;
  }

  set running(on: boolean) {
    if (on === (this.#since !== null)) return;
    this.#sum = this.elapsed();
    this.#since = on ? this.#clock.now() : null;
  }
}
