import { ContextManager } from '../agents/context.ts';
import type { Engine, EngineError, EngineReport } from '../engine/contract.ts';
import { remoteAddress, RemoteEngine } from '../engine/remote.ts';
import type { EventBody, JournalEvent } from '../journal/events.ts';
import { Journal } from '../journal/journal.ts';
import { leanBody } from '../journal/lean.ts';
import { type RunState, TASK } from '../journal/run-state.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import { seededRandom } from '../kernel/random.ts';
import type { StoreFault } from '../store/fault.ts';
import type { ColdAgent, RunPhase, RunRecord } from '../store/records.ts';
import type { OrderedRow, RunStore } from '../store/run-store.ts';
import { RateMeter } from '../telemetry/rate.ts';
import type { EngineFigures } from '../telemetry/report.ts';
import { badRecords, ColdAgents } from './cold-agents.ts';
import { Committer } from './committer.ts';
import { Dispatcher } from './dispatcher.ts';
import { EngineSeat } from './engine-seat.ts';
import { Escalation, type EscalationOptions } from './escalation.ts';
import type { History } from './history.ts';
import type { LoadedRun } from './load.ts';
import { type Freed, freedMessage, seatMessage, storeMessage } from './messages.ts';
import { Operator } from './operator.ts';
import { resultRow } from './outcome.ts';
import type { RunPlan } from './plan.ts';
import type { ActionReply, AgentAction, AgentStory, Decision, RemoteSettings, RunStatus } from './protocol.ts';
import { reconcile } from './repair.ts';
import type { ResultIndex } from './result-index.ts';
import { Scaling } from './scaling.ts';
import { statusOf } from './status.ts';
import { Stopwatch } from './stopwatch.ts';
import type { RunView } from './view.ts';
import type { HealingSettings } from './ward.ts';

const SAMPLE_MS = 1000;
const RATE_WINDOW_MS = 10_000;
const LAST_FIGURES_MS = 2000;
/** What is asked of the warm tier when storage is full: far more than a run's results. */
const ROOM_BYTES = 64 * 2 ** 20;

export interface RunOptions {
  readonly clock: Clock;
  readonly store: RunStore;
  readonly createEngine: () => Engine;
  /** Engines for bigger models, beside the run's own. */
  readonly createBeside: () => Engine;
  /** See `EscalationOptions`. */
  readonly models: EscalationOptions['models'];
  /** From `store.openWriter`. */
  readonly fence: number;
  /** Names this tab in the log. */
  readonly tab: string;
  /** How its agents are mended; null: not at all. Absent: as usual. */
  readonly healing?: HealingSettings | null;
  /** Seats are told by `seats`, as in a run that is replayed; absent: they follow load and queue. */
  readonly fixedSeats?: boolean;
  /** Hears every event as it happens, before it is on the disk. */
  readonly onEvent?: (event: JournalEvent) => void;
  /** Gives the run's lock back. */
  readonly release: () => void;
  /** Another tab has taken the run over; this one has stopped. */
  readonly onStale: () => void;
}

/** A run that this tab writes. Everything that happens to it goes through `#tell`, into the log and the state alike. */
export class Run implements RunView {
  readonly id: string;
  readonly plan: RunPlan;
  readonly state: RunState;
  readonly history: History;
  readonly index: ResultIndex;
  readonly #with: RunOptions;
  readonly #journal: Journal;
  readonly #watch: Stopwatch;
  readonly #seat: EngineSeat;
  readonly #dispatcher: Dispatcher;
  readonly #operator: Operator;
  readonly #escalation: Escalation;
  readonly #scaling: Scaling;
  readonly #committer: Committer;
  readonly #cold: ColdAgents;
  readonly #rate = new RateMeter(RATE_WINDOW_MS);
  readonly #first: RunRecord;
  #endedAt: number | null;
  #stale = false;
  #stopped = false;
  #ending = false;
  #trouble: StoreFault | null = null;
  #live: EngineFigures | null = null;
  /** What was given up to make room, so far; and what makes room now. */
  #freed: Freed = { warm: 0, traces: 0 };
  #freeing: Promise<number> | null = null;
  readonly #noted = new Set<string>();
  #vramOverLimit = 0;
  #sampling: Cancel = () => undefined;

