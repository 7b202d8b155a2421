import { TASK, type TaskTable } from './tables.ts';
import type { WorkItem } from './work-item.ts';

/** What is known of one work item. */
export interface ItemState {
  /** `TASK.pending` or `TASK.assigned`; where its task is over, how that ended. */
  readonly status: number;
  /** Failed attempts. */
  readonly failures: number;
  /** Turns that were taken back, but for those that a pause, a lost engine or a second opinion took. */
  readonly losses: number;
  /** Agent that has it or had it last; -1 before. */
  readonly agent: number;
}

/** An item beside the one that its task's row holds. */
export interface Beside {
  readonly step: number;
  readonly slot: number;
  status: number;
  failures: number;
  losses: number;
  agent: number;
}

const MOST_LOSSES = 255;

/**
 * What is known of work items: of the first slot at the step where a task stands it is in the task's row, for there is seldom another; of
 * others beside. Nothing here throws: an item that was never heard of waits and has not failed.
 *
 * Invariants:
 * - What is known of an item stands in one place: its task's row, or `beside`.
 * - Of a task that is over nothing stands beside; one that goes on leaves nothing of its step there.
 */
export class TaskItems {
  /** By task; none as a rule. */
  readonly beside = new Map<number, Beside[]>();
  readonly #tasks: TaskTable;

  constructor(tasks: TaskTable) {
    this.#tasks = tasks;
  }

  of(item: WorkItem): ItemState {
    const { status, failures, losses, agent } = this.#tasks;
    const { task } = item;
    const over = (status[task] as number) >= TASK.committed;
    if (over || this.#isFirst(item))
      return {
        status: status[task] as number,
        failures: failures[task] as number,
        losses: losses[task] as number,
        agent: agent[task] as number,
      };
    return this.#find(item) ?? { status: TASK.pending, failures: 0, losses: 0, agent: -1 };
  }

  /** Items of the task that were ever heard of and are not done, but for the one of its row. */
  besideOf(task: number): WorkItem[] {
    return (this.beside.get(task) ?? []).map(({ step, slot }) => ({ task, step, slot }));
  }

  /** Tasks of which somebody has a turn, by agent. */
  assignments(): Map<number, number> {
    const found = new Map<number, number>();
    const { status, agent, size } = this.#tasks;
    for (let task = 0; task < size; task++) if (status[task] === TASK.assigned) found.set(agent[task] as number, task);
    for (const [task, items] of this.beside)
      for (const each of items) if (each.status === TASK.assigned) found.set(each.agent, task);
    return found;
  }

  assigned(item: WorkItem, agent: number): void {
    if (this.#isFirst(item)) {
      this.#tasks.status[item.task] = TASK.assigned;
      this.#tasks.agent[item.task] = agent;
    } else Object.assign(this.#at(item), { status: TASK.assigned, agent });
  }

  /** It waits again. `failed`: an attempt of it failed; `lost`: a turn of it was lost, which counts. */
  waits(item: WorkItem, { failed = false, lost = false } = {}): void {
    const { status, failures, losses } = this.#tasks;
    const { task } = item;
    if (this.#isFirst(item)) {
      status[task] = TASK.pending;
      if (failed) failures[task] = (failures[task] as number) + 1;
      if (lost) losses[task] = Math.min(MOST_LOSSES, (losses[task] as number) + 1);
      return;
    }
    const beside = this.#at(item);
    beside.status = TASK.pending;
    if (failed) beside.failures++;
    if (lost) beside.losses = Math.min(MOST_LOSSES, beside.losses + 1);
  }

  /** Its attempts begin anew; how many had failed. */
  renewed(item: WorkItem): number {
    const { failures } = this.of(item);
    const target = this.#isFirst(item) ? null : this.#at(item);
    if (target) target.failures = target.losses = 0;
    else this.#tasks.failures[item.task] = this.#tasks.losses[item.task] = 0;
    return failures;
  }

  /** It has given its output, or is done without one. `next`: the step at which its task goes on; the same: it stands where it stood. */
  ended(item: WorkItem, next: number): void {
    const { task, step } = item;
    const moves = step === this.#tasks.step[task] && next !== step;
    if (moves) {
      this.#keep(task, (beside) => beside.step !== step);
      this.#reset(task, next);
    } else if (this.#isFirst(item)) this.#reset(task, step);
    else this.#keep(task, (beside) => beside.step !== step || beside.slot !== item.slot);
  }

  /** The task begins anew, at that step. */
  restarted(task: number, step: number): void {
    this.beside.delete(task);
    this.#reset(task, step);
  }

  /** The task is over. */
  over(task: number): void {
    this.beside.delete(task);
  }

  /** The program that ran these turns is gone. */
  dropTurns(): void {
    const { status, size } = this.#tasks;
    for (let task = 0; task < size; task++) if (status[task] === TASK.assigned) status[task] = TASK.pending;
    for (const items of this.beside.values()) for (const beside of items) beside.status = TASK.pending;
  }

  /** Takes over what another one knows beside the rows. */
  copyFrom(other: TaskItems): void {
    for (const [task, items] of other.beside)
      this.beside.set(
        task,
        items.map((each) => ({ ...each })),
      );
  }

  #isFirst({ task, step, slot }: WorkItem): boolean {
    return slot === 0 && step === this.#tasks.step[task];
  }

  #find({ task, step, slot }: WorkItem): Beside | undefined {
    return this.beside.get(task)?.find((each) => each.step === step && each.slot === slot);
  }

  #at(item: WorkItem): Beside {
    const found = this.#find(item);
    if (found) return found;
    const { task, step, slot } = item;
    const fresh: Beside = { step, slot, status: TASK.pending, failures: 0, losses: 0, agent: -1 };
    this.beside.set(task, [...(this.beside.get(task) ?? []), fresh]);
    return fresh;
  }

  #keep(task: number, keep: (beside: Beside) => boolean): void {
    const kept = this.beside.get(task)?.filter(keep) ?? [];
    if (kept.length > 0) this.beside.set(task, kept);
    else this.beside.delete(task);
  }

  /** The task's row stands for the first slot at that step from now on. */
  #reset(task: number, step: number): void {
    const { status, step: steps, failures, losses } = this.#tasks;
    status[task] = TASK.pending;
    steps[task] = step;
    failures[task] = 0;
    losses[task] = 0;
  }
}
