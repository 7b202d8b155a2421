import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { SimulatedClock } from '../../kernel/simulated-clock.ts';
import type { Pace } from '../protocol/links.ts';

/** How often virtual time is brought up to where it should be, real ms. */
const BEAT_MS = 25;
/** A page that slept does not make the replay jump. */
const LONGEST_BEAT_MS = 250;
/** Real ms that one beat may work, so that questions are answered in between. */
const SLICE_MS = 40;

export interface PacerOptions {
  /** Nothing more is to come: the clock stands still from then on. */
  readonly done: () => boolean;
  /** Nothing is to be seen for now: nobody waits for that, the clock goes as fast as it can. */
  readonly idle: () => boolean;
}

/** Moves a virtual clock along with the machine's, at a pace that a person sets. */
export class Pacer {
  readonly #virtual: SimulatedClock;
  readonly #real: Clock;
  readonly #with: PacerOptions;
  #pace: Pace = 0;
  #beat: Cancel | null = null;
  #last = 0;
  #busy = false;

  constructor(virtual: SimulatedClock, real: Clock, options: PacerOptions) {
    this.#virtual = virtual;
    this.#real = real;
    this.#with = options;
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
    const { done, idle } = this.#with;
    const skips = this.#pace !== 'end' && idle();
    const target = skips || this.#pace === 'end' ? Number.POSITIVE_INFINITY : this.#virtual.now() + passed * this.#pace;
    const stops = (): boolean => done() || this.#beat === null || this.#real.now() - began > SLICE_MS;
    await this.#virtual.run(() => stops() || (skips && !idle()), target);
    this.#busy = false;
    if (done()) this.stop();
  }
}
