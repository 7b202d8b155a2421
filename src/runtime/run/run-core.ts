import { ContextManager } from '../../agents/context.ts';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { Journal } from '../../journal/journal.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { TaskFailure } from '../../journal/vocabulary.ts';
import { type Random, seededRandom } from '../../kernel/random.ts';
import type { RunRecord } from '../../store/records.ts';
import { type Condition, recordOf } from './condition.ts';
import { Dispatcher } from '../turns/dispatcher.ts';
import type { TurnListener } from '../turns/settler.ts';
import { UNSUPERVISED } from '../turns/turn-supervision.ts';
import { EngineRoom } from '../engines/engine-room.ts';
import type { History } from '../history/history.ts';
import { ResultRecorder } from '../tasks/result-recorder.ts';
import { TaskMaker } from '../tasks/task-maker.ts';
import type { LoadedRun } from './load-run.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { RunOptions } from './run-options.ts';
import { reconcile } from '../storage/reconcile.ts';
import type { ResultIndex } from '../storage/result-index.ts';
import type { RowSource } from '../storage/backed-rows.ts';
import type { KeptRows } from '../storage/kept-rows.ts';
import type { KeptSource } from '../storage/kept-source.ts';
import { RunStorage } from '../storage/run-storage.ts';
import { RowCheck } from './row-check.ts';
import { SNAPSHOT_EVERY, Snapshots } from './snapshots.ts';
import { Stopwatch } from './stopwatch.ts';
import { Supervisor } from '../supervision/supervisor.ts';
import { writeAnew } from './write-anew.ts';

/** Tasks that end together where all that are open end. */
const ENDED_AT_ONCE = 2000;

/** Rows that could not be read are read again after a while. */
const READ_AGAIN_MS = 5000;

/**
 * What keeps a run going, from its first event to its last: turns go out while there is an engine and nothing speaks against it, rows go to
 * the disk, and the run is over when every task has one. Everything that happens goes through `tell`, into the log and the state alike.
 *
 * Invariants:
 * - The state is the fold of the log: nothing changes it but `tell` (and what `RunState` names).
 * - Turns are handed out only while there is an engine and the run is not over, paused, or unable to write (`steer`).
 * - The run ends when each task's row is on the disk, not before; after `run.ended` the log gets nothing more.
 * - After `stop`, or once another tab writes the run, nothing more is written here.
 */
export class RunCore implements TurnListener {
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  readonly history: History;
  readonly index: ResultIndex;
  readonly journal: Journal;
  readonly storage: RunStorage;
  readonly recorder: ResultRecorder;
  readonly engines: EngineRoom;
  readonly dispatcher: Dispatcher;
  /** Null: nobody supervises; EXECUTE's own checks are all there is. */
  readonly supervisor: Supervisor | null;
  readonly #with: RunOptions;
  readonly #source: KeptSource;
  readonly #kept: KeptRows;
  readonly #rows: RowSource;
  readonly #first: RunRecord;
  readonly #watch: Stopwatch;
  readonly #snapshots: Snapshots;
  readonly #maker: TaskMaker;
  /** Null where all rows were read when the run was opened. */
  readonly #rowCheck: RowCheck | null = null;
  #endedAt: number | null;
  #stale = false;
  #stopped = false;
  #ending = false;

