import type { Verdict } from '../../agents/verdict.ts';
import { type EngineError, lossOf, type TurnOutcome } from '../../engine/contract.ts';
import { DIAGNOSIS, engineFault } from '../../healing/diagnosis.ts';
import { Lifecycle } from '../../healing/lifecycle.ts';
import {
  type FromExecute,
  type FromMonitor,
  type FromRecover,
  HealingBus,
  type HealingMessage,
  type TurnName,
} from '../../healing/messages.ts';
import { type Monitor, MONITOR_DEFAULTS } from '../../healing/monitor.ts';
import type { Recover } from '../../healing/recover.ts';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { AGENT, type RunState } from '../../journal/run-state.ts';
import type { RecordDamage } from '../../journal/storage-events.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import type { Random } from '../../kernel/random.ts';
import type { ResultRow } from '../../store/records.ts';
import { HealingLog } from '../../healing/healing-log.ts';
import type { StepRecord } from '../../healing/step-record.ts';
import { Judging } from './judging.ts';
import type { Actuator } from '../turns/actuator.ts';
import type { Judgement, TurnSupervision, WatchedTurn } from '../turns/turn-supervision.ts';
import { askedFor, Orders } from './orders.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import { type HealingSettings, monitorOf, recoverOf } from './healing-parts.ts';
import { factsOf, questionOf } from './turn-facts.ts';

export interface SupervisorOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  /** Sets names given by one writer apart from those of another. */
  readonly fence: number;
  readonly settings: HealingSettings;
  readonly tell: (event: EventBody) => JournalEvent;
  /** What the run's log says of the ladder's steps. */
  readonly learned: StepRecord;
  /** False: a stored record of the agent could not be used, and it has not written another since; null: none was read. */
  readonly recordWhole: (agent: number) => boolean | null;
}

/** How often silence is looked for, ms. */
const TICK_MS = MONITOR_DEFAULTS.tickMs;
/** Ticks between two lists of the turns that run. */
const OPEN_TICKS = 2;

/**
 * Where EXECUTE meets MONITOR and RECOVER: tells them what happens, has each output judged before it is used, and carries orders out.
 * Either of them may be lost with everything it knows (`crash`), and every message too; work goes on meanwhile by EXECUTE's own checks.
 *
 * Invariants:
 * - What EXECUTE needs to go on outlives them: turns that wait for a word (`Judging`), orders under way and agents off work (`Orders`).
 * - MONITOR and RECOVER hear of the run only by messages, and by what a new one is told from the state when it begins.
 * - What the log tells of a message is written as it is posted, before chaos can lose it; after the run's end none is posted.
 */
export class Supervisor implements TurnSupervision {
  readonly supervises = true;
  readonly #with: SupervisorOptions;
  readonly #bus: HealingBus;
  readonly #life: Lifecycle;
  readonly #judging: Judging;
  #orders!: Orders;
  #actuator!: Actuator;
  readonly #log: HealingLog;
  #ticking: Cancel = () => undefined;
  #monitor!: Monitor;
  #recover!: Recover;
  #engines = 0;
  /** Orders that people gave. */
  #asked = 0;
  #lives = 0;
  #ticks = 0;

