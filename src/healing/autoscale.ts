/**
 * How many agents sit on the GPU at once. Up by one when the GPU is loaded above 80 % with turns waiting (it has work, more of it can share a
 * batch), down by one when below 20 % with none waiting; only when it lasts, and not again before the last change could be felt.
 *
 * A seat that is taken away costs nothing while nobody waits for it; one that comes and goes would cost a page-in each time. So what is slow
 * for another reason (turns wait and the GPU is idle) changes nothing.
 */
import type { SeatsCause } from '../journal/engine-events.ts';

export interface ScaleLimits {
  readonly min: number;
  readonly max: number;
  /** Loads as shares of time in which the GPU had work, 0..1. */
  readonly up: number;
  readonly down: number;
  /** Looks in a row that it takes. */
  readonly looks: number;
  /** Looks to wait after a change. */
  readonly rest: number;
}

export const DEFAULT_SCALE: ScaleLimits = { min: 1, max: 16, up: 0.8, down: 0.2, looks: 3, rest: 3 };

export interface ScaleView {
  /** Share of the time since the last look in which the GPU had work. */
  readonly load: number;
  readonly waiting: number;
  /** Bytes free below the limit, and what one more agent costs. */
  readonly freeBytes: number;
  readonly bytesPerAgent: number;
}

export class Autoscaler {
  readonly #limits: ScaleLimits;
  #residents: number;
  #high = 0;
  #low = 0;
  #rest = 0;

  constructor(residents: number, limits: ScaleLimits = DEFAULT_SCALE) {
    this.#limits = limits;
    this.#residents = Math.min(limits.max, Math.max(limits.min, residents));
  }

  get residents(): number {
    return this.#residents;
  }

  /** One look; the number wanted from now on and, when it changed, why. */
  look(view: ScaleView): { readonly residents: number; readonly because: SeatsCause | null } {
    const { up, down, looks, rest, min, max } = this.#limits;
    const wantsMore = view.load > up && view.waiting > 0;
    const wantsLess = view.load < down && view.waiting === 0;
    this.#high = wantsMore ? this.#high + 1 : 0;
    this.#low = wantsLess ? this.#low + 1 : 0;
    if (this.#rest > 0) {
      this.#rest--;
      return { residents: this.#residents, because: null };
    }
    const percent = Math.round(view.load * 100);
    if (this.#high >= looks && this.#residents < max && view.freeBytes >= view.bytesPerAgent) {
      return this.#change(1, { code: 'busy', percent, waiting: view.waiting }, rest);
    }
    if (this.#low >= looks && this.#residents > min) return this.#change(-1, { code: 'idle', percent }, rest);
    return { residents: this.#residents, because: null };
  }

  #change(by: number, because: SeatsCause, rest: number): { residents: number; because: SeatsCause } {
    this.#residents += by;
    this.#high = 0;
    this.#low = 0;
    this.#rest = rest;
    return { residents: this.#residents, because };
  }
}
