import { ItemMap, type WorkItem } from '../../journal/work-item.ts';
import { EngineLossDetector } from '../../scheduling/engine-loss-detector.ts';

/** Bigger models that an item was given to, and the one that has its next turn. */
interface Models {
  readonly item: WorkItem;
  readonly tried: string[];
  next: string | null;
}

/**
 * What attempts at work items left behind for the next ones: who is not to try again, which bigger models were tried, whose prompt was too
 * long, and who was there when engines were lost. Forgotten as soon as the item is done.
 */
export class Attempts {
  /** Items that may be what kills engines. */
  readonly engineLosses = new EngineLossDetector();
  readonly #shrink = new ItemMap<number>();
  readonly #failedBy = new ItemMap<Set<number>>();
  readonly #models = new ItemMap<Models>();

  /** Agents that failed at the item, or answered it and were not believed at once; others try next. */
  failedBy(item: WorkItem): ReadonlySet<number> | undefined {
    return this.#failedBy.get(item);
  }

  avoid(item: WorkItem, agent: number): void {
    const failedBy = this.#failedBy.get(item) ?? new Set<number>();
    failedBy.add(agent);
    this.#failedBy.set(item, failedBy);
  }

  /** Times that the item's prompt was found too long. */
  shrunk(item: WorkItem): number {
    return this.#shrink.get(item) ?? 0;
  }

  shrink(item: WorkItem): void {
    this.#shrink.set(item, this.shrunk(item) + 1);
  }

  /** Bigger models that the item was given to. */
  tried(item: WorkItem): readonly string[] {
    return this.#models.get(item)?.tried ?? [];
  }

  /** Bigger model that is to have the item's next turn; null as a rule. */
  nextModel(item: WorkItem): string | null {
    return this.#models.get(item)?.next ?? null;
  }

  /** Items whose next turn a bigger model is to have, in the order in which that was decided. */
  elsewhere(): WorkItem[] {
    return this.#models.values().flatMap(({ item, next }) => (next === null ? [] : [item]));
  }

  /** As `nextModel`, for the turn that is handed out now. */
  takeModel(item: WorkItem): string | null {
    const next = this.nextModel(item);
    const models = this.#models.get(item);
    if (models) models.next = null;
    return next;
  }

  /** The item's next turn goes to that model, be it for the first time or again. */
  giveTo(item: WorkItem, model: string): void {
    const { task, step, slot } = item;
    const models = this.#models.get(item) ?? { item: { task, step, slot }, tried: [], next: null };
    if (!models.tried.includes(model)) models.tried.push(model);
    models.next = model;
    this.#models.set(item, models);
  }

  forget(item: WorkItem): void {
    this.#shrink.delete(item);
    this.#failedBy.delete(item);
    this.#models.delete(item);
    this.engineLosses.forget(item);
  }
}
