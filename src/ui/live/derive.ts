/** Small pure views of a run's numbers, for the run screen. */
import { AGENT_STATES, type AgentState, type RunStatus } from '../../runtime/protocol/protocol.ts';

/** States in the order of attention: what is wrong first. */
export const BY_ATTENTION: readonly AgentState[] = ['failed', 'recovering', 'degraded', 'running', 'idle', 'done'];

const attention = new Uint8Array(AGENT_STATES.map((state) => BY_ATTENTION.indexOf(state)));

/** Rank of a state index, 0 = needs most attention. */
export function rankOf(state: number): number {
  return attention[state] ?? 255;
}

/** Rows of all agents, what is wrong first and by row within a state: a counting sort, since there may be 100,000. */
export function worstFirst(state: Uint8Array): Uint32Array<ArrayBuffer> {
  const starts = new Uint32Array(BY_ATTENTION.length + 2);
  for (const s of state) {
    const at = Math.min(rankOf(s), BY_ATTENTION.length) + 1;
    starts[at] = (starts[at] ?? 0) + 1;
  }
  for (let k = 1; k < starts.length; k += 1) starts[k] = (starts[k] ?? 0) + (starts[k - 1] ?? 0);
  const sorted = new Uint32Array(state.length);
  for (let agent = 0; agent < state.length; agent += 1) {
    const rank = Math.min(rankOf(state[agent] ?? 0), BY_ATTENTION.length);
    const at = starts[rank] ?? 0;
    sorted[at] = agent;
    starts[rank] = at + 1;
  }
  return sorted;
}

/** Agents by state index among rows first to first + count - 1. */
export function countStates(state: Uint8Array, first: number, count: number): number[] {
  const counts = AGENT_STATES.map(() => 0);
  for (let agent = first; agent < first + count; agent += 1) {
    const s = state[agent] ?? 0;
    counts[s] = (counts[s] ?? 0) + 1;
  }
  return counts;
}

/** Seats of the GPU with the agent that sits there, or null. An agent keeps its seat while it stays. */
export function seat(
  before: readonly (number | null)[],
  residents: readonly number[],
  seats: number,
): (number | null)[] {
  const size = Math.max(seats, residents.length);
  const here = new Set(residents);
  const next = Array.from({ length: size }, (_, k) => {
    const agent = before[k] ?? null;
    return agent !== null && here.has(agent) ? agent : null;
  });
  const seated = new Set(next);
  for (const agent of residents) {
    if (seated.has(agent)) continue;
    seated.add(agent);
    const free = next.indexOf(null);
    if (free >= 0) next[free] = agent;
    else next.push(agent);
  }
  return next;
}

/** The newest values of a figure, one a second of run time, for a sparkline. */
export class Series {
  #values: number[] = [];
  #second = -1;
  readonly length: number;

  constructor(length: number) {
    this.length = length;
  }

  /** Returns true when the series changed; the newest value within a second wins. */
  note(elapsedMs: number, value: number): boolean {
    const second = Math.floor(elapsedMs / 1000);
    if (second === this.#second && this.#values.at(-1) === value) return false;
    if (second === this.#second) this.#values.pop();
    this.#values.push(value);
    if (this.#values.length > this.length) this.#values.shift();
    this.#second = second;
    return true;
  }

  get values(): readonly number[] {
    return this.#values;
  }
}

/** SVG path of a sparkline in a box; a flat line in the middle when nothing varies. */
export function sparkline(values: readonly number[], width: number, height: number, length: number): string {
  if (values.length < 2) return '';
  const top = Math.max(...values);
  const bottom = Math.min(...values);
  const step = width / (length - 1);
  const range = top - bottom;
  return values
    .map((value, k) => {
      const share = range > 0 ? (value - bottom) / range : 0.5;
      return `${k === 0 ? 'M' : 'L'}${(width - (values.length - 1 - k) * step).toFixed(1)} ${(height - 1 - share * (height - 2)).toFixed(1)}`;
    })
    .join('');
}

/** Bytes a second within one loading phase, over the last few seconds. */
export class LoadRate {
  #samples: { at: number; bytes: number }[] = [];
  #phase = '';

  /** `at` in milliseconds of any steady clock. */
  note(at: number, phase: string, bytes: number): void {
    if (phase !== this.#phase) this.#samples = [];
    this.#phase = phase;
    this.#samples.push({ at, bytes });
    while (this.#samples.length > 2 && at - (this.#samples[0]?.at ?? at) > 4000) this.#samples.shift();
  }

  /** Null until a second has been seen. */
  get perSecond(): number | null {
    const first = this.#samples[0];
    const last = this.#samples.at(-1);
    if (!first || !last || last.at - first.at < 1000) return null;
    return ((last.bytes - first.bytes) / (last.at - first.at)) * 1000;
  }
}

/** What a person may still do to the run: a run that waits or could not start is tried again by the same command that ends a pause. */
export function controls(status: RunStatus): { pause: boolean; resume: boolean; stop: boolean } {
  const { phase, writer } = status;
  return {
    pause: writer && phase === 'running',
    resume: writer && (phase === 'paused' || phase === 'waiting' || phase === 'failed'),
    stop: writer && phase !== 'done' && phase !== 'cancelled',
  };
}
