/** What is kept of a run. All of it is JSON; `store` seals each with a version and a checksum. */

/** Life of a run. `waiting`: something outside is missing (GPU backing off, another tab writes). */
export type RunPhase = 'loading' | 'running' | 'paused' | 'waiting' | 'done' | 'cancelled' | 'failed';

/** The row of a run in the list of runs; rewritten with each commit. */
export interface RunRecord {
  readonly id: string;
  readonly name: string;
  readonly phase: RunPhase;
  /** Wall times in milliseconds since the epoch. */
  readonly startedAt: number;
  readonly endedAt: number | null;
  readonly tasks: number;
  readonly results: number;
  readonly failed: number;
  readonly agents: number;
  readonly modelId: string;
  readonly engine: 'webllm' | 'scripted' | 'remote';
}

const PHASES: Readonly<Record<RunPhase, true>> = {
  ...{ loading: true, running: true, paused: true, waiting: true },
  ...{ done: true, cancelled: true, failed: true },
};
const ENGINES: Readonly<Record<RunRecord['engine'], true>> = { webllm: true, scripted: true, remote: true };

/** Whether it is a record of that run, in all that is shown of it. */
export function isRunRecord(value: unknown, id: string): value is RunRecord {
  const record = value as RunRecord;
  return (
    isLike(value, { name: '', modelId: '', startedAt: 0, tasks: 0, results: 0, failed: 0, agents: 0 }, { id }) &&
    [record.startedAt, record.tasks, record.results, record.failed, record.agents].every((number) => number >= 0) &&
    (record.endedAt === null || isLike(record.endedAt, 0)) &&
    Object.hasOwn(PHASES, record.phase) &&
    Object.hasOwn(ENGINES, record.engine)
  );
}

/** Whether it is of the type of `like`, with members that are like its members, and those of `same` as they are there. */
export function isLike(value: unknown, like: unknown, same: object = {}): boolean {
  if (value === null || typeof value !== typeof like) return false;
  const of = value as Readonly<Record<string, unknown>>;
  return (
    Object.entries(like as object).every(([key, other]) => isLike(of[key], other)) &&
    Object.entries(same).every(([key, other]) => of[key] === other)
  );
}

/** What the run was started from: enough to expand it again to the same agents and tasks. */
export interface RunSource {
  readonly swarm: { readonly file: string; readonly text: string };
  readonly input: { readonly name: string; readonly text: string };
  /** The start request's own settings, and what was chosen for it, as JSON. */
  readonly settings: Readonly<Record<string, unknown>>;
}

/** What was left out of a text on its way to a model. */
export interface RowReading {
  /** Step whose agent read it: the name of its role as a rule. */
  readonly role: string;
  /** Step whose output the text is; absent: it is the row's input. */
  readonly of?: string;
  /** Characters of the text, in UTF-16 as in JavaScript, and the parts of it that were read: from a character on, up to another. */
  readonly characters: number;
  readonly read: readonly (readonly [from: number, to: number])[];
  /** Exchanges of the agent's memory that did not fit beside it; absent: none. */
  readonly forgot?: number;
}

/** One committed row: the task's result, or its named failure. */
export interface ResultRow {
  readonly task: number;
  /** Line in the input, from 1. */
  readonly line: number;
  /** Line on which the item ends; absent where that is the same. */
  readonly lastLine?: number;
  /** Step of the flow that made the task, of a group or of outputs that become one; absent: an item of the input, or nobody's. */
  readonly of?: string;
  /** Of outputs that become one: one of several that the next task collects. */
  readonly partial?: true;
  readonly input: string;
  /** Parsed output; null when the task failed. */
  readonly output: unknown;
  readonly failure: string | null;
  /** Name; empty where no agent gave the output. */
  readonly agent: string;
  /** Turns that the task took, reviews not counted. */
  readonly attempts: number;
  /** Prompt and completion tokens of all turns, reviews included. */
  readonly tokens: number;
  /** Milliseconds of turns, reviews included. */
  readonly durationMs: number;
  /** `step`: that of the review, where it is not of the result but of an output before it. */
  readonly review: { readonly agent: string; readonly output: unknown; readonly step?: string } | null;
  /** Step that gave the output, where that is not the last of the flow. */
  readonly step?: string;
  /** Outputs of other steps that the item went through, by the names of those; absent: there are none. */
  readonly outputs?: Readonly<Record<string, unknown>>;
  /**
   * Task that was asked in its place, and the line of that one: the two texts are equal but for numbers and names. Of the result, or else of the
   * first other output of which it is true; absent: was asked itself.
   */
  readonly shared?: number;
  readonly sharedLine?: number;
  /** The same by step, where it is not true of the result and of nothing else. */
  readonly sharedAt?: Readonly<Record<string, number>>;
  /** Parts of which nothing is in what its parts came to, by number, for each step that made one of them; absent: all are in it. */
  readonly missing?: Readonly<Record<string, readonly number[]>>;
  /** What of the row's texts was not read, or of an agent's memory; absent: all was. */
  readonly read?: readonly RowReading[];
  /** A remark on the row, e.g. how it failed or that it has no review; text in rows of earlier versions. */
  readonly note?: string | { readonly code: string };
  /** Bigger model that gave the output, where it was not the run's own. */
  readonly model?: string;
  /** A person gave the output, or part of it. */
  readonly edited?: true;
  /** Signs that an instruction stands in the input (src/agents/instruction-signs.ts), by name; absent: none, or a row of an earlier version. */
  readonly signs?: readonly string[];
  /** Outputs and review as JSON text, as they were written, where reading and writing them would change a number. */
  readonly written?: {
    readonly output?: string;
    readonly review?: string;
    readonly outputs?: Readonly<Record<string, string>>;
  };
}

/** Events of one commit; `body` is one JSON event a line. */
export interface JournalChunk {
  /** Version of the events (journal.ts: `decodeEvents`); absent: 1. */
  readonly version?: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  readonly body: string;
  /** Rows of the agents that the events speak of, for the stories of agents. */
  readonly agents: readonly number[];
}

/** What a run had come to at a place in its log: made of that log, and kept so that it need not be folded anew. */
export interface RunSnapshot {
  /** Number of the last event that it knows. */
  readonly seq: number;
  /** Whatever its writer makes of it. */
  readonly parts: readonly Uint8Array<ArrayBuffer>[];
}

/** What an agent takes along when it leaves the GPU; the truth from which it comes back. */
export interface ColdAgent {
  readonly agent: number;
  /** Counts up with each write; the generation before is kept. */
  readonly generation: number;
  readonly state: Readonly<Record<string, unknown>>;
}

/** Written whole or not at all, in one strict transaction. */
export interface CommitBatch {
  readonly run: string;
  /** From `openWriter`. */
  readonly fence: number;
  readonly events: JournalChunk | null;
  /** `order` rises with each commit of the run. */
  readonly rows: readonly { readonly order: number; readonly row: ResultRow }[];
  readonly agents: readonly ColdAgent[];
  readonly record: RunRecord;
}
