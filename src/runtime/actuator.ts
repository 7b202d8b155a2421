import type { TurnFailure } from '../agents/verdict.ts';
import type { EngineError } from '../engine/contract.ts';
import type { AgentMemory } from './agent-memory.ts';
import type { Escalation } from './escalation.ts';
import type { Flight } from './flight.ts';
import type { Flights } from './flights.ts';
import type { Landing } from './landing.ts';
import type { RunPlan } from './plan.ts';
import type { Roster } from './roster.ts';
import type { Takeoff } from './takeoff.ts';
import type { TaskDesk } from './task-desk.ts';
import type { Actuator } from './orders.ts';
import type { Ward } from './ward.ts';

export interface ActuatorParts {
  readonly plan: RunPlan;
  readonly escalation: Escalation;
  readonly memory: AgentMemory;
  readonly flights: Flights;
  readonly desk: TaskDesk;
  readonly roster: Roster;
  readonly takeoff: Takeoff;
  readonly landing: Landing;
  readonly ward: () => Ward | null;
  readonly freeStorage: () => Promise<number>;
  /** Cancels a turn at its engine. */
  readonly callBack: (flight: Flight) => void;
  /** Agents or tasks may be waiting for a turn that were not before. */
  readonly pump: () => void;
  readonly engineReady: () => boolean;
  /** `ordered`: there is nothing wrong with it as far as is known. */
  readonly onGone: (error: EngineError, ordered?: boolean) => void;
}

/** What a supervisor may have done, put into effect on the parts of a dispatcher. */
export function actuatorOf(parts: ActuatorParts): Actuator {
  const { plan, escalation, memory, flights, desk, roster, takeoff, landing, ward, pump } = parts;

  const abandon = (agent: number, failure: TurnFailure | null, detail: string): void => {
    const flight = flights.ofAgent(agent);
    if (!flight) return;
    parts.callBack(flight);
    if (failure === null) {
      landing.requeue(flight, 'its agent is being mended', { finish: 'cancelled', then: 'rest' });
    } else {
      flights.begin(flight);
      ward()?.dropped(flight.turn);
      flights.end(flight, null, { rejected: failure, then: 'rest' });
      landing.failed(flight, failure, detail);
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
      takeoff.steady(agent);
    },
    shrink: (task) => {
      desk.shrink(task);
    },
    abandon,
    back: (agent) => {
      if (flights.busy(agent)) return;
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
    flights: () => flights.all().filter(({ over, model }) => !over && model === null),
  };
}
