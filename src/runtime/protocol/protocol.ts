/**
 * What the page may say to the runtime worker and what it hears back; Comlink carries it.
 * The page holds no swarm state: it asks for pages of results or an agent's story, and draws the frames it is sent.
 */
import type {
  AdapterInfo,
  EngineError,
  EngineReport,
  GpuCheck,
  LoadProgress,
  ModelChoice,
  StoredModel,
  VramSample,
} from '../../engine/contract.ts';
import type { LinkApi, ReplayInfo } from './links.ts';
import type { JournalEvent, NoticeChoice } from '../../journal/events.ts';
import type { OpenNotice } from '../../journal/notices.ts';
import type { CheckedSwarm, StartReply } from './replies.ts';
import type { ResultRow, RunPhase, RunRecord } from '../../store/records.ts';
import type { HealFigures } from '../../telemetry/heals.ts';
import type { TimelineBuckets } from '../../telemetry/timeline.ts';
import type { Diagnostic } from '../../swarm/diagnostic.ts';
import type { RoleSummary, SwarmSummary } from '../../swarm/summary.ts';

export type * from './links.ts';
export type * from './replies.ts';
export { PACES, REPLAY_PREFIX } from './links.ts';
export type {
  AdapterInfo,
  Diagnostic,
  EngineError,
  EngineReport,
  GpuCheck,
  JournalEvent,
  LoadProgress,
  ModelChoice,
  ResultRow,
  RoleSummary,
  RunPhase,
  StoredModel,
  SwarmSummary,
  VramSample,
};

/** Cell states in the order of the byte that frames carry. */
export const AGENT_STATES = ['idle', 'running', 'degraded', 'recovering', 'failed', 'done'] as const;
export type AgentState = (typeof AGENT_STATES)[number];

/** Tiers in the order of the byte that frames carry. */
export const TIERS = ['cold', 'warm', 'hot'] as const;
export type Tier = (typeof TIERS)[number];

export interface ExampleSwarm {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  readonly summary: SwarmSummary;
}

export interface StartRequest {
  readonly swarm: { readonly file: string; readonly text: string };
  /** Absent when the swarm names an example input. */
  readonly input?: { readonly name: string; readonly text: string };
  readonly modelId?: string;
  /** Model folder in the hub's layout, overrides modelId. */
  readonly modelUrl?: string;
  readonly engine: 'webllm' | 'scripted' | 'stock';
  readonly limit?: number;
  readonly seed?: number;
  readonly vramMiB?: number;
  /** How long a task that has failed all its attempts waits for a person's word, ms; 0: not at all. Absent: as the swarm file says. */
  readonly askMs?: number;
}

/** A run in the list of runs. */
export type RunInfo = RunRecord;

/** A fault that was injected, and what became of it. Times from the strike in ms, as the run's clock and the wall tell them together. */
export interface FaultLine {
  /** Number of its event in the log: unique in the run. */
  readonly seq: number;
  /** Number that its injector gave it. */
  readonly fault: number;
  readonly kind: string;
  /** Run time, ms. */
  readonly at: number;
  /** Agents that it struck. */
  readonly agents: readonly number[];
  readonly detail: string;
  readonly detectedMs: number | null;
  readonly mendedMs: number | null;
  /** Rung and step of the ladder that cured; null where none was needed or none has yet. */
  readonly rung: string | null;
  readonly by: string | null;
  /** The step that is being tried, and the how manieth of its case; null before the first and once it is mended. */
  readonly trying: { readonly rung: string; readonly by: string; readonly nth: number } | null;
}

export type Healing = HealFigures;

/** Something on the timeline that is no fault of ours: `at` in run time, ms. */
export interface TimelineEvent {
  readonly at: number;
  readonly kind: 'engine-lost' | 'engine-loaded' | 'paused' | 'continued' | 'resumed' | 'notice';
}

/** The whole run for the timeline; at most 512 buckets, 2,000 faults and 500 events, the newest. */
export interface Timeline extends TimelineBuckets {
  /** Run time of the last event, ms: the right edge. */
  readonly endAt: number;
  /** In run time, ms. */
  readonly faults: readonly {
    readonly seq: number;
    readonly kind: string;
    readonly at: number;
    readonly detectedAt: number | null;
    readonly mendedAt: number | null;
  }[];
  readonly events: readonly TimelineEvent[];
}

export type { NoticeChoice };

/** A question to a person. It closes by itself when what it is about does: the agent works again, the task has ended, the engine is back. */
export type NoticeInfo = Omit<OpenNotice, 'of' | 'failure'>;

