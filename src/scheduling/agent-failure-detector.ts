import { ItemMap, type WorkItem } from '../journal/work-item.ts';

/**
 * Finds poison tasks by who failed at them: where several different agents did, the task is to blame and not whoever works on it.
 * @typeParam Fault what an agent can fail with
 */
export class AgentFailureDetector<Fault extends string> {
  readonly #after: number;
  readonly #causes: ReadonlySet<Fault>;
  /** Who failed at an item, with what. */
  readonly #failedAt = new ItemMap<Map<number, Fault>>();

  /**
   * @param after different agents that must fail at a task before it is to blame
   * @param causes faults that a task itself can cause, in whoever works on it; others say nothing about it
   */
  constructor(after: number, causes: ReadonlySet<Fault>) {
    this.#after = after;
    this.#causes = causes;
  }

  /** The agent failed at the item. Returns all that did once the task is to blame, else null; its history is forgotten then. */
  hear(item: WorkItem, agent: number, fault: Fault): ReadonlyMap<number, Fault> | null {
    if (!this.#causes.has(fault)) return null;
    const failed = this.#failedAt.get(item) ?? new Map<number, Fault>();
    this.#failedAt.set(item, failed);
    failed.set(agent, fault);
    if (failed.size < this.#after) return null;
    this.#failedAt.delete(item);
    return failed;
  }

  /** Forgets an item's history once it has ended. */
  forget(item: WorkItem): void {
    this.#failedAt.delete(item);
  }
}
