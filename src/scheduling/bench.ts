import { Heap } from '../kernel/heap.ts';

interface Seat {
  readonly agent: number;
  readonly work: number;
}

const leastWork = (a: Seat, b: Seat): boolean => (a.work === b.work ? a.agent < b.agent : a.work < b.work);
const NOBODY: ReadonlySet<number> = new Set();

/**
 * Idle agents of one role. `take` gives the one that has worked least, the lowest row among equals, in O(log n); an agent that is taken
 * must come back with `release` before it is taken again. Agents on trial, whose next turn shows whether they are mended, go first where
 * nothing speaks against it.
 */
export class Bench {
  readonly #idle = new Heap<Seat>(leastWork);
  readonly #trial = new Heap<Seat>(leastWork);

  constructor(agents: Iterable<Seat> = []) {
    for (const seat of agents) this.#idle.push(seat);
  }

  get size(): number {
    return this.#idle.size + this.#trial.size;
  }

  /**
   * `avoid`: none of these if another one is idle, e.g. those that failed at the task. `steady`: rather nobody on trial, e.g. for a task
   * that has failed before.
   */
  take(avoid: ReadonlySet<number> = NOBODY, steady = false): number | undefined {
    const [first, second] = steady ? [this.#idle, this.#trial] : [this.#trial, this.#idle];
    return takeFrom(first, avoid) ?? takeFrom(second, avoid) ?? takeFrom(first, NOBODY) ?? takeFrom(second, NOBODY);
  }

  /** `work`: turns that the agent has taken so far. */
  release(agent: number, work: number, trial = false): void {
    (trial ? this.#trial : this.#idle).push({ agent, work });
  }
}

/** The first that is not to be avoided, in O(avoided x log n). */
function takeFrom(heap: Heap<Seat>, avoid: ReadonlySet<number>): number | undefined {
  const passed: Seat[] = [];
  let seat = heap.pop();
  while (seat && avoid.has(seat.agent)) {
    passed.push(seat);
    seat = heap.pop();
  }
  for (const back of passed) heap.push(back);
  return seat?.agent;
}

/** Turns to keep with an engine that runs `residents` at once: the next ones wait there already when a seat falls free. */
export function windowFor(residents: number): number {
  return Math.max(1, residents) * 2;
}
