import { hasEnded } from '../../journal/outputs.ts';
import { type RunState, TASK } from '../../journal/run-state.ts';
import { ItemMap, placeOf, type WorkItem } from '../../journal/work-item.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { ReadyQueue, type ReadyItem } from '../../scheduling/ready-queue.ts';
import type { RunSetup } from '../definition/run-setup.ts';

/** Hands out turns; told where there may be one to hand out that there was not before. */
export interface Pump {
  pump(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly plan: RunSetup;
  readonly state: RunState;
  readonly pump: Pump;
}

/**
 * Work items that wait for a turn, or for the moment from which they may have one again.
 *
 * Invariants:
 * - The state says who waits, the queue only in which order: what lies here and waits no more is passed over when it comes up, so an item
 *   may lie here twice and is handed out once. Nothing is handed out about which a person is asked.
 * - After `stop` nothing that waited for a moment comes up any more.
 */
export class WorkQueue {
  readonly #with: WorkQueueOptions;
  readonly #ready: ReadyQueue;
  readonly #delays = new ItemMap<Cancel>();

  constructor(options: WorkQueueOptions) {
    this.#with = options;
    this.#ready = new ReadyQueue(options.plan.steps.map((step) => step.priority));
  }

  /** The next item that waits and suits, of the steps that `serves` says somebody is free for. */
  next(serves: (step: number) => boolean, suits?: (item: WorkItem) => boolean): ReadyItem | null {
    for (;;) {
      const next = this.#ready.next(serves, suits);
      if (!next || this.#waits(next.item)) return next;
    }
  }

  /** Items that wait, of the steps that `serves` says somebody is free for. */
  count(serves: (step: number) => boolean): number {
    return this.#ready.count(serves);
  }

  /** The item waits for a turn. */
  push(item: WorkItem, urgent = false): void {
    this.#ready.push(item, urgent);
  }

  /** As `push`, but not before `ms` have passed. */
  pushLater(item: WorkItem, ms: number): void {
    const { clock, pump } = this.#with;
    const cancel = clock.timeout(ms, () => {
      this.#delays.delete(item);
      this.push(item);
      pump.pump();
    });
    this.#delays.set(item, cancel);
  }

  /** Nothing of the task waits for a moment to come any more. */
  withdraw(task: number): void {
    for (const item of this.#delays.itemsOf(task)) {
      this.#delays.get(item)?.();
      this.#delays.delete(item);
    }
  }

  /** Nothing waits any more. */
  stop(): void {
    this.#ready.clear();
    for (const cancel of this.#delays.values()) cancel();
    this.#delays.clear();
  }

  /** Whether the item waits for a turn, now or from a moment to come; one that is handed out another way is passed over here. */
  holds(item: WorkItem): boolean {
    return this.#waits(item);
  }

  /** Whether it still waits there: a person's word may have ended it meanwhile, or moved its task on, or such a word is what it waits for. */
  #waits(item: WorkItem): boolean {
    const { plan, state } = this.#with;
    const { task, step } = item;
    if (state.tasks.step[task] !== step || state.items.of(item).status !== TASK.pending) return false;
    if (state.notices.ofTask(task, placeOf(item, step))) return false;
    return plan.steps[step]?.slots === 1 || !hasEnded(state.held.get(task), item);
  }
}
