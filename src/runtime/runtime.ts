import type { Engine, EngineHost } from '../engine/contract.ts';
import { type RemoteEndpoint, RemoteEngine } from '../engine/remote.ts';
import { ScriptedEngine } from '../engine/scripted.ts';
import { parseFaultPlan } from '../chaos/plan.ts';
import type { DueFault } from '../chaos/schedule.ts';
import type { Landing } from '../chaos/seams.ts';
import type { SpoilRecord } from '../chaos/stored-records.ts';
import type { Clock } from '../kernel/clock.ts';
import { newId } from '../kernel/ids.ts';
import type { Lock } from '../kernel/lock.ts';
import type { Random } from '../kernel/random.ts';
import { asStoreFault, StoreFault } from '../store/fault.ts';
import type { RunRecord, RunSource } from '../store/records.ts';
import type { RunStore } from '../store/run-store.ts';
import { parseSwarm } from '../swarm/parse.ts';
import { exampleSwarms, type ExampleSource } from './examples.ts';
import { Breakage, type EngineFaults, FAULT_CHOICES } from './breakage.ts';
import { checkSwarm } from './check.ts';
import { exportRun } from './exports.ts';
import { Follower } from './follower.ts';
import { FrameSender } from './frames.ts';
import { loadRun } from './load.ts';
import { listRuns, lockName } from './lobby.ts';
import { planRun, type RunPlan, type RunSettings, settle } from './plan.ts';
import type {
  ActionReply,
  AgentAction,
  AgentStory,
  CheckedSwarm,
  Decision,
  Diagnostic,
  ExampleSwarm,
  ExportKind,
  FaultChoice,
  FaultReply,
  GpuCheck,
  ModelChoice,
  RemoteSettings,
  ResultPage,
  ResultQuery,
  RunFrame,
  RunInfo,
  RuntimeApi,
  StartReply,
  JournalEvent,
  StartRequest,
  Timeline,
} from './protocol.ts';
import { Run } from './run.ts';
import { Moments } from './history-moment.ts';
import { agentStory } from './story.ts';
import type { RunView } from './view.ts';
import type { HealingSettings } from './supervisor.ts';

export interface RuntimeOptions {
  readonly clock: Clock;
  /** The clock by which a page is sent frames, where the run has a time of its own; `clock` unless given, whatever befalls that. */
  readonly frameClock?: Clock;
  readonly random: Random;
  readonly store: RunStore;
  readonly lock: Lock;
  readonly engines: EngineHost;
  readonly examples: ExampleSource;
  readonly version: string;
  /** Names this tab in logs. */
  readonly tab: string;
  /** How runs are supervised and who hears their events; what chaos and simulation need. */
  readonly healing?: HealingSettings | null;
  readonly fixedSeats?: boolean;
  readonly onEvent?: (event: JournalEvent) => void;
  /** How this tab's engines can be broken on purpose; absent: they cannot. */
  readonly engineFaults?: EngineFaults;
  /** How a stored record can be damaged on purpose; absent: it cannot. */
  readonly spoil?: SpoilRecord;
  /** Engine for runs that ask for `scripted`; the built-in one unless given. `beside`: for a bigger model, beside the run's own. */
  readonly scripted?: (seed: number, beside: boolean) => Engine;
  /** What answers for an endpoint that a person allows; that endpoint itself unless given. */
  readonly remote?: (endpoint: RemoteEndpoint) => Engine;
}

const ONLY_WATCHES: ActionReply = { ok: false, message: 'This tab only watches; the tab that runs it decides.' };

const TAKE_OVER_MS = 250;
const TAKE_OVER_TRIES = 8;

/** All runs of the product: many stored, at most one open. */
export class Runtime implements RuntimeApi {
  readonly #with: RuntimeOptions;
  readonly #breakage: Breakage;
  #open: RunView | null = null;
  #sender: FrameSender | null = null;
  #moments: { readonly view: RunView; readonly of: Moments } | null = null;
  /** One change of the open run at a time. */
  #turnstile: Promise<unknown> = Promise.resolve();

