import { Heap } from '../kernel/heap.ts';

interface Seat {
  readonly agent: number;
  readonly work: number;
}

/**
 * Idle agents of one role. `take` gives the one that has worked least, the lowest row among equals, in O(log n); an agent that is taken
 * must come back with `release` before it is taken again.
 */
export class Bench {
  readonly #idle = new Heap<Seat>((a, b) => (a.work === b.work ? a.agent < b.agent : a.work < b.work));

  constructor(agents: Iterable<Seat> = []) {
    for (const seat of agents) this.#idle.push(seat);
  }

  get size(): number {
    return this.#idle.size;
  }

  /** `avoid`: not this agent if another one is idle, e.g. the one that just failed at the task. */
  take(avoid?: number): number | undefined {
    const first = this.#idle.pop();
    if (!first || first.agent !== avoid || this.#idle.size === 0) return first?.agent;
    const second = this.#idle.pop();
    this.#idle.push(first);
    return second?.agent;
  }

  /** `work`: turns that the agent has taken so far. */
  release(agent: number, work: number): void {
    this.#idle.push({ agent, work });
  }
}

/** Turns to keep with an engine that runs `residents` at once: the next ones wait there already when a seat falls free. */
export function windowFor(residents: number): number {
  return Math.max(1, residents) * 2;
}
