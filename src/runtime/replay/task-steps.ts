import type { JournalEvent } from '../../journal/events.ts';
import { itemOf, type Place, type WorkItem } from '../../journal/work-item.ts';

/** Where tasks stand in the flow, from their log alone: what an event is about that does not say so itself. */
export class TaskSteps {
  readonly #step = new Map<number, number>();
  /** Of tasks that were created: where they begin. */
  readonly #first = new Map<number, number>();

  /** The work item that the event speaks of, before the event is heard. */
  itemOf({ task, ...place }: Place & { readonly task: number }): WorkItem {
    return itemOf(task, place, this.#at(task));
  }

  hear(event: JournalEvent): void {
    if (event.type === 'task.created') this.#first.set(event.task, event.stage ?? 0);
    else if (event.type === 'task.reopened') this.#step.delete(event.task);
    else if (event.type === 'task.assigned' && !this.#step.has(event.task) && !this.#first.has(event.task))
      this.#step.set(event.task, event.stage);
    else if (event.type === 'task.advanced' && !this.#step.has(event.task) && !this.#first.has(event.task))
      this.#step.set(event.task, event.next);
    else if (event.type === 'task.advanced' && event.stage === this.#at(event.task))
      this.#step.set(event.task, event.next);
  }

  #at(task: number): number {
    return this.#step.get(task) ?? this.#first.get(task) ?? 0;
  }
}