  constructor(options: SupervisorOptions) {
    this.#with = options;
    const { state, tell, settings } = options;
    this.#life = new Lifecycle(state.agents.state, (agent, from, to, because) => {
      if (!state.ended) tell({ type: 'agent.state', agent, from, to, because });
    });
    this.#log = new HealingLog(tell, state);
    this.#judging = new Judging((over) => {
      this.#post(over);
    });
    // A message that its listener cannot bear is lost, as on any unreliable way; whoever waits for an answer asks again.
    this.#bus = new HealingBus(() => undefined);
    this.#bus.tap(settings.tap ?? null);
    this.#bus.listen((message) => {
      this.#hear(message);
    });
    this.#bus.listen((message) => {
      this.#monitor.hear(message);
    });
    this.#bus.listen((message) => {
      this.#recover.hear(message);
    });
  }

  /** Supervises what `actuator` acts on, from now on; called once, before the first turn. */
  start(actuator: Actuator): void {
    const { clock, tell } = this.#with;
    this.#actuator = actuator;
    this.#orders = new Orders({
      clock,
      actuator,
      tell,
      life: this.#life,
      report: (order, ok, detail) => {
        this.#post({ type: 'order.done', order, ok, detail });
      },
    });
    this.#begin();
    this.#ticking = clock.every(TICK_MS, () => {
      this.#tick();
    });
  }

  /** Ends MONITOR and RECOVER with all they know; both begin anew from what the run knows. */
  crash(): void {
    this.#begin();
    this.adoptAll();
    for (const turn of this.#actuator.inFlight()) this.began(turn);
  }

  /**
   * Takes over the agents that were being mended: in an earlier tab, or by a supervisor that is gone. Those that were given up stay so, but
   * for the last of a role: what was to bring them back went with the tab.
   */
  adoptAll(): void {
    const { state } = this.#with.state.agents;
    for (let agent = 0; agent < state.length; agent++) {
      if (state[agent] === AGENT.degraded || state[agent] === AGENT.recovering)
        this.#recover.adopt(agent, this.#with.clock.now());
      else if (state[agent] === AGENT.failed && !this.#orders.holds(agent)) this.#orders.lose(agent);
    }
  }

  stop(): void {
    this.#ticking();
    this.#orders.stop();
    this.#judging.stop();
  }

  began(turn: WatchedTurn): void {
    this.#post({ type: 'turn.begun', ...this.#named(turn), first: turn.first });
  }

  alive(turn: string, tokens: number, text: string): void {
    this.#post({ type: 'turn.alive', turn, tokens, textTail: text.slice(-512) });
  }

  /** The turn's end does not count, and nobody is to blame. */
  dropped(turn: string): void {
    this.#judging.drop(turn);
    this.#post({ type: 'turn.dropped', turn });
  }

  /** Has the turn judged; `decide` is called once, at once or later, unless the turn is dropped first. */
  over(
    watched: WatchedTurn,
    outcome: TurnOutcome,
    verdict: Verdict,
    contextTokens: number,
    decide: (judgement: Judgement) => void,
  ): void {
    const { plan, state } = this.#with;
    const { agent, task, step, input, brief } = watched;
    const failed = verdict.kind === 'reject' ? verdict : null;
    const over: Extract<FromExecute, { type: 'turn.over' }> = {
      type: 'turn.over',
      ...this.#named(watched),
      facts: factsOf(brief, outcome, verdict, contextTokens, this.#with.recordWhole(agent)),
      question: questionOf(plan, state, step, task, input),
      answer: verdict.kind === 'accept' ? verdict.output : null,
      others: this.#actuator.others(agent),
      fault: failed ? DIAGNOSIS[failed.failure] : null,
      failed: failed && { failure: failed.failure, detail: failed.detail },
    };
    this.#judging.put(over, verdict, decide);
  }

  /** Rows that an earlier tab committed. */
  recall(rows: readonly Pick<ResultRow, 'task' | 'input' | 'output' | 'failure' | 'read' | 'step' | 'shared'>[]): void {
    const { plan, definition, state } = this.#with;
    const step = plan.tasks.result;
    const role = plan.steps[step]?.roleIndex ?? 0;
    const { revision } = definition.at(role, 0);
    // No row says under which revision it came about.
    if (definition.inUse(role).some((brief) => brief.revision !== revision)) return;
    for (const { task, input, output, failure, read, step: other, shared } of rows) {
      // Of a part somebody else may have read another part; another step is another question; and who shares an answer says nothing of it.
      if (failure !== null || read || other !== undefined || shared !== undefined) continue;
      const question = questionOf(plan, state, step, task, input);
      this.#judging.witness({ role, revision, question, answer: output });
      this.#monitor.recall(role, revision, question, output);
    }
  }

  /** The agent is off work until RECOVER has said what to do with it. */
  hold(agent: number): void {
    this.#orders.hold(agent);
  }

  /** Whether the agent is being mended: its next turn that passes is the proof. */
  onTrial(agent: number): boolean {
    return this.#life.state(agent) === 'recovering';
  }

  holds(agent: number): boolean {
    return this.#orders.holds(agent);
  }

  engineUp(): void {
    this.#post({ type: 'engine.up', engine: ++this.#engines });
    this.#orders.engineUp();
  }

  engineDown(error: EngineError, agents: readonly number[]): void {
    this.#post({
      type: 'engine.down',
      engine: this.#engines,
      fault: engineFault(error),
      loss: lossOf(error),
      agents,
    });
  }

  /** A stored record of the agent could not be trusted and was set aside. */
  recordBad(agent: number, fault: 'bad-record' | 'old-record', damage: RecordDamage): void {
    this.#post({ type: 'record.bad', agent, fault, damage });
  }

  storage(trouble: string | null): void {
    if (trouble === null) this.#post({ type: 'storage.room' });
    else this.#post({ type: 'storage.full', detail: trouble });
  }

  taskBlamed(task: number, agents: readonly number[]): void {
    this.#post({ type: 'task.blamed', task, agents });
  }

  /** A person gives a failed agent another chance. False where it has not failed. */
  revive(agent: number): boolean {
    return this.#recover.revive(agent, this.#with.clock.now());
  }

  /** A person has the agent made anew, whatever state it is in. Said to nobody but the log: a word that may be lost is no button. */
  restart(agent: number): void {
    const order = askedFor(agent, `${this.#lifeName()}.${String(++this.#asked)}`);
    const { action, rung } = order;
    if (!this.#life.send(agent, 'REVIVE', { code: 'asked' })) {
      this.#life.send(agent, 'SUSPECT', { code: 'asked' }, { hard: true });
      this.#life.send(agent, 'RECOVER', { code: 'asked-for', action, rung });
    }
    this.#log.write({ type: 'order', order });
    this.#orders.perform(order);
  }

  #begin(): void {
    const { plan, definition, state, random, settings, learned } = this.#with;
    const own = random.split(`healing/${String(this.#lives++)}`);
    const post = (message: FromMonitor | FromRecover): void => {
      this.#post(message);
    };
    this.#judging.again();
    this.#monitor = monitorOf(plan, definition, state, settings.audit, own, post);
    for (const { role, revision = 0, question, answer } of this.#judging.witnesses)
      this.#monitor.recall(role, revision, question, answer);
    const parts = { actuator: this.#actuator, life: this.#life, ladder: settings.ladder, learned };
    this.#recover = recoverOf(plan, this.#lifeName(), parts, own, post);
  }

  /** Names of cases, orders and notices are told apart by it, across supervisors and across tabs. */
  #lifeName(): string {
    return `${String(this.#with.fence)}.${String(this.#lives)}`;
  }

  #named({ id, agent, task, step, slot, brief }: WatchedTurn): TurnName {
    const role = this.#with.plan.layout.roleOf[agent] ?? 0;
    return { turn: id, agent, task, step, slot, role, revision: brief.revision };
  }

  #post(message: FromExecute | FromMonitor | FromRecover): void {
    // The log ends with the run; words that were on their way are of no more use.
    if (this.#with.state.ended) return;
    this.#log.write(message);
    this.#bus.post({ ...message, at: this.#with.clock.now() });
  }

  /** EXECUTE's ear. */
  #hear(message: HealingMessage): void {
    switch (message.type) {
      case 'turn.judged': {
        const { accept, secondOpinion, fault, score } = message;
        this.#judging.decide(message.turn, { accept, secondOpinion, fault, health: score.total });
        break;
      }
      case 'order':
        this.#orders.perform(message.order);
        break;
      case 'agent.lost':
        this.#orders.lose(message.agent);
        break;
      default:
        break;
    }
  }

  #tick(): void {
    const now = this.#with.clock.now();
    if (++this.#ticks % OPEN_TICKS === 0) {
      const turns = [...this.#actuator.inFlight()].map((turn) => {
        const { tokens, first } = turn;
        return { ...this.#named(turn), tokens, first };
      });
      this.#post({ type: 'turns.open', turns });
    }
    // Before silence is looked for: an end that was not heard is none.
    this.#judging.repeat();
    this.#monitor.tick(now);
    this.#recover.tick(now);
  }
}