  constructor(loaded: LoadedRun, options: RunOptions) {
    const { record, plan, state, history, index } = loaded;
    const { clock, store, fence, tab } = options;
    this.id = record.id;
    this.plan = plan;
    this.state = state;
    this.history = history;
    this.index = index;
    this.#with = options;
    this.#first = record;
    this.#endedAt = record.endedAt;
    this.#watch = new Stopwatch(clock, state.at);
    this.#journal = new Journal(clock, () => this.#watch.elapsed(), state.seq);
    const contexts = new ContextManager();
    this.#cold = new ColdAgents(state, contexts);
    this.#committer = new Committer({
      clock,
      store,
      run: this.id,
      fence,
      journal: this.#journal,
      record: () => this.#record(),
      coldAgents: () => this.#cold.take(),
      onCold: (agents) => {
        this.#cold.durable(agents);
      },
      onCommitted: (rows) => {
        this.#committed(rows);
      },
      onTrouble: (fault) => {
        this.#trouble = fault;
        this.#dispatcher.ward?.storage(fault && fault.message);
        if (fault?.code === 'quota') void this.#makeRoom();
        this.#steer();
      },
      onStale: () => {
        this.#stale = true;
        void this.#leave().then(options.onStale);
      },
    });

    if (state.seq === 0)
      this.#tell({
        type: 'run.created',
        name: plan.summary.name,
        tasks: plan.items.length,
        agents: plan.layout.agents,
        seed: plan.settings.seed,
      });
    else if (!state.ended || state.open > 0) this.#tell({ type: 'run.resumed', tab, fence });
    for (const event of reconcile(state, index)) this.#tell(event);
    this.#scaling = new Scaling({
      tell: (event) => this.#tell(event),
      resize: (seats) => {
        this.#dispatcher.resize(seats);
      },
    });

    this.#seat = new EngineSeat({
      clock,
      create: options.createEngine,
      source: plan.settings.model,
      budget: plan.budget,
      onReady: (engine, report) => {
        this.#tell({
          type: 'engine.loaded',
          engine: report.engine,
          model: report.model.id,
          ms: Math.round(report.loadMs),
          report,
        });
        this.#scaling.begin(report);
        void this.#sampleOf(engine);
      },
      onLost: (error) => {
        this.#engineLost(error);
      },
      onChange: () => {
        this.#steer();
      },
    });
    this.#escalation = new Escalation({
      clock,
      createEngine: options.createBeside,
      createRemote: (endpoint) => new RemoteEngine(endpoint, clock),
      models: options.models,
      budget: plan.budget,
      own: plan.settings.model.id,
      vram: () => (this.#seat.engine ? (this.#live?.vram ?? null) : null),
    });
    this.#dispatcher = new Dispatcher({
      clock,
      // Of the run's own seed, so that a replay draws the same.
      random: seededRandom(`run/${String(plan.settings.seed)}/${String(fence)}`),
      plan,
      state,
      fence,
      contexts,
      escalation: this.#escalation,
      healing: options.healing === undefined ? {} : options.healing,
      tell: (event) => this.#tell(event),
      onDone: (task, note) => {
        this.#done(task, note);
      },
      onFailed: (task, failure, detail) => {
        this.#fail(task, failure, detail);
      },
      whenCold: (agent) => (this.#cold.isBehind(agent) ? this.#committer.settled() : null),
      onDropped: (agent) => {
        this.#cold.dropped(agent);
        this.#committer.poke();
      },
      onNote: (agent, because) => {
        this.#note(agent, because);
      },
      lastGood: (agent) => this.#lastGood(agent),
      freeStorage: () => this.#makeRoom(),
      onUnanswered: (notice) => {
        this.#operator.unanswered(notice);
      },
      onTurn: () => {
        this.#seat.worked();
        this.#checkTokens();
      },
      onGone: (error) => {
        this.#seat.declareLost(error);
      },
    });
    this.#operator = new Operator({
      plan,
      state,
      dispatcher: this.#dispatcher,
      tell: (event) => this.#tell(event),
      done: (task, note) => {
        this.#done(task, note);
      },
      fail: (task, failure, note) => {
        this.#fail(task, failure, note, 0);
      },
      resume: () => {
        this.resume();
      },
      cancel: () => {
        this.cancel();
      },
    });
    this.#dispatcher.ward?.recall(loaded.recent);
    if (!state.ended) this.#dispatcher.ward?.adoptAll();
  }

  /** Sets the run going, unless it is over. */
  async start(): Promise<void> {
    await this.#setAsideBad(async () => {
      this.#cold.restore(await this.#with.store.agents(this.id));
    });
    this.#sampling = this.#with.clock.every(SAMPLE_MS, () => {
      this.#sample();
    });
    // A cancel or the last commit may have been cut off by the end of an earlier session.
    if (this.state.cancelled && !this.state.ended) this.#failRest('cancelled');
    this.#checkEnd();
    if (!this.#over() && !this.state.paused) this.#seat.start();
    this.#steer();
  }

  status(): RunStatus {
    const seat = this.#seat.state;
    const max = seat.kind === 'ready' ? seat.report.residents : 0;
    const running = this.#dispatcher.flights.filter((flight) => flight.started);
    return statusOf(this.#record(), this.plan, this.state, {
      writer: !this.#stale,
      message: this.#message(),
      problem: seat.kind === 'waiting' || seat.kind === 'stopped' ? seat.problem : null,
      loading: seat.kind === 'loading' ? seat.progress : null,
      report: this.state.engineReport as EngineReport | null,
      vram: this.figures()?.vram ?? null,
      elapsedMs: Math.round(this.#watch.elapsed()),
      tokensPerSecond: this.#rate.perSecond(),
      remote: this.#escalation.remote,
      seats: { now: running.length + this.#dispatcher.parked, target: Math.min(max, this.#dispatcher.seats), max },
      residents: running.map(({ agent, task, tokens, stage }) => ({
        agent,
        task,
        tokens,
        maxTokens: this.plan.stages[stage]?.brief.maxTokens ?? 0,
      })),
      ...this.history.figures(this.#watch.elapsed()),
    });
  }

  now(agent: number): AgentStory['now'] {
    for (const flight of this.#dispatcher.flights) {
      if (flight.agent === agent) return { task: flight.task, input: flight.input, text: flight.text };
    }
    return null;
  }

  unsaved(): readonly JournalEvent[] {
    return this.#journal.unsaved();
  }

  pause(): void {
    if (this.#over() || this.state.paused) return;
    this.#tell({ type: 'run.paused' });
    this.#steer();
    this.#dispatcher.recall(false);
  }

  /** Goes on after a pause, or tries again after trouble. */
  resume(): void {
    if (this.#over()) return;
    if (this.state.paused) this.#tell({ type: 'run.continued' });
    this.#committer.retryNow();
    this.#seat.start();
    this.#steer();
  }

  /** Ends the run: what is not done yet ends as the named failure `cancelled`. */
  cancel(): void {
    if (this.#over()) return;
    this.#tell({ type: 'run.cancelled' });
    this.#dispatcher.stop();
    this.#failRest('cancelled');
  }

  decide(notice: string, decision: Decision): ActionReply {
    if (this.#over()) return { ok: false, message: 'This run is over.' };
    return this.#operator.decide(notice, decision);
  }

  /** Tasks that fail here may go to that endpoint, in this tab, until it is taken back (null). */
  allowRemote(remote: RemoteSettings | null): ActionReply {
    if (this.#over()) return { ok: false, message: 'This run is over.' };
    if (remote === null) {
      this.#escalation.allow(null);
      return { ok: true, message: 'Nothing is sent to an endpoint any more.' };
    }
    const address = remoteAddress(remote.url);
    if (!address.ok) return { ok: false, message: address.because };
    const model = remote.model.trim();
    if (model === '') return { ok: false, message: 'Name the model that the endpoint is to use.' };
    const key = remote.key?.trim() ?? '';
    this.#escalation.allow({ url: address.url, model, key: key === '' ? null : key });
    return {
      ok: true,
      message: `Tasks that fail here may go to ${this.#escalation.remote ?? ''}, their text with them.`,
    };
  }

  act(agent: number, action: AgentAction): ActionReply {
    if (this.#over()) return { ok: false, message: 'This run is over.' };
    return this.#operator.act(agent, action);
  }

  async stop(): Promise<void> {
    if (!this.#stale) {
      this.#dispatcher.attach(null);
      await this.#committer.flush();
    }
    await this.#leave();
  }

  /** Ends the supervisor with all it knows; a new one takes its place. A seam for chaos. */
  crashSupervisor(): void {
    this.#dispatcher.ward?.crash();
  }

  /** So many agents may sit on the GPU from now on, as the autoscaler decided once. */
  seats(change: Omit<Extract<EventBody, { type: 'seats.changed' }>, 'type'>): void {
    if (this.#over()) return;
    this.#tell({ type: 'seats.changed', ...change });
    this.#dispatcher.resize(change.to);
  }

  /** Somebody broke something on purpose: the log says so. */
  injected(
    fault: number,
    kind: string,
    {
      agents,
      detail,
      lasting,
    }: { readonly agents: readonly number[]; readonly detail: string; readonly lasting?: boolean },
    /** What it left to chance, and how long it lasts, ms: a replay does it again. */
    { seed, forMs }: { readonly seed: number; readonly forMs: number } = { seed: 0, forMs: 0 },
  ): void {
    if (!this.#over())
      this.#tell({
        ...{ type: 'fault.injected', fault, kind, agents, detail, seed, forMs },
        ...(lasting === true && { lasting }),
      });
  }

  /** What somebody did to the agent on purpose is gone: the log says so. */
  ridOf(fault: number, kind: string, agent: number): void {
    if (!this.#over()) this.#tell({ type: 'fault.over', fault, kind, agent });
  }

  /** Resolves when all that has happened so far is on the disk. */
  flush(): Promise<void> {
    return this.#committer.flush();
  }

  #over(): boolean {
    return this.state.ended || this.state.cancelled || this.#stale || this.#stopped;
  }

  #tell(body: EventBody): JournalEvent {
    const event = this.#journal.append(body);
    this.state.apply(event);
    this.history.hear(event, this.state);
    if (event.type === 'turn.ended' || event.type === 'agent.state') this.#cold.changed(event.agent);
    this.#committer.poke();
    this.#with.onEvent?.(event);
    return event;
  }

  /** Turns go to the engine exactly while there is one and nothing speaks against it; run time goes on just then. */
  #steer(): void {
    const { engine, state: seat } = this.#seat;
    this.#askAboutEngine();
    const go = !this.#over() && !this.state.paused && !this.#trouble;
    this.#watch.running = go && engine !== null;
    if (go && engine && seat.kind === 'ready') {
      this.#dispatcher.attach(engine, seat.report.residents, seat.report.model.contextTokens);
    } else {
      this.#dispatcher.attach(null);
    }
  }

  /** An engine that no longer comes back by itself is a person's affair, and so it stays after a reload. */
  #askAboutEngine(): void {
    const seat = this.#seat.state;
    if (seat.kind !== 'stopped' || seat.permanent || this.#over() || this.state.notices.ofEngine()) return;
    const name = `e${String(this.#with.fence)}.${String(this.state.seq)}`;
    const { message, remedy, detail } = seat.problem;
    this.#tell({
      type: 'heal.notice',
      notice: name,
      of: 'engine',
      agent: -1,
      task: null,
      case: name,
      title: 'The engine was lost again and again; the run waits',
      story: [
        message,
        ...(detail === undefined ? [] : [detail]),
        remedy,
        `engines lost so far: ${String(this.state.totals.engineLosses)}; all results and open tasks were kept`,
      ],
      choices: ['retry', 'give-up'],
    });
  }

  /**
   * Storage is full: results come first. K/V that can be computed again goes, then what the logs of other runs need not say; never a result.
   */
  #makeRoom(): Promise<number> {
    this.#freeing ??= this.#free().finally(() => {
      this.#freeing = null;
    });
    return this.#freeing;
  }

  async #free(): Promise<number> {
    // An engine that dies says so itself; the committer tries again by itself.
    const warm = (await this.#seat.engine?.freeWarm(ROOM_BYTES).catch(() => 0)) ?? 0;
    const { store } = this.#with;
    const traces = warm >= ROOM_BYTES ? 0 : await store.trimTraces(this.id, ROOM_BYTES, leanBody).catch(() => 0);
    if (warm + traces === 0) return 0;
    this.#freed = { warm: this.#freed.warm + warm, traces: this.#freed.traces + traces };
    this.#note(-1, freedMessage({ warm, traces }));
    this.#committer.retryNow();
    return warm + traces;
  }

  /** Told once each: what can be said of thousands of agents is not worth a line for each of them. */
  #note(agent: number, detail: string): void {
    if (this.#over() || this.#noted.has(detail)) return;
    this.#noted.add(detail);
    this.#tell({ type: 'storage.note', agent, detail });
  }

  async #lastGood(agent: number): Promise<ColdAgent | null> {
    let record: ColdAgent | null = null;
    await this.#setAsideBad(async () => {
      record = await this.#with.store.agent(this.id, agent);
    });
    return record;
  }

  /** Reads cold records. One that cannot be trusted is set aside by the store, and its agent's supervisor hears of it. */
  async #setAsideBad(read: () => Promise<void>): Promise<void> {
    const { store } = this.#with;
    const before = (await store.quarantined(this.id)).length;
    await read();
    const after = await store.quarantined(this.id);
    for (const { agent, fault, detail } of badRecords(after.slice(before))) {
      if (agent < this.state.agents.size) this.#dispatcher.ward?.recordBad(agent, fault, detail);
    }
  }

  #engineLost(error: EngineError): void {
    const inFlight = this.#dispatcher.flights.length;
    this.#tell({ type: 'engine.lost', code: error.code, message: error.message, inFlight });
    this.#dispatcher.lost(error);
    const message = seatMessage(this.#seat.state, true);
    if (message !== '') this.#tell({ type: 'run.waiting', message });
  }

  #done(task: number, note: string | null): void {
    if (this.#closed(task)) return;
    const attempts = Math.max(1, this.state.tasks.attempts[task] as number);
    const row = resultRow(this.plan, this.state, task, {
      failure: null,
      note,
      agent: this.state.tasks.agent[task] as number,
      attempts,
    });
    const agent =
      this.state.held.get(task)?.find((held) => held.stage === this.plan.tasks.result)?.agent ??
      (this.state.tasks.agent[task] as number);
    const { seq } = this.#tell({ type: 'task.committed', task, agent, attempts });
    this.#committer.add(row, seq);
  }

  /** `spent`: attempts that the log does not count; the one that failed last was never to be retried. */
  #fail(task: number, failure: string, note: string | null = null, spent = 1): void {
    if (this.#closed(task)) return;
    const { tasks } = this.state;
    const agent = tasks.agent[task] as number;
    const attempts = (tasks.attempts[task] as number) + (tasks.failures[task] as number) + spent;
    const row = resultRow(this.plan, this.state, task, { failure, note, agent, attempts });
    const { seq } = this.#tell({ type: 'task.failed', task, agent: Math.max(0, agent), failure, attempts });
    this.#committer.add(row, seq);
  }

  #failRest(failure: string): void {
    for (let task = 0; task < this.state.tasks.size; task++) this.#fail(task, failure, null, 0);
    this.#steer();
  }

  /** One row a task: what has ended does not end again. */
  #closed(task: number): boolean {
    return (this.state.tasks.status[task] as number) >= TASK.committed;
  }

  #checkTokens(): void {
    const { tokenLimit } = this.plan;
    const { promptTokens, completionTokens } = this.state.totals;
    if (tokenLimit === null || promptTokens + completionTokens < tokenLimit || this.#over()) return;
    this.#dispatcher.stop();
    this.#failRest('token-budget');
  }

  #committed(rows: readonly OrderedRow[]): void {
    this.index.add(rows);
    this.#checkEnd();
  }

  /** Over once every task's row is on the disk. */
  #checkEnd(): void {
    if (this.#ending || this.state.ended || this.index.size < this.state.tasks.size) return;
    this.#ending = true;
    void this.#end();
  }

  async #end(): Promise<void> {
    const { engine } = this.#seat;
    // The last figures are worth a moment, not more: a dying engine may never answer.
    if (engine) await Promise.race([this.#sampleOf(engine), this.#with.clock.sleep(LAST_FIGURES_MS)]);
    if (this.#stopped) return;
    const { size, failed } = this.index;
    this.#endedAt = this.#with.clock.wall();
    this.#tell({ type: 'run.ended', results: size - failed, failed, ...(this.#live ? { figures: this.#live } : {}) });
    this.#steer();
    await this.#committer.flush();
    await Promise.all([this.#seat.stop(), this.#escalation.stop()]);
  }

  figures(): EngineFigures | null {
    return this.#live ?? (this.state.figures as EngineFigures | null);
  }

  #record(): RunRecord {
    return {
      ...this.#first,
      phase: this.#phase(),
      endedAt: this.state.ended ? this.#endedAt : null,
      tasks: this.state.tasks.size,
      results: this.index.size - this.index.failed,
      failed: this.index.failed,
      agents: this.state.agents.size,
    };
  }

  #phase(): RunPhase {
    if (this.state.ended) return this.state.cancelled ? 'cancelled' : 'done';
    if (this.state.paused) return 'paused';
    if (this.#stale || this.#trouble) return 'waiting';
    const seat = this.#seat.state;
    if (seat.kind === 'loading') return seat.again ? 'waiting' : 'loading';
    if (seat.kind === 'stopped') return seat.permanent ? 'failed' : 'waiting';
    return seat.kind === 'ready' ? 'running' : 'waiting';
  }

  #message(): string {
    if (this.state.ended) return '';
    if (this.#stale) return 'Another tab runs this now; this one only watches.';
    if (this.#trouble) return storeMessage(this.#trouble, this.#freed);
    return seatMessage(this.#seat.state, this.state.engineReport !== null);
  }

  #sample(): void {
    const live = this.#dispatcher.flights.reduce((sum, flight) => sum + flight.tokens, 0);
    this.#rate.sample(this.#with.clock.now(), this.state.totals.completionTokens + live);
    const { engine } = this.#seat;
    if (engine) void this.#sampleOf(engine, true);
  }

  /** `scale`: one of the regular looks, by which the autoscaler goes. */
  async #sampleOf(engine: Engine, scale = false): Promise<void> {
    try {
      const [vram, counters] = await Promise.all([engine.vram(), engine.counters()]);
      if (vram.now > vram.limit) this.#vramOverLimit++;
      this.#live = { vram, counters, vramOverLimit: this.#vramOverLimit };
      if (!scale || this.#with.fixedSeats === true) return;
      if (this.#watch.running && engine === this.#seat.engine)
        this.#scaling.look(this.#with.clock.now(), counters, vram, this.#dispatcher.waiting);
      else this.#scaling.pause();
    } catch {
      // An engine that is dying does not answer; the seat hears of it by itself.
    }
  }

  async #leave(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#sampling();
    this.#committer.stop();
    this.#dispatcher.stop();
    this.#watch.running = false;
    await Promise.all([this.#seat.stop(), this.#escalation.stop()]);
    this.#with.release();
  }
}
