/** A run as it stands: one line of the list of runs, the figures strip, and the frames that draw its agents. */
import type { EngineError, EngineReport, LoadProgress, VramSample } from '../../engine/contract.ts';
import type { SeatsCause } from '../../journal/engine-events.ts';
import type { RunWait } from '../../journal/run-events.ts';
import type { StorageNote } from '../../journal/storage-events.ts';
import type { AgentState, EndpointPart } from '../../journal/vocabulary.ts';
import type { RunRecord } from '../../store/records.ts';
import type { InputNote } from '../../swarm/input/notes.ts';
import type { SkippedRecord } from '../../swarm/input/read-input.ts';
import type { SwarmSummary } from '../../swarm/summary.ts';
import type { HealFigures } from '../../telemetry/heals.ts';
import type { NoticeInfo } from './actions.ts';
import type { FaultLine } from './injected-faults.ts';
import type { ReplayInfo } from './links.ts';

/** A run in the list of runs. */
export type RunInfo = RunRecord;

/** A run that some tab works on now. */
export interface GoingRun extends Pick<RunInfo, 'id' | 'name'> {
  /** This tab does. */
  readonly here: boolean;
}

export type Healing = HealFigures;

export interface EndpointFigures {
  /** What they would not take, and what they get instead; oldest first. */
  readonly lacks: readonly {
    readonly at: number;
    readonly name: string;
    readonly without: EndpointPart;
    readonly instead: string | null;
  }[];
  /** How often nothing was sent for a while, for how long in all (ms), and the last time: how long and, in the server's words, why. */
  readonly waits: {
    readonly times: number;
    readonly ms: number;
    readonly last: { readonly at: number; readonly ms: number; readonly words: string } | null;
  };
}

/** The figures strip; small, sent whole. */
export interface RunStatus extends RunInfo {
  /** False in a tab that only watches. */
  readonly writer: boolean;
  /** What was lost, what was kept, what happens next; null while nothing is waited for. */
  readonly waits: RunWait | null;
  readonly problem: EngineError | null;
  readonly loading: LoadProgress | null;
  readonly report: EngineReport | null;
  readonly summary: SwarmSummary;
  /** What was guessed, changed or left out on the way from the input file to tasks; the first 50 of the records that were passed over. */
  readonly input: { readonly notes: readonly InputNote[]; readonly skipped: readonly SkippedRecord[] };
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
  /** Items that came through each step of the flow, by its name; null where that is not known, as at moments of the past. */
  readonly steps: Readonly<Record<string, number>> | null;
  /** Rows with an answer that another was asked for: the two are equal but for numbers and names; null: not known. */
  readonly shared: number | null;
  /** Rows of items that conditions on the input let through to no step; they are among the results. Null: not known. */
  readonly leftOut: number | null;
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
    readonly because: SeatsCause;
  } | null;
  /** What was given up or could not be kept in storage, the newest last; `agent`: -1 where it is about none. */
  readonly storageNotes: readonly {
    readonly seq: number;
    readonly at: number;
    readonly agent: number;
    readonly detail: StorageNote;
  }[];
  /**
   * Endpoint that a person has allowed for this run, as `MODEL at HOST`; null: nothing leaves this computer. Of a run whose engine is
   * `remote`: where all its agents work; null: nobody has named one in this tab.
   */
  readonly remote: string | null;
  /** What endpoints of this run were found to be like. */
  readonly endpoint: EndpointFigures;
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
