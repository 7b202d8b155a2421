import type { TurnFailure } from '../../journal/vocabulary.ts';
import type { EventBody } from '../../journal/events.ts';
import type { StoryLine } from '../../journal/healing-events.ts';
import type { OpenNotice } from '../../journal/notices.ts';
import type { RunState } from '../../journal/run-state.ts';
import { ItemMap, itemOf, placeIn, placeOf, type WorkItem } from '../../journal/work-item.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { taskInput, type RunSetup } from '../definition/run-setup.ts';
import type { ResultRecorder } from './result-recorder.ts';

export interface TaskQuestionsOptions {
  readonly clock: Clock;
  readonly plan: RunSetup;
  readonly state: RunState;
  /** Sets names given by one writer apart from those of another. */
  readonly fence: number;
  readonly recorder: ResultRecorder;
  readonly tell: (event: EventBody) => unknown;
}

/** The work item that a notice is about; null where it is about none. */
export function askedAbout({ tasks }: RunState, { task, ...place }: OpenNotice): WorkItem | null {
  return task === null ? null : itemOf(task, place, tasks.step[task] as number);
}

/**
 * Questions to people about tasks for which nothing is left to try: what is told with them, and how long each waits for a word.
 *
 * Invariants:
 * - An item about which somebody is asked has no turn and gets none, until the question is answered or its time is over.
 * - Each question ends: by a decision, by `withdraw`, or as the named failure once nobody has answered for `askMs`. The time begins anew with
 *   each tab, since the question outlives it and its clock does not.
 */
export class TaskQuestions {
  readonly #with: TaskQuestionsOptions;
  /** How attempts at an item went, for whoever is asked about it. */
  readonly #stories = new ItemMap<StoryLine[]>();
  readonly #waiting = new ItemMap<Cancel>();
  #asked = 0;

  constructor(options: TaskQuestionsOptions) {
    this.#with = options;
  }

  /** One attempt more at the item. */
  note(item: WorkItem, line: StoryLine): void {
    this.#stories.set(item, [...(this.#stories.get(item) ?? []), line]);
  }

  /** Whether a person is asked before a task ends as a failure. */
  get asks(): boolean {
    return this.#askMs > 0;
  }

  /**
   * Asks a person before the task ends as `failure`, after so many attempts, the last of them by `agent`. `agents`: so many failed at it that it is
   * taken for what is wrong; 0: it is not. `unrun`: the last of them never ran.
   */
  ask(item: WorkItem, agent: number, failure: TurnFailure, failures: number, agents: number, unrun?: true): void {
    const { plan, fence, tell, state } = this.#with;
    const { task } = item;
    const place = placeOf(item, state.tasks.step[task] as number);
    const told = this.#stories.get(item) ?? [];
    const before = failures - told.length;
    const name = `t${String(fence)}.${String(++this.#asked)}`;
    const { line } = taskInput(plan, state, task);
    tell({
      type: 'heal.notice',
      notice: name,
      of: 'task',
      agent,
      task,
      ...place,
      case: name,
      title: agents > 0 ? { code: 'task-blamed', line, agents, failure } : { code: 'attempts-failed', line, failure },
      story: [
        // Attempts of an earlier tab are told by the log alone.
        ...(before > 0 ? [{ code: 'attempts-before', attempts: before } as const] : []),
        ...told,
        { code: 'last-call', seconds: Math.round(this.#askMs / 1000), failure },
      ],
      choices: ['retry', 'skip', 'edit', 'give-up'],
      failure,
      ...(unrun && { unrun }),
    });
    const notice = state.notices.ofTask(task, place);
    if (notice) this.await(notice);
  }

  /** After a while a task that nobody helped ends as what it failed with. */
  await(notice: OpenNotice): void {
    const item = askedAbout(this.#with.state, notice);
    if (!item) return;
    const cancel = this.#with.clock.timeout(this.#askMs, () => {
      this.#waiting.delete(item);
      this.#unanswered(notice.id);
    });
    this.#waiting.set(item, cancel);
  }

  /** Questions about the task are answered, or nobody needs the answers any more. */
  withdraw(task: number): void {
    for (const item of this.#waiting.itemsOf(task)) {
      this.#waiting.get(item)?.();
      this.#waiting.delete(item);
    }
  }

  /** How attempts at the item went is of no more use. */
  forget(item: WorkItem): void {
    this.#stories.delete(item);
  }

  /** Nobody said a word in time. */
  #unanswered(id: string): void {
    const { state, tell, recorder } = this.#with;
    const notice = state.notices.find(id);
    if (notice?.task == null) return;
    const { agent, task, failure } = notice;
    tell({ type: 'heal.decided', notice: id, agent, task, ...placeIn(notice), decision: 'give-up', by: 'time' });
    recorder.fail(task, failure ?? 'given-up', { code: 'nobody-answered' }, 0);
  }

  get #askMs(): number {
    return this.#with.plan.settings.askMs ?? 0;
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