  constructor(loaded: LoadedRun, options: RunOptions) {
    const { record, source, plan, definition, state, history, index, kept, recent } = loaded;
    this.#source = source;
    this.#kept = kept;
    this.#rows = loaded.rows;
    this.plan = plan;
    this.definition = definition;
    this.state = state;
    this.history = history;
    this.index = index;
    this.#with = options;
    this.#first = record;
    this.#endedAt = record.endedAt;
    this.#watch = new Stopwatch(options.clock, state.at);
    this.journal = new Journal(options.clock, () => this.#watch.elapsed(), state.seq);
    const contexts = new ContextManager();
    this.storage = this.#openStorage(contexts);
    this.recorder = new ResultRecorder({
      plan,
      state,
      tell: this.tell,
      write: (row, seq) => {
        this.storage.add(row, seq);
      },
    });
    const { store, fence, snapshotEvery = SNAPSHOT_EVERY } = options;
    const { since } = loaded;
    const snapshots = { store, run: record.id, fence, state, history, index, every: snapshotEvery, since };
    this.#snapshots = new Snapshots(snapshots);
    const { clock, onBadRow } = options;
    if (since > 0 && onBadRow) {
      const upTo = state.tasks.size;
      this.#rowCheck = new RowCheck({ clock, store, run: record.id, index, kept, upTo, onBad: onBadRow });
    }
    this.#begin();
    // What is stored already can be kept as it is; else with the first batch.
    if (this.journal.pending === 0) this.#snapshots.take()?.();
    this.engines = this.#openEngines();
    // Of the run's own seed, so that a replay draws the same.
    const random = seededRandom(`run/${String(plan.settings.seed)}/${String(options.fence)}`);
    this.supervisor = this.#openSupervisor(random);
    this.#maker = this.#openMaker(loaded);
    this.dispatcher = this.#openDispatcher(random, contexts);
    this.supervisor?.start(this.dispatcher.actuator);
    this.supervisor?.recall(recent);
    if (!state.ended) this.supervisor?.adoptAll();
    this.#maker.look();
  }

  /** Run time so far, ms. */
  get elapsed(): number {
    return this.#watch.elapsed();
  }

  /** Nothing more can happen in this run here. */
  get isOver(): boolean {
    return this.state.ended || this.state.cancelled || this.#stale || this.#stopped;
  }

  get condition(): Condition {
    const { trouble, freed } = this.storage;
    const rows = { here: this.#kept.size, all: this.index.size };
    return { state: this.state, stale: this.#stale, trouble, freed, rows, keeper: this.engines.state };
  }

  /** The run's row as it stands, for the list of runs. */
  get record(): RunRecord {
    return recordOf(this.#first, this.condition, this.index, this.#endedAt);
  }

  readonly tell = (body: EventBody): JournalEvent => {
    const event = this.journal.append(body);
    this.state.apply(event);
    this.history.hear(event, this.state);
    // The first events come before there is one.
    (this.dispatcher as Dispatcher | undefined)?.hear(event);
    if (event.type === 'task.created') this.#maker.created(event.task);
    // How much fits one turn is known now.
    if (event.type === 'engine.loaded') this.#maker.look();
    if (event.type === 'task.advanced' || event.type === 'task.created') this.#atCode(event.task);
    if (event.type === 'turn.ended' || event.type === 'agent.state') this.storage.changed(event.agent);
    this.storage.poke();
    this.#with.onEvent?.(event);
    return event;
  };

  /** Where the task stands now, code may do what is to be done. */
  #atCode(task: number): void {
    const { plan, state } = this;
    if (plan.steps[state.tasks.step[task] as number]?.slots === 0) this.#maker.reached(task);
  }

  /** Sets the run going, unless it is over. */
  async start(): Promise<void> {
    await this.storage.restore();
    this.engines.watch();
    this.#rowCheck?.start();
    // A cancel or the last commit may have been cut off by the end of an earlier session.
    if (this.state.cancelled && !this.state.ended) this.endRest('cancelled');
    else if (this.recorder.overspent && !this.isOver) this.endRest('token-budget');
    else if (!this.isOver) void this.#endIdle();
    this.#checkEnd();
    if (!this.isOver && !this.state.paused) this.engines.start();
    this.steer();
  }

  /** Turns go to the engine exactly while there is one and nothing speaks against it; run time goes on just then. */
  steer(): void {
    const { engine, state: kept } = this.engines;
    this.engines.askIfStuck();
    const go = !this.isOver && !this.state.paused && !this.storage.trouble;
    this.#watch.running = go && engine !== null;
    this.dispatcher.going = go;
    if (go && engine && kept.kind === 'ready') {
      const { residents, seats = residents, model } = kept.report;
      this.dispatcher.attach(engine, { residents, seats, contextTokens: model.contextTokens });
    } else {
      this.dispatcher.attach(null);
    }
  }

  /** What is not done yet ends as that named failure. */
  endRest(failure: TaskFailure): void {
    this.dispatcher.stop();
    void this.#failRest(failure);
    this.steer();
  }

  /** Piece by piece, each on the disk before the next: the rows of a million tasks are more than one transaction, or the memory, can hold. */
  async #failRest(failure: TaskFailure): Promise<void> {
    for (let next = 0; !this.#stopped;) {
      next = this.recorder.failRest(failure, next, ENDED_AT_ONCE);
      if (next >= this.state.tasks.size) return;
      await this.storage.settled();
    }
  }

  /** Items that conditions on the input let through no step need no engine: they end while others wait for it, in pieces as well. */
  async #endIdle(): Promise<void> {
    if (this.plan.first === null) return;
    for (let next = 0; next < this.plan.items.length && !this.isOver;) {
      next = this.recorder.endIdle(next, ENDED_AT_ONCE);
      await this.storage.settled();
    }
  }

  /** A turn came to its end: the run may have used all the tokens that it was given. */
  turnSettled(): void {
    if (this.recorder.overspent && !this.isOver) this.endRest('token-budget');
  }

  /**
   * Leaves the run as it is, to be opened again; resolves when everything is on the disk that can be written now. `keep` false: nothing more
   * is written, e.g. because the run is about to be removed.
   */
  async stop(keep = true): Promise<void> {
    if (!this.#stale && keep) {
      this.dispatcher.attach(null);
      await this.storage.leave();
    }
    await this.#leave();
  }

  /** See `writeAnew`; also of a run that has stopped. */
  writeAnew(): Promise<void> {
    const { clock, store } = this.#with;
    const { record, plan, state, index, storage } = this;
    const given = { record, source: this.#source, plan, state, kept: this.#kept, of: index.size };
    return writeAnew(store, { ...given, cold: storage.allCold(), at: Math.round(this.elapsed), wall: clock.wall() });
  }

  #openStorage(contexts: ContextManager): RunStorage {
    const { clock, store, fence, onStale } = this.#with;
    const { state, journal } = this;
    return new RunStorage({
      clock,
      store,
      run: this.#first.id,
      fence,
      journal,
      state,
      contexts,
      record: () => this.record,
      freeWarm: (bytes) => this.engines.freeWarm(bytes),
      onNote: (agent, detail) => {
        if (!this.isOver) this.tell({ type: 'storage.note', agent, detail });
      },
      onBad: ({ agent, fault, damage }) => this.supervisor?.recordBad(agent, fault, damage),
      onCommitted: (rows) => {
        this.index.add(rows);
        this.#kept.add(rows);
        this.#maker.committed(rows.map(({ row }) => row.task));
        this.#checkEnd();
      },
      onTaken: () => this.#snapshots.take(),
      onTrouble: (fault) => {
        const gone = fault?.code === 'gone';
        // Nothing that an agent's supervisor has would bring it back.
        if (!gone) this.supervisor?.storage(fault && fault.message);
        this.steer();
        if (gone) this.#with.onGone();
      },
      onStale: () => {
        this.#stale = true;
        void this.#leave().then(onStale);
      },
    });
  }

  /** The first events of this session: that it begins or goes on, and what results know better than the log. */
  #begin(): void {
    const { plan, state, tell } = this;
    const { tab, fence } = this.#with;
    const { name } = plan.summary;
    if (state.seq === 0) {
      const { seed } = plan.settings;
      tell({ type: 'run.created', name, tasks: plan.items.length, agents: plan.layout.agents, seed });
    } else if (!state.ended || state.open > 0) tell({ type: 'run.resumed', tab, fence });
    for (const event of reconcile(state, this.index)) tell(event);
  }

