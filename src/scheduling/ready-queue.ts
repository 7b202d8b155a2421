import { itemAt, keyOf, type WorkItem } from '../journal/work-item.ts';
import { Heap } from '../kernel/heap.ts';

interface Lane {
  readonly index: number;
  readonly priority: number;
  /** Keys of those that somebody waits for, and of the others. */
  readonly urgent: Heap<number>;
  readonly others: Heap<number>;
}

export interface ReadyItem {
  readonly item: WorkItem;
  /** Somebody waits for it. */
  readonly urgent: boolean;
}

/** Items looked at for one that suits. */
const LOOKS = 16;
const ANY = (): boolean => true;

/**
 * Work items that wait for a turn, one lane a step of the flow. Urgent ones go first; then the lane of the lowest priority number; within a
 * lane the oldest task, i.e. the lowest number, so that one that failed goes before those that were never tried. O(lanes + log n).
 *
 * Invariants:
 * - What was pushed comes out once for each time that it was pushed, unless `clear` comes first.
 * - Items that do not suit stay where they are.
 */
export class ReadyQueue {
  readonly #lanes: readonly Lane[];
  readonly #byPriority: readonly Lane[];
  #size = 0;

  /** @param priorities one a lane, i.e. one a step */
  constructor(priorities: readonly number[]) {
    const oldest = (a: number, b: number): boolean => a < b;
    this.#lanes = priorities.map((priority, index) => ({
      index,
      priority,
      urgent: new Heap<number>(oldest),
      others: new Heap<number>(oldest),
    }));
    this.#byPriority = [...this.#lanes].sort((a, b) => a.priority - b.priority || a.index - b.index);
  }

  get size(): number {
    return this.#size;
  }

  /** Items of the lanes that `serves` says somebody is free for. */
  count(serves: (lane: number) => boolean): number {
    let count = 0;
    for (const { index, urgent, others } of this.#lanes) {
      const size = urgent.size + others.size;
      if (size > 0 && serves(index)) count += size;
    }
    return count;
  }

  /** @throws RangeError where there is no such step */
  push(item: WorkItem, urgent = false): void {
    const lane = this.#lanes[item.step];
    if (!lane) throw new RangeError(`ReadyQueue: no step ${String(item.step)}`);
    (urgent ? lane.urgent : lane.others).push(keyOf(item));
    this.#size++;
  }

  /** The next item of a lane that `serves` says somebody is free for; `suits`: the first such of the few that come next. */
  next(serves: (lane: number) => boolean, suits: (item: WorkItem) => boolean = ANY): ReadyItem | null {
    const lanes = this.#byPriority.filter(
      ({ index, urgent, others }) => urgent.size + others.size > 0 && serves(index),
    );
    for (const urgent of [true, false]) {
      for (const lane of lanes) {
        const item = take(urgent ? lane.urgent : lane.others, suits);
        if (!item) continue;
        this.#size--;
        return { item, urgent };
      }
    }
    return null;
  }

  clear(): void {
    for (const { urgent, others } of this.#lanes) {
      urgent.clear();
      others.clear();
    }
    this.#size = 0;
  }
}

/** Takes the first that suits; those that do not stay where they are. */
function take(heap: Heap<number>, suits: (item: WorkItem) => boolean): WorkItem | null {
  const passed: number[] = [];
  let found: WorkItem | null = null;
  while (!found && heap.size > 0 && passed.length < LOOKS) {
    const key = heap.pop() as number;
    const item = itemAt(key);
    if (suits(item)) found = item;
    else passed.push(key);
  }
  for (const key of passed) heap.push(key);
  return found;
}