  constructor(options: RuntimeOptions) {
    const { clock, store, engineFaults = null, spoil = null, random } = options;
    this.#breakage = new Breakage(clock, store, engineFaults, spoil, random.split('breakage'));
    // A page goes on being told while the timers of the run stand still, or it would show nothing of it.
    this.#with = { frameClock: clock, ...options, clock: this.#breakage.clock, store: this.#breakage.store };
  }

  checkGpu(): Promise<GpuCheck> {
    return this.#with.engines.checkGpu();
  }

  examples(): Promise<ExampleSwarm[]> {
    return exampleSwarms(this.#with.examples);
  }

  models(vramMiB: number, occupancy: number): Promise<readonly ModelChoice[]> {
    return this.#with.engines.models(vramMiB, occupancy);
  }

  check(file: string, text: string): Promise<CheckedSwarm> {
    return Promise.resolve(checkSwarm(file, text));
  }

  runs(): Promise<RunInfo[]> {
    const { store, lock } = this.#with;
    return listRuns(store, lock, this.#open ? infoOf(this.#open.status()) : null);
  }

  async start(request: StartRequest): Promise<StartReply> {
    const { version, examples, clock, random, store } = this.#with;
    const parsed = parseSwarm(request.swarm.file, request.swarm.text);
    if (!parsed.ok) return { ok: false, diagnostics: parsed.error };
    const { swarm, locate } = parsed.value;
    const example = swarm.input.example;
    const input =
      request.input ?? (example === undefined ? null : { name: example, text: await examples.input(example) });
    if (!input) {
      const { line, column } = locate(['input']);
      const message = 'this swarm reads a file that a person gives, and none was given';
      return {
        ok: false,
        diagnostics: [
          {
            file: request.swarm.file,
            line,
            column,
            message,
            expected: 'an input file',
            hint: 'drop one on the page, or pass --input',
          },
        ],
      };
    }
    const settings = settle(request, swarm, version);
    const source: RunSource = { swarm: request.swarm, input, settings: settings as unknown as RunSource['settings'] };
    const planned = planRun(source);
    if (!planned.ok) return { ok: false, diagnostics: planned.error };
    const record = newRecord(newId('run', clock.wall(), random), planned.value, settings, clock.wall());
    await store.create(record, source);
    await this.open(record.id);
    return { ok: true, runId: record.id };
  }

  async open(runId: string): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#open?.id === runId) return true;
      await this.#close();
      try {
        this.#open = await this.#view(runId);
        return true;
      } catch (error) {
        const { code } = asStoreFault(error);
        if (code === 'missing' || code === 'corrupt') return false;
        throw error;
      }
    });
  }

  async watch(runId: string, onFrame: (frame: RunFrame) => void | Promise<void>): Promise<void> {
    if (!(await this.open(runId))) throw new StoreFault('missing', `There is no run ${runId} to watch.`);
    this.#sender?.stop();
    const { clock, frameClock = clock } = this.#with;
    this.#sender = new FrameSender(frameClock, () => (this.#open?.id === runId ? this.#open : null), onFrame);
  }

  unwatch(): Promise<void> {
    this.#sender?.stop();
    this.#sender = null;
    return Promise.resolve();
  }

  async pause(runId: string): Promise<void> {
    (await this.#require(runId)).pause();
  }

  async resume(runId: string): Promise<void> {
    (await this.#require(runId)).resume();
  }

  async cancel(runId: string): Promise<void> {
    (await this.#require(runId)).cancel();
  }

  async remove(runId: string): Promise<void> {
    await this.#alone(async () => {
      if (this.#open?.id === runId) await this.#close();
      await this.#with.store.remove(runId);
    });
  }

  async results(runId: string, query: ResultQuery): Promise<ResultPage> {
    const view = await this.#require(runId);
    if (query.until === undefined) return view.index.query(query);
    return view.index.query({ ...query, beforeSeq: await this.#momentsOf(view).seqAt(query.until) });
  }

  async agent(runId: string, agent: number): Promise<AgentStory> {
    return agentStory(await this.#require(runId), this.#with.store, agent);
  }

  async timeline(runId: string): Promise<Timeline> {
    return (await this.#require(runId)).history.timeline();
  }

  async moment(runId: string, at: number): Promise<RunFrame> {
    return this.#momentsOf(await this.#require(runId)).at(at);
  }

  async export(runId: string, kind: ExportKind): Promise<Blob> {
    return exportRun(await this.#require(runId), this.#with.store, kind);
  }

  async decide(runId: string, noticeId: string, decision: Decision): Promise<ActionReply> {
    const run = await this.#require(runId);
    return run instanceof Run ? run.decide(noticeId, decision) : ONLY_WATCHES;
  }

  async allowRemote(runId: string, remote: RemoteSettings | null): Promise<ActionReply> {
    const run = await this.#require(runId);
    return run instanceof Run ? run.allowRemote(remote) : ONLY_WATCHES;
  }

  async act(runId: string, agent: number, action: AgentAction): Promise<ActionReply> {
    const run = await this.#require(runId);
    return run instanceof Run ? run.act(agent, action) : ONLY_WATCHES;
  }

  faults(): Promise<readonly FaultChoice[]> {
    return Promise.resolve(FAULT_CHOICES);
  }

  async breakSomething(runId: string, kind: string, agent?: number): Promise<FaultReply> {
    const run = await this.#require(runId);
    if (!(run instanceof Run)) return { landed: false, detail: 'this tab only watches' };
    return kind === 'reload-mid-write' ? announceReload(run) : this.#breakage.strike(kind, agent ?? null);
  }

  async playFaults(runId: string, file: string, text: string, from = 0): Promise<readonly Diagnostic[]> {
    const run = await this.#require(runId);
    const { layout, settings } = run.plan;
    const parsed = parseFaultPlan(file, text, layout);
    if (!parsed.ok) return parsed.error;
    if (run instanceof Run) this.#breakage.play(parsed.value, settings.seed, from);
    return [];
  }

  /** Writes into the log of the open run that somebody broke something on purpose. */
  tellFault(fault: DueFault, landing: Landing): void {
    if (this.#open instanceof Run) this.#open.injected(fault.id, fault.kind, landing, fault);
  }

  /** See `Run.seats`. */
  setSeats(change: Parameters<Run['seats']>[0]): void {
    if (this.#open instanceof Run) this.#open.seats(change);
  }

  /** Events of the run that its store does not have yet; none where it is not open here. */
  unsaved(runId: string): readonly JournalEvent[] {
    return this.#open?.id === runId ? this.#open.unsaved() : [];
  }

  /** Ends the supervisor of the open run with all it knows; a new one takes its place. False where this tab only watches. */
  crashSupervisor(): boolean {
    if (!(this.#open instanceof Run)) return false;
    this.#open.crashSupervisor();
    return true;
  }

  /** Leaves the open run in order, e.g. before the page goes. */
  async close(): Promise<void> {
    await this.unwatch();
    await this.#alone(() => this.#close());
  }

  #momentsOf(view: RunView): Moments {
    if (this.#moments?.view !== view) this.#moments = { view, of: new Moments(view, this.#with.store) };
    return this.#moments.of;
  }

  async #require(runId: string): Promise<RunView> {
    if (this.#open?.id !== runId) await this.open(runId);
    if (this.#open?.id !== runId) throw new StoreFault('missing', `There is no run ${runId}.`);
    return this.#open;
  }

  /** The run, to write where no other tab does, else to watch. */
  async #view(runId: string): Promise<RunView> {
    const { store, lock, clock, tab } = this.#with;
    if (!(await store.record(runId))) throw new StoreFault('missing', `There is no run ${runId}.`);
    const release = await lock.tryAcquire(lockName(runId));
    if (!release) {
      const takeOver = (): void => void this.#takeOver(runId);
      return new Follower(await loadRun(store, runId), { store, clock, takeOver });
    }
    try {
      // The fence first: an older writer that still breathes cannot change what is read next.
      const fence = await store.openWriter(runId);
      const loaded = await loadRun(store, runId);
      const { settings } = loaded.plan;
      const createEngine = (beside: boolean): Engine =>
        settings.engine === 'scripted'
          ? this.#scripted(settings.seed, beside)
          : this.#with.engines.create(settings.engine);
      const onStale = (): void => void this.#reopen(runId);
      const { healing, onEvent, fixedSeats = false } = this.#with;
      const wrap = this.#breakage.begin(
        {
          id: runId,
          layout: loaded.plan.layout,
          taskOf: (agent) => this.#open?.now(agent)?.task ?? -1,
          crashSupervisor: () => void this.crashSupervisor(),
          tell: (fault, landing) => {
            this.tellFault(fault, landing);
          },
          tellOver: (fault, agent) => {
            if (this.#open instanceof Run) this.#open.ridOf(fault.id, fault.kind, agent);
          },
          isOver: () => this.#open?.id !== runId || this.#open.state.ended,
          reopen: onStale,
        },
        settings.engine !== 'scripted',
      );
      const run = new Run(loaded, {
        clock,
        store,
        createEngine: () => wrap(createEngine(false)),
        createBeside: () => createEngine(true),
        createRemote: this.#with.remote ?? ((endpoint) => new RemoteEngine(endpoint, clock)),
        models: settings.engine === 'scripted' ? null : (vramMiB, occupancy) => this.models(vramMiB, occupancy),
        fence,
        tab,
        release,
        onStale,
        // Chaos of a simulation stands where this tab's own would.
        healing: healing === null ? null : { tap: this.#breakage.tap, ...healing },
        fixedSeats,
        ...(onEvent && { onEvent }),
      });
      await run.start();
      return run;
    } catch (error) {
      release();
      throw error;
    }
  }

  #scripted(seed: number, beside: boolean): Engine {
    return this.#with.scripted?.(seed, beside) ?? new ScriptedEngine({ clock: this.#with.clock, seed });
  }

  /** The tab that ran it may be closing at this moment: its lock is waited for a little, while the watching goes on. */
  async #takeOver(runId: string): Promise<void> {
    const { lock, clock } = this.#with;
    for (let tries = 0; tries < TAKE_OVER_TRIES && (await lock.isHeld(lockName(runId))); tries++) {
      await clock.sleep(TAKE_OVER_MS);
    }
    await this.#reopen(runId);
  }

  /** Opens the run again in whichever way it can be had now. */
  #reopen(runId: string): Promise<unknown> {
    return this.#alone(async () => {
      if (this.#open?.id !== runId) return;
      await this.#close();
      try {
        this.#open = await this.#view(runId);
      } catch {
        // Removed, or out of reach: the next call for it says so.
      }
    });
  }

  async #close(): Promise<void> {
    const open = this.#open;
    this.#open = null;
    this.#moments = null;
    await open?.stop();
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const result = this.#turnstile.then(work);
    this.#turnstile = result.catch(() => undefined);
    return result;
  }
}

/** The page reloads itself; that it was meant is in the log first, for whoever reads the run afterwards. */
async function announceReload(run: Run): Promise<FaultReply> {
  const detail = 'the page was reloaded on purpose';
  run.injected(0, 'reload-mid-write', { agents: [], detail });
  await run.flush();
  return { landed: true, detail };
}

function newRecord(id: string, plan: RunPlan, settings: RunSettings, wall: number): RunRecord {
  return {
    id,
    name: plan.summary.name,
    phase: 'loading',
    startedAt: wall,
    endedAt: null,
    tasks: plan.items.length,
    results: 0,
    failed: 0,
    agents: plan.layout.agents,
    modelId: settings.model.id,
    engine: settings.engine === 'scripted' ? 'scripted' : 'webllm',
  };
}

function infoOf(status: RunInfo): RunInfo {
  const { id, name, phase, startedAt, endedAt, tasks, results, failed, agents, modelId, engine } = status;
  return { id, name, phase, startedAt, endedAt, tasks, results, failed, agents, modelId, engine };
}
