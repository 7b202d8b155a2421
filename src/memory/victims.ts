import { Heap } from '../kernel/heap.ts';

/** How an agent stands when somebody must leave the GPU. */
export interface EvictionCandidate {
  /** It waits for its own next turn, which goes before others: evicting it would only bring it back. */
  readonly wanted: boolean;
  /** Lower is more urgent. */
  readonly priority: number;
  /** When it was parked, in parkings. */
  readonly used: number;
}

interface Candidate<A> extends EvictionCandidate {
  readonly agent: A;
  readonly version: number;
}

/** Candidates that may be void, beside those that are not. */
const VOID_KEPT = 64;

/** Evicted first: agents that nobody waits for, then the least urgent, then the least recently used. */
const evictedFirst = (a: EvictionCandidate, b: EvictionCandidate): boolean => {
  if (a.wanted !== b.wanted) return b.wanted;
  return a.priority === b.priority ? a.used < b.used : a.priority > b.priority;
};

/** Parked agents in the order in which they would have to leave. One whose `version` has gone on since it stood here stands here no more. */
export class Victims<A extends { readonly version: number }> {
  readonly #heap = new Heap<Candidate<A>>(evictedFirst);

  /** The agent stands so from now on; `parked`: how many there are to choose from. */
  stand(agent: A, parked: number, as: EvictionCandidate): void {
    this.#heap.push({ ...as, agent, version: agent.version });
    if (this.#heap.size > VOID_KEPT + 4 * parked) this.#sweep();
  }

  /** The first that still stands; it has to leave. */
  take(): A | undefined {
    for (;;) {
      const first = this.#heap.pop();
      if (!first || stands(first)) return first?.agent;
    }
  }

  /** Where nobody is ever evicted, nothing else would drop what is void. */
  #sweep(): void {
    const left = this.#heap.values().filter(stands);
    this.#heap.clear();
    for (const candidate of left) this.#heap.push(candidate);
  }
}

const stands = <A extends { readonly version: number }>({ agent, version }: Candidate<A>): boolean =>
  agent.version === version;
