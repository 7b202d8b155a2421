import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { type RunState, TASK } from '../../journal/run-state.ts';
import type { TaskFailure } from '../../journal/vocabulary.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RowNote } from '../protocol/row-note.ts';
import { resultRow } from './result-row.ts';
import { resultOf, type RunSetup } from '../definition/run-setup.ts';

export interface ResultRecorderOptions {
  readonly plan: RunSetup;
  readonly state: RunState;
  readonly tell: (event: EventBody) => JournalEvent;
  /** The row and the event of that number are written together. */
  readonly write: (row: ResultRow, seq: number) => void;
}

/**
 * Writes the one row that a task ends in, its result or its named failure.
 *
 * Invariants:
 * - A task that has ended does not end again: of two words on it the first counts.
 * - Row and event name the same task, and are handed on in one step, so that they fall into one transaction.
 * - Nobody else tells `task.committed` or `task.failed`, but for rows that the log does not know (storage/reconcile.ts).
 */
export class ResultRecorder {
  readonly #with: ResultRecorderOptions;

  constructor(options: ResultRecorderOptions) {
    this.#with = options;
  }

  done(task: number, note: RowNote | null): void {
    if (this.#isClosed(task)) return;
    const { plan, state, tell, write } = this.#with;
    const last = state.tasks.agent[task] as number;
    // What code made had no turn, nor has what another was asked for, or what no step takes.
    const attempts = Math.max(last < 0 ? 0 : 1, state.tasks.attempts[task] as number);
    const row = resultRow(plan, state, task, { failure: null, note, agent: last, attempts });
    const agent = resultOf(plan, state.held.get(task) ?? [])?.agent ?? last;
    const { seq } = tell({ type: 'task.committed', task, agent, attempts });
    write(row, seq);
  }

  /** `spent`: attempts that the log does not count; the one that failed last was never to be retried. */
  fail(task: number, failure: TaskFailure, note: RowNote | null = null, spent = 1): void {
    if (this.#isClosed(task)) return;
    const { plan, state, tell, write } = this.#with;
    const { tasks } = state;
    const agent = tasks.agent[task] as number;
    const attempts = (tasks.attempts[task] as number) + (tasks.failures[task] as number) + spent;
    const row = resultRow(plan, state, task, { failure, note, agent, attempts });
    const { seq } = tell({ type: 'task.failed', task, agent: Math.max(0, agent), failure, attempts });
    write(row, seq);
  }

  /** Tasks that are open end as that failure, from that one on and at most so many; the task to go on with, or as many as there are. */
  failRest(failure: TaskFailure, from: number, most: number): number {
    const { tasks } = this.#with.state;
    let task = from;
    for (let ended = 0; task < tasks.size && ended < most; task++) {
      if (this.#isClosed(task)) continue;
      if (this.#with.state.isIdle(task)) this.done(task, null);
      else this.fail(task, failure, null, 0);
      ended++;
    }
    return task;
  }

  /** Items that no step takes end, from that one on and at most so many; the item to go on with, or as many as there are. */
  endIdle(from: number, most: number): number {
    const { state, plan } = this.#with;
    let item = from;
    for (let ended = 0; item < plan.items.length && ended < most; item++) {
      if (this.#isClosed(item) || !state.isIdle(item)) continue;
      this.done(item, null);
      ended++;
    }
    return item;
  }

  /** Whether the run has used all the tokens that it was given. */
  get overspent(): boolean {
    const { plan, state } = this.#with;
    const { promptTokens, completionTokens } = state.totals;
    return plan.tokenLimit !== null && promptTokens + completionTokens >= plan.tokenLimit;
  }

  #isClosed(task: number): boolean {
    return (this.#with.state.tasks.status[task] as number) >= TASK.committed;
  }
}
