import { retryDelay } from '../../agents/retry.ts';
import { type TurnFailure, worthRetrying } from '../../agents/verdict.ts';
import { BLAMELESS, ENGINE_LOST, TASK } from '../../journal/run-state.ts';
import type { Cancel } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import { ReadyQueue, type ReadyTask } from '../../scheduling/ready-queue.ts';
import type { EndedTurn } from './ended-turn.ts';
import { nextStage, type RunPlan } from '../definition/run-plan.ts';
import { AgentFailureDetector } from '../../scheduling/agent-failure-detector.ts';
import { type Blame, EngineLossDetector } from '../../scheduling/engine-loss-detector.ts';
import { TaskQuestions, type TaskQuestionsOptions } from './task-questions.ts';

/** Turns that a task may lose otherwise than with an engine before it is held against the task: a prompt can be what stalls every agent. */
const MAX_LOSSES = 8;
/** Failures that agent or engine are to blame for: where they are mended, the task is not charged with an attempt. */
const NOT_THE_TASKS: ReadonlySet<string> = new Set<TurnFailure>(['engine-error', 'stalled']);

/** Different agents that fail at a task before the task is taken for what is wrong. */
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

export interface TaskDeskOptions extends TaskQuestionsOptions {
  readonly random: Random;
  /** Somebody mends agents and engines, so that their failures need not be charged to tasks. */
  readonly supervised: boolean;
  /** A bigger model for the role after those tried; null where there is none. */
  readonly nextModel: (role: string, tried: readonly string[]) => string | null;
  /** All stages of the task are done. */
  readonly onDone: (task: number, note: string | null) => void;
  readonly onFailed: (task: number, failure: string, detail: string) => void;
  /** A task waits that did not before. */
  readonly onWaiting: () => void;
  /** Turns go to the engine one at a time. */
  readonly alone: () => boolean;
  /** A task, and not the engine, is what engines in a row were lost by. */
  readonly onCulprit: () => void;
  /** These different agents failed at the task, which is taken for what is wrong. */
  readonly onBlamed: (task: number, agents: readonly number[]) => void;
}

interface Models {
  readonly tried: string[];
  next: string | null;
  failed: { readonly failure: TurnFailure; readonly detail: string } | null;
}

/**
 * What becomes of tasks: which waits, for what, and how it goes on after each turn. One that fails is tried again by others, up to its attempts
 * or until it is taken for what is wrong itself, then on a bigger model, then put to a person, and only then ends as the named failure.
 */
export class TaskDesk {
  readonly #with: TaskDeskOptions;
  readonly #ready: ReadyQueue;
  /** What tasks wait for that are not ready. */
  readonly #delays = new Map<number, Cancel>();
  /** Tasks whose prompt the engine found too long, and how often. */
  readonly #shrink = new Map<number, number>();
  /** Agents that failed at a task, or answered it and were not believed at once; others try next. */
  readonly #failedBy = new Map<number, Set<number>>();
  /** Bigger models that a task was given to, the one that has its next turn, and what it failed with on the run's own. */
  readonly #models = new Map<number, Models>();
  readonly #suspects = new EngineLossDetector();
  readonly #poison = new AgentFailureDetector(BLAMED_AFTER, THE_TASKS);
  /** Tasks that are taken for what is wrong, and how many agents failed at them. */
  readonly #blamed = new Map<number, number>();
  readonly #questions: TaskQuestions;

