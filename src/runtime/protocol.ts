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
} from '../engine/contract.ts';
import type { JournalEvent } from '../journal/events.ts';
import type { ResultRow, RunPhase, RunRecord } from '../store/records.ts';
import type { Diagnostic } from '../swarm/diagnostic.ts';
import type { RoleSummary, SwarmSummary } from '../swarm/summary.ts';

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

export type CheckedSwarm =
  | { readonly ok: true; readonly summary: SwarmSummary }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

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
}

export type StartReply =
  { readonly ok: true; readonly runId: string } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** A run in the list of runs. */
export type RunInfo = RunRecord;

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
  readonly tokens: number;
  readonly computeMs: number;
  /** Text that streams now, null when it has no turn. */
  readonly now: { readonly task: number; readonly input: string; readonly text: string } | null;
  readonly prompt: string;
  /** Its events, oldest first, at most 200 of the newest. */
  readonly events: readonly JournalEvent[];
}

export type ExportKind = 'jsonl' | 'csv' | 'report';

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
  export(runId: string, kind: ExportKind): Promise<Blob>;
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
export type PageApi = RuntimeApi & StorageApi;
