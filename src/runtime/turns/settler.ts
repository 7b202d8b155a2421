import type { ContextManager } from '../../agents/context.ts';
import { retryDelay } from '../../agents/retry.ts';
import { judge } from '../../agents/verdict.ts';
import type { TurnOutcome } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import type { FailureDetail } from '../../journal/evidence.ts';
import { partsOf } from '../../journal/outputs.ts';
import { ENGINE_LOST, type RunState } from '../../journal/run-state.ts';
import { AGENT_STATES, type RequeueReason, type TurnFailure } from '../../journal/vocabulary.ts';
import { type Place, placeOf, type WorkItem } from '../../journal/work-item.ts';
import { type Ranges, readOf } from '../../kernel/ranges.ts';
import { writtenAs, writtenNumbers } from '../../kernel/written-json.ts';
import type { Random } from '../../kernel/random.ts';
import type { Allowance } from '../../scheduling/allowance.ts';
import { fittingOutput } from '../../swarm/merge.ts';
import type { RunSetup, RunStep } from '../definition/run-setup.ts';
import type { Attempts } from '../tasks/attempts.ts';
import { isSpare } from '../tasks/progress.ts';
import type { ResultRecorder } from '../tasks/result-recorder.ts';
import type { GivenOutput, TaskFlow } from '../tasks/task-flow.ts';
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
  type Circumstances,
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
  readonly plan: RunSetup;
  readonly state: RunState;
  readonly random: Random;
  readonly contexts: ContextManager;
  readonly inFlight: InFlightTurns;
  readonly queue: WorkQueue;
  readonly attempts: Attempts;
  readonly questions: TaskQuestions;
  readonly flow: TaskFlow;
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
 * - It decides nothing: `#circumstances` gathers what is known, and what is done follows from the settlement's kind alone.
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
    const { rules = 1 } = this.#with.plan.settings;
    const verdict = judge(outcome, turn.brief.check, turn.whole, rules);
    if (outcome.dropped !== undefined) this.#with.contexts.drop(turn.agent, outcome.dropped);
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
    const detail = { code: 'model-silent' } as const;
    this.#with.inFlight.begin(turn);
    this.#settle(turn, { kind: 'taken', failure: 'deadline', detail, finish: 'deadline' });
    turn.handle?.cancel();
    this.#with.pump.pump();
  }

  /** The turn is taken from its agent, which is in its supervisor's hands, as a failed attempt. */
  abandon(turn: InFlightTurn, failure: TurnFailure, detail: FailureDetail): void {
    this.#with.inFlight.begin(turn);
    this.#with.supervision.dropped(turn.id);
    this.#settle(turn, { kind: 'taken', failure, detail, finish: 'error', held: true });
  }

  /** The turn was cut off; nobody is to blame, and its task waits for another one. */
  requeue(turn: InFlightTurn, reason: RequeueReason, finish: 'error' | 'cancelled', held = false): void {
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
    const { inFlight, supervision, attempts } = this.#with;
    const conclusion = conclude(end, turn.model);
    const failed = conclusion.kind === 'failed' && turn.model === null;
    const blamed = failed ? attempts.failed(turn, turn.agent, conclusion.failure) : null;
    const settlement = settle(end, this.#circumstances(turn, conclusion.kind === 'lost' ? conclusion.reason : null));
    const ending = endingOf(end, conclusion);
    if (conclusion.kind === 'lost') {
      supervision.dropped(turn.id);
      inFlight.leave(turn, outcome, ending);
    } else inFlight.end(turn, outcome, ending);
    if (conclusion.kind === 'failed' && !conclusion.unrun) this.#degrade(turn, conclusion.failure);
    this.#carryOut(turn, settlement, outcome, blamed);
  }

  /** `lostBy`: why the turn came to nothing; null where it did not. */
  #circumstances(turn: InFlightTurn, lostBy: RequeueReason | null): Circumstances {
    const { plan, state, attempts, questions, engines, allowance, supervision } = this.#with;
    const withEngine = lostBy !== null && ENGINE_LOST.has(lostBy);
    const listed = turn.brief.escalate;
    return {
      failures: turn.failures,
      attempts: turn.brief.attempts,
      losses: state.items.of(turn).losses,
      blame: withEngine ? attempts.engineLosses.lost(turn, state.engineReport, allowance.oneAtATime) : 'none',
      model: turn.model,
      nextModel: engines.escalation.next(listed, attempts.tried(turn)),
      spare: isSpare(plan, state, turn),
      poison: attempts.blamedBy(turn) > 0,
      own: attempts.ownFailure(turn),
      asks: questions.asks,
      supervised: supervision.supervises,
    };
  }

  /** `blamed`: agents that failed at the task, where this turn made it what is wrong. */
  #carryOut(
    turn: InFlightTurn,
    settlement: Settlement,
    outcome: TurnOutcome | null,
    blamed: readonly number[] | null,
  ): void {
    const { queue, attempts, tell } = this.#with;
    const text = outcome?.text ?? turn.text;
    const { task, agent, model } = turn;
    switch (settlement.kind) {
      case 'judge':
        break;
      case 'accept':
        this.#accept(turn, settlement.output, text, outcome?.read);
        break;
      case 'second-opinion':
        attempts.avoid(turn, agent);
        attempts.engineLosses.clear(turn);
        tell({ type: 'task.requeued', task, ...this.#place(turn), agent, reason: 'second-opinion' });
        queue.push(turn, true);
        break;
      case 'requeue': {
        const { reason, avoid, cut } = settlement;
        const partial = cut ? text.slice(0, PARTIAL_CHARACTERS) : '';
        if (avoid) attempts.avoid(turn, agent);
        tell({ type: 'task.requeued', task, ...this.#place(turn), agent, reason, ...(partial !== '' && { partial }) });
        if (model === null) queue.push(turn);
        else attempts.giveTo(turn, model);
        break;
      }
      default:
        this.#fail(turn, settlement, blamed);
        if (settlement.blame === 'certain') this.#with.engines.absolve();
    }
  }

  #accept(turn: InFlightTurn, output: unknown, text: string, read: Ranges | undefined): void {
    const { contexts, flow, queue, tell } = this.#with;
    const { agent, failures, model, brief } = turn;
    const { review } = this.#step(turn);
    const next = this.#nextPart(turn, read);
    const written = brief.check ? writtenNumbers(text) : null;
    if (model === null) contexts.save(agent, { user: askedOf(turn, read), assistant: text }, brief.memoryTurns);
    this.#forget(turn);
    if (next === null) flow.accept(turn, this.#merged(turn, { output, written }), review ? 0 : failures + 1);
    else {
      const part = { output, ...(written !== null && { written }), next };
      tell({ type: 'task.part', task: turn.task, ...this.#place(turn), agent, ...part });
      queue.push(turn);
    }
  }

  /** Where the next turn of the item begins, in a text that is read in parts; null: all of it was read. */
  #nextPart(turn: InFlightTurn, read: Ranges | undefined): number | null {
    const { input, offset } = turn;
    const to = read?.at(-1)?.[1] ?? input.length;
    if (this.#with.plan.input.long !== 'split' || this.#step(turn).review || to >= input.length) return null;
    return offset + beginAfter(input, to);
  }

  /** What outputs of all parts of the item's text come to. */
  #merged(turn: InFlightTurn, last: GivenOutput): GivenOutput {
    const { plan, state } = this.#with;
    const parts = partsOf(state.parts.get(turn.task), turn);
    if (parts.length === 0) return last;
    const outputs = [...parts.map((part) => part.output), last.output];
    const texts = [...parts, last].map((part) => part.written ?? JSON.stringify(part.output));
    const given = (output: unknown): GivenOutput => ({ output, written: writtenAs(output, texts) });
    const taken = plan.steps.some(({ on, review }) => on === turn.step && !review);
    // A condition looks at fields, and a list has none.
    const looked = plan.steps.some(({ where = [] }) => where.some(({ step }) => step === turn.step));
    if (plan.input.merge === 'step' && taken && !looked) return given(outputs);
    const { output: schema, check } = turn.brief;
    return given(fittingOutput(schema, outputs, (output) => !check?.(output, turn.whole)));
  }

  #fail(turn: InFlightTurn, settlement: Extract<Settlement, FailedAttempt>, blamed: readonly number[] | null): void {
    const { random, queue, attempts, questions, flow, recorder, tell } = this.#with;
    const { task, agent, model } = turn;
    const { review } = this.#step(turn);
    const { failure, detail, failures, blame, unrun } = settlement;
    if (blame === 'none') attempts.engineLosses.clear(turn);
    if (failure === 'prompt-too-long' && !unrun) attempts.shrink(turn);
    const attempt = { attempt: failures, failure, detail };
    if (!unrun)
      questions.note(
        turn,
        model === null ? { code: 'attempt', agent, ...attempt } : { code: 'model-attempt', model, ...attempt },
      );
    if (blamed) this.#blame(turn, failure, blamed);
    switch (settlement.kind) {
      case 'retry': {
        const delayMs = retryDelay(failures, random);
        const reason = { code: 'failed', failure, detail } as const;
        tell({ type: 'task.retried', task, ...this.#place(turn), agent, reason, delayMs });
        attempts.avoid(turn, agent);
        queue.pushLater(turn, delayMs);
        break;
      }
      case 'go-without':
        this.#forget(turn);
        if (review) flow.goWithout(turn, 0, { code: 'no-review', failure, attempts: failures });
        else flow.goWithout(turn, failures, null);
        break;
      case 'escalate': {
        const { to } = settlement;
        const because = { code: 'failed', failure, attempts: failures, detail } as const;
        attempts.giveTo(turn, to, model === null ? { failure, detail } : null);
        tell({
          type: 'task.escalated',
          task,
          ...this.#place(turn),
          agent,
          to,
          because,
          ...(unrun ? { unrun } : { failed: true }),
        });
        break;
      }
      case 'ask-person':
        questions.ask(turn, agent, failure, failures, attempts.blamedBy(turn), unrun);
        this.#forget(turn);
        break;
      case 'fail':
        this.#forget(turn);
        recorder.fail(task, failure, detail, unrun ? 0 : 1);
    }
  }

  /** The log and the agents' supervisor hear that the task is what is wrong. */
  #blame(turn: InFlightTurn, failure: TurnFailure, agents: readonly number[]): void {
    const { supervision, tell } = this.#with;
    const { task, step, slot } = turn;
    tell({ type: 'task.blamed', task, stage: step, ...(slot !== 0 && { slot }), failure, agents });
    supervision.taskBlamed(task, agents);
  }

  /** How attempts at the item went is of no more use. */
  #forget(item: WorkItem): void {
    const { attempts, questions } = this.#with;
    attempts.forget(item);
    questions.forget(item);
  }

  /** Where nobody supervises, the failure itself is all that is known of the agent. */
  #degrade({ agent, model }: InFlightTurn, failure: TurnFailure): void {
    const { state, supervision, tell } = this.#with;
    if (supervision.supervises || model !== null) return;
    const from = AGENT_STATES[state.agents.state[agent] as number] ?? 'idle';
    tell({ type: 'agent.state', agent, from, to: 'degraded', because: { code: 'failed', failure } });
  }

  #place(turn: InFlightTurn): Place {
    return placeOf(turn, this.#with.state.tasks.step[turn.task] as number);
  }

  #step({ step }: WorkItem): RunStep {
    return this.#with.plan.steps[step] as RunStep;
  }
}

/** What the turn was asked, as it was read. */
function askedOf({ asked, elastic, input }: InFlightTurn, read: Ranges | undefined): string {
  return read ? asked.slice(0, elastic.from) + readOf(input, read) + asked.slice(elastic.to) : asked;
}

/** How far a part reaches back into the one before it, characters: what that cut in two is read whole. */
const OVERLAP = 80;

/**
 * Where a part begins after one that ended at `to`, always further on than that began; never within a character. Else it hangs on numbers alone, so
 * that a replay whose texts are placeholders reads the same parts.
 */
function beginAfter(text: string, to: number): number {
  const from = to - Math.min(OVERLAP, to >> 1);
  return /[\uDC00-\uDFFF]/.test(text.charAt(from)) ? from - 1 : from;
}
