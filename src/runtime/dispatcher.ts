import type { ContextManager } from '../agents/context.ts';
import { planTurn } from '../agents/turn.ts';
import { judge, type TurnFailure, type Verdict, worthRetrying } from '../agents/verdict.ts';
import type { Engine, EngineError, TurnOutcome, TurnProgress, TurnRequest } from '../engine/contract.ts';
import type { EventBody, JournalEvent } from '../journal/events.ts';
import { AGENT, AGENT_NAMES, type RunState } from '../journal/run-state.ts';
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { windowFor } from '../scheduling/bench.ts';
import type { ColdAgent } from '../store/records.ts';
import { AgentMemory } from './agent-memory.ts';
import type { Escalation } from './escalation.ts';
import { type Flight, GRACE_MS, HUNG } from './flight.ts';
import { reviewedText } from './outcome.ts';
import type { RunPlan, StageBrief } from './plan.ts';
import { Residence } from './residence.ts';
import { Roster } from './roster.ts';
import { TaskDesk } from './task-desk.ts';
import { TurnTracer } from './turn-trace.ts';
import { type Actuator, failureOf, type HealingSettings, type Judgement, Ward } from './ward.ts';

/** Partial text kept in the log of a lost turn. */
const PARTIAL_CHARACTERS = 400;
/** Before every role's own priority. */
const FIRST = -1;
/** Penalty on repetition for an agent that went round in circles. */
const STEADY_PENALTY = 1.15;
/** A bigger model may have to be loaded first, ms. */
const LOADING_MS = 600_000;

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
  /** See `ResidenceOptions`. */
  readonly whenCold: (agent: number) => Promise<void> | null;
  readonly onNote: (agent: number, because: string) => void;
  /** See `AgentMemoryOptions`. */
  readonly onDropped: (agent: number) => void;
  readonly lastGood: (agent: number) => Promise<ColdAgent | null>;
  /** Makes room in storage; bytes that were freed. */
  readonly freeStorage: () => Promise<number>;
  /** See `TaskDeskOptions`. */
  readonly onDone: (task: number, note: string | null) => void;
  readonly onFailed: (task: number, failure: string, detail: string) => void;
  readonly onUnanswered: (notice: string) => void;
  /** A turn came to its end in the engine, and what comes of it is decided. */
  readonly onTurn: () => void;
  /** The engine can do no more, as an outcome says or as its silence shows. */
  readonly onGone: (error: EngineError) => void;
}

/** What becomes of an agent whose turn is over: it goes back to the bench, waits for word of its supervisor, or is in its hands already. */
type After = 'free' | 'hold' | 'rest';

/** How a turn's end is written down. */
interface Ending {
  readonly rejected?: string;
  readonly health?: number | undefined;
  readonly then?: After;
  readonly finish?: TurnOutcome['finish'];
  readonly pending?: true;
  readonly output?: unknown;
}

/** Gives ready tasks to idle agents and their turns to the engine, and has it decided what comes of each turn. */
export class Dispatcher {
  readonly flights = new Map<number, Flight>();
  /** The supervisor, for those who must tell it what happens; null where there is none. */
  readonly ward: Ward | null;
  readonly #with: DispatcherOptions;
  readonly #desk: TaskDesk;
  readonly #roster: Roster;
  readonly #residence: Residence;
  readonly #memory: AgentMemory;
  /** Agents whose next turn samples with a penalty on repetition. */
  readonly #steadied = new Set<number>();
  #engine: Engine | null = null;
  #lastEngine: Engine | null = null;
  #window = 0;
  #residents = 0;
  #contextTokens = 0;
  #turns = 0;
  #ends = 0;

