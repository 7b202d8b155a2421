import type { ContextManager } from '../agents/context.ts';
import { judge, type TurnFailure, type Verdict, worthRetrying } from '../agents/verdict.ts';
import type { EngineError, TurnOutcome } from '../engine/contract.ts';
import type { EventBody } from '../journal/events.ts';
import { AGENT, AGENT_NAMES, type RunState } from '../journal/run-state.ts';
import type { Flight } from './flight.ts';
import type { Ending, Flights } from './flights.ts';
import type { RunPlan, StageBrief } from './plan.ts';
import type { TaskDesk } from './task-desk.ts';
import { failureOf, type Judgement } from './turn-facts.ts';
import type { Ward } from './ward.ts';

/** Partial text kept in the log of a lost turn. */
const PARTIAL_CHARACTERS = 400;

export interface LandingOptions {
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly contexts: ContextManager;
  readonly flights: Flights;
  readonly desk: TaskDesk;
  readonly ward: () => Ward | null;
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
export class Landing {
  readonly #with: LandingOptions;
  #ends = 0;

  constructor(options: LandingOptions) {
    this.#with = options;
  }

  /** What the engine gave. */
  finish(flight: Flight, outcome: TurnOutcome): void {
    const { flights, onGone, onFree } = this.#with;
    const verdict = judge(outcome, this.#stage(flight.stage).brief.check, flight.input);
    if (verdict.kind === 'requeue' && (flight.model === null || verdict.reason === 'cancelled')) {
      this.requeue(flight, verdict.reason, { finish: outcome.finish }, outcome);
      if (outcome.error) onGone(outcome.error);
    } else {
      flights.begin(flight);
      flight.over = true;
      flight.tracer.told(outcome, this.#ends++);
      flight.watchdog();
      this.#decide(flight, outcome, verdict);
    }
    onFree();
  }

  /** A bigger model that does not even keep its deadline: the task goes on without it. */
  overdue(flight: Flight): void {
    const { flights, onFree } = this.#with;
    flights.begin(flight);
    flights.end(flight, null, { rejected: 'deadline', finish: 'deadline' });
    flight.handle?.cancel();
    this.failed(flight, 'deadline', 'the bigger model did not answer');
    onFree();
  }

  /** The turn came to nothing and the task is not charged with it: it waits for another one. */
  requeue(flight: Flight, reason: string, how: Ending, outcome: TurnOutcome | null = null): void {
    const { flights, desk, ward } = this.#with;
    const partial = (outcome?.text ?? flight.text).slice(0, PARTIAL_CHARACTERS);
    ward()?.dropped(flight.turn);
    // Whose turn was cut off by what befell the engine is soon to show that it is well.
    flights.leave(flight, outcome, { then: how.finish === 'cancelled' ? 'free' : 'first', ...how });
    desk.lost(flight, reason, partial);
  }

  /** The turn is over and failed: what its task does next. */
  failed(flight: Flight, failure: TurnFailure, detail: string): void {
    const { state, tell, ward, desk } = this.#with;
    const { agent, model } = flight;
    // Where nobody supervises, the failure itself is all that is known of the agent.
    if (!ward() && model === null) {
      const from = AGENT_NAMES[state.agents.state[agent] as number] ?? 'idle';
      tell({ type: 'agent.state', agent, from, to: AGENT_NAMES[AGENT.degraded], because: failure });
    }
    desk.failed(flight, failure, detail);
  }

  /** Whoever can judge the turn does; where nobody can, EXECUTE's own checks are all there is. */
  #decide(flight: Flight, outcome: TurnOutcome, verdict: Verdict): void {
    const { flights, contextTokens, onFree } = this.#with;
    const ward = this.#with.ward();
    if (verdict.kind === 'requeue') {
      const detail = outcome.error?.message ?? verdict.reason;
      this.#conclude(flight, outcome, { kind: 'reject', failure: 'engine-error', detail }, null);
    } else if (!ward || flight.model !== null || (verdict.kind === 'reject' && !worthRetrying(verdict.failure))) {
      // What no agent could do better is nobody's fault, and a bigger model's turn says nothing about the agent: nothing to judge.
      ward?.dropped(flight.turn);
      this.#conclude(flight, outcome, verdict, null);
    } else {
      ward.over(flight, outcome, verdict, contextTokens(), (judgement) => {
        if (!flights.holds(flight)) return;
        this.#conclude(flight, outcome, verdict, judgement);
        onFree();
      });
    }
  }

  /** What comes of a turn, now that it was judged (null: by nobody but EXECUTE). */
  #conclude(
    flight: Flight,
    outcome: TurnOutcome,
    verdict: Exclude<Verdict, { kind: 'requeue' }>,
    judgement: Judgement | null,
  ): void {
    const { flights, desk, onTurn } = this.#with;
    const health = judgement?.health;
    if (judgement?.secondOpinion) {
      flights.end(flight, outcome, { health, pending: true });
      desk.secondOpinion(flight);
    } else if (verdict.kind === 'accept' && judgement?.accept !== false) {
      flights.end(flight, outcome, { health, output: verdict.output });
      this.#remember(flight, outcome.text);
      desk.accept(flight, verdict.output);
    } else {
      const failure = verdict.kind === 'reject' ? verdict.failure : failureOf(judgement?.fault ?? null);
      const detail =
        verdict.kind === 'reject' ? verdict.detail : `found by its supervisor: ${judgement?.fault ?? 'unknown'}`;
      flights.end(flight, outcome, { rejected: failure, health, then: judgement === null ? 'free' : 'hold' });
      this.failed(flight, failure, detail);
    }
    onTurn();
  }

  #remember({ agent, stage, asked, model }: Flight, text: string): void {
    const { memoryTurns } = this.#stage(stage).brief;
    if (model === null) this.#with.contexts.save(agent, { user: asked, assistant: text }, memoryTurns);
  }

  #stage(index: number): StageBrief {
    return this.#with.plan.stages[index] as StageBrief;
  }
}
