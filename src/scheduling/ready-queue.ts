import { Heap } from '../kernel/heap.ts';

interface Lane {
  readonly index: number;
  readonly priority: number;
  readonly tasks: Heap<number>;
}

/**
 * Tasks that wait for a turn, one lane a stage of the flow. The lane of the lowest priority number goes first; within a lane the oldest
 * task, i.e. the lowest number, so that one that failed goes before those that were never tried. O(lanes + log n).
 */
export class ReadyQueue {
  readonly #lanes: readonly Lane[];
  readonly #byPriority: readonly Lane[];
  #size = 0;

  /** @param priorities one a lane */
  constructor(priorities: readonly number[]) {
    this.#lanes = priorities.map((priority, index) => ({ index, priority, tasks: new Heap<number>((a, b) => a < b) }));
    this.#byPriority = [...this.#lanes].sort((a, b) => a.priority - b.priority || a.index - b.index);
  }

  get size(): number {
    return this.#size;
  }

  /** Tasks of the lanes that `serves` says somebody is free for. */
  count(serves: (lane: number) => boolean): number {
    let count = 0;
    for (const { index, tasks } of this.#lanes) if (tasks.size > 0 && serves(index)) count += tasks.size;
    return count;
  }

  push(lane: number, task: number): void {
    const found = this.#lanes[lane];
    if (!found) throw new RangeError(`ReadyQueue: no lane ${String(lane)}`);
    found.tasks.push(task);
    this.#size++;
  }

  /** The next task of a lane that `serves` says somebody is free for. */
  next(serves: (lane: number) => boolean): { readonly lane: number; readonly task: number } | null {
    for (const { index, tasks } of this.#byPriority) {
      if (tasks.size === 0 || !serves(index)) continue;
      this.#size--;
      return { lane: index, task: tasks.pop() as number };
    }
    return null;
  }

  clear(): void {
    for (const lane of this.#lanes) lane.tasks.clear();
    this.#size = 0;
  }
}
