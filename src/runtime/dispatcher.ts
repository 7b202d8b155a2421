import type { ContextManager } from '../agents/context.ts';
import type { Engine, EngineError } from '../engine/contract.ts';
import type { EventBody, JournalEvent } from '../journal/events.ts';
import type { RunState } from '../journal/run-state.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { ReadyTask } from '../scheduling/ready-queue.ts';
import { actuatorOf } from './actuator.ts';
import { AgentMemory } from './agent-memory.ts';
import { Allowance } from './allowance.ts';
import type { Escalation } from './escalation.ts';
import { type Flight, GRACE_MS, HUNG } from './flight.ts';
import { Flights } from './flights.ts';
import { Landing } from './landing.ts';
import type { RunPlan, StageBrief } from './plan.ts';
import { Residence } from './residence.ts';
import { Roster } from './roster.ts';
import type { RunStorage } from './run-storage.ts';
import { Takeoff } from './takeoff.ts';
import { TaskDesk } from './task-desk.ts';
import type { HealingSettings } from './supervisor.ts';
import { Ward } from './ward.ts';

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
  /** Null: nobody supervises; EXECUTE's own checks are all there is. */
  readonly healing: HealingSettings | null;
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
 * Gives ready tasks to idle agents for as long as the engine has room. What it hands out leaves by `Takeoff` and comes back by `Landing`;
 * what runs meanwhile is in `Flights`.
 */
export class Dispatcher {
  /** The supervisor, for those who must tell it what happens; null where there is none. */
  readonly ward: Ward | null;
  readonly #with: DispatcherOptions;
  readonly #flights: Flights;
  readonly #desk: TaskDesk;
  readonly #roster: Roster;
  readonly #residence: Residence;
  readonly #memory: AgentMemory;
  readonly #takeoff: Takeoff;
  readonly #landing: Landing;
  readonly #allowance = new Allowance();
  #engine: Engine | null = null;
  #lastEngine: Engine | null = null;

