import type { Struck } from '../../chaos/seams.ts';
import type { EngineReport } from '../../engine/contract.ts';
import { readEndpoint } from '../../engine/endpoint.ts';
import type { EventBody, JournalEvent } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { FaultKind } from '../../journal/vocabulary.ts';
import type { EngineFigures } from '../../telemetry/report.ts';
import { waitOf } from './condition.ts';
import type { OwnEndpoint } from '../engines/endpoints.ts';
import type { History } from '../history/history.ts';
import type { LoadedRun } from './load-run.ts';
import { Operator } from './operator.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type {
  ActionReply,
  AgentAction,
  AgentStory,
  Decision,
  RemoteSettings,
  RunStatus,
} from '../protocol/protocol.ts';
import type { RowSource } from '../storage/backed-rows.ts';
import type { ResultIndex } from '../storage/result-index.ts';
import { RunCore } from './run-core.ts';
import type { RunOptions } from './run-options.ts';
import { statusOf } from '../views/status.ts';
import type { RunView } from '../views/run-view.ts';

/** A run that this tab writes, as people and chaos reach it: how it stands, and what they may do to it. */
export class Run implements RunView {
  readonly id: string;
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  readonly history: History;
  readonly index: ResultIndex;
  readonly rows: RowSource;
  readonly #core: RunCore;
  readonly #ownEndpoint: OwnEndpoint | null;
  readonly #operator: Operator;

