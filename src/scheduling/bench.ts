import { Heap } from '../kernel/heap.ts';

interface Entry {
  readonly agent: number;
  readonly work: number;
}

const leastWork = (a: Entry, b: Entry): boolean => (a.work === b.work ? a.agent < b.agent : a.work < b.work);
const NOBODY: ReadonlySet<number> = new Set();

/**
 * Idle agents of one role. `take` gives the one that has worked least, the lowest row among equals, in O(log n); an agent that is taken
 * must come back with `release` before it is taken again. Agents on trial, whose next turn shows whether they are mended, go first where
 * nothing speaks against it.
 */
export class Bench {
  readonly #idle = new Heap<Entry>(leastWork);
  readonly #trial = new Heap<Entry>(leastWork);
  /** Who sits here, and in which place; places left behind in a heap are passed over. */
  readonly #places = new Map<number, Entry>();
  readonly #trials = new Set<number>();

  constructor(agents: Iterable<Entry> = []) {
    for (const { agent, work } of agents) this.release(agent, work);
  }

  get size(): number {
    return this.#places.size;
  }

  /** How many of them are on trial. */
  get onTrial(): number {
    return this.#trials.size;
  }

  /**
   * `avoid`: none of these if another one is idle, e.g. those that failed at the task. `steady`: rather nobody on trial, e.g. for a task
   * that has failed before.
   */
  take(avoid: ReadonlySet<number> = NOBODY, steady = false): number | undefined {
    const [first, second] = steady ? [this.#idle, this.#trial] : [this.#trial, this.#idle];
    const agent =
      this.#from(first, avoid) ?? this.#from(second, avoid) ?? this.#from(first, NOBODY) ?? this.#from(second, NOBODY);
    if (agent !== undefined) this.remove(agent);
    return agent;
  }

  /** Somebody on trial and none of `avoid`. */
  takeTrial(avoid: ReadonlySet<number> = NOBODY): number | undefined {
    const agent = this.#from(this.#trial, avoid);
    if (agent !== undefined) this.remove(agent);
    return agent;
  }

  /** `work`: turns that the agent has taken so far. One that sits here already changes its place. */
  release(agent: number, work: number, trial = false): void {
    const place: Entry = { agent, work };
    this.#places.set(agent, place);
    (trial ? this.#trial : this.#idle).push(place);
    if (trial) this.#trials.add(agent);
    else this.#trials.delete(agent);
  }

  /** Takes this agent away; false where it does not sit here. */
  remove(agent: number): boolean {
    this.#trials.delete(agent);
    return this.#places.delete(agent);
  }

  /** The first of the heap that is not to be avoided, in O(avoided x log n). */
  #from(heap: Heap<Entry>, avoid: ReadonlySet<number>): number | undefined {
    const passed: Entry[] = [];
    let place = heap.pop();
    while (place && (avoid.has(place.agent) || this.#places.get(place.agent) !== place)) {
      if (this.#places.get(place.agent) === place) passed.push(place);
      place = heap.pop();
    }
    for (const back of passed) heap.push(back);
    return place?.agent;
  }
}

/** Turns to keep with an engine that runs `residents` at once: the next ones wait there already when a seat falls free. */
export function windowFor(residents: number): number {
  return Math.max(1, residents) * 2;
}
