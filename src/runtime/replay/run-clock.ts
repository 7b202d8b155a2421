import { jumpOf } from '../../chaos/clock-seam.ts';
import type { JournalEvent } from '../../journal/events.ts';

/** A wall clock that moves so much more than the run did was set, ms. */
const JUMP_MS = 1_800_000;
/** Of a pause in which nothing happens so much is kept: what healing waits for is over by then, ms. */
const QUIET_PAUSE_MS = 3_600_000;

/** Whole time of the program while the run was open: the wall's, without closed tabs and clocks that were set. */
export class RunClock {
  #first: number | null = null;
  #skipped = 0;
  #wall = 0;
  #at = 0;
  #paused = false;

  /** Milliseconds from the run's start to the event. */
  at(event: JournalEvent): number {
    this.#first ??= event.wall;
    // Somebody moved the wall clock on purpose, and said by how much.
    const jumped = event.type === 'fault.injected' && event.kind === 'clock-jump' ? jumpOf(event.seed ?? 0) : 0;
    this.#skipped += jumped;
    const moved = event.wall - this.#wall - jumped;
    const ran = event.at - this.#at;
    if (this.#wall > 0) {
      if (event.type === 'run.resumed') this.#skipped += moved;
      else if (this.#paused) this.#skipped += moved - Math.min(Math.max(0, moved), QUIET_PAUSE_MS);
      else if (Math.abs(moved - ran) > JUMP_MS || moved < 0) this.#skipped += moved - Math.max(0, ran);
    }
    this.#wall = event.wall;
    this.#at = event.at;
    if (event.type === 'run.paused') this.#paused = true;
    if (event.type === 'run.continued') this.#paused = false;
    return event.wall - this.#first - this.#skipped;
  }
}
