import type { ContextManager } from '../agents/context.ts';
import { retryDelay } from '../agents/retry.ts';
import { planTurn } from '../agents/turn.ts';
import { judge, type TurnFailure, type Verdict, worthRetrying } from '../agents/verdict.ts';
import type { Engine, EngineError, TurnHandle, TurnOutcome, TurnRequest } from '../engine/contract.ts';
import type { EventBody, JournalEvent } from '../journal/events.ts';
import type { OpenNotice } from '../journal/notices.ts';
import { AGENT, AGENT_NAMES, type RunState, TASK } from '../journal/run-state.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { Bench, windowFor } from '../scheduling/bench.ts';
import type { ColdAgent } from '../store/records.ts';
import { ReadyQueue } from '../scheduling/ready-queue.ts';
import { reviewedText } from './outcome.ts';
import { Residence } from './residence.ts';
import { nextStage, type RunPlan, type StageBrief } from './plan.ts';
import { TurnTracer } from './turn-trace.ts';
import { type Actuator, failureOf, type HealingSettings, isFit, type Judgement, Ward } from './ward.ts';

/** An engine that is this late for a turn's deadline keeps none. */
const GRACE_MS = 10_000;
/** Engines that a task may lose turns with before it is held against the task: a prompt can be what kills them. */
const MAX_LOSSES = 8;
/** Failures that agent or engine are to blame for: where they are mended, the task is not charged with an attempt. */
const NOT_THE_TASKS: ReadonlySet<string> = new Set<TurnFailure>(['engine-error', 'stalled']);
/** Partial text kept in the log of a lost turn. */
const PARTIAL_CHARACTERS = 400;

/** Penalty on repetition for an agent that went round in circles. */
const STEADY_PENALTY = 1.15;
/** Nobody asks for more than this many others. */
const ENOUGH_OTHERS = 3;

export const HUNG: EngineError = {
  code: 'worker-dead',
  message: 'The engine let a turn pass its deadline and did not answer.',
  remedy: 'Nothing to do: a fresh engine takes over.',
};

/** A turn that an engine holds. */
export interface Flight {
  readonly turn: string;
  readonly task: number;
  readonly stage: number;
  readonly agent: number;
  readonly failures: number;
  /** The item's text as the agent sees it. */
  readonly input: string;
  /** What it was asked in all, an output under review included. */
  readonly asked: string;
  readonly submitted: number;
  readonly tracer: TurnTracer;
  handle: TurnHandle | null;
  watchdog: Cancel;
  started: boolean;
  /** Its end has come and is being judged. */
  over: boolean;
  /** What there is so far. */
  text: string;
  tokens: number;
}

export interface DispatcherOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly plan: RunPlan;
  readonly state: RunState;
  /** Sets turns of one writer apart from those of another. */
  readonly fence: number;
  /** What agents remember; their cold records keep it. */
  readonly contexts: ContextManager;
  /** Null: nobody supervises; EXECUTE's own checks are all there is. */
  readonly healing: HealingSettings | null;
  readonly tell: (event: EventBody) => JournalEvent;
  /** See `ResidenceOptions`. */
  readonly whenCold: (agent: number) => Promise<void> | null;
  readonly onNote: (agent: number, because: string) => void;
  /** What the agent remembered was dropped. */
  readonly onDropped: (agent: number) => void;
  /** The agent's newest cold record that can be trusted; null without one. */
  readonly lastGood: (agent: number) => Promise<ColdAgent | null>;
  /** Makes room in storage; bytes that were freed. */
  readonly freeStorage: () => Promise<number>;
  /** All stages of the task are done. */
  readonly onDone: (task: number, note: string | null) => void;
  readonly onFailed: (task: number, failure: string, detail: string) => void;
  /** Nobody said a word on the notice in time. */
  readonly onUnanswered: (notice: string) => void;
  /** A turn came to its end in the engine, and what comes of it is decided. */
  readonly onTurn: () => void;
  /** The engine can do no more, as an outcome says or as its silence shows. */
  readonly onGone: (error: EngineError) => void;
}

/** What becomes of an agent whose turn is over: it goes back to the bench, waits for word of its supervisor, or is in its hands already. */
type After = 'free' | 'hold' | 'rest';

