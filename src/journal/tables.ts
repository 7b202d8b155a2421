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

/**
 * One row a task, one array a field.
 *
 * Invariants:
 * - Every column is as long as there are tasks; a task's number is its row, and rows never move or go.
 * - Columns are views of buffers that may have room for more: when a row is added, each is another view, so nobody keeps one.
 */
export class TaskTable {
  status: Uint8Array;
  /** Step of the flow. */
  step: Uint8Array;
  /** Failed attempts at the step. */
  failures: Uint8Array;
  /** Attempts of earlier steps that count into the result row. */
  attempts: Uint16Array;
  /** Turns that were taken back, but for those that a pause, a lost engine or a second opinion took. */
  losses: Uint8Array;
  /** Agent that has it or had it last; -1 before. */
  agent: Int32Array;
  /** Prompt and completion tokens of all its turns. */
  tokens: Uint32Array;
  /** Milliseconds of all its turns. */
  ms: Float64Array;

  constructor(size: number) {
    this.status = new Uint8Array(size);
    this.step = new Uint8Array(size);
    this.failures = new Uint8Array(size);
    this.attempts = new Uint16Array(size);
    this.losses = new Uint8Array(size);
    this.agent = new Int32Array(size).fill(-1);
    this.tokens = new Uint32Array(size);
    this.ms = new Float64Array(size);
  }

  get size(): number {
    return this.status.length;
  }

  /** One task more; returns its number. Amortised O(1): buffers double. */
  add(): number {
    this.status = longer(this.status);
    this.step = longer(this.step);
    this.failures = longer(this.failures);
    this.attempts = longer(this.attempts);
    this.losses = longer(this.losses);
    this.agent = longer(this.agent, -1);
    this.tokens = longer(this.tokens);
    this.ms = longer(this.ms);
    return this.size - 1;
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

const LEAST_ROOM = 16;

/** The column with one field more, a view of the same buffer while that has room. */
function longer<C extends Column>(column: C, value = 0): C {
  const View = column.constructor as new (from: number | ArrayBufferLike, offset?: number, length?: number) => C;
  const length = column.length + 1;
  let { buffer } = column;
  if (length * column.BYTES_PER_ELEMENT > buffer.byteLength) {
    const wider = new View(Math.max(LEAST_ROOM, 2 * length));
    wider.set(column);
    ({ buffer } = wider);
  }
  const next = new View(buffer, 0, length);
  next[length - 1] = value;
  return next;
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
