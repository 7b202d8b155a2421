import type { ContextManager } from '../../agents/context.ts';
import { judge, type Verdict, worthRetrying } from '../../agents/verdict.ts';
import { AGENT_STATES, type RequeueReason, type TurnFailure } from '../../journal/vocabulary.ts';
import type { EngineError, TurnOutcome } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import type { FailureDetail } from '../../journal/evidence.ts';
import { reported } from '../../journal/said.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { InFlightTurn } from './in-flight-turn.ts';
import type { Ending, InFlightTurns } from './in-flight-turns.ts';
import type { RunPlan, StageBrief } from '../definition/run-plan.ts';
import type { TaskDesk } from '../tasks/task-desk.ts';
import { failureOf } from '../../healing/diagnosis.ts';
import type { Judgement, TurnSupervision } from './turn-supervision.ts';

/** Partial text kept in the log of a lost turn. */
const PARTIAL_CHARACTERS = 400;

export interface SettlerOptions {
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly contexts: ContextManager;
  readonly inFlight: InFlightTurns;
  readonly desk: TaskDesk;
  readonly supervision: TurnSupervision;
  readonly tell: (event: EventBody) => unknown;
  /** Tokens that the engine's sequences have room for. */
  readonly contextTokens: () => number;
  /** A turn came to its end in the engine, and what comes of it is decided. */
  readonly onTurn: () => void;
  /** The engine can do no more, as an outcome says. */
  readonly onGone: (error: EngineError) => void;
  /** An agent or a task may be waiting for a turn that were not before. */
  readonly onFree: () => void;
}

/** What comes of a turn that is over: checked by EXECUTE, judged by the agent's supervisor, and then good for its task, or not. */
export class Settler {
  readonly #with: SettlerOptions;
  #ends = 0;

  constructor(options: SettlerOptions) {
    this.#with = options;
  }

  /** What the engine gave. */
  finish(turn: InFlightTurn, outcome: TurnOutcome): void {
    const { inFlight, onGone, onFree } = this.#with;
    const verdict = judge(outcome, this.#stage(turn.stage).brief.check, turn.input);
    if (verdict.kind === 'requeue' && (turn.model === null || verdict.reason === 'cancelled')) {
      this.requeue(turn, verdict.reason, { finish: outcome.finish }, outcome);
      if (outcome.error) onGone(outcome.error);
    } else {
      inFlight.begin(turn);
      turn.over = true;
      turn.tracer.told(outcome, this.#ends++);
      turn.watchdog();
      this.#decide(turn, outcome, verdict);
    }
    onFree();
  }

  /** A bigger model that does not even keep its deadline: the task goes on without it. */
  overdue(turn: InFlightTurn): void {
    const { inFlight, onFree } = this.#with;
    inFlight.begin(turn);
    inFlight.end(turn, null, { rejected: 'deadline', finish: 'deadline' });
    turn.handle?.cancel();
    this.failed(turn, 'deadline', { code: 'model-silent' });
    onFree();
  }

  /** The turn came to nothing and the task is not charged with it: it waits for another one. */
  requeue(turn: InFlightTurn, reason: RequeueReason, how: Ending, outcome: TurnOutcome | null = null): void {
    const { inFlight, desk, supervision } = this.#with;
    const partial = (outcome?.text ?? turn.text).slice(0, PARTIAL_CHARACTERS);
    supervision.dropped(turn.id);
    // Whose turn was cut off by what befell the engine is soon to show that it is well.
    inFlight.leave(turn, outcome, { then: how.finish === 'cancelled' ? 'free' : 'first', ...how });
    desk.lost(turn, reason, partial);
  }

  /** The turn is over and failed: what its task does next. */
  failed(turn: InFlightTurn, failure: TurnFailure, detail: FailureDetail): void {
    const { state, tell, supervision, desk } = this.#with;
    const { agent, model } = turn;
    // Where nobody supervises, the failure itself is all that is known of the agent.
    if (!supervision.supervises && model === null) {
      const from = AGENT_STATES[state.agents.state[agent] as number] ?? 'idle';
      tell({ type: 'agent.state', agent, from, to: 'degraded', because: { code: 'failed', failure } });
    }
    desk.failed(turn, failure, detail);
  }

  /** Whoever can judge the turn does; where nobody can, EXECUTE's own checks are all there is. */
  #decide(turn: InFlightTurn, outcome: TurnOutcome, verdict: Verdict): void {
    const { inFlight, contextTokens, onFree, supervision } = this.#with;
    if (verdict.kind === 'requeue') {
      const detail = reported(outcome.error?.message ?? verdict.reason);
      this.#conclude(turn, outcome, { kind: 'reject', failure: 'engine-error', detail }, null);
    } else if (turn.model !== null || (verdict.kind === 'reject' && !worthRetrying(verdict.failure))) {
      // What no agent could do better is nobody's fault, and a bigger model's turn says nothing about the agent: nothing to judge.
      supervision.dropped(turn.id);
      this.#conclude(turn, outcome, verdict, null);
    } else {
      supervision.over(turn, outcome, verdict, contextTokens(), (judgement) => {
        if (!inFlight.holds(turn)) return;
        this.#conclude(turn, outcome, verdict, judgement);
        onFree();
      });
    }
  }

  /** What comes of a turn, now that it was judged (null: by nobody but EXECUTE). */
  #conclude(
    turn: InFlightTurn,
    outcome: TurnOutcome,
    verdict: Exclude<Verdict, { kind: 'requeue' }>,
    judgement: Judgement | null,
  ): void {
    const { inFlight, desk, onTurn } = this.#with;
    const health = judgement?.health;
    if (judgement?.secondOpinion) {
      inFlight.end(turn, outcome, { health, pending: true });
      desk.secondOpinion(turn);
    } else if (verdict.kind === 'accept' && judgement?.accept !== false) {
      inFlight.end(turn, outcome, { health, output: verdict.output });
      this.#remember(turn, outcome.text);
      desk.accept(turn, verdict.output);
    } else {
      const failure = verdict.kind === 'reject' ? verdict.failure : failureOf(judgement?.fault ?? null);
      const detail: FailureDetail =
        verdict.kind === 'reject' ? verdict.detail : { code: 'diagnosed', fault: judgement?.fault ?? null };
      inFlight.end(turn, outcome, { rejected: failure, health, then: judgement === null ? 'free' : 'hold' });
      this.failed(turn, failure, detail);
    }
    onTurn();
  }

  #remember({ agent, stage, asked, model }: InFlightTurn, text: string): void {
    const { memoryTurns } = this.#stage(stage).brief;
    if (model === null) this.#with.contexts.save(agent, { user: asked, assistant: text }, memoryTurns);
  }

  #stage(index: number): StageBrief {
    return this.#with.plan.stages[index] as StageBrief;
  }
}
