import type { TurnFailure } from '../../journal/vocabulary.ts';
import type { EngineError } from '../../engine/contract.ts';
import type { FailureDetail } from '../../journal/evidence.ts';
import type { CarriedOut } from '../../journal/healing-events.ts';
import type { Escalation } from '../../engine/escalation.ts';
import type { EventBody } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import { placeOf, type WorkItem } from '../../journal/work-item.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { RunStorage } from '../storage/run-storage.ts';
import type { Attempts } from '../tasks/attempts.ts';
import type { Pump } from '../tasks/work-queue.ts';
import type { AgentMemory } from './agent-memory.ts';
import type { EngineLink } from './engine-link.ts';
import type { InFlightTurns } from './in-flight-turns.ts';
import type { Roster } from './roster.ts';
import type { Settler } from './settler.ts';
import type { Submitter } from './submit.ts';
import type { WatchedTurn } from './turn-supervision.ts';

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
  /** Whether there is a bigger model for the agent's tasks. */
  canEscalate(agent: number): boolean;
  /** The item's next turn goes to a bigger model. */
  escalate(item: WorkItem): void;
  /** The agent's next turn samples with a penalty on repetition. */
  steady(agent: number): void;
  /** The item's next prompt is made shorter. */
  shrink(item: WorkItem): void;
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
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  readonly escalation: Escalation;
  readonly memory: AgentMemory;
  readonly inFlight: InFlightTurns;
  readonly attempts: Attempts;
  readonly roster: Roster;
  readonly submitter: Submitter;
  readonly settler: Settler;
  readonly link: EngineLink;
  readonly storage: Pick<RunStorage, 'makeRoom'>;
  readonly pump: Pump;
  readonly tell: (event: EventBody) => unknown;
}

/** What a supervisor may have done, put into effect on the parts of a dispatcher. */
export class TurnActuator implements Actuator {
  readonly #with: ActuatorParts;

  constructor(parts: ActuatorParts) {
    this.#with = parts;
  }

  recompute(agent: number): void {
    this.#with.memory.recompute(agent);
  }

  forget(agent: number): void {
    this.#with.memory.forget(agent);
  }

  renew(agent: number): Promise<CarriedOut> {
    return this.#with.memory.renew(agent);
  }

  freeStorage(): Promise<number> {
    return this.#with.storage.makeRoom();
  }

  canEscalate(agent: number): boolean {
    return this.#nextModel(agent, []) !== null;
  }

  escalate(item: WorkItem): void {
    const { plan, state, attempts, tell } = this.#with;
    const { task, step } = item;
    const agent = Math.max(0, state.items.of(item).agent);
    // Its task may have gone on meanwhile.
    if (!state.isOpen(task) || state.tasks.step[task] !== step || attempts.nextModel(item) !== null) return;
    const role = plan.steps[step]?.role ?? '';
    const to = this.#nextModel(agent, attempts.tried(item));
    if (to === null) return;
    attempts.giveTo(item, to);
    const because = { code: 'supervisor', role } as const;
    tell({ type: 'task.escalated', task, ...placeOf(item, step), agent, to, because });
  }

  steady(agent: number): void {
    this.#with.submitter.steady(agent);
  }

  shrink(item: WorkItem): void {
    this.#with.attempts.shrink(item);
  }

  abandon(agent: number, failure: TurnFailure | null, detail: FailureDetail): void {
    const { inFlight, link, settler, pump } = this.#with;
    const turn = inFlight.ofAgent(agent);
    if (!turn) return;
    link.callBack(turn);
    if (failure === null) settler.requeue(turn, 'mending', 'cancelled', true);
    else settler.abandon(turn, failure, detail);
    pump.pump();
  }

  rest(agent: number): void {
    this.#with.roster.rest(agent);
  }

  back(agent: number): void {
    const { inFlight, roster, pump } = this.#with;
    if (inFlight.busy(agent)) return;
    roster.release(agent, true);
    pump.pump();
  }

  replaceEngine(error: EngineError, forAgent?: boolean): boolean {
    return this.#with.link.replace(error, forAgent);
  }

  engineReady(): boolean {
    return this.#with.link.engine !== null;
  }

  others(agent: number): number {
    return this.#with.roster.others(agent);
  }

  inFlight(): Iterable<WatchedTurn> {
    return this.#with.inFlight.all().filter(({ over, held, model }) => !over && !held && model === null);
  }

  #nextModel(agent: number, tried: readonly string[]): string | null {
    const { definition, escalation } = this.#with;
    return escalation.next(definition.of(agent).escalate, tried);
  }
}
