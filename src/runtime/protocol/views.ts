/** What the page reads of a run, now or afterwards: its results, one agent's story, its timeline, its files. */
import type { JournalEvent } from '../../journal/events.ts';
import type { AgentState, FaultKind, InstructionSign, Tier } from '../../journal/vocabulary.ts';
import type { ResultRow } from '../../store/records.ts';
export type * from '../../telemetry/answer/answer.ts';
import type { TimelineBuckets } from '../../telemetry/timeline.ts';

export interface ResultQuery {
  readonly offset: number;
  readonly count: number;
  /** Case-insensitive text in input or output. */
  readonly text?: string;
  readonly only?: 'all' | 'failed' | 'retried' | 'disputed' | 'marked';
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
  readonly tasks: readonly {
    readonly task: number;
    readonly line: number;
    readonly lastLine?: number;
    readonly input: string;
    /** Signs of an instruction in the whole input; absent: none. */
    readonly signs?: readonly InstructionSign[];
    /** Line of the task that was asked in its place, the last time; absent: it was asked itself. */
    readonly sharedLine?: number;
  }[];
  /** Its events and the faults that struck it, oldest first, at most 200 of the newest. */
  readonly events: readonly JournalEvent[];
}

/** A line of the input between its neighbours. */
export interface LinePlace {
  /** At most two before it and two behind, their texts cut to 2,000 characters. */
  readonly lines: readonly { readonly line: number; readonly text: string }[];
  /** What the line came to; null: nothing so far. */
  readonly row: ResultRow | null;
}

/** `skipped`: records of the input that were passed over, one JSON object a line. `answer`, `markdown`: the report of the swarm file. */
export type ExportKind = 'jsonl' | 'csv' | 'report' | 'metrics' | 'skipped' | 'answer' | 'markdown';

/** Exports that hold the committed rows. */
export type RowFormat = 'jsonl' | 'csv';

/** Rows as an export of that format has them, in the order in which they were committed, for whoever writes them as they come. */
export interface RowTexts {
  /** What stands before the first row. */
  readonly head: string;
  /** Each text ends its line. */
  readonly rows: readonly { readonly task: number; readonly text: string }[];
  /** Where to ask from next; what was asked with, where there is nothing new. */
  readonly upTo: number;
}

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
    readonly kind: FaultKind;
    readonly at: number;
    readonly detectedAt: number | null;
    readonly mendedAt: number | null;
  }[];
  readonly events: readonly TimelineEvent[];
}
