import type { EventBody } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { WorkItem } from '../../journal/work-item.ts';
import { nextStep, type RunSetup } from '../definition/run-setup.ts';
import type { RowNote } from '../protocol/row-note.ts';
import { openItems, stepAfter } from './progress.ts';
import type { ResultRecorder } from './result-recorder.ts';
import type { WorkQueue } from './work-queue.ts';

export interface TaskFlowOptions {
  readonly plan: RunSetup;
  readonly state: RunState;
  readonly queue: WorkQueue;
  readonly recorder: ResultRecorder;
  readonly tell: (event: EventBody) => unknown;
}

/** Who gave an output: the agent, and the bigger model in place of the run's own, if it was one. */
interface Author {
  readonly agent: number;
  readonly model: string | null;
}

export interface GivenOutput {
  readonly output: unknown;
  /** As JSON text, as it was written, where reading and writing it would change a number. */
  readonly written: string | null;
}

/** Takes tasks through the flow: from an item that is done to the next step, or to the row that the task ends in. */
export class TaskFlow {
  readonly #with: TaskFlowOptions;

  constructor(options: TaskFlowOptions) {
    this.#with = options;
  }

  /** The item has its output, after so many attempts that count into the row. */
  accept(item: WorkItem & Author, given: GivenOutput, attempts: number): void {
    const { plan, state } = this.#with;
    const next = stepAfter(plan, state, item, given.output);
    this.#advance(item, given, attempts, next);
    this.#goOn(item, next, null);
  }

  /** The item has the answer that another was asked for: no turn, and no attempt. `edited`: a person gave it. */
  share(
    item: WorkItem & Author,
    given: GivenOutput,
    { from, edited }: { readonly from: number; readonly edited: boolean },
  ): void {
    const { plan, state } = this.#with;
    const { task, step, slot, agent } = item;
    const held = state.held.get(task) ?? [];
    const own = { step, slot, agent, output: given.output, ...(edited && { edited: true as const }) };
    const next = nextStep(plan, state, task, step, [...held, own]);
    this.#advance(item, given, 0, next, { shared: from, ...(edited && { edited: true as const }) });
    this.#goOn(item, next, null);
  }

  /** The item is done without an output. A review that was the last thing to do leaves no trace but the note. */
  goWithout(item: WorkItem & Author, attempts: number, note: RowNote | null): void {
    const { plan, state } = this.#with;
    const next = stepAfter(plan, state, item, null);
    const leavesNoTrace = plan.steps[item.step]?.review === true && next === null;
    if (!leavesNoTrace) this.#advance(item, { output: null, written: null }, attempts, next);
    this.#goOn(item, next, note);
  }

  #advance(
    item: WorkItem & Author,
    { output, written }: GivenOutput,
    attempts: number,
    next: number | null,
    how: { readonly shared?: number; readonly edited?: true } = {},
  ): void {
    const { state, tell } = this.#with;
    const { task, step, slot, agent, model } = item;
    tell({
      type: 'task.advanced',
      task,
      agent,
      stage: step,
      ...(slot !== 0 && { slot }),
      next: next ?? step,
      output,
      ...(written !== null && { written }),
      attempts: (state.tasks.attempts[task] as number) + attempts,
      ...(model !== null && output !== null && { model }),
      ...how,
    });
  }

  /** The item's task waits at its next step, or is done; where it waits for others of the same step, that is all. */
  #goOn(item: WorkItem, next: number | null, note: RowNote | null): void {
    const { plan, state, queue, recorder } = this.#with;
    if (next === null) recorder.done(item.task, note);
    else if (next !== item.step) for (const open of openItems(plan, state, item.task)) queue.push(open);
  }
}