  constructor(loaded: LoadedRun, options: RunOptions) {
    this.id = loaded.record.id;
    this.#ownEndpoint = options.ownEndpoint ?? null;
    this.plan = loaded.plan;
    this.definition = loaded.definition;
    this.state = loaded.state;
    this.history = loaded.history;
    this.index = loaded.index;
    this.rows = loaded.rows;
    this.#core = new RunCore(loaded, options);
    const { dispatcher, supervisor, recorder, tell } = this.#core;
    this.#operator = new Operator({
      plan: this.plan,
      definition: this.definition,
      state: this.state,
      dispatcher,
      supervisor,
      recorder,
      tell,
      run: this,
    });
  }

  /** Sets the run going, unless it is over. */
  start(): Promise<void> {
    return this.#core.start();
  }

  status(): RunStatus {
    const { engines, dispatcher, condition, record, elapsed } = this.#core;
    const { state: kept } = engines;
    const max = kept.kind === 'ready' ? kept.report.residents : 0;
    const running = dispatcher.inFlight.filter((turn) => turn.started);
    return statusOf(record, this.plan, this.state, {
      writer: !condition.stale,
      waits: waitOf(condition),
      problem: kept.kind === 'waiting' || kept.kind === 'stopped' ? kept.problem : null,
      loading: kept.kind === 'loading' ? kept.progress : null,
      report: this.state.engineReport as EngineReport | null,
      vram: this.figures()?.vram ?? null,
      elapsedMs: Math.round(elapsed),
      steps: this.index.counts.now(this.state),
      shared: this.index.shared,
      leftOut: this.index.leftOut,
      tokensPerSecond: engines.tokensPerSecond,
      remote: this.#ownEndpoint ? this.#ownEndpoint.name : engines.escalation.remote,
      seats: { now: running.length + dispatcher.parked, target: Math.min(max, dispatcher.seats), max },
      residents: running.map(({ agent, task, tokens, brief }) => ({
        agent,
        task,
        tokens,
        maxTokens: brief.maxTokens,
      })),
      ...this.history.figures(elapsed),
    });
  }

  figures(): EngineFigures | null {
    return this.#core.engines.figures ?? (this.state.figures as EngineFigures | null);
  }

  now(agent: number): AgentStory['now'] {
    const turn = this.#core.dispatcher.inFlight.find((each) => each.agent === agent);
    return turn ? { task: turn.task, input: turn.input, text: turn.text } : null;
  }

  unsaved(): readonly JournalEvent[] {
    return this.#core.journal.unsaved();
  }

  pause(): void {
    const { isOver, tell, dispatcher } = this.#core;
    if (isOver || this.state.paused) return;
    tell({ type: 'run.paused' });
    this.#core.steer();
    dispatcher.recall(false);
  }

  /** Goes on after a pause, or tries again after trouble. */
  resume(): void {
    const { isOver, tell, storage, engines } = this.#core;
    if (isOver) return;
    if (this.state.paused) tell({ type: 'run.continued' });
    storage.retryNow();
    engines.start();
    this.#core.steer();
  }

  /** What an engine was lost by, or could not be loaded for, may be over: a GPU that slept, a network that was gone. */
  woke(): void {
    const { isOver, engines } = this.#core;
    if (!isOver && !this.state.paused) engines.absolve();
  }

  /** Ends the run: what is not done yet ends as the named failure `cancelled`. */
  cancel(): void {
    if (this.#core.isOver) return;
    this.#core.tell({ type: 'run.cancelled' });
    this.#core.endRest('cancelled');
  }

  decide(notice: string, decision: Decision): ActionReply {
    if (this.#core.isOver) return { ok: false, code: 'run-over' };
    return this.#operator.decide(notice, decision);
  }

  /** Tasks that fail here may go to that endpoint, in this tab, until it is taken back (null); or all agents of the run work there. */
  allowRemote(remote: RemoteSettings | null): ActionReply {
    const { isOver, tell, engines } = this.#core;
    const { escalation } = engines;
    if (isOver) return { ok: false, code: 'run-over' };
    if (this.#ownEndpoint) return this.#name(this.#ownEndpoint, remote);
    if (remote === null) {
      if (escalation.remote !== null) tell({ type: 'endpoint.allowed', name: null });
      escalation.allow(null);
      return { ok: true, code: 'endpoint-off' };
    }
    const read = readEndpoint(remote);
    if (!read.ok) return { ok: false, ...read.fault };
    escalation.allow(read.endpoint);
    const name = escalation.remote ?? '';
    tell({ type: 'endpoint.allowed', name });
    return { ok: true, code: 'endpoint-on', name };
  }

  /** All agents of the run work at that endpoint from now on; null: at none, and the run waits. */
  #name(own: OwnEndpoint, remote: RemoteSettings | null): ActionReply {
    const { tell, engines } = this.#core;
    const read = remote && readEndpoint(remote);
    if (read && !read.ok) return { ok: false, ...read.fault };
    own.set(read?.endpoint ?? null);
    tell({ type: 'endpoint.named', name: own.name });
    engines.renew();
    return own.name === null
      ? { ok: true, code: 'endpoint-none' }
      : { ok: true, code: 'endpoint-named', name: own.name };
  }

  act(agent: number, action: AgentAction): ActionReply {
    if (this.#core.isOver) return { ok: false, code: 'run-over' };
    return this.#operator.act(agent, action);
  }

  /** `keep` false: what is not on the disk yet is not wanted any more. */
  stop(keep = true): Promise<void> {
    return this.#core.stop(keep);
  }

  /** Writes what was stored and is gone anew, as far as it is in memory; the run is then to be opened again. Rejects with a `StoreFault`. */
  writeAnew(): Promise<void> {
    return this.#core.writeAnew();
  }

  /** Ends the supervisor with all it knows; a new one takes its place. A seam for chaos. */
  crashSupervisor(): void {
    this.#core.supervisor?.crash();
  }

  /** So many agents may sit on the GPU from now on, as the autoscaler decided once. */
  seats(change: Omit<Extract<EventBody, { type: 'seats.changed' }>, 'type'>): void {
    if (this.#core.isOver) return;
    this.#core.tell({ type: 'seats.changed', ...change });
    this.#core.dispatcher.resize(change.to);
  }

  /** Revises what agents are told and held to; why it cannot be, or null where it is done. */
  revise(change: Omit<Extract<EventBody, { type: 'definition.revised' }>, 'type'>): string | null {
    if (this.#core.isOver) return 'this run is over';
    const problem = this.definition.problemIn(change);
    if (problem === null) this.#core.tell({ type: 'definition.revised', ...change });
    return problem;
  }

  /** One task more, which goes through the flow from its step on. */
  createTask(task: Omit<Extract<EventBody, { type: 'task.created' }>, 'type' | 'task'>): void {
    if (this.#core.isOver) return;
    const number = this.state.tasks.size;
    this.#core.tell({ type: 'task.created', task: number, ...task });
    this.#core.dispatcher.open(number);
  }

  /** Somebody broke something on purpose: the log says so. */
  injected(
    fault: number,
    kind: FaultKind,
    { agents, detail, lasting }: Pick<Struck, 'agents' | 'detail' | 'lasting'>,
    /** What it left to chance, and how long it lasts, ms: a replay does it again. */
    { seed, forMs }: { readonly seed: number; readonly forMs: number } = { seed: 0, forMs: 0 },
  ): void {
    if (!this.#core.isOver)
      this.#core.tell({
        ...{ type: 'fault.injected', fault, kind, agents, detail, seed, forMs },
        ...(lasting === true && { lasting }),
      });
  }

  /** What somebody did to the agent on purpose is gone: the log says so. */
  ridOf(fault: number, kind: FaultKind, agent: number): void {
    if (!this.#core.isOver) this.#core.tell({ type: 'fault.over', fault, kind, agent });
  }

  /** Resolves when all that has happened so far is on the disk. */
  flush(): Promise<void> {
    return this.#core.storage.flush();
  }
}
