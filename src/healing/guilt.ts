import type { FaultClass } from './evidence.ts';

/**
 * Faults that a task itself can cause, in whoever works on it, and that end its turn. No stall: its turn still runs, and somebody has to be told
 * to end it.
 */
const TASK_FAULTS: ReadonlySet<FaultClass> = new Set([
  'loop',
  'invalid',
  'incomplete',
  'incoherent',
  'context-full',
  'engine-error',
]);

/** Whether a task, not whoever works on it, is to blame: several different agents have failed at it. */
export class Guilt {
  readonly #after: number;
  /** Who failed at a task, with what. */
  readonly #failedAt = new Map<number, Map<number, FaultClass>>();

  /** `after`: different agents that must fail at a task before it is to blame. */
  constructor(after: number) {
    this.#after = after;
  }

  /** The agent failed at the task. Returns all that did once the task is to blame, else null; its history is forgotten then. */
  hear(task: number, agent: number, fault: FaultClass): ReadonlyMap<number, FaultClass> | null {
    if (!TASK_FAULTS.has(fault)) return null;
    const failed = this.#failedAt.get(task) ?? new Map<number, FaultClass>();
    this.#failedAt.set(task, failed);
    failed.set(agent, fault);
    if (failed.size < this.#after) return null;
    this.#failedAt.delete(task);
    return failed;
  }

  /** Forgets a task's history once it has ended. */
  forget(task: number): void {
    this.#failedAt.delete(task);
  }
}