  constructor(options: DispatcherOptions) {
    this.#with = options;
    const { clock, random, plan, state, fence, contexts, escalation, healing: settings, tell } = options;
    const { onDone, onFailed, onUnanswered, onCulprit } = options;
    const { storage } = options;
    const ward = (): Ward | null => this.ward;
    const pump = (): void => {
      this.pump();
    };
    const shared = { clock, random, plan, state, fence, contexts, escalation, tell, ward };
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
      supervised: settings !== null,
      nextModel: (role, tried) => escalation.next(plan.swarm.roles[role]?.escalate ?? [], tried),
      onDone,
      onFailed,
      onUnanswered,
      onWaiting: pump,
      alone: () => this.#allowance.oneAtATime,
      onCulprit,
      onSettled: (task) => this.ward?.taskEnded(task),
    }));
    const flights = (this.#flights = new Flights({ ...shared, roster, residence }));
    const takeoff = (this.#takeoff = new Takeoff({
      ...shared,
      flights,
      desk,
      residence,
      onOutcome: (flight, outcome) => {
        this.#landing.finish(flight, outcome);
      },
      onOverdue: (flight) => {
        if (flight.model === null) options.onGone(HUNG);
        else this.#landing.overdue(flight);
      },
    }));
    const landing = (this.#landing = new Landing({
      ...shared,
      flights,
      desk,
      contextTokens: () => takeoff.contextTokens,
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
    const parts = { memory, flights, desk, roster, takeoff, landing, freeStorage, pump };
    const actuator = actuatorOf({
      ...shared,
      ...parts,
      callBack: (flight) => {
        this.#callBack(flight);
      },
      engineReady: () => this.#engine !== null,
      onGone: options.onGone,
    });
    this.ward = settings && new Ward({ clock, random, plan, state, fence, settings, tell, actuator });
  }

  /** The turns that engines hold at this moment. */
  get flights(): readonly Readonly<Flight>[] {
    return this.#flights.all();
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
    for (const flight of this.#flights.all()) if (!flight.started) waiting++;
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
      this.#takeoff.resize(contextTokens);
      this.ward?.engineUp();
    }
    this.pump();
  }

  /** Hands out turns as long as there are tasks, idle agents and room at the engine. */
  pump(): void {
    this.#prove();
    // Tasks whose next agent is busy wait for it; others need not.
    const passed: ReadyTask[] = [];
    while (this.#engine && this.#flights.size < this.#allowance.turns && passed.length < PASSED) {
      const next = this.#desk.next((stage) => this.#roster.idle(stage) > 0 && this.#flights.size < this.#room(stage));
      if (!next) break;
      const failedBy = this.#desk.failedBy(next.task);
      const agent = this.#roster.take(next.lane, failedBy, () => this.#residence.welcome());
      if (agent === undefined) passed.push(next);
      else
        this.#takeoff.submit(
          next.task,
          next.lane,
          agent,
          next.urgent && this.#flights.waited() < LONG_WAIT * this.#brief(next.lane).deadlineMs,
        );
    }
    for (const { task, urgent } of passed) this.#desk.again(task, urgent);
  }

  /**
   * Whoever is on trial waits for nobody: it gets a turn of its own at once, beyond what usually waits in the engine, and that turn the next
   * seat. A task that has failed before is no fair trial.
   */
  #prove(): void {
    while (this.#engine && this.#flights.size < this.#allowance.turnsAndTrials) {
      const next = this.#desk.next(
        (stage) => this.#roster.onTrial(stage) > 0,
        (task) => this.#desk.failedBy(task) === undefined,
      );
      if (!next) return;
      this.#takeoff.submit(next.task, next.lane, this.#roster.takeTrial(next.lane), true);
    }
  }

  /** The task is taken out of all hands: what it waits for, and the turn that works on it. */
  withdraw(task: number): void {
    this.#desk.withdraw(task);
    const flight = this.#flights.ofTask(task);
    if (!flight) return;
    this.#callBack(flight);
    this.ward?.dropped(flight.turn);
    this.#flights.leave(flight, null, { finish: 'cancelled' });
  }

  /** The task waits for a turn again, at the stage where it stands. */
  again(task: number): void {
    this.#desk.again(task);
    this.pump();
  }

  /** The agent's turn is called back and waits again; what it wrote so far, or null where it has no turn. */
  callBack(agent: number, reason: string): string | null {
    const flight = this.#flights.ofAgent(agent);
    if (!flight) return null;
    this.#callBack(flight);
    this.#landing.requeue(flight, reason, { finish: 'cancelled' });
    this.pump();
    return flight.text;
  }

  /** Gives the agent no more work; a turn that it has it may end. */
  hold(agent: number): void {
    this.#roster.rest(agent);
  }

  /** It may work again, unless its supervisor has it in hand. */
  unhold(agent: number): void {
    if (this.#flights.busy(agent) || this.ward?.holds(agent)) return;
    this.#roster.release(agent);
    this.pump();
  }

  /** Calls back the turns that wait in the engine and have written nothing yet; `all`: the running ones too. */
  recall(all: boolean): void {
    for (const flight of this.#flights.all()) if (all || !flight.started) flight.handle?.cancel();
  }

  /** The engine is gone: every turn it held waits again. */
  lost(error: EngineError): void {
    const held = this.#flights.all().filter(({ model }) => model === null);
    this.ward?.engineDown(
      error,
      held.map(({ agent }) => agent),
    );
    this.#residence.lost();
    for (const flight of held) this.#landing.requeue(flight, error.code, { finish: 'error' });
    this.#allowance.lost();
  }

  /** Takes back what is with the engine and forgets what waits; nothing is handed out any more. */
  stop(): void {
    this.#engine = null;
    this.ward?.stop();
    this.#desk.stop();
    this.#flights.drop();
  }

  /**
   * Turns in flight up to which the stage's tasks are handed out. Turns that wait in the engine take the seat of whoever ends next; where
   * agents remember, that would be somebody whose own next task finds everything in place, so nobody waits there for them.
   */
  #room(stage: number): number {
    return this.#brief(stage).memoryTurns > 0 ? this.#allowance.seats : this.#allowance.turns;
  }

  #brief(stage: number): StageBrief['brief'] {
    return (this.#with.plan.stages[stage] as StageBrief).brief;
  }

  /** Cancels a turn; an engine that does not even give that back is of no more use. */
  #callBack({ handle, model }: Flight): void {
    if (!handle) return;
    const engine = this.#engine;
    const overdue = this.#with.clock.timeout(GRACE_MS, () => {
      if (model === null && engine !== null && engine === this.#engine) this.#with.onGone(HUNG);
    });
    void handle.done.then(overdue);
    handle.cancel();
  }
}
