import { ItemMap, type WorkItem } from '../../journal/work-item.ts';
import type { FailedTurn } from '../../journal/evidence.ts';
import type { TurnFailure } from '../../journal/vocabulary.ts';
import { AgentFailureDetector } from '../../scheduling/agent-failure-detector.ts';
import { EngineLossDetector } from '../../scheduling/engine-loss-detector.ts';

/** Different agents that fail at an item before its task is taken for what is wrong. */
const BLAMED_AFTER = 3;
/** What a task itself can cause in whoever works on it. No prompt that was too long: it is shorter the next time, and so another one. */
const THE_TASKS: ReadonlySet<TurnFailure> = new Set([
  'output-truncated',
  'json-invalid',
  'schema-mismatch',
  'not-copied',
  'output-empty',
  'looping',
]);

/** Bigger models that an item was given to, the one that has its next turn, and what the item failed with on the run's own. */
interface Models {
  readonly item: WorkItem;
  readonly tried: string[];
  next: string | null;
  own: FailedTurn | null;
}

/**
 * What attempts at work items left behind for the next ones: who is not to try again, which bigger models were tried, whose prompt was too
 * long, and who was there when engines were lost. Forgotten as soon as the item is done.
 *
 * Invariants:
 * - Nothing here decides whether a task goes on, and nothing outlives the tab: how many attempts failed the log counts.
 * - Until an item is forgotten a bigger model is chosen for it once, and again only where its turn was cut off; `tried` has it from then on.
 */
export class Attempts {
  /** Items that may be what kills engines. */
  readonly engineLosses = new EngineLossDetector();
  readonly #poison = new AgentFailureDetector(BLAMED_AFTER, THE_TASKS);
  /** Items whose task is taken for what is wrong, and how many agents failed at them. */
  readonly #blamed = new ItemMap<number>();
  readonly #shrink = new ItemMap<number>();
  readonly #failedBy = new ItemMap<Set<number>>();
  readonly #models = new ItemMap<Models>();

  /** Agents that failed at the item, or answered it and were not believed at once; others try next. */
  failedBy(item: WorkItem): ReadonlySet<number> | undefined {
    return this.#failedBy.get(item);
  }

  /** The agent failed at the item. All that did, once that makes its task what is wrong; else null. */
  failed(item: WorkItem, agent: number, failure: TurnFailure): readonly number[] | null {
    const failed = this.#poison.hear(item, agent, failure);
    if (!failed) return null;
    this.#blamed.set(item, failed.size);
    return [...failed.keys()];
  }

  /** Agents whose failures made the item's task what is wrong; 0: it is not. */
  blamedBy(item: WorkItem): number {
    return this.#blamed.get(item) ?? 0;
  }

  /** What the item failed with on the run's own model, before it was given to a bigger one. */
  ownFailure(item: WorkItem): FailedTurn | null {
    return this.#models.get(item)?.own ?? null;
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

  /** The item's next turn goes to that model, be it for the first time or again. `own`: what it failed with on the run's own just now. */
  giveTo(item: WorkItem, model: string, own: FailedTurn | null = null): void {
    const { task, step, slot } = item;
    const models = this.#models.get(item) ?? { item: { task, step, slot }, tried: [], next: null, own: null };
    models.own = own ?? models.own;
    if (!models.tried.includes(model)) models.tried.push(model);
    models.next = model;
    this.#models.set(item, models);
  }

  forget(item: WorkItem): void {
    this.#shrink.delete(item);
    this.#failedBy.delete(item);
    this.#models.delete(item);
    this.#poison.forget(item);
    this.#blamed.delete(item);
    this.engineLosses.forget(item);
  }
}