/** `output` is checked against what the role asks for: JSON where the role has a schema, else plain text. */
export type Decision =
  { readonly kind: 'retry' | 'skip' | 'give-up' } | { readonly kind: 'edit'; readonly output: string };

/** retry: its turn is called back and taken again. restart: made anew from its last good generation. pause: it gets no turns. */
export type AgentAction = 'retry' | 'restart' | 'pause' | 'resume';

/** An OpenAI-compatible endpoint that a person allows for one run. The key stays in this tab's memory: it is neither stored nor logged. */
export interface RemoteSettings {
  /** Base address such as https://host/v1; plain http only on this computer. */
  readonly url: string;
  readonly key: string | null;
  readonly model: string;
}

/** One sentence on what was done, or why nothing was. */
export interface ActionReply {
  readonly ok: boolean;
  readonly message: string;
}

/** The figures strip; small, sent whole. */
export interface RunStatus extends RunInfo {
  /** False in a tab that only watches. */
  readonly writer: boolean;
  /** One sentence when phase is waiting or failed, else empty; e.g. what was lost, what was kept, what happens next. */
  readonly message: string;
  readonly problem: EngineError | null;
  readonly loading: LoadProgress | null;
  readonly report: EngineReport | null;
  readonly summary: SwarmSummary;
  readonly seed: number;
  /** Milliseconds of run time without pauses. */
  readonly elapsedMs: number;
  /** By AGENT_STATES. */
  readonly agentsByState: Readonly<Record<AgentState, number>>;
  readonly tokens: { readonly prompt: number; readonly completion: number };
  /** Completion tokens a second, over the last ten seconds and over the run. */
  readonly tokensPerSecond: number;
  readonly tokensPerSecondMean: number;
  readonly retries: number;
  readonly vram: VramSample | null;
  /** Agents on the GPU now, with what they do. */
  readonly residents: readonly {
    readonly agent: number;
    readonly task: number;
    readonly tokens: number;
    readonly maxTokens: number;
  }[];
  /** Sequences on the GPU now, running and parked; how many the autoscaler allows; how many the engine was built for. */
  readonly seats: { readonly now: number; readonly target: number; readonly max: number };
  /** What the autoscaler changed last, and why; null before it did, and once a fresh engine has all its seats in use. */
  readonly seatsChanged: {
    readonly at: number;
    readonly from: number;
    readonly to: number;
    readonly because: string;
  } | null;
  /** What was given up or could not be kept in storage, the newest last; `agent`: -1 where it is about none. */
  readonly storageNotes: readonly {
    readonly seq: number;
    readonly at: number;
    readonly agent: number;
    readonly detail: string;
  }[];
  /** Endpoint that a person has allowed for this run, as `MODEL at HOST`; null: nothing leaves this computer. */
  readonly remote: string | null;
  /** What a person is asked now: open ones only, the 20 newest, oldest first. */
  readonly notices: readonly NoticeInfo[];
  /** The last 20 faults that were injected, newest last. */
  readonly faults: readonly FaultLine[];
  readonly healing: Healing;
  /** Set where this is the replay of an incident and no run of this browser. */
  readonly replay?: ReplayInfo;
}

/**
 * Changed cells since the last frame, one transferred buffer: `cells[3 * k]` = agent row, `cells[3 * k + 1]` = state | tier << 8 (indices
 * into AGENT_STATES and TIERS), `cells[3 * k + 2]` = health x 1000. `full` frames carry every agent.
 */
export interface RunFrame {
  readonly runId: string;
  readonly full: boolean;
  readonly cells: Uint32Array;
  readonly status: RunStatus;
}

export interface ResultQuery {
  readonly offset: number;
  readonly count: number;
  /** Case-insensitive text in input or output. */
  readonly text?: string;
  readonly only?: 'all' | 'failed' | 'retried' | 'disputed';
  readonly sort?: 'newest' | 'line' | 'attempts' | 'tokens';
  /** Only what was committed by this run time, ms. */
  readonly until?: number;
}

export interface ResultPage {
  readonly total: number;
  readonly rows: readonly ResultRow[];
}

export interface AgentStory {
  readonly agent: number;
  readonly name: string;
  readonly role: string;
  readonly state: AgentState;
  readonly tier: Tier;
  readonly health: number;
  readonly turns: number;
  readonly restarts: number;
  /** A person has taken it off work. */
  readonly paused: boolean;
  readonly tokens: number;
  readonly computeMs: number;
  /** Text that streams now, null when it has no turn. */
  readonly now: { readonly task: number; readonly input: string; readonly text: string } | null;
  readonly prompt: string;
  /** What the tasks of its events were about; inputs are cut to 400 characters. */
  readonly tasks: readonly { readonly task: number; readonly line: number; readonly input: string }[];
  /** Its events and the faults that struck it, oldest first, at most 200 of the newest. */
  readonly events: readonly JournalEvent[];
}

