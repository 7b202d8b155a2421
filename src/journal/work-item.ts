/**
 * The key of everything that is in flight: a task, the step of the flow that works on it, and the slot at that step. A step has one slot as a
 * rule; where several answer the same (votes, samples), each has its own.
 */
export interface WorkItem {
  readonly task: number;
  readonly step: number;
  readonly slot: number;
}

/** Steps that a flow may have and slots that a step may have at most: what fits the key beside 2^32 tasks. */
const STEPS = 2 ** 8;
export const SLOTS = 2 ** 12;
const TASKS = 2 ** 32;

/** The item as one whole number; items in order of task, then step, then slot have keys in that order. @throws RangeError out of bounds */
export function keyOf(item: WorkItem): number {
  const { task, step, slot } = item;
  if (!isWorkItem(item))
    throw new RangeError(`no work item: task ${String(task)}, step ${String(step)}, slot ${String(slot)}`);
  return (task * STEPS + step) * SLOTS + slot;
}

/** The item of that key. */
export function itemAt(key: number): WorkItem {
  const above = Math.floor(key / SLOTS);
  return { task: Math.floor(above / STEPS), step: above % STEPS, slot: key % SLOTS };
}

/** Whether there can be such an item. */
export function isWorkItem({ task, step, slot }: WorkItem): boolean {
  return within(task, TASKS) && within(step, STEPS) && within(slot, SLOTS);
}

const within = (value: number, limit: number): boolean => Number.isInteger(value) && value >= 0 && value < limit;

/**
 * Where an event says that the item of its task stands: `stage` is absent where that is the step at which the task stands, `slot` where it is
 * the first. So are both in logs from before there were several.
 */
export interface Place {
  readonly stage?: number;
  readonly slot?: number;
}

/** @param stands the step at which the task stands */
export function itemOf(task: number, { stage, slot = 0 }: Place, stands: number): WorkItem {
  return { task, step: stage ?? stands, slot };
}

/** @param stands the step at which the item's task stands */
export function placeOf({ step, slot }: WorkItem, stands: number): Place {
  return { ...(step !== stands && { stage: step }), ...(slot !== 0 && { slot }) };
}

/** The place that something tells, as it tells it. */
export function placeIn({ stage, slot }: Place): Place {
  return { ...(stage !== undefined && { stage }), ...(slot !== undefined && { slot }) };
}

/** Values by work item. */
export class ItemMap<Value> {
  readonly #values = new Map<number, Value>();

  get size(): number {
    return this.#values.size;
  }

  get(item: WorkItem): Value | undefined {
    return this.#values.get(keyOf(item));
  }

  set(item: WorkItem, value: Value): void {
    this.#values.set(keyOf(item), value);
  }

  delete(item: WorkItem): void {
    this.#values.delete(keyOf(item));
  }

  clear(): void {
    this.#values.clear();
  }

  /** In the order in which their items were first set. */
  values(): Value[] {
    return [...this.#values.values()];
  }

  /** Items of the task, in any order. O(size): these maps hold what is under way, not all there is. */
  itemsOf(task: number): WorkItem[] {
    return [...this.#values.keys()].map(itemAt).filter((item) => item.task === task);
  }
}
