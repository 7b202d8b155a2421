import type { ContextManager } from '../../agents/context.ts';
import { retryDelay } from '../../agents/retry.ts';
import { judge, type TurnFailure } from '../../agents/verdict.ts';
import type { TurnOutcome } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import { AGENT, AGENT_NAMES, ENGINE_LOST, type RunState } from '../../journal/run-state.ts';
import type { Random } from '../../kernel/random.ts';
import type { Allowance } from '../../scheduling/allowance.ts';
import { nextStage, type RunPlan, type StageBrief } from '../definition/run-plan.ts';
import type { Attempts } from '../tasks/attempts.ts';
import type { ResultRecorder } from '../tasks/result-recorder.ts';
import type { TaskQuestions } from '../tasks/task-questions.ts';
import type { Pump, WorkQueue } from '../tasks/work-queue.ts';
import type { EngineControl, EngineLink } from './engine-link.ts';
import type { InFlightTurn } from './in-flight-turn.ts';
import type { InFlightTurns } from './in-flight-turns.ts';
import {
  conclude,
  endingOf,
  type FailedAttempt,
  type Settlement,
  settle,
  type Standing,
  type TurnEnd,
} from './settle.ts';
import type { TurnSupervision } from './turn-supervision.ts';

/** Partial text kept in the log of a lost turn. */
const PARTIAL_CHARACTERS = 400;

/** Hears of turns that came to their end in the engine, once what comes of them is done. */
export interface TurnListener {
  turnSettled(): void;
}

export interface SettlerOptions {
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly random: Random;
  readonly contexts: ContextManager;
  readonly inFlight: InFlightTurns;
  readonly queue: WorkQueue;
  readonly attempts: Attempts;
  readonly questions: TaskQuestions;
  readonly recorder: ResultRecorder;
  readonly supervision: TurnSupervision;
  readonly engines: EngineControl;
  readonly link: EngineLink;
  readonly allowance: Allowance;
  readonly pump: Pump;
  readonly run: TurnListener;
  readonly tell: (event: EventBody) => unknown;
}

/**
 * Carries out what `settle` decides about turns that are over: writes the turn's end down, then what comes of its task.
 *
 * Invariants:
 * - It decides nothing: `#standing` gathers what is known, and what is done follows from the settlement's kind alone.
 * - A turn is settled once: its callers hold one that is in flight, and writing its end down takes it from there.
 * - The turn's end stands in the log before what comes of its task, and that before the task's next turn is handed out.
 */
export class Settler {
  readonly #with: SettlerOptions;
  #ends = 0;

  constructor(options: SettlerOptions) {
    this.#with = options;
  }

  /** The engine ended the turn. */
  finish(turn: InFlightTurn, outcome: TurnOutcome): void {
    const { inFlight, supervision, link, pump } = this.#with;
    const verdict = judge(outcome, this.#stage(turn.stage).brief.check, turn.input);
    const end = { kind: 'outcome', finish: outcome.finish, verdict, judgement: 'unasked' } as const;
    const { kind } = conclude(end, turn.model);
    if (kind === 'lost') {
      this.#settle(turn, end, outcome);
      if (outcome.error) link.gone(outcome.error);
    } else {
      inFlight.begin(turn);
      turn.over = true;
      turn.tracer.told(outcome, this.#ends++);
      turn.watchdog();
      if (kind === 'judge')
        supervision.over(turn, outcome, verdict, turn.contextTokens, (judgement) => {
          if (!inFlight.holds(turn)) return;
          this.#ended(turn, { ...end, judgement }, outcome);
          pump.pump();
        });
      else {
        supervision.dropped(turn.id);
        this.#ended(turn, end, outcome);
      }
    }
    pump.pump();
  }

  /** Nothing came of it long after its deadline: the run's own engine is of no more use then; without a bigger model the task goes on. */
  overdue(turn: InFlightTurn): void {
    if (turn.model === null) {
      this.#with.link.hung();
      return;
    }
    const detail = 'the bigger model did not answer';
    this.#with.inFlight.begin(turn);
    this.#settle(turn, { kind: 'taken', failure: 'deadline', detail, finish: 'deadline' });
    turn.handle?.cancel();
    this.#with.pump.pump();
  }

  /** The turn is taken from its agent, which is in its supervisor's hands, as a failed attempt. */
  abandon(turn: InFlightTurn, failure: TurnFailure, detail: string): void {
    this.#with.inFlight.begin(turn);
    this.#with.supervision.dropped(turn.id);
    this.#settle(turn, { kind: 'taken', failure, detail, finish: 'error', held: true });
  }

  /** The turn was cut off; nobody is to blame, and its task waits for another one. */
  requeue(turn: InFlightTurn, reason: string, finish: 'error' | 'cancelled', held = false): void {
    this.#settle(turn, { kind: 'lost', reason, finish, held });
  }

  /** It came to its end in the engine, and what that is worth is known. */
  #ended(turn: InFlightTurn, end: TurnEnd, outcome: TurnOutcome): void {
    const { allowance, engines, run } = this.#with;
    this.#settle(turn, end, outcome);
    allowance.worked();
    engines.worked();
    run.turnSettled();
  }

  #settle(turn: InFlightTurn, end: TurnEnd, outcome: TurnOutcome | null = null): void {
    const { inFlight, supervision } = this.#with;
    const conclusion = conclude(end, turn.model);
    const settlement = settle(end, this.#standing(turn, conclusion.kind === 'lost' ? conclusion.reason : null));
    const ending = endingOf(end, conclusion);
    if (conclusion.kind === 'lost') {
      supervision.dropped(turn.id);
      inFlight.leave(turn, outcome, ending);
    } else inFlight.end(turn, outcome, ending);
    if (conclusion.kind === 'failed') this.#degrade(turn, conclusion.failure);
    this.#carryOut(turn, settlement, outcome?.text ?? turn.text);
  }

  /** `lostBy`: why the turn came to nothing; null where it did not. */
  #standing({ task, stage: index, failures, model }: InFlightTurn, lostBy: string | null): Standing {
    const { plan, state, attempts, questions, engines, allowance, supervision } = this.#with;
    const { brief, review } = this.#stage(index);
    const withEngine = lostBy !== null && ENGINE_LOST.has(lostBy);
    const listed = plan.swarm.roles[brief.name]?.escalate ?? [];
    return {
      failures,
      attempts: brief.attempts,
      losses: state.tasks.losses[task] as number,
      blame: withEngine ? attempts.engineLosses.lost(task, state.engineReport, allowance.oneAtATime) : 'none',
      model,
      nextModel: engines.escalation.next(listed, attempts.tried(task)),
      spare: review,
      asks: questions.asks,
      supervised: supervision.supervises,
    };
  }