  constructor(options: DispatcherOptions) {
    this.#with = options;
    const { clock, random, plan, state, fence, contexts, escalation, healing: settings, tell } = options;
    const { onDone, onFailed, onUnanswered, whenCold, onNote, onDropped, lastGood } = options;
    this.#roster = new Roster(plan, state);
    const onTier = (agent: number, tier: number): void => {
      state.agents.tier[agent] = tier;
    };
    this.#residence = new Residence({ onTier, whenCold, onNote });
    this.#memory = new AgentMemory({ contexts, residence: this.#residence, onDropped, lastGood });
    this.#desk = new TaskDesk({
      clock,
      random,
      plan,
      state,
      fence,
      supervised: settings !== null,
      tell,
      nextModel: (role, tried) => escalation.next(plan.swarm.roles[role]?.escalate ?? [], tried),
      onDone,
      onFailed,
      onUnanswered,
      onWaiting: () => {
        this.pump();
      },
      onSettled: (task) => this.ward?.taskEnded(task),
    });
    const actuator = this.#actuator();
    this.ward = settings && new Ward({ clock, random, plan, state, fence, settings, tell, actuator });
  }

  /** Agents that may sit on the GPU at once, and those that sit there between turns. */
  get seats(): number {
    return this.#residents;
  }

  get parked(): number {
    return this.#residence.parked;
  }

  /** Turns that wait for nothing but a seat: somebody is free for them. */
  get waiting(): number {
    let waiting = this.#desk.count((stage) => this.#roster.idle(stage) > 0);
    for (const flight of this.flights.values()) if (!flight.started) waiting++;
    return waiting;
  }

  /** Other than the engine was built for, at most as many. */
  resize(seats: number): void {
    this.#residents = seats;
    this.#window = windowFor(seats);
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
      this.#window = windowFor(residents);
      this.#residents = residents;
      this.#contextTokens = contextTokens;
      this.ward?.engineUp();
    }
    this.pump();
  }

  /** Hands out turns as long as there are tasks, idle agents and room at the engine. */
  pump(): void {
    while (this.#engine && this.flights.size < this.#window) {
      const next = this.#desk.next((stage) => this.#roster.idle(stage) > 0 && this.flights.size < this.#room(stage));
      if (!next) return;
      const failedBy = this.#desk.failedBy(next.task);
      const agent = this.#roster.take(next.lane, failedBy, () => this.#residence.welcome());
      if (agent === undefined) {
        this.#desk.again(next.task);
        return;
      }
      this.#submit(next.task, next.lane, agent);
    }
  }

  /** The task is taken out of all hands: what it waits for, and the turn that works on it. */
  withdraw(task: number): void {
    this.#desk.withdraw(task);
    const flight = this.flights.get(task);
    if (!flight) return;
    this.#callBack(flight);
    this.ward?.dropped(flight.turn);
    this.#leave(flight, null, { finish: 'cancelled' });
  }

  /** The task waits for a turn again, at the stage where it stands. */
  again(task: number): void {
    this.#desk.again(task);
    this.pump();
  }

  /** The agent's turn is called back and waits again; what it wrote so far, or null where it has no turn. */
  callBack(agent: number, reason: string): string | null {
    const flight = this.#flightOf(agent);
    if (!flight) return null;
    this.#callBack(flight);
    this.#requeue(flight, reason, { finish: 'cancelled' });
    this.pump();
    return flight.text;
  }

  /** Gives the agent no more work; a turn that it has it may end. */
  hold(agent: number): void {
    this.#roster.rest(agent);
  }

  /** It may work again, unless its supervisor has it in hand. */
  unhold(agent: number): void {
    if (this.#busy(agent) || this.ward?.holds(agent)) return;
    this.#roster.release(agent);
    this.pump();
  }

  /** Calls back the turns that wait in the engine and have written nothing yet; `all`: the running ones too. */
  recall(all: boolean): void {
    for (const flight of [...this.flights.values()]) if (all || !flight.started) flight.handle?.cancel();
  }

  /** The engine is gone: every turn it held waits again. */
  lost(error: EngineError): void {
    const held = [...this.flights.values()].filter(({ model }) => model === null);
    this.ward?.engineDown(
      error,
      held.map(({ agent }) => agent),
    );
    this.#residence.lost();
    for (const flight of held) this.#requeue(flight, error.code, { finish: 'error' });
  }

  /** Takes back what is with the engine and forgets what waits; nothing is handed out any more. */
  stop(): void {
    this.#engine = null;
    this.ward?.stop();
    this.#desk.stop();
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

  #stage(index: number): StageBrief {
    return this.#with.plan.stages[index] as StageBrief;
  }

  #submit(task: number, stageIndex: number, agent: number): void {
    const { clock, plan, state, fence, tell, escalation } = this.#with;
    const stage = this.#stage(stageIndex);
    const failures = state.tasks.failures[task] as number;
    const turn = `${String(fence)}-${String(++this.#turns)}`;
    const model = this.#desk.takeModel(task);
    const { request, input } = planTurn({
      id: turn,
      agent,
      // An agent on trial waits for nobody: until it has passed its mend is not proven.
      priority: this.ward?.onTrial(agent) === true ? FIRST : stage.priority,
      role: stage.brief,
      ...reviewedText(stage, state.held.get(task), plan.items[task]?.text ?? ''),
      // A bigger model begins as boldly as the first one did.
      failures: model === null ? failures : 0,
      shrink: this.#desk.shrunk(task),
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
      model,
      handle: null,
      watchdog: clock.timeout(request.deadlineMs + (model === null ? GRACE_MS : LOADING_MS), () => {
        if (!this.#holds(flight)) return;
        if (model === null) this.#with.onGone(HUNG);
        else this.#overdue(flight);
      }),
      started: false,
      over: false,
      text: '',
      tokens: 0,
    };
    this.flights.set(task, flight);
    tell({
      type: 'task.assigned',
      task,
      agent,
      stage: stageIndex,
      attempt: failures + 1,
      ...(model !== null && { model }),
    });
    const onProgress = ({ text, completionTokens }: TurnProgress): void => {
      if (!this.#holds(flight)) return;
      this.#start(flight);
      flight.text = text;
      flight.tokens = completionTokens;
      flight.tracer.alive(completionTokens);
      if (model === null) this.ward?.alive(turn, completionTokens, text);
    };
    if (model === null) this.ward?.began(flight);
    flight.handle =
      model === null
        ? this.#residence.submit(this.#sampled(request, agent), onProgress)
        : escalation.submit(model, request, onProgress);
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
    if (verdict.kind === 'requeue' && (flight.model === null || verdict.reason === 'cancelled')) {
      this.#requeue(flight, verdict.reason, { finish: outcome.finish }, outcome);
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
      const { ward } = this;
      if (verdict.kind === 'requeue') {
        const detail = outcome.error?.message ?? verdict.reason;
        this.#conclude(flight, outcome, { kind: 'reject', failure: 'engine-error', detail }, null);
      } else if (!ward || flight.model !== null || (verdict.kind === 'reject' && !worthRetrying(verdict.failure))) {
        // What no agent could do better is nobody's fault, and a bigger model's turn says nothing about the agent: nothing to judge.
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
      this.#desk.secondOpinion(flight);
    } else if (verdict.kind === 'accept' && judgement?.accept !== false) {
      this.#end(flight, outcome, { health, output: verdict.output });
      this.#remember(flight, outcome.text);
      this.#desk.accept(flight, verdict.output);
    } else {
      const failure = verdict.kind === 'reject' ? verdict.failure : failureOf(judgement?.fault ?? null);
      const detail =
        verdict.kind === 'reject' ? verdict.detail : `found by its supervisor: ${judgement?.fault ?? 'unknown'}`;
      this.#end(flight, outcome, { rejected: failure, health, then: judgement === null ? 'free' : 'hold' });
      this.#failed(flight, failure, detail);
    }
    this.#with.onTurn();
  }

  #failed(flight: Flight, failure: TurnFailure, detail: string): void {
    const { state, tell } = this.#with;
    const { agent, model } = flight;
    // Where nobody supervises, the failure itself is all that is known of the agent.
    if (!this.ward && model === null) {
      const from = AGENT_NAMES[state.agents.state[agent] as number] ?? 'idle';
      tell({ type: 'agent.state', agent, from, to: AGENT_NAMES[AGENT.degraded], because: failure });
    }
    this.#desk.failed(flight, failure, detail);
  }

  /** A bigger model that does not even keep its deadline: the task goes on without it. */
  #overdue(flight: Flight): void {
    this.#start(flight);
    this.#end(flight, null, { rejected: 'deadline', finish: 'deadline' });
    flight.handle?.cancel();
    this.#failed(flight, 'deadline', 'the bigger model did not answer');
    this.pump();
  }

  #remember({ agent, stage, asked, model }: Flight, text: string): void {
    const { memoryTurns } = this.#stage(stage).brief;
    if (model === null) this.#with.contexts.save(agent, { user: asked, assistant: text }, memoryTurns);
  }

  /** Writes the end of the turn down, and sees to the agent. */
  #end(flight: Flight, outcome: TurnOutcome | null, how: Ending = {}): void {
    const { tell, clock } = this.#with;
    const { rejected, health, pending, finish = outcome?.finish ?? 'error' } = how;
    const { task, agent, turn, model } = flight;
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
      ...(model !== null && { model }),
      trace: flight.tracer.end(outcome, flight.text, how.output),
    });
    this.#with.state.agents.tier[agent] = this.#residence.tier(agent);
    this.#free(agent, how.then);
  }

  /** As `#end`; a turn that never began is not written down. */
  #leave(flight: Flight, outcome: TurnOutcome | null, how: Ending): void {
    if (flight.started) {
      this.#end(flight, outcome, how);
      return;
    }
    flight.watchdog();
    this.flights.delete(flight.task);
    this.#free(flight.agent, how.then);
  }

  #free(agent: number, then: After = 'free'): void {
    if (then === 'hold') this.ward?.hold(agent);
    else if (then === 'free') this.#roster.release(agent);
  }

  #requeue(flight: Flight, reason: string, how: Ending, outcome: TurnOutcome | null = null): void {
    const partial = (outcome?.text ?? flight.text).slice(0, PARTIAL_CHARACTERS);
    this.ward?.dropped(flight.turn);
    this.#leave(flight, outcome, how);
    this.#desk.lost(flight, reason, partial);
  }

  #sampled(request: TurnRequest, agent: number): TurnRequest {
    if (!this.#steadied.delete(agent)) return request;
    return { ...request, sampling: { ...request.sampling, repetitionPenalty: STEADY_PENALTY } };
  }

  /** What the supervisor may have done. */
  #actuator(): Actuator {
    const { escalation, plan } = this.#with;
    return {
      recompute: (agent) => {
        this.#memory.recompute(agent);
      },
      forget: (agent) => {
        this.#memory.forget(agent);
      },
      renew: (agent) => this.#memory.renew(agent),
      freeStorage: () => this.#with.freeStorage(),
      canEscalate: (role) => escalation.next(plan.swarm.roles[role]?.escalate ?? [], []) !== null,
      escalate: (task) => {
        this.#desk.escalate(task);
      },
      steady: (agent) => {
        this.#steadied.add(agent);
      },
      shrink: (task) => {
        this.#desk.shrink(task);
      },
      abandon: (agent, failure, detail) => {
        const flight = this.#flightOf(agent);
        if (!flight) return;
        this.#callBack(flight);
        if (failure === null) {
          this.#requeue(flight, 'its agent is being mended', { finish: 'cancelled', then: 'rest' });
        } else {
          this.#start(flight);
          this.ward?.dropped(flight.turn);
          this.#end(flight, null, { rejected: failure, then: 'rest' });
          this.#failed(flight, failure, detail);
        }
        this.pump();
      },
      back: (agent) => {
        if (this.#busy(agent)) return;
        this.#roster.release(agent, true);
        this.pump();
      },
      rest: (agent) => {
        this.#roster.rest(agent);
      },
      replaceEngine: (error) => {
        if (!this.#engine) return false;
        this.#with.onGone(error);
        return true;
      },
      engineReady: () => this.#engine !== null,
      others: (agent) => this.#roster.others(agent),
      flights: () => [...this.flights.values()].filter(({ over, model }) => !over && model === null),
    };
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

  /** The turn that the agent has with the run's own engine and that is not over. */
  #flightOf(agent: number): Flight | undefined {
    return [...this.flights.values()].find((each) => each.agent === agent && !each.over && each.model === null);
  }

  #busy(agent: number): boolean {
    for (const flight of this.flights.values()) if (flight.agent === agent) return true;
    return false;
  }
}
