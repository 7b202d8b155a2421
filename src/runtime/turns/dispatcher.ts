import type { ContextManager } from '../../agents/context.ts';
import type { Engine, EngineError } from '../../engine/contract.ts';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { ReadyTask } from '../../scheduling/ready-queue.ts';
import { type Actuator, actuatorOf } from './actuator.ts';
import { AgentMemory } from './agent-memory.ts';
import { Allowance } from '../../scheduling/allowance.ts';
import type { Escalation } from '../../engine/escalation.ts';
import { type InFlightTurn, GRACE_MS, HUNG } from './in-flight-turn.ts';
import { InFlightTurns } from './in-flight-turns.ts';
import { Settler } from './settle.ts';
import type { RunPlan, StageBrief } from '../definition/run-plan.ts';
import { Residence } from '../../memory/residence.ts';
import { Roster } from './roster.ts';
import type { RunStorage } from '../storage/run-storage.ts';
import { Submitter } from './submit.ts';
import { TaskDesk } from '../tasks/task-desk.ts';
import type { TurnSupervision } from './supervision.ts';

/** Tasks in a row for which nobody may be at hand, before the rest of them are left for the next time. */
const PASSED = 16;

/** Share of its deadline that a turn may wait for a seat before nobody is let in front of it. */
const LONG_WAIT = 1 / 8;

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly plan: RunPlan;
  readonly state: RunState;
  /** Sets turns of one writer apart from those of another. */
  readonly fence: number;
  /** What agents remember; their cold records keep it. */
  readonly contexts: ContextManager;
  /** Bigger models for tasks that the run's own keeps failing at. */
  readonly escalation: Escalation;
  readonly supervision: TurnSupervision;
  readonly tell: (event: EventBody) => JournalEvent;
  /** What agents have on the disk, and room there. */
  readonly storage: Pick<RunStorage, 'whenCold' | 'note' | 'dropped' | 'lastGood' | 'makeRoom'>;
  /** See `TaskDeskOptions`. */
  readonly onDone: (task: number, note: string | null) => void;
  readonly onFailed: (task: number, failure: string, detail: string) => void;
  readonly onUnanswered: (notice: string) => void;
  /** A turn came to its end in the engine, and what comes of it is decided. */
  readonly onTurn: () => void;
  /** The engine can do no more, as an outcome says or as its silence shows; `ordered`: it could, but another one is to take its place. */
  readonly onGone: (error: EngineError, ordered?: boolean) => void;
  /** See `TaskDeskOptions`. */
  readonly onCulprit: () => void;
}

/**
 * Gives ready tasks to idle agents for as long as the engine has room. What it hands out leaves by `Submitter` and comes back by `Settler`;
 * what runs meanwhile is in `InFlightTurns`.
 */
export class Dispatcher {
  /** What a supervisor may have done. */
  readonly actuator: Actuator;
  readonly #with: DispatcherOptions;
  readonly #inFlight: InFlightTurns;
  readonly #desk: TaskDesk;
  readonly #roster: Roster;
  readonly #residence: Residence;
  readonly #memory: AgentMemory;
  readonly #submitter: Submitter;
  readonly #settler: Settler;
  readonly #allowance = new Allowance();
  #engine: Engine | null = null;
  #lastEngine: Engine | null = null;

