import type { TurnFailure } from '../../journal/vocabulary.ts';
import type { EngineError } from '../../engine/contract.ts';
import type { FailureDetail } from '../../journal/evidence.ts';
import type { CarriedOut } from '../../journal/healing-events.ts';
import type { AgentMemory } from './agent-memory.ts';
import type { Escalation } from '../../engine/escalation.ts';
import type { InFlightTurn } from './in-flight-turn.ts';
import type { InFlightTurns } from './in-flight-turns.ts';
import type { Settler } from './settle.ts';
import type { RunPlan } from '../definition/run-plan.ts';
import type { Roster } from './roster.ts';
import type { Submitter } from './submit.ts';
import type { TaskDesk } from '../tasks/task-desk.ts';
import type { TurnSupervision, WatchedTurn } from './turn-supervision.ts';

/** What EXECUTE can do for RECOVER. All of it may be asked twice. */
export interface Actuator {
  /** Drops the agent's K/V: it is computed again from what the agent remembers. */
  recompute(agent: number): void;
  /** Drops all that the agent remembers. */
  forget(agent: number): void;
  /** Makes the agent anew from its last good generation; says from which. */
  renew(agent: number): Promise<CarriedOut>;
  /** Makes room in storage; bytes that were freed. */
  freeStorage(): Promise<number>;
  /** Whether there is a bigger model for the role. */
  canEscalate(role: string): boolean;
  /** The task's next turn goes to a bigger model. */
  escalate(task: number): void;
  /** The agent's next turn samples with a penalty on repetition. */
  steady(agent: number): void;
  /** The next prompt of the task is made shorter. */
  shrink(task: number): void;
  /** Takes the agent's turn from it: as a failed attempt, or, where the turn is not to blame (null), to be done by another. */
  abandon(agent: number, failure: TurnFailure | null, detail: FailureDetail): void;
  /** Gives the agent no work until it is `back`. */
  rest(agent: number): void;
  /** The agent may work again; its next turn is its trial. */
  back(agent: number): void;
  /**
   * Puts a fresh engine in the place of this one; false where there is none to replace. `forAgent`: a step taken for one agent, which says
   * nothing against the engine.
   */
  replaceEngine(error: EngineError, forAgent?: boolean): boolean;
  engineReady(): boolean;
  /** Agents of the agent's role that are fit to work, itself not counted. */
  others(agent: number): number;
  inFlight(): Iterable<WatchedTurn>;
}

export interface ActuatorParts {
  readonly plan: RunPlan;
  readonly escalation: Escalation;
  readonly memory: AgentMemory;
  readonly inFlight: InFlightTurns;
  readonly desk: TaskDesk;
  readonly roster: Roster;
  readonly submitter: Submitter;
  readonly settler: Settler;
  readonly supervision: TurnSupervision;
  readonly freeStorage: () => Promise<number>;
  /** Cancels a turn at its engine. */
  readonly callBack: (turn: InFlightTurn) => void;
  /** Agents or tasks may be waiting for a turn that were not before. */
  readonly pump: () => void;
  readonly engineReady: () => boolean;
  /** `ordered`: there is nothing wrong with it as far as is known. */
  readonly onGone: (error: EngineError, ordered?: boolean) => void;
}

/** What a supervisor may have done, put into effect on the parts of a dispatcher. */
export function actuatorOf(parts: ActuatorParts): Actuator {
  const { plan, escalation, memory, inFlight, desk, roster, submitter, settler, supervision, pump } = parts;

  const abandon = (agent: number, failure: TurnFailure | null, detail: FailureDetail): void => {
    const turn = inFlight.ofAgent(agent);
    if (!turn) return;
    parts.callBack(turn);
    if (failure === null) {
      settler.requeue(turn, 'mending', { finish: 'cancelled', then: 'rest' });
    } else {
      inFlight.begin(turn);
      supervision.dropped(turn.id);
      inFlight.end(turn, null, { rejected: failure, then: 'rest' });
      settler.failed(turn, failure, detail);
    }
    pump();
  };

  return {
    recompute: (agent) => {
      memory.recompute(agent);
    },
    forget: (agent) => {
      memory.forget(agent);
    },
    renew: (agent) => memory.renew(agent),
    freeStorage: () => parts.freeStorage(),
    canEscalate: (role) => escalation.next(plan.swarm.roles[role]?.escalate ?? [], []) !== null,
    escalate: (task) => {
      desk.escalate(task);
    },
    steady: (agent) => {
      submitter.steady(agent);
    },
    shrink: (task) => {
      desk.shrink(task);
    },
    abandon,
    back: (agent) => {
      if (inFlight.busy(agent)) return;
      roster.release(agent, true);
      pump();
    },
    rest: (agent) => {
      roster.rest(agent);
    },
    replaceEngine: (error, forAgent) => {
      if (!parts.engineReady()) return false;
      parts.onGone(error, forAgent);
      return true;
    },
    engineReady: parts.engineReady,
    others: (agent) => roster.others(agent),
    inFlight: () => inFlight.all().filter(({ over, model }) => !over && model === null),
  };
}
