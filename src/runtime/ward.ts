import type { TurnFailure, Verdict } from '../agents/verdict.ts';
import type { EngineError, TurnOutcome } from '../engine/contract.ts';
import type { FaultClass } from '../healing/evidence.ts';
import { inWords } from '../healing/evidence.ts';
import type { TurnFacts } from '../healing/health.ts';
import { Ladder, type Step } from '../healing/ladder.ts';
import { Lifecycle } from '../healing/lifecycle.ts';
import {
  type FromExecute,
  type FromMonitor,
  type FromRecover,
  HealingBus,
  type HealingMessage,
  type RecoveryOrder,
  type Tap,
} from '../healing/messages.ts';
import { Monitor, MONITOR_DEFAULTS } from '../healing/monitor.ts';
import { Recover, RECOVER_DEFAULTS } from '../healing/recover.ts';
import { DEFAULT_SUPERVISION, SupervisionTree } from '../healing/supervision.ts';
import type { EventBody, JournalEvent } from '../journal/events.ts';
import { AGENT, type RunState } from '../journal/run-state.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import type { RunPlan } from './plan.ts';

/** How the ward behaves; everything has a default. */
export interface HealingSettings {
  /** Share of turns that may be asked twice because nobody has answered the like before; 0 = never. */
  readonly audit?: number;
  /** Steps to choose from, e.g. a ladder of one rung to compare with. */
  readonly ladder?: readonly Step[];
  /** Stands between the parts of the supervisor: where chaos enters. */
  readonly tap?: Tap;
}

/** A turn as the ward needs it. */
export interface WatchedTurn {
  readonly turn: string;
  readonly task: number;
  readonly stage: number;
  readonly agent: number;
  /** The item's text as the agent sees it. */
  readonly input: string;
  readonly submitted: number;
  /** It goes before turns that wait longer. */
  readonly first: boolean;
  readonly tokens: number;
}

export interface Judgement {
  readonly accept: boolean;
  /** Somebody else is to answer the same first; nobody is accused. */
  readonly secondOpinion: boolean;
  readonly fault: FaultClass | null;
  /** The turn's score, 0 to 1. */
  readonly health: number;
}

/** What EXECUTE can do for RECOVER. All of it may be asked twice. */
export interface Actuator {
  /** Drops the agent's K/V: it is computed again from what the agent remembers. */
  recompute(agent: number): void;
  /** Drops all that the agent remembers. */
  forget(agent: number): void;
  /** Makes the agent anew from its last good generation; says from which. */
  renew(agent: number): Promise<string>;
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
  abandon(agent: number, failure: TurnFailure | null, detail: string): void;
  /** Gives the agent no work until it is `back`. */
  rest(agent: number): void;
  /** The agent may work again; its next turn is its trial. */
  back(agent: number): void;
  /** Puts a fresh engine in the place of this one; false where there is none to replace. */
  replaceEngine(error: EngineError): boolean;
  engineReady(): boolean;
  /** Agents of the agent's role that are fit to work, itself not counted. */
  others(agent: number): number;
  flights(): Iterable<WatchedTurn>;
}

export interface WardOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly plan: RunPlan;
  readonly state: RunState;
  /** Sets names given by one writer apart from those of another. */
  readonly fence: number;
  readonly settings: HealingSettings;
  readonly tell: (event: EventBody) => JournalEvent;
  readonly actuator: Actuator;
}

interface Pending {
  readonly over: FromExecute;
  readonly verdict: Verdict;
  readonly decide: (judgement: Judgement) => void;
  tries: number;
}

/** How often silence is looked for, ms. */
const TICK_MS = MONITOR_DEFAULTS.tickMs;
/** Ticks between two lists of the turns that run. */
const OPEN_TICKS = 4;
/** Ticks after which a turn that nobody judged is used as EXECUTE's own checks say: a supervisor that is gone stops no work. */
const UNJUDGED_TICKS = 20;
/** An agent for which no order comes goes back to work after this, ms. */
const UNORDERED_MS = 6000;
/** The last fit agent of a role is not given up but tried again after this, ms. */
const LAST_AGENT_MS = 30_000;
/** Accepted answers that EXECUTE keeps, so that a new MONITOR knows what others said. */
const WITNESSES = 1000;
/** Orders remembered, to carry each out once. */
const REMEMBERED = 2048;

