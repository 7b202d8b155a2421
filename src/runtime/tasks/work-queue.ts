import { type RunState, TASK } from '../../journal/run-state.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { ReadyQueue, type ReadyTask } from '../../scheduling/ready-queue.ts';
import type { RunPlan } from '../definition/run-plan.ts';

/** Hands out turns; told where there may be one to hand out that there was not before. */
export interface Pump {
  pump(): void;
}

export interface WorkQueueOptions {
  readonly clock: Clock;
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly pump: Pump;
}

/** Tasks that wait for a turn, or for the moment from which they may have one again. */
export class WorkQueue {
  readonly #with: WorkQueueOptions;
  readonly #ready: ReadyQueue;
  readonly #delays = new Map<number, Cancel>();

  constructor(options: WorkQueueOptions) {
    this.#with = options;
    this.#ready = new ReadyQueue(options.plan.stages.map((stage) => stage.priority));
  }

  /** The next task that waits and suits, of the stages that `serves` says somebody is free for. */
  next(serves: (stage: number) => boolean, suits?: (task: number) => boolean): ReadyTask | null {
    for (;;) {
      const next = this.#ready.next(serves, suits);
      if (!next || this.#waits(next)) return next;
    }
  }

  /** Tasks that wait, of the stages that `serves` says somebody is free for. */
  count(serves: (stage: number) => boolean): number {
    return this.#ready.count(serves);
  }

  /** The task waits for a turn, at the stage where it stands. */
  push(task: number, urgent = false): void {
    this.#ready.push(this.#with.state.tasks.stage[task] as number, task, urgent);
  }

  /** As `push`, but not before `ms` have passed. */
  pushLater(task: number, ms: number): void {
    const { clock, pump } = this.#with;
    const cancel = clock.timeout(ms, () => {
      this.#delays.delete(task);
      this.push(task);
      pump.pump();
    });
    this.#delays.set(task, cancel);
  }

  /** The task does not wait for a moment to come any more. */
  withdraw(task: number): void {
    this.#delays.get(task)?.();
    this.#delays.delete(task);
  }

  /** Nothing waits any more. */
  stop(): void {
    this.#ready.clear();
    for (const cancel of this.#delays.values()) cancel();
    this.#delays.clear();
  }

  /** Whether it still waits there: a person's word may have ended it meanwhile, or moved it on. */
  #waits({ task, lane }: ReadyTask): boolean {
    const { status, stage } = this.#with.state.tasks;
    return status[task] === TASK.pending && stage[task] === lane;
  }
}
