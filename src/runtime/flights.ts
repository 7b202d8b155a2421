import type { TurnOutcome } from '../engine/contract.ts';
import type { EventBody } from '../journal/events.ts';
import type { RunState } from '../journal/run-state.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Flight } from './flight.ts';
import type { Residence } from './residence.ts';
import type { Roster } from './roster.ts';
import type { Ward } from './ward.ts';

/**
 * What becomes of an agent whose turn is over: it goes back to the bench, there before others where its turn was cut off, waits for word of
 * its supervisor, or is in its hands already.
 */
export type After = 'free' | 'first' | 'hold' | 'rest';

/** How a turn's end is written down. */
export interface Ending {
  readonly rejected?: string;
  readonly health?: number | undefined;
  readonly then?: After;
  readonly finish?: TurnOutcome['finish'];
  readonly pending?: true;
  readonly output?: unknown;
}

export interface FlightsOptions {
  readonly clock: Clock;
  readonly state: RunState;
  readonly roster: Roster;
  readonly residence: Residence;
  readonly ward: () => Ward | null;
  readonly tell: (event: EventBody) => unknown;
}

/** The turns that engines hold, at most one a task and one an agent; their beginning and end are written down here and nowhere else. */
export class Flights {
  readonly #with: FlightsOptions;
  readonly #byTask = new Map<number, Flight>();

  constructor(options: FlightsOptions) {
    this.#with = options;
  }

  get size(): number {
    return this.#byTask.size;
  }

  /** All of them, in the order in which they were submitted; the list is the caller's own. */
  all(): Flight[] {
    return [...this.#byTask.values()];
  }

  ofTask(task: number): Flight | undefined {
    return this.#byTask.get(task);
  }

  /** The turn that the agent has with the run's own engine and that is not over. */
  ofAgent(agent: number): Flight | undefined {
    return this.all().find((each) => each.agent === agent && !each.over && each.model === null);
  }

  /** Whether the agent has a turn at all, with whichever model. */
  busy(agent: number): boolean {
    for (const flight of this.#byTask.values()) if (flight.agent === agent) return true;
    return false;
  }

  /** Whether this very turn is the one that its task waits for. */
  holds(flight: Flight): boolean {
    return this.#byTask.get(flight.task) === flight;
  }

  /** How long the one that waits longest for its first word has waited, ms. */
  waited(): number {
    const since = this.all().flatMap(({ started, submitted }) => (started ? [] : [submitted]));
    return this.#with.clock.now() - Math.min(this.#with.clock.now(), ...since);
  }

  add(flight: Flight): void {
    this.#byTask.set(flight.task, flight);
  }

  /** The turn has begun to be computed; told once. */
  begin(flight: Flight): void {
    if (flight.started) return;
    flight.started = true;
    this.#with.tell({ type: 'turn.started', task: flight.task, agent: flight.agent, turn: flight.turn });
  }

  /** Writes the end of the turn down, and sees to the agent. */
  end(flight: Flight, outcome: TurnOutcome | null, how: Ending = {}): void {
    const { tell, clock, state, residence } = this.#with;
    const { rejected, health, pending, finish = outcome?.finish ?? 'error' } = how;
    const { task, agent, turn, model } = flight;
    flight.watchdog();
    this.#byTask.delete(task);
    tell({
      type: 'turn.ended',
      task,
      agent,
      turn,
      finish,
      tokens: {
        prompt: outcome?.usage.promptTokens ?? 0,
        cached: outcome?.usage.cachedTokens ?? 0,
        completion: outcome?.usage.completionTokens ?? flight.tokens,
      },
      // Time with the GPU, not time in line.
      ms: Math.round(outcome ? outcome.timing.endedMs - outcome.timing.admittedMs : clock.now() - flight.submitted),
      ...(rejected === undefined ? {} : { rejected }),
      ...(health === undefined ? {} : { health }),
      ...(pending && { pending }),
      ...(model !== null && { model }),
      trace: flight.tracer.end(outcome, flight.text, how.output),
    });
    state.agents.tier[agent] = residence.tier(agent);
    this.#free(agent, how.then);
  }

  /** As `end`; a turn that never began is not written down. */
  leave(flight: Flight, outcome: TurnOutcome | null, how: Ending): void {
    if (flight.started) {
      this.end(flight, outcome, how);
      return;
    }
    flight.watchdog();
    this.#byTask.delete(flight.task);
    this.#free(flight.agent, how.then);
  }

  /** Calls all of them back and forgets them; nothing is written down. */
  drop(): void {
    for (const flight of this.#byTask.values()) {
      flight.watchdog();
      flight.handle?.cancel();
    }
    this.#byTask.clear();
  }

  #free(agent: number, then: After = 'free'): void {
    const { roster, ward } = this.#with;
    if (then === 'hold') ward()?.hold(agent);
    else if (then === 'free') roster.release(agent);
    else if (then === 'first') roster.release(agent, true);
  }
}