const DIAGNOSIS: Readonly<Record<TurnFailure, FaultClass>> = {
  'output-truncated': 'incomplete',
  'json-invalid': 'invalid',
  'schema-mismatch': 'invalid',
  'not-copied': 'invalid',
  'output-empty': 'invalid',
  deadline: 'stall',
  'prompt-too-long': 'context-full',
  'schema-unsupported': 'invalid',
  'engine-error': 'engine-error',
  stalled: 'stall',
  looping: 'loop',
};

const FAILURE: Partial<Readonly<Record<FaultClass, TurnFailure>>> = {
  stall: 'stalled',
  'outcome-lost': 'stalled',
  loop: 'looping',
};

/** What the failure of a turn is called when MONITOR, not EXECUTE, found it. */
export const failureOf = (fault: FaultClass | null): TurnFailure => (fault && FAILURE[fault]) ?? 'engine-error';

export const SILENT: EngineError = {
  code: 'worker-dead',
  message: 'The engine fell silent in all turns at once.',
  remedy: 'Nothing to do: a fresh engine takes over.',
};

/**
 * Where EXECUTE meets MONITOR and RECOVER: tells them what happens, has each output judged before it is used, and carries orders out.
 * Either of them may be lost with everything it knows (`crash`), and every message too; work goes on meanwhile by EXECUTE's own checks.
 */
export class Ward {
  readonly #with: WardOptions;
  readonly #bus: HealingBus;
  readonly #life: Lifecycle;
  readonly #pending = new Map<string, Pending>();
  /** Orders carried out (true, or why not) or under way (null). */
  readonly #orders = new Map<string, { result: string | true | null }>();
  /** Engine orders that wait for a fresh engine. */
  readonly #awaitEngine = new Set<string>();
  /** Agents off work: until an order for them comes, or until the one that came was carried out. */
  readonly #held = new Map<number, { readonly cancel: Cancel; readonly ordered: boolean }>();
  readonly #timers = new Set<Cancel>();
  readonly #announced = new Set<string>();
  readonly #witnesses: { readonly role: number; readonly question: string; readonly answer: unknown }[] = [];
  #monitor!: Monitor;
  #recover!: Recover;
  #stopped = false;
  #engines = 0;
  /** Orders that people gave. */
  #asked = 0;
  #lives = 0;
  #ticks = 0;

