/** The columns of a run: one row a task and one row an agent, one typed array a field. */
import { AGENT_STATES, TIERS } from './vocabulary.ts';

/** Where a task is; the byte in `TaskTable.status`. */
export const TASK = { pending: 0, assigned: 1, committed: 2, failed: 3 } as const;
/** What an agent does; the byte in `AgentTable.state`. */
export const AGENT = places(AGENT_STATES);
/** Where an agent's context is; the byte in `AgentTable.tier`. */
export const TIER = places(TIERS);

/** Each word's place in its list. */
function places<Word extends string>(words: readonly Word[]): Readonly<Record<Word, number>> {
  return Object.fromEntries(words.map((word, place) => [word, place])) as Record<Word, number>;
}

/** One row a task, one array a field. */
export class TaskTable {
  readonly size: number;
  readonly status: Uint8Array;
  /** Step of the flow. */
  readonly stage: Uint8Array;
  /** Failed attempts at the step. */
  readonly failures: Uint8Array;
  /** Attempts of earlier steps that count into the result row. */
  readonly attempts: Uint16Array;
  /** Turns that were taken back, but for those that a pause, a lost engine or a second opinion took. */
  readonly losses: Uint8Array;
  /** Agent that has it or had it last; -1 before. */
  readonly agent: Int32Array;
  /** Prompt and completion tokens of all its turns. */
  readonly tokens: Uint32Array;
  /** Milliseconds of all its turns. */
  readonly ms: Float64Array;

  constructor(size: number) {
    this.size = size;
    this.status = new Uint8Array(size);
    this.stage = new Uint8Array(size);
    this.failures = new Uint8Array(size);
    this.attempts = new Uint16Array(size);
    this.losses = new Uint8Array(size);
    this.agent = new Int32Array(size).fill(-1);
    this.tokens = new Uint32Array(size);
    this.ms = new Float64Array(size);
  }
}

/** One row an agent, one array a field. */
export class AgentTable {
  readonly size: number;
  readonly state: Uint8Array;
  readonly tier: Uint8Array;
  /** 0 to 1. */
  readonly health: Float32Array;
  readonly turns: Uint32Array;
  readonly promptTokens: Uint32Array;
  readonly completionTokens: Uint32Array;
  readonly computeMs: Float64Array;
  readonly restarts: Uint16Array;
  /** 1: a person has taken it off work. */
  readonly held: Uint8Array;

  constructor(size: number) {
    this.size = size;
    this.state = new Uint8Array(size);
    this.tier = new Uint8Array(size);
    this.health = new Float32Array(size).fill(1);
    this.turns = new Uint32Array(size);
    this.promptTokens = new Uint32Array(size);
    this.completionTokens = new Uint32Array(size);
    this.computeMs = new Float64Array(size);
    this.restarts = new Uint16Array(size);
    this.held = new Uint8Array(size);
  }
}

type Column = Uint8Array | Uint16Array | Uint32Array | Int32Array | Float32Array | Float64Array;

export function columns(table: TaskTable | AgentTable): [string, Column][] {
  return Object.entries(table).filter((entry): entry is [string, Column] => ArrayBuffer.isView(entry[1]));
}

export function copyColumns<Table extends TaskTable | AgentTable>(from: Table, to: Table): void {
  const targets = new Map(columns(to));
  for (const [name, column] of columns(from)) targets.get(name)?.set(column);
}

/** Adds to one field of one row. */
export function add(column: Uint8Array | Uint16Array | Uint32Array | Float64Array, row: number, amount: number): void {
  column[row] = (column[row] as number) + amount;
}