/** Whether the agent's next turn shows if it is mended. */
const isOnTrial = (state: RunState, agent: number): boolean => {
  const now = state.agents.state[agent];
  return now === AGENT.degraded || now === AGENT.recovering;
};

function forgetIn(engine: Engine, agent: number): void {
  // An engine that dies meanwhile is told again by whoever mends the agent.
  void engine.forget(agent).catch(() => undefined);
}

/** Gives ready tasks to idle agents and their turns to the engine, and decides what comes of each turn. */
export class Dispatcher {
  readonly flights = new Map<number, Flight>();
  readonly #with: DispatcherOptions;
  readonly #ready: ReadyQueue;
  readonly #benches: readonly Bench[];
  readonly #delays = new Map<number, Cancel>();
  /** Tasks whose prompt the engine found too long, and how often. */
  readonly #shrink = new Map<number, number>();
  /** Agents that failed at a task, or answered it and were not believed at once; others try next. */
  readonly #failedBy = new Map<number, Set<number>>();
  /** How attempts at a task went, for whoever is asked about it. */
  readonly #stories = new Map<number, string[]>();
  /** Agents whose next turn samples with a penalty on repetition. */
  readonly #steadied = new Set<number>();
  /** Agents whose kept context the next engine is to drop: the warm tier outlives engines. */
  readonly #toForget = new Set<number>();
  readonly #residence: Residence;
  readonly #ward: Ward | null;
  #engine: Engine | null = null;
  #lastEngine: Engine | null = null;
  #window = 0;
  #residents = 0;
  #contextTokens = 0;
  #turns = 0;
  #ends = 0;
  /** Questions put to people. */
  #asked = 0;

