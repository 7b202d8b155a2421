import type { TurnFailure } from '../../agents/verdict.ts';
import type { EventBody } from '../../journal/events.ts';
import type { OpenNotice } from '../../journal/notices.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { EndedTurn } from './ended-turn.ts';
import type { RunPlan } from '../definition/run-plan.ts';

export interface TaskQuestionsOptions {
  readonly clock: Clock;
  readonly plan: RunPlan;
  readonly state: RunState;
  /** Sets names given by one writer apart from those of another. */
  readonly fence: number;
  readonly tell: (event: EventBody) => unknown;
  /** Nobody said a word on the notice in time. */
  readonly onUnanswered: (notice: string) => void;
}

/** Questions to people about tasks for which nothing is left to try: what is told with them, and how long each waits for a word. */
export class TaskQuestions {
  readonly #with: TaskQuestionsOptions;
  /** How attempts at a task went, for whoever is asked about it. */
  readonly #stories = new Map<number, string[]>();
  readonly #waiting = new Map<number, Cancel>();
  #asked = 0;

  constructor(options: TaskQuestionsOptions) {
    this.#with = options;
  }

  /** One attempt more at the task, in a line. */
  note(task: number, line: string): void {
    this.#stories.set(task, [...(this.#stories.get(task) ?? []), line]);
  }

  /** Asks a person before the task ends as `failure`; false where nobody is to be asked. `agents`: so many failed at it that it is taken for what is wrong; 0: it is not. */
  ask({ task, agent, failures }: EndedTurn, failure: TurnFailure, agents: number): boolean {
    const { plan, fence, tell, state } = this.#with;
    const { askMs = 0 } = plan.settings;
    if (askMs <= 0) return false;
    const told = this.#stories.get(task) ?? [];
    const before = failures + 1 - told.length;
    const name = `t${String(fence)}.${String(++this.#asked)}`;
    const line = plan.items[task]?.line ?? 0;
    tell({
      type: 'heal.notice',
      notice: name,
      of: 'task',
      agent,
      task,
      case: name,
      title:
        agents > 0
          ? `Line ${String(line)} is what is wrong, ${String(agents)} agents failed at it: ${failure}`
          : `Line ${String(line)} failed all its attempts: ${failure}`,
      story: [
        // Attempts of an earlier tab are told by the log alone.
        ...(before > 0 ? [`attempts before: ${String(before)}, in an earlier tab`] : []),
        ...told,
        `nothing is left to try by itself; without a word within ${String(Math.round(askMs / 1000))} s it ends as ${failure}`,
      ],
      choices: ['retry', 'skip', 'edit', 'give-up'],
      failure,
    });
    const notice = state.notices.ofTask(task);
    if (notice) this.await(notice);
    return notice !== null;
  }

  /** After a while a task that nobody helped ends as what it failed with. */
  await({ id, task }: OpenNotice): void {
    if (task === null) return;
    const { clock, plan, onUnanswered } = this.#with;
    const cancel = clock.timeout(plan.settings.askMs ?? 0, () => {
      this.#waiting.delete(task);
      onUnanswered(id);
    });
    this.#waiting.set(task, cancel);
  }

  /** The question is answered, or nobody needs the answer any more. */
  withdraw(task: number): void {
    this.#waiting.get(task)?.();
    this.#waiting.delete(task);
  }

  /** How attempts at the task went is of no more use. */
  forget(task: number): void {
    this.#stories.delete(task);
  }

  stop(): void {
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }
}
