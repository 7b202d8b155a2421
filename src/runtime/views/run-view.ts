import type { RunState } from '../../journal/run-state.ts';
import type { EngineFigures } from '../../telemetry/report.ts';
import type { History } from '../history/history.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { AgentStory, JournalEvent, RunStatus } from '../protocol/protocol.ts';
import type { RowSource } from '../storage/backed-rows.ts';
import type { ResultIndex } from '../storage/result-index.ts';

/** A run as it is looked at: the one that this tab runs, or one that another tab does. */
export interface RunView {
  readonly id: string;
  readonly plan: RunSetup;
  /** As it stands now. */
  readonly definition: Definition;
  readonly state: RunState;
  /** What the log tells beyond the state. */
  readonly history: History;
  /** Rows that are on the disk, or were. */
  readonly index: ResultIndex;
  /** The rows themselves, wherever they can be had. */
  readonly rows: RowSource;
  status(): RunStatus;
  /** The engine's figures now, or those of the run's end; null before there are any. */
  figures(): EngineFigures | null;
  /** What the agent writes at this moment. */
  now(agent: number): AgentStory['now'];
  /** Events that the store does not have yet. */
  unsaved(): readonly JournalEvent[];
  /** See `Run.writeAnew`; of a run that this tab only watches that is not this tab's to do. */
  writeAnew(): Promise<void>;
  pause(): void;
  resume(): void;
  cancel(): void;
  /**
   * Leaves the run as it is, to be opened again; resolves when everything is on the disk that can be written now. `keep` false: nothing of
   * it is wanted any more.
   */
  stop(keep?: boolean): Promise<void>;
}
