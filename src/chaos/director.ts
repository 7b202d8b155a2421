/** Lets the faults of a plan happen when they are due, each at its seam, and tells what became of each. */
import type { Cancel, Clock } from '../kernel/clock.ts';
import { KINDS } from './kinds.ts';
import type { DueFault } from './schedule.ts';
import type { FaultSeams, Injection } from './seams.ts';
import { missed } from './seams.ts';

export interface LandedFault {
  readonly fault: DueFault;
  readonly injection: Injection;
}

export class Director {
  readonly #clock: Clock;
  readonly #seams: () => FaultSeams;
  readonly #landed: (landed: LandedFault) => void;
  readonly #timers = new Set<Cancel>();
  #open = 0;

  /** `seams` is asked at each fault: a reloaded run has new ones. */
  constructor(clock: Clock, seams: () => FaultSeams, landed: (landed: LandedFault) => void) {
    this.#clock = clock;
    this.#seams = seams;
    this.#landed = landed;
  }

  /** Faults that are still to come or to land. */
  get open(): number {
    return this.#open;
  }

  /** Starts the plan: times count from now. */
  start(faults: readonly DueFault[]): void {
    for (const fault of faults) {
      this.#open++;
      const cancel = this.#clock.timeout(fault.at, () => {
        this.#timers.delete(cancel);
        this.strike(fault);
      });
      this.#timers.add(cancel);
    }
  }

  /** One fault now, e.g. from the page's button. */
  strike(fault: DueFault): void {
    const seam = this.#seams()[KINDS[fault.kind].seam];
    let told = false;
    const tell = (injection: Injection): void => {
      if (told) return;
      told = true;
      this.#open = Math.max(0, this.#open - 1);
      this.#landed({ fault, injection });
    };
    if (seam) seam(fault, tell);
    else tell(missed({ code: 'cannot-enter', kind: fault.kind }));
  }

  /** No more faults; those on their way to an agent may still land. */
  stop(): void {
    for (const cancel of this.#timers) cancel();
    this.#open -= this.#timers.size;
    this.#timers.clear();
  }
}
