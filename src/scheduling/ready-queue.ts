import { Heap } from '../kernel/heap.ts';

interface Lane {
  readonly index: number;
  readonly priority: number;
  /** Those that somebody waits for, and the others. */
  readonly urgent: Heap<number>;
  readonly tasks: Heap<number>;
}

export interface ReadyTask {
  readonly lane: number;
  readonly task: number;
  /** Somebody waits for it. */
  readonly urgent: boolean;
}

/** Tasks looked at for one that suits. */
const LOOKS = 16;
const ANY = (): boolean => true;

/**
 * Tasks that wait for a turn, one lane a stage of the flow. Urgent ones go first; then the lane of the lowest priority number; within a lane
 * the oldest task, i.e. the lowest number, so that one that failed goes before those that were never tried. O(lanes + log n).
 */
export class ReadyQueue {
  readonly #lanes: readonly Lane[];
  readonly #byPriority: readonly Lane[];
  #size = 0;

  /** @param priorities one a lane */
  constructor(priorities: readonly number[]) {
    const oldest = (a: number, b: number): boolean => a < b;
    this.#lanes = priorities.map((priority, index) => ({
      index,
      priority,
      urgent: new Heap<number>(oldest),
      tasks: new Heap<number>(oldest),
    }));
    this.#byPriority = [...this.#lanes].sort((a, b) => a.priority - b.priority || a.index - b.index);
  }

  get size(): number {
    return this.#size;
  }

  /** Tasks of the lanes that `serves` says somebody is free for. */
  count(serves: (lane: number) => boolean): number {
    let count = 0;
    for (const { index, urgent, tasks } of this.#lanes) {
      const size = urgent.size + tasks.size;
      if (size > 0 && serves(index)) count += size;
    }
    return count;
  }

  push(lane: number, task: number, urgent = false): void {
    const found = this.#lanes[lane];
    if (!found) throw new RangeError(`ReadyQueue: no lane ${String(lane)}`);
    (urgent ? found.urgent : found.tasks).push(task);
    this.#size++;
  }

  /** The next task of a lane that `serves` says somebody is free for; `suits`: the first such of the few that come next. */
  next(serves: (lane: number) => boolean, suits: (task: number) => boolean = ANY): ReadyTask | null {
    const lanes = this.#byPriority.filter(({ index, urgent, tasks }) => urgent.size + tasks.size > 0 && serves(index));
    for (const urgent of [true, false]) {
      for (const { index, urgent: first, tasks } of lanes) {
        const task = take(urgent ? first : tasks, suits);
        if (task === undefined) continue;
        this.#size--;
        return { lane: index, task, urgent };
      }
    }
    return null;
  }

  clear(): void {
    for (const { urgent, tasks } of this.#lanes) {
      urgent.clear();
      tasks.clear();
    }
    this.#size = 0;
  }
}

/** Takes the first that suits; those that do not stay where they are. */
function take(heap: Heap<number>, suits: (task: number) => boolean): number | undefined {
  const passed: number[] = [];
  let found: number | undefined;
  while (found === undefined && heap.size > 0 && passed.length < LOOKS) {
    const task = heap.pop() as number;
    if (suits(task)) found = task;
    else passed.push(task);
  }
  for (const task of passed) heap.push(task);
  return found;
}
