import type { ContextManager } from '../../agents/context.ts';
import type { Engine, EngineError, EngineReport } from '../../engine/contract.ts';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { ENDPOINT_LOST, type RunState, TASK } from '../../journal/run-state.ts';
import { placeOf, type WorkItem } from '../../journal/work-item.ts';
import type { RequeueReason } from '../../journal/vocabulary.ts';
import type { Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import { Residence } from '../../memory/residence.ts';
import { Allowance } from '../../scheduling/allowance.ts';
import type { ReadyItem } from '../../scheduling/ready-queue.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup, RunStep } from '../definition/run-setup.ts';
import type { RunStorage } from '../storage/run-storage.ts';
import { Attempts } from '../tasks/attempts.ts';
import { openItems } from '../tasks/progress.ts';
import type { ResultRecorder } from '../tasks/result-recorder.ts';
import { Sharing, type SharingOptions } from '../tasks/sharing.ts';
import { TaskFlow } from '../tasks/task-flow.ts';
import { TaskQuestions } from '../tasks/task-questions.ts';
import { type Pump, WorkQueue } from '../tasks/work-queue.ts';
import { type Actuator, TurnActuator } from './actuator.ts';
import { AgentMemory } from './agent-memory.ts';
import { BiggerModels } from './bigger-models.ts';
import { type EngineControl, EngineLink } from './engine-link.ts';
import type { InFlightTurn } from './in-flight-turn.ts';
import { InFlightTurns } from './in-flight-turns.ts';
import { Roster } from './roster.ts';
import { Settler, type TurnListener } from './settler.ts';
import { Submitter } from './submit.ts';
import type { TurnSupervision } from './turn-supervision.ts';

/** Tasks in a row for which nobody may be at hand, before the rest of them are left for the next time. */
const PASSED = 16;

/** Items in a row that may be put aside before others have their turn. */
const MOST_LOOKED = 500;
/** Share of its deadline that a turn may wait for a seat before nobody is let in front of it. */
const LONG_WAIT = 1 / 8;

/** What an engine has room for: agents at once, at most and to begin with, and tokens a sequence. */
type Room = Pick<EngineReport, 'residents' | 'seats'> & Pick<EngineReport['model'], 'contextTokens'>;
const NO_ROOM: Room = { residents: 0, contextTokens: 0 };

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  /** Sets turns of one writer apart from those of another. */
  readonly fence: number;
  /** What agents remember; their cold records keep it. */
  readonly contexts: ContextManager;
  readonly supervision: TurnSupervision;
  readonly engines: EngineControl;
  readonly recorder: ResultRecorder;
  readonly run: TurnListener;
  readonly tell: (event: EventBody) => JournalEvent;
  /** What agents have on the disk, and room there. */
  readonly storage: Pick<RunStorage, 'whenCold' | 'note' | 'dropped' | 'lastGood' | 'makeRoom' | 'settled'>;
  /** See `SharingOptions`. */
  readonly rows: SharingOptions['rows'];
  readonly recorded: SharingOptions['recorded'];
}

/**
 * Gives ready tasks to idle agents for as long as the engine has room. What it hands out leaves by `Submitter` and comes back by `Settler`;
 * what runs meanwhile is in `InFlightTurns`.
 *
 * Invariants:
 * - An item that is open waits in `WorkQueue`, for a bigger model in `Attempts`, for a person in `TaskQuestions`, for the answer to another one in
 *   `Sharing`, or is in `InFlightTurns`. What one of the others has may still lie in the queue from before, and is passed over there.
 * - Nothing is handed out to the run's own engine without it, nor beyond what `Allowance` grants; `BiggerModels` has bounds of its own.
 * - After `stop` nothing is handed out any more, and what engines still say is heard by nobody.
 */
export class Dispatcher implements Pump {
  /** What a supervisor may have done. */
  readonly actuator: Actuator;
  readonly #with: DispatcherOptions;
  readonly #link: EngineLink;
  readonly #inFlight: InFlightTurns;
  readonly #queue: WorkQueue;
  readonly #attempts = new Attempts();
  readonly #questions: TaskQuestions;
  readonly #roster: Roster;
  readonly #residence: Residence;
  readonly #memory: AgentMemory;
  readonly #submitter: Submitter;
  readonly #settler: Settler;
  readonly #bigger: BiggerModels;
  readonly #allowance = new Allowance();
  /** Null where each item is asked. */
  readonly #sharing: Sharing | null;
  #pumpsSoon = false;
  /** Nothing speaks against handing out turns, whether or not the run's own engine is there. */
  #going = false;