  constructor(options: TaskDeskOptions) {
    this.#with = options;
    const { plan, state } = options;
    this.#questions = new TaskQuestions(options);
    this.#ready = new ReadyQueue(plan.stages.map((stage) => stage.priority));
    for (let task = 0; task < state.tasks.size; task++) {
      if (state.tasks.status[task] !== TASK.pending) continue;
      const asked = state.notices.ofTask(task);
      if (asked) this.#questions.await(asked);
      else this.#ready.push(state.tasks.stage[task] as number, task);
    }
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
  again(task: number, urgent = false): void {
    this.#ready.push(this.#with.state.tasks.stage[task] as number, task, urgent);
  }

  failedBy(task: number): ReadonlySet<number> | undefined {
    return this.#failedBy.get(task);
  }

  /** Times that the task's prompt was found too long. */
  shrunk(task: number): number {
    return this.#shrink.get(task) ?? 0;
  }

  shrink(task: number): void {
    this.#shrink.set(task, this.shrunk(task) + 1);
  }

  /** The bigger model that is to have the turn which is handed out now; null as a rule. */
  takeModel(task: number): string | null {
    const models = this.#models.get(task);
    const next = models?.next ?? null;
    if (models) models.next = null;
    return next;
  }

  /** The task's next turn goes to a bigger model, if there is one. */
  escalate(task: number): void {
    const { state, plan, tell } = this.#with;
    if (!state.isOpen(task) || this.#models.get(task)?.next) return;
    const stage = state.tasks.stage[task] as number;
    const to = this.#stepUp(task, stage);
    if (to === null) return;
    const because = `the supervisor of ${plan.stages[stage]?.role ?? ''} chose it`;
    tell({ type: 'task.escalated', task, agent: Math.max(0, state.tasks.agent[task] as number), to, because });
  }

  /** Another agent is asked the same first, and at once: two wait for its word, the task and whoever answered. Nobody has failed. */
  secondOpinion({ task, agent, stage }: EndedTurn): void {
    this.#avoid(task, agent);
    this.#suspects.clear(task);
    this.#with.tell({ type: 'task.requeued', task, agent, reason: 'second opinion' });
    this.#ready.push(stage, task, true);
  }

  accept({ task, stage, agent, failures, model }: EndedTurn, output: unknown): void {
    const { plan, state, tell, onDone } = this.#with;
    const next = nextStage(plan, task, stage);
    const counted = plan.stages[stage]?.review ? 0 : failures + 1;
    this.settle(task);
    tell({
      type: 'task.advanced',
      task,
      agent,
      stage,
      next: next ?? stage,
      output,
      attempts: (state.tasks.attempts[task] as number) + counted,
      ...(model !== null && { model }),
    });
    if (next === null) onDone(task, null);
    else this.#ready.push(next, task);
  }

  /** The turn failed; whose fault it is decides whether the task is charged with it. */
  failed(turn: EndedTurn, failure: TurnFailure, detail: string): void {
    if (this.#with.supervised && turn.model === null && NOT_THE_TASKS.has(failure)) this.lost(turn, failure, '');
    else {
      this.#suspects.clear(turn.task);
      this.#reject(turn, failure, detail);
    }
  }

  /** The task waits again and no attempt is counted, unless this happens to it again and again and it may be to blame. */
  lost(turn: EndedTurn, reason: string, partial: string): void {
    const { state, tell } = this.#with;
    const { task, agent, stage, model } = turn;
    const withEngine = ENGINE_LOST.has(reason);
    const tooOften = !BLAMELESS.has(reason) && (state.tasks.losses[task] as number) >= MAX_LOSSES;
    const blame: Blame = withEngine
      ? this.#suspects.lost(task, state.engineReport, this.#with.alone())
      : tooOften
        ? 'attempt'
        : 'none';
    if (blame !== 'none') {
      const times = withEngine ? 'with every engine that had it' : `${String(MAX_LOSSES)} times`;
      const detail = `its turn was lost ${times}, the last by ${reason}`;
      this.#reject(turn, 'engine-error', detail, blame === 'attempt');
      if (blame === 'certain') this.#with.onCulprit();
      return;
    }
    if (NOT_THE_TASKS.has(reason)) this.#avoid(task, agent);
    const models = this.#models.get(task);
    if (model !== null && models) models.next = model;
    tell({ type: 'task.requeued', task, agent, reason, ...(partial === '' ? {} : { partial }) });
    this.#ready.push(stage, task);
  }

  /** The task waits for nothing any more: somebody has decided about it. */
  withdraw(task: number): void {
    this.#delays.get(task)?.();
    this.#delays.delete(task);
    this.#questions.withdraw(task);
    this.settle(task);
  }

  /** Forgets how attempts at the task went. */
  settle(task: number): void {
    this.#shrink.delete(task);
    this.#failedBy.delete(task);
    this.#suspects.forget(task);
    this.#questions.forget(task);
    this.#models.delete(task);
    this.#poison.forget(task);
    this.#blamed.delete(task);
  }

  /** Nothing waits any more. */
  stop(): void {
    this.#ready.clear();
    for (const cancel of this.#delays.values()) cancel();
    this.#delays.clear();
    this.#questions.stop();
  }

  /** Whether it still waits there: a person's word may have ended it meanwhile, or moved it on. */
  #waits({ task, lane }: ReadyTask): boolean {
    const { status, stage } = this.#with.state.tasks;
    return status[task] === TASK.pending && stage[task] === lane;
  }

  /** `again`: others may try, as far as the role has attempts left. */
  #reject(turn: EndedTurn, failure: TurnFailure, detail: string, again = true): void {
    const { random, tell, onFailed, plan, clock, onWaiting } = this.#with;
    const { task, agent, stage: index, model } = turn;
    const stage = plan.stages[index] as RunPlan['stages'][number];
    if (failure === 'prompt-too-long') this.shrink(task);
    const failures = turn.failures + 1;
    const by = model ?? `agent ${String(agent)}`;
    this.#questions.note(task, `attempt ${String(failures)}, by ${by}: ${failure}; ${detail}`);
    if (model === null) this.#blame(turn, failure);
    if (
      again &&
      !this.#blamed.has(task) &&
      model === null &&
      failures < stage.brief.attempts &&
      worthRetrying(failure)
    ) {
      const delayMs = retryDelay(failures, random);
      tell({ type: 'task.retried', task, agent, reason: `${failure}: ${detail}`, delayMs });
      this.#avoid(task, agent);
      const cancel = clock.timeout(delayMs, () => {
        this.#delays.delete(task);
        this.#ready.push(index, task);
        onWaiting();
      });
      this.#delays.set(task, cancel);
      return;
    }
    // What is reviewed stands on its own: a review that fails takes nothing with it.
    if (stage.review) {
      this.settle(task);
      this.#withoutReview(turn, `no review: ${failure} after ${String(failures)} attempts`);
      return;
    }
    const to = this.#stepUp(task, index, model === null ? { failure, detail } : null);
    if (to !== null) {
      const because = `${failure} after ${String(failures)} attempts: ${detail}`;
      tell({ type: 'task.escalated', task, agent, to, because, failed: true });
      this.#ready.push(index, task);
    } else {
      // Where the bigger model could not even be had, the task is no other than it was before.
      const failed = (model !== null && failure === 'engine-error' && this.#models.get(task)?.failed) || {
        failure,
        detail,
      };
      const asked = this.#questions.ask(turn, failed.failure, this.#blamed.get(task) ?? 0);
      this.settle(task);
      if (!asked) onFailed(task, failed.failure, failed.detail);
    }
  }

  /** One more agent failed at the task; where that makes the task what is wrong, the log and the agents' supervisor hear of it. */
  #blame({ task, stage, agent }: EndedTurn, failure: TurnFailure): void {
    const failed = this.#poison.hear(task, agent, failure);
    if (!failed) return;
    const agents = [...failed.keys()];
    this.#blamed.set(task, agents.length);
    this.#with.tell({ type: 'task.blamed', task, stage, failure, agents });
    this.#with.onBlamed(task, agents);
  }

  #withoutReview({ task, agent, stage }: EndedTurn, note: string): void {
    const { plan, state, tell, onDone } = this.#with;
    const next = nextStage(plan, task, stage);
    if (next === null) {
      onDone(task, note);
      return;
    }
    const attempts = state.tasks.attempts[task] as number;
    tell({ type: 'task.advanced', task, agent, stage, next, output: null, attempts });
    this.#ready.push(next, task);
  }

  /** `failed`: what the task failed with on the run's own model; null where that is known, or it did not. */
  #stepUp(task: number, stage: number, failed: Models['failed'] = null): string | null {
    const models: Models = this.#models.get(task) ?? { tried: [], next: null, failed: null };
    const to = this.#with.nextModel(this.#with.plan.stages[stage]?.role ?? '', models.tried);
    if (to === null) return null;
    models.tried.push(to);
    models.next = to;
    models.failed = failed ?? models.failed;
    this.#models.set(task, models);
    return to;
  }

  #avoid(task: number, agent: number): void {
    const failedBy = this.#failedBy.get(task) ?? new Set<number>();
    failedBy.add(agent);
    this.#failedBy.set(task, failedBy);
  }
}