  #carryOut(turn: InFlightTurn, settlement: Settlement, text: string): void {
    const { queue, attempts, tell } = this.#with;
    const { task, agent, model } = turn;
    switch (settlement.kind) {
      case 'judge':
        break;
      case 'accept':
        this.#accept(turn, settlement.output, text);
        break;
      case 'second-opinion':
        attempts.avoid(task, agent);
        attempts.engineLosses.clear(task);
        tell({ type: 'task.requeued', task, agent, reason: 'second opinion' });
        queue.push(task, true);
        break;
      case 'requeue': {
        const partial = settlement.cut ? text.slice(0, PARTIAL_CHARACTERS) : '';
        if (settlement.avoid) attempts.avoid(task, agent);
        if (model !== null) attempts.giveTo(task, model);
        tell({ type: 'task.requeued', task, agent, reason: settlement.reason, ...(partial !== '' && { partial }) });
        queue.push(task);
        break;
      }
      default:
        this.#fail(turn, settlement);
        if (settlement.blame === 'certain') this.#with.engines.absolve();
    }
  }

  #accept({ task, stage, agent, failures, model, asked }: InFlightTurn, output: unknown, text: string): void {
    const { plan, state, contexts, tell } = this.#with;
    const { brief, review } = this.#stage(stage);
    if (model === null) contexts.save(agent, { user: asked, assistant: text }, brief.memoryTurns);
    const next = nextStage(plan, task, stage);
    this.#forget(task);
    tell({
      type: 'task.advanced',
      task,
      agent,
      stage,
      next: next ?? stage,
      output,
      attempts: (state.tasks.attempts[task] as number) + (review ? 0 : failures + 1),
      ...(model !== null && { model }),
    });
    this.#goOn(task, next, null);
  }

  #fail(turn: InFlightTurn, settlement: Extract<Settlement, FailedAttempt>): void {
    const { random, queue, attempts, questions, recorder, tell } = this.#with;
    const { task, agent, model } = turn;
    const { failure, detail, failures, blame } = settlement;
    if (blame === 'none') attempts.engineLosses.clear(task);
    if (failure === 'prompt-too-long') attempts.shrink(task);
    const by = model ?? `agent ${String(agent)}`;
    questions.note(task, `attempt ${String(failures)}, by ${by}: ${failure}; ${detail}`);
    switch (settlement.kind) {
      case 'retry': {
        const delayMs = retryDelay(failures, random);
        tell({ type: 'task.retried', task, agent, reason: `${failure}: ${detail}`, delayMs });
        attempts.avoid(task, agent);
        queue.pushLater(task, delayMs);
        break;
      }
      case 'go-without':
        this.#forget(task);
        this.#goWithout(turn, `no review: ${failure} after ${String(failures)} attempts`);
        break;
      case 'escalate': {
        const because = `${failure} after ${String(failures)} attempts: ${detail}`;
        attempts.giveTo(task, settlement.to);
        tell({ type: 'task.escalated', task, agent, to: settlement.to, because, failed: true });
        queue.push(task);
        break;
      }
      case 'ask-person':
        questions.ask(task, agent, failure, failures);
        this.#forget(task);
        break;
      case 'fail':
        this.#forget(task);
        recorder.fail(task, failure, detail);
    }
  }

  /** What is reviewed stands on its own: a review that fails takes nothing with it. */
  #goWithout({ task, agent, stage }: InFlightTurn, note: string): void {
    const { plan, state, tell } = this.#with;
    const next = nextStage(plan, task, stage);
    const attempts = state.tasks.attempts[task] as number;
    if (next !== null) tell({ type: 'task.advanced', task, agent, stage, next, output: null, attempts });
    this.#goOn(task, next, note);
  }

  /** The task stands at its next stage, or is done. */
  #goOn(task: number, next: number | null, note: string | null): void {
    if (next === null) this.#with.recorder.done(task, note);
    else this.#with.queue.push(task);
  }

  /** How attempts at the task went is of no more use. */
  #forget(task: number): void {
    const { attempts, questions, supervision } = this.#with;
    attempts.forget(task);
    questions.forget(task);
    supervision.taskEnded(task);
  }

  /** Where nobody supervises, the failure itself is all that is known of the agent. */
  #degrade({ agent, model }: InFlightTurn, failure: TurnFailure): void {
    const { state, supervision, tell } = this.#with;
    if (supervision.supervises || model !== null) return;
    const from = AGENT_NAMES[state.agents.state[agent] as number] ?? 'idle';
    tell({ type: 'agent.state', agent, from, to: AGENT_NAMES[AGENT.degraded], because: failure });
  }

  #stage(index: number): StageBrief {
    return this.#with.plan.stages[index] as StageBrief;
  }
}
