import { EngineLossDetector } from '../../scheduling/engine-loss-detector.ts';

/** Bigger models that a task was given to, and the one that has its next turn. */
interface Models {
  readonly tried: string[];
  next: string | null;
}

/**
 * What attempts at tasks left behind for the next ones: who is not to try again, which bigger models were tried, whose prompt was too long,
 * and who was there when engines were lost. Forgotten as soon as the task stands elsewhere.
 */
export class Attempts {
  /** Tasks that may be what kills engines. */
  readonly engineLosses = new EngineLossDetector();
  readonly #shrink = new Map<number, number>();
  readonly #failedBy = new Map<number, Set<number>>();
  readonly #models = new Map<number, Models>();

  /** Agents that failed at the task, or answered it and were not believed at once; others try next. */
  failedBy(task: number): ReadonlySet<number> | undefined {
    return this.#failedBy.get(task);
  }

  avoid(task: number, agent: number): void {
    const failedBy = this.#failedBy.get(task) ?? new Set<number>();
    failedBy.add(agent);
    this.#failedBy.set(task, failedBy);
  }

  /** Times that the task's prompt was found too long. */
  shrunk(task: number): number {
    return this.#shrink.get(task) ?? 0;
  }

  shrink(task: number): void {
    this.#shrink.set(task, this.shrunk(task) + 1);
  }

  /** Bigger models that the task was given to. */
  tried(task: number): readonly string[] {
    return this.#models.get(task)?.tried ?? [];
  }

  /** Bigger model that is to have the task's next turn; null as a rule. */
  nextModel(task: number): string | null {
    return this.#models.get(task)?.next ?? null;
  }

  /** As `nextModel`, for the turn that is handed out now. */
  takeModel(task: number): string | null {
    const next = this.nextModel(task);
    const models = this.#models.get(task);
    if (models) models.next = null;
    return next;
  }

  /** The task's next turn goes to that model, be it for the first time or again. */
  giveTo(task: number, model: string): void {
    const models = this.#models.get(task) ?? { tried: [], next: null };
    if (!models.tried.includes(model)) models.tried.push(model);
    models.next = model;
    this.#models.set(task, models);
  }

  forget(task: number): void {
    this.#shrink.delete(task);
    this.#failedBy.delete(task);
    this.#models.delete(task);
    this.engineLosses.forget(task);
  }
}
