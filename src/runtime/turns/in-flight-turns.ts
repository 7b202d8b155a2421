import type { TurnOutcome } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { InFlightTurn } from './in-flight-turn.ts';
import type { Residence } from '../../memory/residence.ts';
import type { Roster } from './roster.ts';
import type { TurnSupervision } from './supervision.ts';

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

export interface InFlightTurnsOptions {
  readonly clock: Clock;
  readonly state: RunState;
  readonly roster: Roster;
  readonly residence: Residence;
  readonly supervision: TurnSupervision;
  readonly tell: (event: EventBody) => unknown;
}

/** The turns that engines hold, at most one a task and one an agent; their beginning and end are written down here and nowhere else. */
export class InFlightTurns {
  readonly #with: InFlightTurnsOptions;
  readonly #byTask = new Map<number, InFlightTurn>();

  constructor(options: InFlightTurnsOptions) {
    this.#with = options;
  }

  get size(): number {
    return this.#byTask.size;
  }

  /** All of them, in the order in which they were submitted; the list is the caller's own. */
  all(): InFlightTurn[] {
    return [...this.#byTask.values()];
  }

  count(which: (turn: InFlightTurn) => boolean): number {
    let count = 0;
    for (const turn of this.#byTask.values()) if (which(turn)) count++;
    return count;
  }

  ofTask(task: number): InFlightTurn | undefined {
    return this.#byTask.get(task);
  }

  /** The turn that the agent has with the run's own engine and that is not over. */
  ofAgent(agent: number): InFlightTurn | undefined {
    return this.all().find((each) => each.agent === agent && !each.over && each.model === null);
  }

  /** Whether the agent has a turn at all, with whichever model. */
  busy(agent: number): boolean {
    for (const turn of this.#byTask.values()) if (turn.agent === agent) return true;
    return false;
  }

  /** Whether this very turn is the one that its task waits for. */
  holds(turn: InFlightTurn): boolean {
    return this.#byTask.get(turn.task) === turn;
  }

  /** How long the one that waits longest for its first word has waited, ms. */
  waited(): number {
    const since = this.all().flatMap(({ started, submitted }) => (started ? [] : [submitted]));
    return this.#with.clock.now() - Math.min(this.#with.clock.now(), ...since);
  }

  add(turn: InFlightTurn): void {
    this.#byTask.set(turn.task, turn);
  }

  /** The turn has begun to be computed; told once. */
  begin(turn: InFlightTurn): void {
    if (turn.started) return;
    turn.started = true;
    this.#with.tell({ type: 'turn.started', task: turn.task, agent: turn.agent, turn: turn.id });
  }

  /** Writes the end of the turn down, and sees to the agent. */
  end(turn: InFlightTurn, outcome: TurnOutcome | null, how: Ending = {}): void {
    const { tell, clock, state, residence } = this.#with;
    const { rejected, health, pending, finish = outcome?.finish ?? 'error' } = how;
    const { task, agent, id, model } = turn;
    turn.watchdog();
    this.#byTask.delete(task);
    tell({
      type: 'turn.ended',
      task,
      agent,
      turn: id,
      finish,
      tokens: {
        prompt: outcome?.usage.promptTokens ?? 0,
        cached: outcome?.usage.cachedTokens ?? 0,
        completion: outcome?.usage.completionTokens ?? turn.tokens,
      },
      // Time with the GPU, not time in line.
      ms: Math.round(outcome ? outcome.timing.endedMs - outcome.timing.admittedMs : clock.now() - turn.submitted),
      ...(rejected === undefined ? {} : { rejected }),
      ...(health === undefined ? {} : { health }),
      ...(pending && { pending }),
      ...(model !== null && { model }),
      trace: turn.tracer.end(outcome, turn.text, how.output),
    });
    state.agents.tier[agent] = residence.tier(agent);
    this.#free(agent, how.then);
  }

  /** As `end`; a turn that never began is not written down. */
  leave(turn: InFlightTurn, outcome: TurnOutcome | null, how: Ending): void {
    if (turn.started) {
      this.end(turn, outcome, how);
      return;
    }
    turn.watchdog();
    this.#byTask.delete(turn.task);
    this.#free(turn.agent, how.then);
  }

  /** Calls all of them back and forgets them; nothing is written down. */
  drop(): void {
    for (const turn of this.#byTask.values()) {
      turn.watchdog();
      turn.handle?.cancel();
    }
    this.#byTask.clear();
  }

  #free(agent: number, then: After = 'free'): void {
    const { roster, supervision } = this.#with;
    if (then === 'hold') supervision.hold(agent);
    else if (then === 'free') roster.release(agent);
    else if (then === 'first') roster.release(agent, true);
  }
}
