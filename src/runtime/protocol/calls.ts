/** All that the page may ask of the runtime worker: one entry a call. Whoever adds one adds its answer to the part that it names. */
import type { GpuCheck, ModelChoice } from '../../engine/contract.ts';
import type { AgentAction, FaultKind } from '../../journal/vocabulary.ts';
import type { Diagnostic } from '../../swarm/diagnostic.ts';
import type { ActionReply } from './action-reply.ts';
import type { Decision, RemoteSettings } from './actions.ts';
import { answeredBy, type AnswersOf, type ApiOf, type Deadline } from './call-table.ts';
import type { FaultChoice, FaultReply } from './injected-faults.ts';
import type { OpenedLink, Pace, PackedIncident, PackedSwarm, ShareRequest } from './links.ts';
import type { CheckedInput, CheckedSwarm, ExampleSwarm, GivenInput, StartReply, StartRequest } from './starting.ts';
import type { GoingRun, RunFrame, RunInfo } from './status.ts';
import type { RunsMoved, StorageReport } from './storage-report.ts';
import type {
  AgentStory,
  Answer,
  ExportKind,
  LinePlace,
  ResultPage,
  ResultQuery,
  RowFormat,
  RowTexts,
  Timeline,
} from './views.ts';

/** What is asked before there is a run: answered without the code that runs one. */
const startScreen = answeredBy('startScreen');
/** All runs of this browser together. */
const runtime = answeredBy('runtime');
/** One run, whose id comes first. A replay answers these as well: whether it shows, passes over or refuses what is asked is said there. */
const run = <Given extends readonly unknown[], Answer = void>(deadline?: Deadline) =>
  answeredBy('run')<[runId: string, ...Given], Answer>(deadline);
/** What is kept beside the runs, and how to be rid of it. */
const storage = answeredBy('storage');
/** Links, files and replays (docs/links.md). */
const links = answeredBy('links');

export const CALLS = {
  checkGpu: startScreen<[], GpuCheck>('slow'),
  examples: startScreen<[], readonly ExampleSwarm[]>(),
  models: startScreen<[vramMiB: number, occupancy: number], readonly ModelChoice[]>('slow'),
  check: startScreen<[file: string, text: string], CheckedSwarm>(),
  /** `text`: of the swarm file, whose errors `check` tells. */
  checkInput: startScreen<[text: string, input: GivenInput], CheckedInput>('slow'),
  runs: startScreen<[], readonly RunInfo[]>(),
  /** Runs that are being worked on now, in this tab or another. */
  going: startScreen<[], readonly GoingRun[]>(),
  /** Tab or computer are awake again, or the network is there again: what had given up tries again. */
  woke: startScreen<[]>(),

  start: runtime<[request: StartRequest], StartReply>('slow'),
  /** Leave the run on screen without stopping it. */
  unwatch: runtime<[]>(),
  /** What can be broken in a running tab. */
  faults: runtime<[], readonly FaultChoice[]>(),

  /** Open a stored run in this tab; resumes it when it had not ended and no other tab writes it. False where it is not there. */
  open: run<[], boolean>('slow'),
  /** Frames of the run from now on, the first one full; the next is sent when `onFrame` has returned. */
  watch: run<[onFrame: (frame: RunFrame) => void | Promise<void>]>('slow'),
  pause: run<[]>(),
  resume: run<[]>(),
  cancel: run<[]>(),
  remove: run<[]>('slow'),
  results: run<[query: ResultQuery], ResultPage>(),
  /** The report as far as rows are there; null: the swarm file has none. */
  answer: run<[], Answer | null>('slow'),
  /** A line of the input, from 1, in its place; null: no item begins on it. */
  place: run<[line: number], LinePlace | null>(),
  agent: run<[agent: number], AgentStory>(),
  /** The run from its first moment to its last, for the timeline. */
  timeline: run<[], Timeline>(),
  /** The run as it was at that run time (ms), folded from its log: a full frame. Also of a run that has ended. */
  moment: run<[at: number], RunFrame>('slow'),
  export: run<[kind: ExportKind], Blob>('slow'),
  /** Rows that were committed after that place in the order of commits, -1 for the first, at most 500: results as they come. */
  rowTexts: run<[format: RowFormat, after: number], RowTexts>('slow'),
  /** A person's decision on a notice: one each. Pressed twice it does nothing twice. */
  decide: run<[noticeId: string, decision: Decision], ActionReply>(),
  /** What a person may have done with one agent. */
  act: run<[agent: number, action: AgentAction], ActionReply>(),
  /** Tasks that the run's own model keeps failing at may go to this endpoint; null takes it back. A reload does, too. */
  allowRemote: run<[remote: RemoteSettings | null], ActionReply>(),
  /** Breaks something in the open run, now or with the next turn that suits; the log tells of it as `fault.injected`. */
  breakSomething: run<[kind: FaultKind, agent?: number], FaultReply>(),
  /**
   * Plays a fault plan (docs/faults.md) from now on; what is wrong with the plan, else nothing. `from`: it has been playing for so many ms
   * already, in a tab that is gone; what was due before is left out.
   */
  playFaults: run<[file: string, text: string, from?: number], readonly Diagnostic[]>(),

  storage: storage<[], StorageReport>('slow'),
  /** `folder` as in `StoredModel`; bytes freed. */
  removeModel: storage<[folder: string], number>('slow'),
  /** Drops all warm pages; bytes freed. */
  freeWarm: storage<[], number>('slow'),
  /** Brings the built-in model into storage for use without a network; a run that starts meanwhile comes first. */
  keepPocket: storage<[]>('unlimited'),
  /**
   * Runs go where the browser does not throw them away when the disk is full: asked for once it has agreed to keep things
   * (`navigator.storage.persist()`, which only a page can ask). `refused`: it does not keep them yet.
   */
  moveRuns: storage<[], RunsMoved>('unlimited'),

  /** Packs a swarm file for others; `withInput`: and the input. Rejects where the run is not there. */
  share: links<[what: ShareRequest, withInput: boolean], PackedSwarm>(),
  /** Packs what happened in a run, so that its healing can be seen again. */
  incident: links<[runId: string, withInput: boolean], PackedIncident>('slow'),
  /** Reads a link (the part from `#` on) or a file. Nothing runs and nothing is fetched. */
  read: links<[source: string | Blob], OpenedLink>(),
  /** Begins to replay an incident, paused; the run's id, or why not. */
  replay: links<[source: string | Blob], StartReply>('slow'),
  pace: links<[runId: string, pace: Pace]>(),
};

export type PageCalls = typeof CALLS;

/** All that the page may ask, as methods. */
export type PageApi = ApiOf<PageCalls>;

/** What the parts of that name answer. */
export type Answers<Part extends PageCalls[keyof PageCalls]['part']> = AnswersOf<PageCalls, Part>;