  #openEngines(): EngineRoom {
    const { clock, fence, createEngine, createBeside, createRemote, models, fixedSeats = false } = this.#with;
    const { plan, state, tell } = this;
    const create = { createEngine, createBeside, createRemote };
    const given = { clock, plan, state, fence, ...create, models, fixedSeats, tell };
    return new EngineRoom({
      ...given,
      isOver: () => this.isOver,
      isWorking: () => this.#watch.running,
      inFlight: () => this.dispatcher.inFlight,
      waiting: () => this.dispatcher.waiting,
      parked: () => this.dispatcher.parked,
      resize: (seats) => {
        this.dispatcher.resize(seats);
      },
      onLost: (error) => {
        this.dispatcher.lost(error);
      },
      onChange: () => {
        this.steer();
      },
    });
  }

  #openSupervisor(random: Random): Supervisor | null {
    const { clock, fence, healing: settings = {} } = this.#with;
    const { plan, definition, state, tell, history } = this;
    const learned = history.learned;
    const recordWhole = (agent: number) => this.storage.recordWhole(agent);
    const given = { clock, random, plan, definition, state, fence, tell };
    return settings && new Supervisor({ ...given, settings, learned, recordWhole });
  }

  #openDispatcher(random: Random, contexts: ContextManager): Dispatcher {
    const { clock, fence } = this.#with;
    const { plan, definition, state, tell, storage, recorder, engines } = this;
    const supervision = this.supervisor ?? UNSUPERVISED;
    const given = { clock, random, plan, definition, state, fence, contexts, storage, recorder, engines, tell };
    const rows = async (tasks: readonly number[]) =>
      (await this.#rows.rows(this.#first.id, tasks)).map(({ row }) => row);
    return new Dispatcher({ ...given, supervision, run: this, rows, recorded: this.#with.shares ?? null });
  }

  #openMaker({ rows, Parts }: LoadedRun): TaskMaker {
    const { plan, definition, state, index, recorder, tell } = this;
    const run = this.#first.id;
    return new TaskMaker({
      ...{ plan, definition, state, run, rows, index, recorder, tell, Parts },
      recordedParts: this.#with.parts ?? null,
      recorded: this.#with.choices ?? null,
      open: (task) => {
        this.dispatcher.open(task);
      },
      onMade: (missing) => {
        if (missing > 0) void this.#rowsMissing();
        else this.#checkEnd();
      },
    });
  }

  /** Rows that steps make tasks of cannot be read: where the store has set them aside, the run is taken up anew, and they are done again. */
  async #rowsMissing(): Promise<void> {
    const { clock, store, onBadRow } = this.#with;
    const stored = await store.countRows(this.#first.id).catch(() => this.index.size);
    if (this.#stopped) return;
    if (stored < this.index.size && onBadRow) onBadRow();
    else
      clock.timeout(READ_AGAIN_MS, () => {
        this.#maker.look();
      });
  }

  /** Over once every task's row is on the disk, and no step makes any more. */
  #checkEnd(): void {
    if (this.#ending || this.state.ended || this.index.size < this.state.tasks.size || !this.#maker.done) return;
    this.#ending = true;
    void this.#end();
  }

  async #end(): Promise<void> {
    await this.engines.lastFigures();
    if (this.#stopped) return;
    const { size, failed } = this.index;
    const { figures } = this.engines;
    this.#endedAt = this.#with.clock.wall();
    this.tell({ type: 'run.ended', results: size - failed, failed, ...(figures ? { figures } : {}) });
    this.steer();
    await this.storage.flush();
    await this.engines.stop();
  }

  async #leave(): Promise<void> {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#rowCheck?.stop();
    this.#maker.stop();
    this.engines.unwatch();
    this.storage.stop();
    this.dispatcher.stop();
    this.#watch.running = false;
    await this.engines.stop();
    this.#with.release();
  }
}
