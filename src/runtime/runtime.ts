import { parseFaultPlan } from '../chaos/plan.ts';
import type { DueFault } from '../chaos/schedule.ts';
import type { Landing } from '../chaos/seams.ts';
import { asStoreFault, StoreFault } from '../store/fault.ts';
import { exampleSwarms } from './examples.ts';
import { Breakage, FAULT_CHOICES } from './breakage.ts';
import { checkSwarm } from './check.ts';
import { exportRun } from './exports.ts';
import { FrameSender } from './frames.ts';
import { listRuns, lockName } from './lobby.ts';
import { prepareRun } from './new-run.ts';
import { Opener, type RuntimeOptions } from './opening.ts';
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

const ONLY_WATCHES: ActionReply = { ok: false, message: 'This tab only watches; the tab that runs it decides.' };

const TAKE_OVER_MS = 250;
const TAKE_OVER_TRIES = 8;

/** Waits before a run that could not be opened again is tried once more, ms. */
const REOPEN_FIRST_MS = 1000;
const REOPEN_CAP_MS = 15_000;

/** Whether there is no such run any more, or none that could be read. */
function isGone(error: unknown): boolean {
  const { code } = asStoreFault(error);
  return code === 'missing' || code === 'corrupt';
}

/** All runs of the product: many stored, at most one open. */
export class Runtime implements RuntimeApi {
  readonly #with: RuntimeOptions;
  readonly #breakage: Breakage;
  readonly #opener: Opener;
  #open: RunView | null = null;
  #sender: FrameSender | null = null;
  #moments: { readonly view: RunView; readonly of: Moments } | null = null;
  /** The run that is to be open here; `#open` is not while it cannot be. */
  #wanted: string | null = null;
  /** Asked for once: a second time would open again what is open by then. */
  #takingOver = false;
  /** One change of the open run at a time. */
  #turnstile: Promise<unknown> = Promise.resolve();

  constructor(options: RuntimeOptions) {
    const { clock, store, engineFaults = null, spoil = null, random } = options;
    this.#breakage = new Breakage(clock, store, engineFaults, spoil, random.split('breakage'));
    // A page goes on being told while the timers of the run stand still, or it would show nothing of it.
    this.#with = { frameClock: clock, ...options, clock: this.#breakage.clock, store: this.#breakage.store };
    this.#opener = new Opener(this.#with, this.#breakage, {
      open: () => this.#open,
      reopen: (runId) => void this.#reopen(runId),
      takeOver: (runId) => void this.#takeOver(runId),
      tellFault: (fault, landing) => {
        this.tellFault(fault, landing);
      },
      crashSupervisor: () => void this.crashSupervisor(),
    });
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
    const prepared = await prepareRun(request, this.#with);
    if (!prepared.ok) return prepared;
    const { record, source } = prepared;
    await this.#with.store.create(record, source);
    await this.open(record.id);
    return { ok: true, runId: record.id };
  }

  async open(runId: string): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#open?.id === runId) return true;
      await this.#close();
      try {
        this.#open = await this.#opener.view(runId);
        this.#wanted = runId;
        return true;
      } catch (error) {
        if (isGone(error)) return false;
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
      // Nothing of it is to be kept: full storage, which may be why it goes, is not waited for.
      if (this.#wanted === runId) await this.#close(false);
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

  /** Leaves the run and opens it again from what is stored, as a reload does. */
  async reopen(runId: string): Promise<void> {
    await this.#reopen(runId);
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

  /** The tab that ran it may be closing at this moment: its lock is waited for a little, while the watching goes on. */
  async #takeOver(runId: string): Promise<void> {
    if (this.#takingOver) return;
    this.#takingOver = true;
    try {
      const { lock, clock } = this.#with;
      for (let tries = 0; tries < TAKE_OVER_TRIES && (await lock.isHeld(lockName(runId))); tries++) {
        await clock.sleep(TAKE_OVER_MS);
      }
      await this.#reopen(runId);
    } finally {
      this.#takingOver = false;
    }
  }

  /** Opens the run again in whichever way it can be had now, or, where it is out of reach for the moment, as soon as it can be. */
  #reopen(runId: string, tries = 0): Promise<unknown> {
    return this.#alone(async () => {
      if (this.#wanted !== runId || (tries > 0 && this.#open)) return;
      await this.#close();
      try {
        this.#open = await this.#opener.view(runId);
        this.#wanted = runId;
      } catch (error) {
        // One that was removed is not waited for: the next call for it says so.
        if (isGone(error)) return;
        this.#wanted = runId;
        const ms = Math.min(REOPEN_CAP_MS, REOPEN_FIRST_MS * 2 ** tries);
        this.#with.clock.timeout(ms, () => void this.#reopen(runId, tries + 1));
      }
    });
  }

  /** `keep`: see `RunView.stop`. */
  async #close(keep = true): Promise<void> {
    const open = this.#open;
    this.#open = null;
    this.#wanted = null;
    this.#moments = null;
    await open?.stop(keep);
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

function infoOf(status: RunInfo): RunInfo {
  const { id, name, phase, startedAt, endedAt, tasks, results, failed, agents, modelId, engine } = status;
  return { id, name, phase, startedAt, endedAt, tasks, results, failed, agents, modelId, engine };
}
