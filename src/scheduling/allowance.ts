import { windowFor } from './bench.ts';

/** Engines lost in a row, none of which ended a turn, after which turns go out one at a time: one of them may be what kills engines. */
const SUSPICIOUS = 3;

/** How many turns may be in flight: as many as the engine has seats in use, and some that wait there already, or one where it is not trusted. */
export class Allowance {
  #seats = 0;
  #lostInARow = 0;

  /** Agents that may sit on the GPU at once. */
  get seats(): number {
    return this.#seats;
  }

  set seats(seats: number) {
    this.#seats = seats;
  }

  get oneAtATime(): boolean {
    return this.#lostInARow >= SUSPICIOUS;
  }

  get turns(): number {
    return this.oneAtATime ? 1 : windowFor(this.#seats);
  }

  /** With those that show whether an agent is mended: they wait for nobody. */
  get turnsAndTrials(): number {
    return this.oneAtATime ? 1 : windowFor(this.#seats) + this.#seats;
  }

  /** A turn came to its end: the engine works. */
  worked(): void {
    this.#lostInARow = 0;
  }

  lost(): void {
    this.#lostInARow++;
  }
}
