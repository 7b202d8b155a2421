import { parseFaultPlan } from '../../chaos/fault-plan.ts';
import type { DueFault } from '../../chaos/schedule.ts';
import { missed, struck, type Struck } from '../../chaos/seams.ts';
import { StoreFault } from '../../store/fault.ts';
import { FaultInjector, FAULT_CHOICES } from './fault-injector.ts';
import { exportRun, type NoteWords, rowTexts } from '../views/exports.ts';
import { FrameSender } from '../views/frames.ts';
import { listRuns } from './run-list.ts';
import { prepareRun } from './new-run.ts';
import { OpenRun } from './open-run.ts';
import type { Begun } from '../run/load-run.ts';
import { Opener, type RuntimeOptions } from './opener.ts';
import type {
  ActionReply,
  AgentAction,
  AgentStory,
  Answer,
  Answers,
  Decision,
  Diagnostic,
  ExportKind,
  FaultChoice,
  FaultReply,
  LinePlace,
  RemoteSettings,
  ResultPage,
  ResultQuery,
  RowFormat,
  RowTexts,
  RunFrame,
  RunInfo,
  StartReply,
  JournalEvent,
  StartRequest,
  Timeline,
} from '../protocol/protocol.ts';
import type { FaultKind } from '../../journal/vocabulary.ts';
import { Run } from '../run/run.ts';
import { Moments } from '../views/moments.ts';
import { agentStory } from '../views/agent-story.ts';
import { answerOf, placeOf } from '../views/answer.ts';
import type { RunView } from '../views/run-view.ts';

const ONLY_WATCHES: ActionReply = { ok: false, code: 'watching' };

/** All runs of the product: many stored, at most one open. */
export class Runtime implements Answers<'runtime' | 'run'> {
  readonly #with: RuntimeOptions;
  readonly #injector: FaultInjector;
  /** Runs that are being started: what they are opened from is at hand. */
  readonly #begun = new Map<string, Begun>();
  readonly #run: OpenRun;
  #sender: FrameSender | null = null;
  readonly #moments = new WeakMap<RunView, Moments>();