  constructor(options: DispatcherOptions) {
    this.#with = options;
    const { plan, state } = options;
    this.#ready = new ReadyQueue(plan.stages.map((stage) => stage.priority));
    this.#benches = plan.layout.roles.map(({ firstAgent, replicas }) => {
      const rows = Array.from({ length: replicas }, (_, k) => firstAgent + k);
      const able = rows.filter((agent) => isFit(state, agent));
      return new Bench(able.map((agent) => ({ agent, work: state.agents.turns[agent] as number })));
    });
    for (let task = 0; task < state.tasks.size; task++) {
      if (state.tasks.status[task] !== TASK.pending) continue;
      const asked = state.notices.ofTask(task);
      if (asked) this.#await(asked);
      else this.#ready.push(state.tasks.stage[task] as number, task);
    }
    const { clock, random, fence, healing: settings, tell } = options;
    this.#residence = new Residence({
      onTier: (agent, tier) => {
        state.agents.tier[agent] = tier;
      },
      whenCold: options.whenCold,
      onNote: options.onNote,
    });
    this.#ward =
      settings && new Ward({ clock, random, plan, state, fence, settings, tell, actuator: this.#actuator() });
  }

  /** The supervisor, for those who must tell it what happens; null where there is none. */
  get ward(): Ward | null {
    return this.#ward;
  }

  /** Agents that may sit on the GPU at once, and those that sit there between turns. */
  get seats(): number {
    return this.#residents;
  }

  /** Other than the engine was built for, at most as many. */
  resize(seats: number): void {
    this.#residents = seats;
    this.#window = windowFor(seats);
    this.#residence.resize(seats);
    this.pump();
  }

  /** Turns that wait for nothing but a seat: somebody is free for them. */
  get waiting(): number {
    let waiting = this.#ready.count((lane) => this.#bench(lane).size > 0);
    for (const flight of this.flights.values()) if (!flight.started) waiting++;
    return waiting;
  }

  get parked(): number {
    return this.#residence.parked;
  }

  /** Turns go to `engine` from now on; null: they wait. */
  attach(engine: Engine | null, residents = 0, contextTokens = 0): void {
    const fresh = engine !== null && engine !== this.#lastEngine;
    this.#engine = engine;
    if (fresh) this.#lastEngine = engine;
    if (engine) this.#residence.attach(engine, residents);
    if (fresh) {
      this.#window = windowFor(residents);
      this.#residents = residents;
      this.#contextTokens = contextTokens;
    }
    if (fresh) {
      for (const agent of this.#toForget) forgetIn(engine, agent);
      this.#toForget.clear();
      this.#ward?.engineUp();
    }
    this.pump();
  }

  /** Hands out turns as long as there are tasks, idle agents and room at the engine. */
  pump(): void {
    while (this.#engine && this.flights.size < this.#window) {
      const next = this.#ready.next((lane) => this.#bench(lane).size > 0 && this.flights.size < this.#room(lane));
      if (!next) return;
      // A person's word ended it while it waited.
      if (!this.#with.state.isOpen(next.task)) continue;
      const failedBy = this.#failedBy.get(next.task);
      const agent =
        this.#resident(next.lane, failedBy) ?? this.#bench(next.lane).take(failedBy, failedBy !== undefined);
      if (agent === undefined) {
        this.#ready.push(next.lane, next.task);
        return;
      }
      this.#submit(next.task, next.lane, agent);
    }
  }

  /** The task is taken out of all hands: what it waits for, and the turn that works on it. */
  withdraw(task: number): void {
    this.#delays.get(task)?.();
    this.#delays.delete(task);
    this.#forget(task);
    const flight = this.flights.get(task);
    if (!flight) return;
    this.#callBack(flight);
    this.#ward?.dropped(flight.turn);
    if (flight.started) this.#end(flight, null, { finish: 'cancelled' });
    else {
      flight.watchdog();
      this.flights.delete(task);
      this.#free(flight.agent, flight.stage, 'free');
    }
  }

  /** The task waits for a turn again, at the stage where it stands. */
  again(task: number): void {
    this.#ready.push(this.#with.state.tasks.stage[task] as number, task);
    this.pump();
  }

  /** The agent's turn is called back and waits again; what it wrote so far, or null where it has no turn. */
  callBack(agent: number, reason: string): string | null {
    const flight = [...this.flights.values()].find((each) => each.agent === agent && !each.over);
    if (!flight) return null;
    this.#callBack(flight);
    this.#requeue(flight, reason, 'cancelled');
    this.pump();
    return flight.text;
  }

  /** Gives the agent no more work; a turn that it has it may end. */
  hold(agent: number): void {
    this.#benchOf(agent)?.remove(agent);
  }

  /** It may work again, unless its supervisor has it in hand. */
  unhold(agent: number): void {
    const { state } = this.#with;
    if (!isFit(state, agent) || this.#busy(agent) || this.#ward?.holds(agent)) return;
    this.#benchOf(agent)?.release(agent, state.agents.turns[agent] as number, isOnTrial(state, agent));
    this.pump();
  }

  /** Calls back the turns that wait in the engine and have written nothing yet; `all`: the running ones too. */
  recall(all: boolean): void {
    for (const flight of [...this.flights.values()]) if (all || !flight.started) flight.handle?.cancel();
  }

  /** The engine is gone: every turn it held waits again. */
  lost(error: EngineError): void {
    this.#ward?.engineDown(
      error,
      [...this.flights.values()].map(({ agent }) => agent),
    );
    const reason = error.code;
    this.#residence.lost();
    for (const flight of [...this.flights.values()]) this.#requeue(flight, reason, 'error');
  }

  /** Takes back what is with the engine and forgets what waits; nothing is handed out any more. */
  stop(): void {
    this.#engine = null;
    this.#ward?.stop();
    this.#ready.clear();
    for (const cancel of this.#delays.values()) cancel();
    for (const flight of this.flights.values()) {
      flight.watchdog();
      flight.handle?.cancel();
    }
    this.flights.clear();
  }

  /**
   * Turns in flight up to which the stage's tasks are handed out. Turns that wait in the engine take the seat of whoever ends next; where
   * agents remember, that would be somebody whose own next task finds everything in place, so nobody waits there for them.
   */
  #room(stage: number): number {
    return this.#stage(stage).brief.memoryTurns > 0 ? this.#residents : this.#window;
  }

  /** An idle agent of the stage's role that is on the GPU with its memory: the task costs no page-in with it. */
  #resident(stage: number, failedBy: ReadonlySet<number> | undefined): number | undefined {
    const { brief, roleIndex } = this.#stage(stage);
    if (brief.memoryTurns === 0) return undefined;
    const bench = this.#bench(stage);
    const { roleOf } = this.#with.plan.layout;
    return this.#residence
      .welcome()
      .find((agent) => roleOf[agent] === roleIndex && failedBy?.has(agent) !== true && bench.remove(agent));
  }

  #stage(index: number): StageBrief {
    return this.#with.plan.stages[index] as StageBrief;
  }

  #bench(stage: number): Bench {
    return this.#benches[this.#stage(stage).roleIndex] as Bench;
  }

  #benchOf(agent: number): Bench | undefined {
    return this.#benches[this.#with.plan.layout.roleOf[agent] ?? 0];
  }

  #submit(task: number, stageIndex: number, agent: number): void {
    const { clock, plan, state, fence, tell } = this.#with;
    const stage = this.#stage(stageIndex);
    const failures = state.tasks.failures[task] as number;
    const turn = `${String(fence)}-${String(++this.#turns)}`;
    const held = state.held.get(task);
    const { request, input } = planTurn({
      id: turn,
      agent,
      priority: stage.priority,
      role: stage.brief,
      ...reviewedText(stage, held, plan.items[task]?.text ?? ''),
      failures,
      shrink: this.#shrink.get(task) ?? 0,
      contextTokens: this.#contextTokens,
      contexts: this.#with.contexts,
      seedKey: `${String(plan.settings.seed)}/${String(task)}/${String(stageIndex)}`,
    });
    const flight: Flight = {
      turn,
      task,
      stage: stageIndex,
      agent,
      failures,
      input,
      asked: request.messages.at(-1)?.content ?? '',
      submitted: clock.now(),
      tracer: new TurnTracer(clock),
      handle: null,
      watchdog: clock.timeout(request.deadlineMs + GRACE_MS, () => {
        if (this.#holds(flight)) this.#with.onGone(HUNG);
      }),
      started: false,
      over: false,
      text: '',
      tokens: 0,
    };
    this.flights.set(task, flight);
    tell({ type: 'task.assigned', task, agent, stage: stageIndex, attempt: failures + 1 });
    this.#ward?.began(flight);
    flight.handle = this.#residence.submit(this.#sampled(request, agent), ({ text, completionTokens }) => {
      if (!this.#holds(flight)) return;
      this.#start(flight);
      flight.text = text;
      flight.tokens = completionTokens;
      flight.tracer.alive(completionTokens);
      this.#ward?.alive(turn, completionTokens, text);
    });
    void flight.handle.done.then((outcome) => {
      if (this.#holds(flight)) this.#finish(flight, outcome);
    });
  }

  #holds(flight: Flight): boolean {
    return this.flights.get(flight.task) === flight;
  }

  #start(flight: Flight): void {
    if (flight.started) return;
    flight.started = true;
    this.#with.tell({ type: 'turn.started', task: flight.task, agent: flight.agent, turn: flight.turn });
  }

  #finish(flight: Flight, outcome: TurnOutcome): void {
    const stage = this.#stage(flight.stage);
    const verdict = judge(outcome, stage.brief.check, flight.input);
    if (verdict.kind === 'requeue') {
      this.#requeue(flight, verdict.reason, outcome.finish, outcome);
      if (outcome.error) {
        // Nothing more for this engine, even if it has not said itself that it is lost.
        this.#engine = null;
        this.#with.onGone(outcome.error);
      }
    } else {
      this.#start(flight);
      flight.over = true;
      flight.tracer.told(outcome, this.#ends++);
      flight.watchdog();
      const ward = this.#ward;
      // What no agent could do better is nobody's fault, and nothing to judge.
      if (!ward || (verdict.kind === 'reject' && !worthRetrying(verdict.failure))) {
        ward?.dropped(flight.turn);
        this.#conclude(flight, outcome, verdict, null);
      } else {
        ward.over(flight, outcome, verdict, this.#contextTokens, (judgement) => {
          if (!this.#holds(flight)) return;
          this.#conclude(flight, outcome, verdict, judgement);
          this.pump();
        });
      }
    }
    this.pump();
  }

  /** What comes of a turn, now that it was judged (null: by nobody but EXECUTE). */
  #conclude(
    flight: Flight,
    outcome: TurnOutcome,
    verdict: Exclude<Verdict, { kind: 'requeue' }>,
    judgement: Judgement | null,
  ): void {
    const health = judgement?.health;
    if (judgement?.secondOpinion) {
      this.#end(flight, outcome, { health, pending: true });
      this.#avoid(flight);
      this.#with.tell({ type: 'task.requeued', task: flight.task, agent: flight.agent, reason: 'second opinion' });
      this.#ready.push(flight.stage, flight.task);
    } else if (verdict.kind === 'accept' && judgement?.accept !== false) {
      this.#end(flight, outcome, { health, output: verdict.output });
      this.#remember(flight, outcome.text);
      this.#accept(flight, verdict.output);
    } else {
      const failure = verdict.kind === 'reject' ? verdict.failure : failureOf(judgement?.fault ?? null);
      const detail =
        verdict.kind === 'reject' ? verdict.detail : `found by its supervisor: ${judgement?.fault ?? 'unknown'}`;
      this.#end(flight, outcome, { rejected: failure, health, then: judgement === null ? 'free' : 'hold' });
      if (this.#ward && NOT_THE_TASKS.has(failure)) this.#again(flight, failure, '');
      else this.#reject(flight, failure, detail);
    }
    this.#with.onTurn();
  }

  #remember({ agent, stage, asked }: Flight, text: string): void {
    const { memoryTurns } = this.#stage(stage).brief;
    this.#with.contexts.save(agent, { user: asked, assistant: text }, memoryTurns);
  }

  /** Writes the end of the turn down, and sees to the agent. */
  #end(
    flight: Flight,
    outcome: TurnOutcome | null,
    how: {
      rejected?: string;
      health?: number | undefined;
      then?: After;
      finish?: TurnOutcome['finish'];
      pending?: true;
      output?: unknown;
    } = {},
  ): void {
    const { tell, clock } = this.#with;
    const { rejected, health, pending, then = 'free', finish = outcome?.finish ?? 'error' } = how;
    const { task, agent, turn } = flight;
    flight.watchdog();
    this.flights.delete(task);
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
      trace: flight.tracer.end(outcome, flight.text, how.output),
    });
    this.#with.state.agents.tier[agent] = this.#residence.tier(agent);
    this.#free(agent, flight.stage, then);
  }

  #free(agent: number, stage: number, then: After): void {
    const { state } = this.#with;
    if (then === 'hold') this.#ward?.hold(agent);
    else if (then === 'free' && isFit(state, agent))
      this.#bench(stage).release(agent, state.agents.turns[agent] as number, isOnTrial(state, agent));
  }

  #avoid({ task, agent }: Flight): void {
    const failedBy = this.#failedBy.get(task) ?? new Set<number>();
    failedBy.add(agent);
    this.#failedBy.set(task, failedBy);
  }

  #accept(flight: Flight, output: unknown): void {
    const { plan, state, tell, onDone } = this.#with;
    const { task, stage, agent } = flight;
    const next = nextStage(plan, task, stage);
    const counted = this.#stage(stage).review ? 0 : flight.failures + 1;
    this.#forget(task);
    tell({
      type: 'task.advanced',
      task,
      agent,
      stage,
      next: next ?? stage,
      output,
      attempts: (state.tasks.attempts[task] as number) + counted,
    });
    if (next === null) onDone(task, null);
    else this.#ready.push(next, task);
  }

  #reject(flight: Flight, failure: TurnFailure, detail: string): void {
    const { random, tell, onDone, onFailed, plan, state } = this.#with;
    const { task, agent, stage: index } = flight;
    const stage = this.#stage(index);
    // Where nobody supervises, the failure itself is all that is known of the agent.
    if (!this.#ward) {
      const from = AGENT_NAMES[state.agents.state[agent] as number] ?? 'idle';
      tell({ type: 'agent.state', agent, from, to: AGENT_NAMES[AGENT.degraded], because: failure });
    }
    if (failure === 'prompt-too-long') this.#shrink.set(task, (this.#shrink.get(task) ?? 0) + 1);
    const failures = flight.failures + 1;
    if (failures < stage.brief.attempts && worthRetrying(failure)) {
      const delayMs = retryDelay(failures, random);
      tell({ type: 'task.retried', task, agent, reason: `${failure}: ${detail}`, delayMs });
      this.#tried(flight, failure, detail);
      this.#avoid(flight);
      this.#later(task, index, delayMs);
      return;
    }
    if (!stage.review) {
      this.#tried(flight, failure, detail);
      if (!this.#ask(flight, failure)) {
        this.#forget(task);
        onFailed(task, failure, detail);
      }
      return;
    }
    this.#forget(task);
    // What is reviewed stands on its own: a review that fails takes nothing with it.
    const next = nextStage(plan, task, index);
    if (next === null) {
      onDone(task, `no review: ${failure} after ${String(failures)} attempts`);
    } else {
      tell({
        type: 'task.advanced',
        task,
        agent,
        stage: index,
        next,
        output: null,
        attempts: state.tasks.attempts[task] as number,
      });
      this.#ready.push(next, task);
    }
  }

  #tried({ task, agent, failures }: Flight, failure: TurnFailure, detail: string): void {
    const story = this.#stories.get(task) ?? [];
    story.push(`attempt ${String(failures + 1)}, by agent ${String(agent)}: ${failure}; ${detail}`);
    this.#stories.set(task, story);
  }

  /** Asks a person before the task ends as `failure`; false where nobody is to be asked. */
  #ask({ task, agent, failures }: Flight, failure: TurnFailure): boolean {
    const { plan, fence, tell, state } = this.#with;
    const { askMs = 0 } = plan.settings;
    if (askMs <= 0) return false;
    const told = this.#stories.get(task) ?? [];
    const name = `t${String(fence)}.${String(++this.#asked)}`;
    const line = plan.items[task]?.line ?? 0;
    tell({
      type: 'heal.notice',
      notice: name,
      of: 'task',
      agent,
      task,
      case: name,
      title: `Line ${String(line)} failed all its attempts: ${failure}`,
      story: [
        // Attempts of an earlier tab are told by the log alone.
        ...(told.length <= failures
          ? [`attempts before: ${String(failures + 1 - told.length)}, in an earlier tab`]
          : []),
        ...told,
        `nothing is left to try by itself; without a word within ${String(Math.round(askMs / 1000))} s it ends as ${failure}`,
      ],
      choices: ['retry', 'skip', 'edit', 'give-up'],
      failure,
    });
    this.#forget(task);
    const notice = state.notices.ofTask(task);
    if (notice) this.#await(notice);
    return notice !== null;
  }

  /** After a while a task that nobody helped ends as what it failed with. */
  #await({ id, task }: OpenNotice): void {
    if (task === null) return;
    const cancel = this.#with.clock.timeout(this.#with.plan.settings.askMs ?? 0, () => {
      this.#delays.delete(task);
      this.#with.onUnanswered(id);
    });
    this.#delays.set(task, cancel);
  }

  #requeue(
    flight: Flight,
    reason: string,
    finish: TurnOutcome['finish'],
    outcome: TurnOutcome | null = null,
    then: After = 'free',
  ): void {
    const { task, agent, stage } = flight;
    const partial = (outcome?.text ?? flight.text).slice(0, PARTIAL_CHARACTERS);
    this.#ward?.dropped(flight.turn);
    if (flight.started) {
      this.#end(flight, outcome, { finish, then });
    } else {
      flight.watchdog();
      this.flights.delete(task);
      this.#free(agent, stage, then);
    }
    this.#again(flight, reason, partial);
  }

  /** The task waits again and no attempt is counted, unless this happens to it again and again. */
  #again(flight: Flight, reason: string, partial: string): void {
    const { state, tell } = this.#with;
    const { task, agent, stage } = flight;
    if (reason !== 'cancelled' && (state.tasks.losses[task] as number) >= MAX_LOSSES) {
      this.#reject(flight, 'engine-error', `its turn was lost ${String(MAX_LOSSES)} times, the last by ${reason}`);
      return;
    }
    if (NOT_THE_TASKS.has(reason)) this.#avoid(flight);
    tell({ type: 'task.requeued', task, agent, reason, ...(partial === '' ? {} : { partial }) });
    this.#ready.push(stage, task);
  }

  #later(task: number, stage: number, delayMs: number): void {
    const cancel = this.#with.clock.timeout(delayMs, () => {
      this.#delays.delete(task);
      this.#ready.push(stage, task);
      this.pump();
    });
    this.#delays.set(task, cancel);
  }

  #forget(task: number): void {
    this.#shrink.delete(task);
    this.#failedBy.delete(task);
    this.#stories.delete(task);
    this.#ward?.taskEnded(task);
  }

  #sampled(request: TurnRequest, agent: number): TurnRequest {
    if (!this.#steadied.delete(agent)) return request;
    return { ...request, sampling: { ...request.sampling, repetitionPenalty: STEADY_PENALTY } };
  }

  /** Drops the agent's K/V, on the GPU and on the warm tier. */
  #dropKv(agent: number): void {
    this.#residence.forgotten(agent);
    if (this.#engine) forgetIn(this.#engine, agent);
    else this.#toForget.add(agent);
  }

  /** What the supervisor may have done. */
  #actuator(): Actuator {
    const { state, plan } = this.#with;
    return {
      recompute: (agent) => {
        this.#dropKv(agent);
      },
      forget: (agent) => {
        this.#dropKv(agent);
        this.#with.contexts.forget(agent);
        this.#with.onDropped(agent);
      },
      renew: async (agent) => {
        this.#dropKv(agent);
        const record = await this.#with.lastGood(agent);
        this.#with.contexts.forget(agent);
        if (!record) return "there is no record of it: it begins with its role's prompt alone";
        this.#with.contexts.restore(agent, record.state['memory']);
        return `made anew from generation ${String(record.generation)} of its record`;
      },
      freeStorage: () => this.#with.freeStorage(),
      steady: (agent) => {
        this.#steadied.add(agent);
      },
      shrink: (task) => {
        this.#shrink.set(task, (this.#shrink.get(task) ?? 0) + 1);
      },
      abandon: (agent, failure, detail) => {
        const flight = [...this.flights.values()].find((each) => each.agent === agent && !each.over);
        if (!flight) return;
        this.#callBack(flight);
        if (failure === null) {
          this.#requeue(flight, 'its agent is being mended', 'cancelled', null, 'rest');
        } else {
          this.#start(flight);
          this.#ward?.dropped(flight.turn);
          this.#end(flight, null, { rejected: failure, then: 'rest' });
          if (NOT_THE_TASKS.has(failure)) this.#again(flight, failure, '');
          else this.#reject(flight, failure, detail);
        }
        this.pump();
      },
      back: (agent) => {
        if (!isFit(state, agent) || this.#busy(agent)) return;
        this.#benchOf(agent)?.release(agent, state.agents.turns[agent] as number, true);
        this.pump();
      },
      rest: (agent) => {
        this.#benchOf(agent)?.remove(agent);
      },
      replaceEngine: (error) => {
        if (!this.#engine) return false;
        this.#with.onGone(error);
        return true;
      },
      engineReady: () => this.#engine !== null,
      others: (agent) => {
        const role = plan.layout.roles[plan.layout.roleOf[agent] ?? 0];
        if (!role) return 0;
        let fit = 0;
        for (let row = role.firstAgent; row < role.firstAgent + role.replicas && fit < ENOUGH_OTHERS; row++)
          if (row !== agent && isFit(state, row)) fit++;
        return fit;
      },
      flights: () => [...this.flights.values()].filter(({ over }) => !over),
    };
  }

  /** Cancels a turn; an engine that does not even give that back is of no more use. */
  #callBack({ handle }: Flight): void {
    if (!handle) return;
    const engine = this.#engine;
    const overdue = this.#with.clock.timeout(GRACE_MS, () => {
      if (engine !== null && engine === this.#engine) this.#with.onGone(HUNG);
    });
    void handle.done.then(overdue);
    handle.cancel();
  }

  #busy(agent: number): boolean {
    for (const flight of this.flights.values()) if (flight.agent === agent) return true;
    return false;
  }
}