  constructor(options: WardOptions) {
    this.#with = options;
    const { state, tell, settings } = options;
    this.#life = new Lifecycle(state.agents.state, (agent, from, to, because) => {
      tell({ type: 'agent.state', agent, from, to, because });
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
    this.#begin();
    this.#timers.add(
      options.clock.every(TICK_MS, () => {
        this.#tick();
      }),
    );
  }

  /** Ends MONITOR and RECOVER with all they know; both begin anew from what the run knows. */
  crash(): void {
    this.#begin();
    this.adoptAll();
    for (const turn of this.#with.actuator.flights()) this.began(turn);
  }

  /** Takes over the agents that were being mended: in an earlier tab, or by a supervisor that is gone. */
  adoptAll(): void {
    const { state } = this.#with.state.agents;
    for (let agent = 0; agent < state.length; agent++)
      if (state[agent] === AGENT.degraded || state[agent] === AGENT.recovering)
        this.#recover.adopt(agent, this.#with.clock.now());
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#pending.clear();
  }

  began(turn: WatchedTurn): void {
    const { turn: id, agent, task, stage, first } = turn;
    this.#post({
      type: 'turn.begun',
      turn: id,
      agent,
      task,
      stage,
      role: this.#role(agent),
      first,
      trial: this.onTrial(agent),
    });
  }

  alive(turn: string, tokens: number, text: string): void {
    this.#post({ type: 'turn.alive', turn, tokens, textTail: text.slice(-512) });
  }

  /** The turn's end does not count, and nobody is to blame. */
  dropped(turn: string): void {
    this.#pending.delete(turn);
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
    const { turn, agent, task, stage, input } = watched;
    const failed = verdict.kind === 'reject' ? verdict : null;
    const over: Extract<FromExecute, { type: 'turn.over' }> = {
      type: 'turn.over',
      turn,
      agent,
      task,
      stage,
      role: this.#role(agent),
      facts: this.#facts(stage, outcome, verdict, contextTokens),
      question: this.#question(stage, task, input),
      answer: verdict.kind === 'accept' ? verdict.output : null,
      others: this.#with.actuator.others(agent),
      fault: failed ? DIAGNOSIS[failed.failure] : null,
      detail: failed ? `${failed.failure}: ${failed.detail}` : '',
    };
    const decided = (judgement: Judgement): void => {
      if (judgement.accept && verdict.kind === 'accept') this.witness(this.#role(agent), over.question, over.answer);
      decide(judgement);
    };
    this.#pending.set(turn, { over, verdict, decide: decided, tries: 0 });
    this.#post(over);
  }

  /** An accepted answer, also from before this tab. */
  witness(role: number, question: string, answer: unknown): void {
    this.#witnesses.push({ role, question, answer });
    if (this.#witnesses.length > 2 * WITNESSES) this.#witnesses.splice(0, WITNESSES);
  }

  /** Rows that an earlier tab committed. */
  recall(
    rows: readonly {
      readonly task: number;
      readonly input: string;
      readonly output: unknown;
      readonly failure: string | null;
    }[],
  ): void {
    const { plan } = this.#with;
    const stage = plan.tasks.result;
    const role = plan.stages[stage]?.roleIndex ?? 0;
    for (const { task, input, output, failure } of rows) {
      if (failure !== null) continue;
      const question = this.#question(stage, task, input);
      this.witness(role, question, output);
      this.#monitor.recall(role, question, output);
    }
  }

  /** The agent is off work until RECOVER has said what to do with it. */
  hold(agent: number): void {
    // The order may have come before the turn's end did.
    if (this.#held.get(agent)?.ordered) return;
    this.#keep(agent, false, UNORDERED_MS, () => {
      this.#release(agent);
    });
  }

  /** Whether the agent is being mended: its next turn that passes is the proof. */
  onTrial(agent: number): boolean {
    return this.#life.state(agent) === 'recovering';
  }

  holds(agent: number): boolean {
    return this.#held.has(agent);
  }

  engineUp(): void {
    this.#post({ type: 'engine.up', engine: ++this.#engines });
    for (const id of this.#awaitEngine) this.#report(id, true);
    this.#awaitEngine.clear();
  }

  engineDown(error: EngineError, agents: readonly number[]): void {
    const fault: FaultClass =
      error.code === 'device-lost' || error.code === 'out-of-memory'
        ? error.code
        : error.code === 'model-checksum'
          ? 'bad-weights'
          : 'worker-dead';
    this.#post({ type: 'engine.down', engine: this.#engines, fault, detail: error.message, agents });
  }

  /** A stored record of the agent could not be trusted and was set aside. */
  recordBad(agent: number, fault: 'bad-record' | 'old-record', detail: string): void {
    this.#post({ type: 'record.bad', agent, fault, detail });
  }

  storage(trouble: string | null): void {
    if (trouble === null) this.#post({ type: 'storage.room' });
    else this.#post({ type: 'storage.full', detail: trouble });
  }

  taskEnded(task: number): void {
    this.#recover.taskEnded(task);
  }

  /** A person gives a failed agent another chance. False where it has not failed. */
  revive(agent: number): boolean {
    return this.#recover.revive(agent, this.#with.clock.now());
  }

  /** A person has the agent made anew, whatever state it is in. Said to nobody but the log: a word that may be lost is no button. */
  restart(agent: number): void {
    const because = 'asked by a person';
    if (!this.#life.send(agent, 'REVIVE', because)) {
      this.#life.send(agent, 'SUSPECT', because, { hard: true });
      this.#life.send(agent, 'RECOVER', `fresh-agent (restart) ${because}`);
    }
    const name = `${this.#lifeName()}.${String(++this.#asked)}`;
    const order: RecoveryOrder = {
      id: `p${name}`,
      case: `p${name}`,
      action: 'fresh-agent',
      rung: 'restart',
      fault: 'low-score',
      agent,
      also: [],
      task: null,
      delayMs: 0,
      step: 1,
      reasons: [because],
      evidence: [],
    };
    this.#record({ type: 'order', order });
    this.#perform(order);
  }

  #begin(): void {
    const { plan, state, random, settings } = this.#with;
    const own = random.split(`healing/${String(this.#lives++)}`);
    const { roles } = plan.layout;
    this.#pending.forEach((pending) => (pending.tries = 0));
    this.#monitor = new Monitor(
      {
        ...MONITOR_DEFAULTS,
        ...(settings.audit !== undefined && { audit: settings.audit }),
        agents: state.agents.size,
        tasks: state.tasks.size,
        degraded: plan.swarm.supervision.thresholds.degraded,
        roles: roles.map(({ name }) => ({
          name,
          schema: plan.swarm.roles[name]?.output ?? null,
          deadlineMs: plan.swarm.roles[name]?.limits.deadline ?? Number.POSITIVE_INFINITY,
        })),
      },
      own,
      (message) => {
        this.#post(message);
      },
    );
    for (const { role, question, answer } of this.#witnesses) this.#monitor.recall(role, question, answer);
    const { intensity, period } = plan.swarm.supervision;
    const tree = new SupervisionTree(
      roles.map(({ name, firstAgent, replicas }) => ({ name, first: firstAgent, count: replicas })),
      { ...DEFAULT_SUPERVISION, intensity, periodMs: period },
      own,
    );
    this.#recover = new Recover(
      {
        ...RECOVER_DEFAULTS,
        life: this.#lifeName(),
        roleOf: (agent) => this.#role(agent),
        canEscalate: (role) => this.#with.actuator.canEscalate(roles[role]?.name ?? ''),
        hasStandby: (agent) => this.#with.actuator.others(agent) > 0,
      },
      { ladder: new Ladder(settings.ladder), tree, life: this.#life },
      own,
      (message) => {
        this.#post(message);
      },
    );
  }

  /** Names of cases, orders and notices are told apart by it, across supervisors and across tabs. */
  #lifeName(): string {
    return `${String(this.#with.fence)}.${String(this.#lives)}`;
  }

  /** What the agent was asked: its input and, where it works on another's output, that output. */
  #question(stage: number, task: number, input: string): string {
    const { plan, state } = this.#with;
    const on = plan.stages[stage]?.on ?? null;
    const given = on === null ? undefined : state.held.get(task)?.find((held) => held.stage === on)?.output;
    return `${String(stage)} ${given === undefined ? '' : JSON.stringify(given)} ${input}`;
  }

  #role(agent: number): number {
    return this.#with.plan.layout.roleOf[agent] ?? 0;
  }

  #post(message: FromExecute | FromMonitor | FromRecover): void {
    this.#record(message);
    this.#bus.post({ ...message, at: this.#with.clock.now() });
  }

  /** The log tells the whole story, whether or not the message arrives. */
  #record(message: FromExecute | FromMonitor | FromRecover): void {
    const { tell } = this.#with;
    switch (message.type) {
      case 'suspicion': {
        const evidence = [...message.evidence]
          .sort((a, b) => Number(b.verdict === 'bad') - Number(a.verdict === 'bad'))
          .slice(0, 4)
          .map(inWords);
        tell({
          type: 'heal.suspected',
          agent: message.agent ?? -1,
          fault: message.fault,
          hard: message.hard,
          evidence,
        });
        break;
      }
      case 'order': {
        const { id, agent, fault, action, rung, delayMs, reasons, case: story } = message.order;
        if (this.#announced.has(id)) break;
        remember(this.#announced, id);
        tell({ type: 'heal.ordered', agent: agent ?? -1, case: story, fault, action, rung, delayMs, reasons });
        break;
      }
      case 'mended': {
        const { agent, fault, action, rung, ms, steps, case: story } = message;
        tell({ type: 'heal.mended', agent: agent ?? -1, case: story, fault, action, rung, ms: Math.round(ms), steps });
        break;
      }
      case 'notice': {
        const { id, agent, fault, task, title, story, choices, case: about } = message;
        const of = agent !== null ? 'agent' : fault === 'storage-full' ? 'storage' : 'engine';
        const open = task !== null && this.#with.state.isOpen(task) ? task : null;
        tell({
          type: 'heal.notice',
          notice: id,
          of,
          agent: agent ?? -1,
          task: open,
          case: about,
          title,
          story,
          choices: open === null ? choices.filter((choice) => choice !== 'skip' && choice !== 'edit') : choices,
        });
        break;
      }
      default:
        break;
    }
  }

  /** EXECUTE's ear. */
  #hear(message: HealingMessage): void {
    switch (message.type) {
      case 'turn.judged': {
        const { accept, secondOpinion, fault, score } = message;
        this.#decide(message.turn, { accept, secondOpinion, fault, health: score.total });
        break;
      }
      case 'order':
        this.#perform(message.order);
        break;
      case 'agent.lost':
        this.#lose(message.agent);
        break;
      default:
        break;
    }
  }

  #decide(turn: string, judgement: Judgement): void {
    const pending = this.#pending.get(turn);
    if (!pending) return;
    this.#pending.delete(turn);
    pending.decide(judgement);
  }

  #tick(): void {
    const { clock, actuator } = this.#with;
    const now = clock.now();
    if (++this.#ticks % OPEN_TICKS === 0) {
      const turns = [...actuator.flights()].map(({ turn, agent, task, stage, tokens, first }) => ({
        ...{ turn, agent, task, stage, tokens, first },
        role: this.#role(agent),
      }));
      this.#post({ type: 'turns.open', turns });
    }
    this.#monitor.tick(now);
    this.#recover.tick(now);
    for (const [turn, pending] of [...this.#pending]) {
      if (++pending.tries <= UNJUDGED_TICKS) this.#post(pending.over);
      else {
        const accept = pending.verdict.kind === 'accept';
        this.#decide(turn, { accept, secondOpinion: false, fault: null, health: accept ? 1 : 0 });
      }
    }
  }

  #perform(order: RecoveryOrder): void {
    const known = this.#orders.get(order.id);
    if (known) {
      if (known.result !== null) this.#report(order.id, known.result);
      return;
    }
    this.#orders.set(order.id, { result: null });
    if (this.#orders.size > REMEMBERED) {
      const oldest = this.#orders.keys().next().value;
      if (oldest !== undefined) this.#orders.delete(oldest);
    }
    if (order.agent === null) this.#performShared(order);
    else this.#performFor(order.agent, order);
  }

  #performShared(order: RecoveryOrder): void {
    const { actuator } = this.#with;
    if (order.action === 'free-storage') {
      actuator.freeStorage().then(
        () => {
          this.#report(order.id, true);
        },
        (error: unknown) => {
          this.#report(order.id, String(error));
        },
      );
      return;
    }
    this.#awaitEngine.add(order.id);
    // An engine that was lost is replaced by its seat, which also knows how long browsers want it to wait. One that only fell silent is not.
    if (order.evidence.some(({ hard }) => hard === 'stall' || hard === 'outcome-lost') && actuator.engineReady())
      actuator.replaceEngine(SILENT);
    else if (actuator.engineReady()) {
      this.#awaitEngine.delete(order.id);
      this.#report(order.id, true);
    }
  }

  #performFor(agent: number, order: RecoveryOrder): void {
    const { actuator } = this.#with;
    actuator.rest(agent);
    // A turn that was begun with what is mended now is not worth waiting for.
    actuator.abandon(agent, FAILURE[order.fault] ?? null, order.evidence.map(inWords).join('; '));
    this.#keep(agent, true, order.delayMs, () => {
      const done = (result: string | true): void => {
        if (this.#stopped) return;
        this.#release(agent);
        this.#report(order.id, result);
      };
      const acting = this.#act(agent, order);
      if (!acting) done(true);
      else
        acting.then(
          () => {
            done(true);
          },
          (error: unknown) => {
            done(error instanceof Error ? error.message : String(error));
          },
        );
    });
    for (const row of order.also) actuator.forget(row);
  }

  /** Carries a step out; a promise where that takes time. */
  #act(agent: number, { action, task, case: about }: RecoveryOrder): Promise<unknown> | null {
    const { actuator } = this.#with;
    switch (action) {
      case 'reload-sampler':
        actuator.steady(agent);
        break;
      case 're-prefill':
        actuator.recompute(agent);
        break;
      case 'reset-context':
      case 'move-task':
        // Of a task that was moved: what made the agent fail at it is not to come back with it after its rest.
        actuator.forget(agent);
        break;
      case 'fresh-agent':
        return actuator.renew(agent).then((detail) => {
          this.#with.tell({ type: 'heal.carried-out', agent, case: about, action, detail });
        });
      case 'trim-context':
        if (task !== null) actuator.shrink(task);
        actuator.forget(agent);
        break;
      case 'escalate-model':
        if (task !== null) actuator.escalate(task);
        break;
      case 'fresh-worker':
      case 'reload-weights':
      case 'rebuild-pool':
        actuator.forget(agent);
        actuator.replaceEngine(SILENT);
        break;
      default:
        // The turn was dropped and its task goes to another agent already: that is the whole of retrying.
        break;
    }
    return null;
  }

  #keep(agent: number, ordered: boolean, ms: number, then: () => void): void {
    this.#held.get(agent)?.cancel();
    this.#held.set(agent, { cancel: this.#later(ms, then), ordered });
  }

  #release(agent: number): void {
    this.#held.get(agent)?.cancel();
    this.#held.delete(agent);
    if (this.#life.state(agent) !== 'failed') this.#with.actuator.back(agent);
  }

  #lose(agent: number): void {
    const { actuator } = this.#with;
    this.#held.get(agent)?.cancel();
    this.#held.delete(agent);
    actuator.rest(agent);
    actuator.abandon(agent, null, 'the agent was given up');
    if (actuator.others(agent) > 0) return;
    // Work that only this role can do must not wait for ever.
    this.#keep(agent, true, LAST_AGENT_MS, () => {
      actuator.forget(agent);
      this.#life.send(agent, 'REVIVE', 'nobody else of the role is fit');
      this.#release(agent);
    });
  }

  #report(id: string, result: string | true): void {
    const order = this.#orders.get(id);
    if (order) order.result = result;
    this.#post({ type: 'order.done', order: id, ok: result === true, detail: result === true ? '' : result });
  }

  #later(ms: number, task: () => void): Cancel {
    const cancel = this.#with.clock.timeout(ms, () => {
      this.#timers.delete(cancel);
      task();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  #facts(stage: number, outcome: TurnOutcome, verdict: Verdict, contextTokens: number): TurnFacts {
    const { timing, usage, text, finish, meanLogprob } = outcome;
    const brief = this.#with.plan.stages[stage]?.brief;
    const schema = brief?.schema != null;
    const required = this.#with.plan.swarm.roles[brief?.name ?? '']?.output?.required ?? [];
    const output = verdict.kind === 'accept' ? verdict.output : null;
    const present =
      typeof output === 'object' && output !== null ? required.filter((name) => name in output).length : 0;
    return {
      text,
      finish,
      meanLogprob,
      // Time in line for a seat says nothing about the agent.
      firstTokenMs: timing.firstTokenMs === null ? null : timing.firstTokenMs - timing.admittedMs,
      decodeMs: timing.firstTokenMs === null ? null : timing.endedMs - timing.firstTokenMs,
      completionTokens: usage.completionTokens,
      schemaValid: schema ? verdict.kind === 'accept' : null,
      fields:
        schema && verdict.kind === 'accept' && required.length > 0 ? { present, required: required.length } : null,
      context: contextTokens > 0 ? { tokens: usage.promptTokens + usage.completionTokens, limit: contextTokens } : null,
      pages: null,
      recordWhole: null,
      agreement: null,
      ...(outcome.pageIn?.distrusted !== undefined && { pagesDistrusted: outcome.pageIn.distrusted }),
    };
  }
}

function remember(set: Set<string>, id: string): void {
  set.add(id);
  if (set.size <= REMEMBERED) return;
  const oldest = set.values().next().value;
  if (oldest !== undefined) set.delete(oldest);
}