export type ExportKind = 'jsonl' | 'csv' | 'report' | 'metrics';

/** Something that a person may break on purpose. */
export interface FaultChoice {
  readonly kind: string;
  /** One line each: what will happen, and what is seen when all went well. */
  readonly does: string;
  readonly afterwards: string;
  /** It strikes one agent, which may be named. */
  readonly takesTarget: boolean;
}

export interface FaultReply {
  /** False where there was nothing to strike. */
  readonly landed: boolean;
  /** What was done to whom, or why nothing was. */
  readonly detail: string;
}

export interface RuntimeApi {
  checkGpu(): Promise<GpuCheck>;
  examples(): Promise<readonly ExampleSwarm[]>;
  models(vramMiB: number, occupancy: number): Promise<readonly ModelChoice[]>;
  check(file: string, text: string): Promise<CheckedSwarm>;
  runs(): Promise<readonly RunInfo[]>;
  start(request: StartRequest): Promise<StartReply>;
  /** Open a stored run in this tab; resumes it when it had not ended and no other tab writes it. */
  open(runId: string): Promise<boolean>;
  /** Frames of the run from now on, the first one full; the next is sent when `onFrame` has returned. */
  watch(runId: string, onFrame: (frame: RunFrame) => void | Promise<void>): Promise<void>;
  /** Leave the run on screen without stopping it. */
  unwatch(): Promise<void>;
  pause(runId: string): Promise<void>;
  resume(runId: string): Promise<void>;
  cancel(runId: string): Promise<void>;
  remove(runId: string): Promise<void>;
  results(runId: string, query: ResultQuery): Promise<ResultPage>;
  agent(runId: string, agent: number): Promise<AgentStory>;
  /** The run from its first moment to its last, for the timeline. */
  timeline(runId: string): Promise<Timeline>;
  /** The run as it was at that run time (ms), folded from its log: a full frame. Also of a run that has ended. */
  moment(runId: string, at: number): Promise<RunFrame>;
  export(runId: string, kind: ExportKind): Promise<Blob>;
  /** A person's word on a notice: one each. Pressed twice it does nothing twice. */
  decide(runId: string, noticeId: string, decision: Decision): Promise<ActionReply>;
  /** What a person may have done with one agent. */
  act(runId: string, agent: number, action: AgentAction): Promise<ActionReply>;
  /** Tasks that the run's own model keeps failing at may go to this endpoint; null takes it back. A reload does, too. */
  allowRemote(runId: string, remote: RemoteSettings | null): Promise<ActionReply>;
  /** What can be broken in a running tab. */
  faults(): Promise<readonly FaultChoice[]>;
  /** Breaks something in the open run, now or with the next turn that suits; the log tells of it as `fault.injected`. */
  breakSomething(runId: string, kind: string, agent?: number): Promise<FaultReply>;
  /**
   * Plays a fault plan (docs/faults.md) from now on; what is wrong with the plan, else nothing. `from`: it has been playing for so many ms
   * already, in a tab that is gone; what was due before is left out.
   */
  playFaults(runId: string, file: string, text: string, from?: number): Promise<readonly Diagnostic[]>;
}

/** What the page takes up in this browser, bytes; null what the browser does not tell. */
export interface StorageReport {
  readonly usage: number | null;
  /** What it may take up. */
  readonly quota: number | null;
  readonly models: readonly StoredModel[];
  /** K/V of agents that are not on the GPU: computed again where it is missing. */
  readonly warmBytes: number;
  readonly runBytes: number | null;
  /** The page's own files, kept for use without a network. */
  readonly pageBytes: number | null;
}

/** What is kept beside the runs, and how to be rid of it. */
export interface StorageApi {
  storage(): Promise<StorageReport>;
  /** `folder` as in `StoredModel`. @returns bytes freed */
  removeModel(folder: string): Promise<number>;
  /** Drops all warm pages. @returns bytes freed */
  freeWarm(): Promise<number>;
  /** Brings the built-in model into storage for use without a network; a run that starts meanwhile comes first. */
  keepPocket(): Promise<void>;
}

/** All that the page may ask. */
export type PageApi = RuntimeApi & StorageApi & LinkApi;