  constructor(options: RuntimeOptions) {
    const { clock, store, engineFaults = null, spoil = null, random } = options;
    this.#injector = new FaultInjector(clock, store, engineFaults, spoil, random.split('injector'));
    // A page goes on being told while the timers of the run stand still, or it would show nothing of it.
    this.#with = { frameClock: clock, ...options, clock: this.#injector.clock, store: this.#injector.store };
    const opener = new Opener(this.#with, this.#injector, {
      open: () => this.#open,
      reopen: (runId) => void this.#run.reopen(runId),
      gone: (runId) => {
        this.#run.gone(runId);
      },
      takeOver: (runId) => void this.#run.takeOver(runId),
      tellFault: (fault, injection) => {
        this.tellFault(fault, injection);
      },
      crashSupervisor: () => void this.crashSupervisor(),
    });
    const { lock } = options;
    this.#run = new OpenRun({
      clock: this.#with.clock,
      lock,
      view: (runId) => opener.view(runId, this.#begun.get(runId)),
    });
  }

  get #open(): RunView | null {
    return this.#run.view;
  }

  /** As the start screen lists them, with what is known of the open one. */
  async runs(): Promise<RunInfo[]> {
    const { store, lock } = this.#with;
    const onlyHere = this.#run.onlyHere.map((view) => infoOf(view.status()));
    const stored = await listRuns(store, lock, this.#open ? infoOf(this.#open.status()) : null);
    return [...onlyHere, ...stored.filter(({ id }) => !onlyHere.some((other) => other.id === id))];
  }

  /** The run that this tab writes; null where it writes none. */
  get writes(): RunInfo | null {
    return this.#open instanceof Run && !this.#open.state.ended ? infoOf(this.#open.status()) : null;
  }

  /** Tab or computer slept, and are awake again. */
  woke(): void {
    if (this.#open instanceof Run) this.#open.woke();
  }

  async start(request: StartRequest): Promise<StartReply> {
    const prepared = await prepareRun(request, this.#with);
    if (!prepared.ok) return prepared;
    const { record, source, plan } = prepared;
    await this.#with.store.create(record, source);
    this.#begun.set(record.id, { source, plan });
    try {
      await this.open(record.id);
    } finally {
      this.#begun.delete(record.id);
    }
    return { ok: true, runId: record.id };
  }

  open(runId: string): Promise<boolean> {
    return this.#run.open(runId);
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
    (await this.#run.require(runId)).pause();
  }

  async resume(runId: string): Promise<void> {
    (await this.#run.require(runId)).resume();
    await this.#run.retry(runId);
  }

  async cancel(runId: string): Promise<void> {
    (await this.#run.require(runId)).cancel();
  }

  async remove(runId: string): Promise<void> {
    await this.#run.drop(runId, () => this.#with.store.remove(runId));
  }

  async results(runId: string, query: ResultQuery): Promise<ResultPage> {
    const view = await this.#run.require(runId);
    if (query.until === undefined) return view.index.query(query);
    return view.index.query({ ...query, beforeSeq: await this.#momentsOf(view).seqAt(query.until) });
  }

  async answer(runId: string): Promise<Answer | null> {
    return answerOf(await this.#run.require(runId));
  }

  async place(runId: string, line: number): Promise<LinePlace | null> {
    return placeOf(await this.#run.require(runId), line);
  }

  async agent(runId: string, agent: number): Promise<AgentStory> {
    return agentStory(await this.#run.require(runId), this.#with.store, agent);
  }

  async timeline(runId: string): Promise<Timeline> {
    return (await this.#run.require(runId)).history.timeline();
  }

  async moment(runId: string, at: number): Promise<RunFrame> {
    return this.#momentsOf(await this.#run.require(runId)).at(at);
  }

  async export(runId: string, kind: ExportKind): Promise<Blob> {
    const view = await this.#run.require(runId);
    return exportRun(view, view.rows, kind, await this.#noteWords());
  }

  async rowTexts(runId: string, format: RowFormat, after: number): Promise<RowTexts> {
    const view = await this.#run.require(runId);
    return rowTexts(view, view.rows, format, after, await this.#noteWords());
  }

  async decide(runId: string, noticeId: string, decision: Decision): Promise<ActionReply> {
    const run = await this.#run.require(runId);
    return run instanceof Run ? run.decide(noticeId, decision) : ONLY_WATCHES;
  }

  async allowRemote(runId: string, remote: RemoteSettings | null): Promise<ActionReply> {
    const run = await this.#run.require(runId);
    return run instanceof Run ? run.allowRemote(remote) : ONLY_WATCHES;
  }

  async act(runId: string, agent: number, action: AgentAction): Promise<ActionReply> {
    const run = await this.#run.require(runId);
    return run instanceof Run ? run.act(agent, action) : ONLY_WATCHES;
  }

  faults(): Promise<readonly FaultChoice[]> {
    return Promise.resolve(FAULT_CHOICES);
  }

  async breakSomething(runId: string, kind: FaultKind, agent?: number): Promise<FaultReply> {
    const run = await this.#run.require(runId);
    if (!(run instanceof Run)) return missed({ code: 'watching' });
    return kind === 'reload-mid-write' ? announceReload(run) : this.#injector.strike(kind, agent ?? null);
  }

  async playFaults(runId: string, file: string, text: string, from = 0): Promise<readonly Diagnostic[]> {
    const run = await this.#run.require(runId);
    const { layout, settings } = run.plan;
    const parsed = parseFaultPlan(file, text, layout);
    if (!parsed.ok) return parsed.error;
    if (run instanceof Run) this.#injector.play(parsed.value, settings.seed, from);
    return [];
  }

  /** Writes into the log of the open run that somebody broke something on purpose. */
  tellFault(fault: DueFault, injection: Struck): void {
    if (this.#open instanceof Run) this.#open.injected(fault.id, fault.kind, injection, fault);
  }

  /** See `Run.seats`. */
  setSeats(change: Parameters<Run['seats']>[0]): void {
    if (this.#open instanceof Run) this.#open.seats(change);
  }

  /** See `Run.revise`. */
  revise(change: Parameters<Run['revise']>[0]): string | null {
    return this.#open instanceof Run ? this.#open.revise(change) : 'this tab only watches';
  }

  /** See `Run.createTask`. */
  createTask(task: Parameters<Run['createTask']>[0]): void {
    if (this.#open instanceof Run) this.#open.createTask(task);
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
    await this.#run.reopen(runId);
  }

  /** Leaves the open run in order, e.g. before the page goes. */
  async close(): Promise<void> {
    await this.unwatch();
    await this.#run.close();
  }

  async #noteWords(): Promise<NoteWords> {
    // Results are exported also where their remarks can't be put into words.
    const words = await this.#with.noteWords?.().catch(() => null);
    return words ?? (({ code }) => code);
  }

  #momentsOf(view: RunView): Moments {
    const found = this.#moments.get(view) ?? new Moments(view, this.#with.store);
    this.#moments.set(view, found);
    return found;
  }
}

/** The page reloads itself; that it was meant is in the log first, for whoever reads the run afterwards. */
async function announceReload(run: Run): Promise<FaultReply> {
  run.injected(0, 'reload-mid-write', struck({ code: 'page-reloaded' }));
  await run.flush();
  return { landed: true };
}

function infoOf(status: RunInfo): RunInfo {
  const { id, name, phase, startedAt, endedAt, tasks, results, failed, agents, modelId, engine } = status;
  return { id, name, phase, startedAt, endedAt, tasks, results, failed, agents, modelId, engine };
}