  constructor(options: DispatcherOptions) {
    this.#with = options;
    const { clock, plan, definition, state, contexts, storage, engines } = options;
    this.#link = new EngineLink(clock, engines);
    this.#roster = new Roster(plan, definition, state);
    this.#residence = new Residence({
      onTier: (agent, tier) => {
        state.agents.tier[agent] = tier;
      },
      whenCold: (agent) => storage.whenCold(agent),
      onNote: (agent, because) => {
        storage.note(agent, because);
      },
    });
    this.#memory = new AgentMemory({ contexts, residence: this.#residence, storage });
    this.#questions = new TaskQuestions(options);
    this.#queue = new WorkQueue({ clock, plan, state, pump: this });
    const shared = {
      ...options,
      escalation: engines.escalation,
      link: this.#link,
      roster: this.#roster,
      residence: this.#residence,
      memory: this.#memory,
      questions: this.#questions,
      queue: this.#queue,
      attempts: this.#attempts,
      allowance: this.#allowance,
      pump: this,
    };
    const inFlight = (this.#inFlight = new InFlightTurns(shared));
    const flow = new TaskFlow(shared);
    this.#sharing = Sharing.of({ ...shared, flow, settled: () => storage.settled() });
    const settler = (this.#settler = new Settler({ ...shared, inFlight, flow }));
    const submitter = (this.#submitter = new Submitter({ ...shared, inFlight, settler }));
    this.#bigger = new BiggerModels({ ...shared, inFlight, submitter });
    this.actuator = new TurnActuator({ ...shared, inFlight, settler, submitter });
    this.#restore();
    this.#sharing?.start();
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
    let waiting = this.#queue.count((step) => this.#roster.idle(step) > 0);
    for (const turn of this.#inFlight.own()) if (!turn.started) waiting++;
    return waiting;
  }

  /** Other than the engine was built for, at most as many. */
  resize(seats: number): void {
    this.#allowance.seats = seats;
    this.#residence.resize(seats);
    this.pump();
  }

  /** Whether turns are handed out at all; those for the run's own engine wait for it besides. */
  set going(going: boolean) {
    this.#going = going;
    if (this.#sharing) this.#sharing.going = going;
  }

  /** Turns go to `engine` from now on; null: they wait. */
  attach(engine: Engine | null, { residents, seats = residents, contextTokens }: Room = NO_ROOM): void {
    const fresh = this.#link.attach(engine);
    if (engine) this.#residence.attach(engine, residents, seats);
    this.#memory.attach(engine);
    if (fresh) {
      this.#allowance.seats = seats;
      this.#submitter.resize(contextTokens);
      this.#with.supervision.engineUp();
    }
    this.pump();
  }

  /** Hands out turns as long as there are tasks, idle agents and room at the engine. */
  pump(): void {
    if (this.#going) this.#bigger.send();
    this.#prove();
    // Tasks whose next agent is busy wait for it; others need not.
    const passed: ReadyItem[] = [];
    const size = (): number => this.#inFlight.own().length;
    while (this.#link.engine && size() < this.#allowance.turns && passed.length < PASSED) {
      const next = this.#next((step) => this.#roster.idle(step) > 0 && this.#hasRoom(step));
      if (!next) break;
      const { item, urgent } = next;
      // A supervisor gave it to a bigger model meanwhile.
      if (this.#attempts.nextModel(item) !== null) continue;
      const agent = this.#roster.take(item.step, this.#attempts.failedBy(item), () => this.#residence.welcome());
      if (agent === undefined) passed.push(next);
      else
        this.#submitter.submit(
          item,
          agent,
          urgent && this.#inFlight.waited() < LONG_WAIT * this.#with.definition.of(agent).deadlineMs,
        );
    }
    for (const { item, urgent } of passed) this.#queue.push(item, urgent);
  }

  /**
   * Whoever is on trial waits for nobody: it gets a turn of its own at once, beyond what usually waits in the engine, and that turn the next
   * seat. A task that has failed before is no fair trial.
   */
  #prove(): void {
    while (this.#link.engine && this.#inFlight.own().length < this.#allowance.turnsAndTrials) {
      const next = this.#next(
        (step) => this.#roster.onTrial(step) > 0,
        (item) => this.#attempts.failedBy(item) === undefined && this.#attempts.nextModel(item) === null,
      );
      if (!next) return;
      this.#submitter.submit(next.item, this.#roster.takeTrial(next.item.step), true);
    }
  }

  /** The next item that waits, suits and is to be asked; those that wait for the answer to another one are put aside on the way. */
  #next(serves: (step: number) => boolean, suits?: (item: WorkItem) => boolean): ReadyItem | null {
    const sharing = this.#sharing;
    if (!sharing) return this.#queue.next(serves, suits);
    for (let looked = 0; looked < MOST_LOOKED; looked++) {
      const next = this.#queue.next((step) => sharing.serves(step) && serves(step), suits);
      if (!next || !sharing.takes(next.item)) return next;
    }
    this.#pumpSoon();
    return null;
  }

  /** Whoever else has something to do comes first: of a million lines nearly all may be repeats. */
  #pumpSoon(): void {
    if (this.#pumpsSoon) return;
    this.#pumpsSoon = true;
    this.#with.clock.timeout(0, () => {
      this.#pumpsSoon = false;
      this.pump();
    });
  }

  /** Every event of the run. */
  hear(event: JournalEvent): void {
    this.#sharing?.hear(event);
  }

  /** The task is taken out of all hands: what it waits for, and the turn that works on it. */
  withdraw(task: number): void {
    const { supervision } = this.#with;
    this.#queue.withdraw(task);
    this.#questions.withdraw(task);
    for (const item of this.#itemsOf(task)) {
      this.#attempts.forget(item);
      this.#questions.forget(item);
    }
    for (const turn of this.#inFlight.ofTask(task)) {
      this.#link.callBack(turn);
      supervision.dropped(turn.id);
      this.#inFlight.leave(turn, null, { finish: 'cancelled' });
    }
  }

  /** The task waits for turns, at the step where it stands; also one that was created just now. */
  open(task: number): void {
    const { plan, state } = this.#with;
    for (const item of openItems(plan, state, task)) this.#queue.push(item);
    this.pump();
  }

  /** The agent's turn is called back and waits again; what it wrote so far, or null where it has no turn. */
  callBack(agent: number, reason: RequeueReason): string | null {
    const turn = this.#inFlight.ofAgent(agent);
    if (!turn) return null;
    this.#link.callBack(turn);
    this.#settler.requeue(turn, reason, 'cancelled');
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
    const held = this.#inFlight.own();
    this.#with.supervision.engineDown(
      error,
      held.map(({ agent }) => agent),
    );
    this.#residence.lost();
    for (const turn of held) this.#settler.requeue(turn, error.code, 'error');
    // No turn is what an endpoint dies of.
    if (!ENDPOINT_LOST.has(error.code)) this.#allowance.lost();
  }

  /** Takes back what is with the engine and forgets what waits; nothing is handed out any more. */
  stop(): void {
    this.#going = false;
    this.#link.attach(null);
    this.#with.supervision.stop();
    this.#queue.stop();
    this.#sharing?.stop();
    this.#questions.stop();
    this.#inFlight.drop();
  }

  /**
   * Whether one more of the step's tasks may be handed out. Turns that wait in the engine take the seat of whoever ends next; among agents that
   * remember, that would be somebody whose own next task finds everything in place, so no more of them have turns than there are seats.
   */
  #hasRoom(step: number): boolean {
    if (!this.#remembers(step)) return true;
    return this.#inFlight.count((turn) => turn.model === null && this.#remembers(turn.step)) < this.#allowance.seats;
  }

  #remembers(step: number): boolean {
    const { plan, definition } = this.#with;
    return definition.remembers((plan.steps[step] as RunStep).roleIndex);
  }

  /** What an earlier tab left open waits for a turn, or for a person's word. */
  #restore(): void {
    const { plan, state } = this.#with;
    for (let task = 0; task < state.tasks.size; task++) {
      if (!state.isOpen(task) || state.isIdle(task)) continue;
      for (const item of openItems(plan, state, task)) {
        const asked = state.notices.ofTask(task, placeOf(item, item.step));
        if (asked) this.#questions.await(asked);
        else if (state.items.of(item).status === TASK.pending) this.#queue.push(item);
      }
    }
  }

  /** Items of the task of which something may be remembered. */
  #itemsOf(task: number): WorkItem[] {
    const { plan, state } = this.#with;
    return [...openItems(plan, state, task), ...state.items.besideOf(task)];
  }
}
