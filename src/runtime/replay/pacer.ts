import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { Pace } from '../links/protocol.ts';

/** How often virtual time is brought up to where it should be, real ms. */
const BEAT_MS = 25;
/** A page that slept does not make the replay jump. */
const LONGEST_BEAT_MS = 250;
/** Real ms that one beat may work, so that questions are answered in between. */
const SLICE_MS = 40;

/** Moves a virtual clock along with the machine's, at a pace that a person sets. */
export class Pacer {
  readonly #virtual: SimulatedClock;
  readonly #real: Clock;
  readonly #done: () => boolean;
  #pace: Pace = 0;
  #beat: Cancel | null = null;
  #last = 0;
  #busy = false;

  /** @param done nothing more is to come: the clock stands still from then on */
  constructor(virtual: SimulatedClock, real: Clock, done: () => boolean) {
    this.#virtual = virtual;
    this.#real = real;
    this.#done = done;
  }

  get pace(): Pace {
    return this.#pace;
  }

  set pace(pace: Pace) {
    this.#pace = pace;
    this.#last = this.#real.now();
    if (pace === 0) this.stop();
    else
      this.#beat ??= this.#real.every(BEAT_MS, () => {
        void this.#step();
      });
  }

  stop(): void {
    this.#beat?.();
    this.#beat = null;
  }

  async #step(): Promise<void> {
    if (this.#busy) return;
    this.#busy = true;
    const began = this.#real.now();
    const passed = Math.min(LONGEST_BEAT_MS, began - this.#last);
    this.#last = began;
    const target = this.#pace === 'end' ? Number.POSITIVE_INFINITY : this.#virtual.now() + passed * this.#pace;
    await this.#virtual.run(() => this.#done() || this.#beat === null || this.#real.now() - began > SLICE_MS, target);
    this.#busy = false;
    if (this.#done()) this.stop();
  }
}