  constructor(options: DispatcherOptions) {
    this.#with = options;
    const { clock, random, plan, state, fence, contexts, escalation, supervision, tell } = options;
    const { onDone, onFailed, onUnanswered, onCulprit } = options;
    const { storage } = options;
    const pump = (): void => {
      this.pump();
    };
    const shared = { clock, random, plan, state, fence, contexts, escalation, tell, supervision };
    const roster = (this.#roster = new Roster(plan, state));
    const onTier = (agent: number, tier: number): void => {
      state.agents.tier[agent] = tier;
    };
    const residence = (this.#residence = new Residence({
      onTier,
      whenCold: (agent) => storage.whenCold(agent),
      onNote: (agent, because) => {
        storage.note(agent, because);
      },
    }));
    const memory = (this.#memory = new AgentMemory({
      contexts,
      residence,
      onDropped: (agent) => {
        storage.dropped(agent);
      },
      lastGood: (agent) => storage.lastGood(agent),
    }));
    const desk = (this.#desk = new TaskDesk({
      ...shared,
      supervised: supervision.supervises,
      nextModel: (role, tried) => escalation.next(plan.swarm.roles[role]?.escalate ?? [], tried),
      onDone,
      onFailed,
      onUnanswered,
      onWaiting: pump,
      alone: () => this.#allowance.oneAtATime,
      onCulprit,
      onBlamed: (task, agents) => {
        supervision.taskBlamed(task, agents);
      },
    }));
    const inFlight = (this.#inFlight = new InFlightTurns({ ...shared, roster, residence }));
    const submitter = (this.#submitter = new Submitter({
      ...shared,
      inFlight,
      desk,
      residence,
      onOutcome: (turn, outcome) => {
        this.#settler.finish(turn, outcome);
      },
      onOverdue: (turn) => {
        if (turn.model === null) options.onGone(HUNG);
        else this.#settler.overdue(turn);
      },
    }));
    const settler = (this.#settler = new Settler({
      ...shared,
      inFlight,
      desk,
      contextTokens: () => submitter.contextTokens,
      onTurn: () => {
        this.#allowance.worked();
        options.onTurn();
      },
      onGone: (error) => {
        // Nothing more for this engine, even if it has not said itself that it is lost.
        this.#engine = null;
        options.onGone(error);
      },
      onFree: pump,
    }));
    const freeStorage = (): Promise<number> => storage.makeRoom();
    const parts = { memory, inFlight, desk, roster, submitter, settler, freeStorage, pump };
    this.actuator = actuatorOf({
      ...shared,
      ...parts,
      callBack: (turn) => {
        this.#callBack(turn);
      },
      engineReady: () => this.#engine !== null,
      onGone: options.onGone,
    });
  }

  /** The turns that engines hold at this moment. */
  get inFlight(): readonly Readonly<InFlightTurn>[] {
    return this.#inFlight.all();
  }

  /** Agents that may sit on the GPU at once, and those that sit there between turns. */
  get seats(): number {
    return this.#allowance.seats;
  }

  get parked(): number {
    return this.#residence.parked;
  }

  /** Turns that wait for nothing but a seat: somebody is free for them. */
  get waiting(): number {
    let waiting = this.#desk.count((stage) => this.#roster.idle(stage) > 0);
    for (const turn of this.#inFlight.all()) if (!turn.started) waiting++;
    return waiting;
  }

  /** Other than the engine was built for, at most as many. */
  resize(seats: number): void {
    this.#allowance.seats = seats;
    this.#residence.resize(seats);
    this.pump();
  }

  /** Turns go to `engine` from now on; null: they wait. */
  attach(engine: Engine | null, residents = 0, contextTokens = 0): void {
    const fresh = engine !== null && engine !== this.#lastEngine;
    this.#engine = engine;
    if (engine) this.#residence.attach(engine, residents);
    this.#memory.attach(engine);
    if (fresh) {
      this.#lastEngine = engine;
      this.#allowance.seats = residents;
      this.#submitter.resize(contextTokens);
      this.#with.supervision.engineUp();
    }
    this.pump();
  }

  /** Hands out turns as long as there are tasks, idle agents and room at the engine. */
  pump(): void {
    this.#prove();
    // Tasks whose next agent is busy wait for it; others need not.
    const passed: ReadyTask[] = [];
    while (this.#engine && this.#inFlight.size < this.#allowance.turns && passed.length < PASSED) {
      const next = this.#desk.next((stage) => this.#roster.idle(stage) > 0 && this.#hasRoom(stage));
      if (!next) break;
      const failedBy = this.#desk.failedBy(next.task);
      const agent = this.#roster.take(next.lane, failedBy, () => this.#residence.welcome());
      if (agent === undefined) passed.push(next);
      else
        this.#submitter.submit(
          next.task,
          next.lane,
          agent,
          next.urgent && this.#inFlight.waited() < LONG_WAIT * this.#brief(next.lane).deadlineMs,
        );
    }
    for (const { task, urgent } of passed) this.#desk.again(task, urgent);
  }

  /**
   * Whoever is on trial waits for nobody: it gets a turn of its own at once, beyond what usually waits in the engine, and that turn the next
   * seat. A task that has failed before is no fair trial.
   */
  #prove(): void {
    while (this.#engine && this.#inFlight.size < this.#allowance.turnsAndTrials) {
      const next = this.#desk.next(
        (stage) => this.#roster.onTrial(stage) > 0,
        (task) => this.#desk.failedBy(task) === undefined,
      );
      if (!next) return;
      this.#submitter.submit(next.task, next.lane, this.#roster.takeTrial(next.lane), true);
    }
  }

  /** The task is taken out of all hands: what it waits for, and the turn that works on it. */
  withdraw(task: number): void {
    this.#desk.withdraw(task);
    const turn = this.#inFlight.ofTask(task);
    if (!turn) return;
    this.#callBack(turn);
    this.#with.supervision.dropped(turn.id);
    this.#inFlight.leave(turn, null, { finish: 'cancelled' });
  }

  /** The task waits for a turn again, at the stage where it stands. */
  again(task: number): void {
    this.#desk.again(task);
    this.pump();
  }

  /** The agent's turn is called back and waits again; what it wrote so far, or null where it has no turn. */
  callBack(agent: number, reason: string): string | null {
    const turn = this.#inFlight.ofAgent(agent);
    if (!turn) return null;
    this.#callBack(turn);
    this.#settler.requeue(turn, reason, { finish: 'cancelled' });
    this.pump();
    return turn.text;
  }

  /** Gives the agent no more work; a turn that it has it may end. */
  hold(agent: number): void {
    this.#roster.rest(agent);
  }

  /** It may work again, unless its supervisor has it in hand. */
  unhold(agent: number): void {
    if (this.#inFlight.busy(agent) || this.#with.supervision.holds(agent)) return;
    this.#roster.release(agent);
    this.pump();
  }

  /** Calls back the turns that wait in the engine and have written nothing yet; `all`: the running ones too. */
  recall(all: boolean): void {
    for (const turn of this.#inFlight.all()) if (all || !turn.started) turn.handle?.cancel();
  }

  /** The engine is gone: every turn it held waits again. */
  lost(error: EngineError): void {
    const held = this.#inFlight.all().filter(({ model }) => model === null);
    this.#with.supervision.engineDown(
      error,
      held.map(({ agent }) => agent),
    );
    this.#residence.lost();
    for (const turn of held) this.#settler.requeue(turn, error.code, { finish: 'error' });
    this.#allowance.lost();
  }

  /** Takes back what is with the engine and forgets what waits; nothing is handed out any more. */
  stop(): void {
    this.#engine = null;
    this.#with.supervision.stop();
    this.#desk.stop();
    this.#inFlight.drop();
  }

  /**
   * Whether one more of the stage's tasks may be handed out. Turns that wait in the engine take the seat of whoever ends next; among agents that
   * remember, that would be somebody whose own next task finds everything in place, so no more of them have turns than there are seats.
   */
  #hasRoom(stage: number): boolean {
    if (this.#brief(stage).memoryTurns === 0) return true;
    const remembering = this.#inFlight.count((turn) => this.#brief(turn.stage).memoryTurns > 0);
    return remembering < this.#allowance.seats;
  }

  #brief(stage: number): StageBrief['brief'] {
    return (this.#with.plan.stages[stage] as StageBrief).brief;
  }

  /** Cancels a turn; an engine that does not even give that back is of no more use. */
  #callBack({ handle, model }: InFlightTurn): void {
    if (!handle) return;
    const engine = this.#engine;
    const overdue = this.#with.clock.timeout(GRACE_MS, () => {
      if (model === null && engine !== null && engine === this.#engine) this.#with.onGone(HUNG);
    });
    void handle.done.then(overdue);
    handle.cancel();
  }
}
