import type { TurnOutcome } from '../../engine/contract.ts';
import type { EventBody } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { TurnFailure } from '../../journal/vocabulary.ts';
import type { Ranges } from '../../kernel/ranges.ts';
import { ItemMap, type Place, placeOf } from '../../journal/work-item.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { InFlightTurn } from './in-flight-turn.ts';
import { tokensOf } from './turn-trace.ts';
import type { Residence } from '../../memory/residence.ts';
import type { Roster } from './roster.ts';
import type { TurnSupervision } from './turn-supervision.ts';

/**
 * What becomes of an agent whose turn is over: it goes back to the bench, there before others where its turn was cut off, waits for word of
 * its supervisor, or is in its hands already.
 */
export type After = 'free' | 'first' | 'hold' | 'rest';

/** How a turn's end is written down. */
export interface Ending {
  readonly rejected?: TurnFailure;
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

/**
 * The turns that engines hold; their beginning and end are written down here and nowhere else.
 *
 * Invariants:
 * - At most one turn a work item, and at most one an agent.
 * - Each turn that is told to have begun is told to have ended, once, unless the program goes (`drop`, or a crash): then `run.resumed` says it.
 * - Whoever leaves here has its agent seen to: back to the bench, held for its supervisor, or in its hands already.
 */
export class InFlightTurns {
  readonly #with: InFlightTurnsOptions;
  readonly #turns = new ItemMap<InFlightTurn>();

  constructor(options: InFlightTurnsOptions) {
    this.#with = options;
  }

  /** Those of the run's own engine; bigger models and endpoints take nothing of its room. */
  own(): InFlightTurn[] {
    return this.all().filter(({ model }) => model === null);
  }

  /** All of them, in the order in which they were submitted; the list is the caller's own. */
  all(): InFlightTurn[] {
    return this.#turns.values();
  }

  count(which: (turn: InFlightTurn) => boolean): number {
    return this.all().filter(which).length;
  }

  /** Those of the task's items. */
  ofTask(task: number): InFlightTurn[] {
    return this.all().filter((turn) => turn.task === task);
  }

  /** The turn that the agent has with the run's own engine and that is not over. */
  ofAgent(agent: number): InFlightTurn | undefined {
    return this.all().find((each) => each.agent === agent && !each.over && each.model === null);
  }

  /** Whether the agent has a turn at all, with whichever model. */
  busy(agent: number): boolean {
    return this.all().some((turn) => turn.agent === agent);
  }

  /** Whether this very turn is the one that its item waits for. */
  holds(turn: InFlightTurn): boolean {
    return this.#turns.get(turn) === turn;
  }

  /** How long the one that waits longest for its first word has waited, ms. */
  waited(): number {
    const since = this.own().flatMap(({ started, submitted }) => (started ? [] : [submitted]));
    return this.#with.clock.now() - Math.min(this.#with.clock.now(), ...since);
  }

  add(turn: InFlightTurn): void {
    this.#turns.set(turn, turn);
  }

  /** The turn has begun to be computed; told once. */
  begin(turn: InFlightTurn): void {
    if (turn.started) return;
    turn.started = true;
    const { task, agent, id, model } = turn;
    const of = { task, ...this.#place(turn), agent, turn: id, ...(model !== null && { model }) };
    this.#with.tell({ type: 'turn.started', ...of });
  }

  /** Writes the end of the turn down, and sees to the agent. */
  end(turn: InFlightTurn, outcome: TurnOutcome | null, how: Ending = {}): void {
    const { tell, clock, state, residence } = this.#with;
    const { rejected, health, pending, finish = outcome?.finish ?? 'error' } = how;
    const { task, agent, id, model } = turn;
    turn.watchdog();
    this.#turns.delete(turn);
    tell({
      type: 'turn.ended',
      task,
      ...this.#place(turn),
      agent,
      turn: id,
      finish,
      tokens: outcome ? tokensOf(outcome) : { prompt: 0, cached: 0, completion: turn.tokens },
      // Time with the GPU, not time in line.
      ms: Math.round(outcome ? outcome.timing.endedMs - outcome.timing.admittedMs : clock.now() - turn.submitted),
      ...(rejected === undefined ? {} : { rejected }),
      ...(health === undefined ? {} : { health }),
      ...(pending && { pending }),
      ...(model !== null && { model }),
      ...(outcome && readOf(turn, outcome)),
      trace: turn.tracer.end(outcome, turn.text, how.output),
    });
    state.agents.tier[agent] = residence.tier(agent);
    this.#free(turn, how.then);
  }

  /** As `end`; a turn that never began is not written down. */
  leave(turn: InFlightTurn, outcome: TurnOutcome | null, how: Ending): void {
    if (turn.started) {
      this.end(turn, outcome, how);
      return;
    }
    turn.watchdog();
    this.#turns.delete(turn);
    this.#free(turn, how.then);
  }

  /** Calls all of them back and forgets them; nothing is written down. */
  drop(): void {
    for (const turn of this.all()) {
      turn.watchdog();
      turn.handle?.cancel();
    }
    this.#turns.clear();
  }

  #place(turn: InFlightTurn): Place {
    return placeOf(turn, this.#with.state.tasks.step[turn.task] as number);
  }

  #free({ agent, model }: InFlightTurn, then: After = 'free'): void {
    const { roster, supervision } = this.#with;
    // Somebody who was being mended lent its row only.
    if (model !== null && supervision.holds(agent)) return;
    if (then === 'hold') supervision.hold(agent);
    else if (then === 'free') roster.release(agent);
    else if (then === 'first') roster.release(agent, true);
  }
}

/** What was left out of its prompt, in characters of the item's whole text. */
function readOf({ offset, input }: InFlightTurn, { read, dropped }: TurnOutcome) {
  const all: Ranges | null = offset > 0 ? [[0, input.length]] : null;
  const ranges = read ?? all;
  return {
    ...(ranges && { read: ranges.map(([from, to]) => [from + offset, to + offset] as const) }),
    ...(offset > 0 && { offset }),
    ...(dropped !== undefined && { dropped }),
  };
}
