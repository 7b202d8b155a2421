/**
 * A whole run in a few hundred numbers: a fold of its events into buckets of run time. When the run outgrows its buckets, two become one and
 * each is twice as wide, so that a run of minutes and one of days take the same room and the first second stays at the left edge.
 */
import type { JournalEvent } from '../journal/events.ts';

/** What a bucket says of the run. All arrays are as long as each other; the first bucket begins at 0. */
export interface TimelineBuckets {
  /** Width of a bucket, milliseconds of run time. */
  readonly bucketMs: number;
  /** Completion tokens; those of a turn are spread over the time that it took. */
  readonly tokens: readonly number[];
  /** Tasks that ended. */
  readonly tasks: readonly number[];
  /** Most turns at once. */
  readonly seats: readonly number[];
  /** Cases that healing closed. */
  readonly mended: readonly number[];
  /** Health (0 to 1) of the agents whose turns ended: 10th percentile, median and 90th; null where no turn did. */
  readonly health: {
    readonly low: readonly (number | null)[];
    readonly median: readonly (number | null)[];
    readonly high: readonly (number | null)[];
  };
  /** Run time up to which `tokens` is complete: turns that write now are counted when they end. */
  readonly settledAt: number;
}

export interface SavedTimeline {
  readonly bucketMs: number;
  readonly length: number;
  readonly endAt: number;
  readonly tokens: readonly number[];
  readonly tasks: readonly number[];
  readonly seats: readonly number[];
  readonly mended: readonly number[];
  readonly health: readonly number[];
  readonly turns: readonly (readonly [agent: number, at: number])[];
}

const FIRST_BUCKET_MS = 250;
const MOST_BUCKETS = 512;
/** Health in steps of 0.02: what a picture of 30 pixels can show, and such counts can be added up. */
const STEPS = 51;

export class TimelineFold {
  readonly #most: number;
  #bucketMs: number;
  #length = 0;
  #endAt = 0;
  readonly #tokens: Float64Array;
  readonly #tasks: Uint32Array;
  readonly #seats: Uint32Array;
  readonly #mended: Uint32Array;
  readonly #health: Uint32Array;
  /** Agents with a turn, each with the run time at which it began. */
  readonly #turns = new Map<number, number>();

  constructor(mostBuckets = MOST_BUCKETS, bucketMs = FIRST_BUCKET_MS) {
    this.#most = mostBuckets;
    this.#bucketMs = bucketMs;
    this.#tokens = new Float64Array(mostBuckets);
    this.#tasks = new Uint32Array(mostBuckets);
    this.#seats = new Uint32Array(mostBuckets);
    this.#mended = new Uint32Array(mostBuckets);
    this.#health = new Uint32Array(mostBuckets * STEPS);
  }

  /** As JSON. */
  saved(): SavedTimeline {
    return {
      bucketMs: this.#bucketMs,
      length: this.#length,
      endAt: this.#endAt,
      tokens: [...this.#tokens],
      tasks: [...this.#tasks],
      seats: [...this.#seats],
      mended: [...this.#mended],
      health: [...this.#health],
      turns: [...this.#turns],
    };
  }

  /** Of a fold with as many buckets. */
  restore({ bucketMs, length, endAt, tokens, tasks, seats, mended, health, turns }: SavedTimeline): void {
    this.#bucketMs = bucketMs;
    this.#length = length;
    this.#endAt = endAt;
    this.#tokens.set(tokens);
    this.#tasks.set(tasks);
    this.#seats.set(seats);
    this.#mended.set(mended);
    this.#health.set(health);
    for (const [agent, at] of turns) this.#turns.set(agent, at);
  }

  /** @param health of the event's agent after it, 0 to 1; looked at where a turn ended */
  hear(event: JournalEvent, health: number): void {
    const { at } = event;
    this.#endAt = at;
    this.#reach(at);
    switch (event.type) {
      case 'turn.started':
        this.#turns.set(event.agent, at);
        break;
      case 'turn.ended':
        this.#turns.delete(event.agent);
        this.#spread(event.tokens.completion, at - event.ms, at);
        if (event.finish !== 'cancelled' && event.finish !== 'error') {
          const step = Math.round(Math.min(1, Math.max(0, health)) * (STEPS - 1));
          bump(this.#health, this.#bucket(at) * STEPS + step);
        }
        break;
      case 'task.requeued':
        this.#turns.delete(event.agent);
        break;
      case 'run.resumed':
        this.#turns.clear();
        break;
      case 'task.committed':
      case 'task.failed':
        bump(this.#tasks, this.#bucket(at));
        break;
      case 'heal.mended':
        bump(this.#mended, this.#bucket(at));
        break;
      default:
        break;
    }
    const bucket = this.#bucket(at);
    this.#seats[bucket] = Math.max(this.#seats[bucket] as number, this.#turns.size);
  }

  read(): TimelineBuckets {
    const length = this.#length;
    const quantiles = Array.from({ length }, (_, bucket) => this.#quantiles(bucket));
    return {
      bucketMs: this.#bucketMs,
      tokens: [...this.#tokens.subarray(0, length)],
      tasks: [...this.#tasks.subarray(0, length)],
      seats: [...this.#seats.subarray(0, length)],
      mended: [...this.#mended.subarray(0, length)],
      health: {
        low: quantiles.map((one) => one?.[0] ?? null),
        median: quantiles.map((one) => one?.[1] ?? null),
        high: quantiles.map((one) => one?.[2] ?? null),
      },
      settledAt: Math.min(Number.POSITIVE_INFINITY, ...this.#turns.values()),
    };
  }

  /** Completion tokens a second over the time before `at`, at most `windowMs` of it. */
  tokensPerSecond(at: number, windowMs: number): number {
    const from = Math.max(0, at - windowMs);
    let sum = 0;
    for (let bucket = this.#bucket(from); bucket <= this.#bucket(at); bucket++) {
      const start = bucket * this.#bucketMs;
      const end = Math.max(start + 1, Math.min(start + this.#bucketMs, this.#endAt));
      const overlap = Math.min(at, end) - Math.max(from, start);
      sum += ((this.#tokens[bucket] as number) * Math.max(0, overlap)) / (end - start);
    }
    return at > from ? (1000 * sum) / (at - from) : 0;
  }

  #bucket(at: number): number {
    return Math.min(this.#most - 1, Math.max(0, Math.floor(at / this.#bucketMs)));
  }

  #reach(at: number): void {
    while (at >= this.#most * this.#bucketMs) this.#halve();
    const length = this.#bucket(at) + 1;
    // A stretch in which nothing was told had as many turns as before it.
    for (let bucket = this.#length; bucket < length; bucket++) this.#seats[bucket] = this.#turns.size;
    this.#length = Math.max(this.#length, length);
  }

  #halve(): void {
    const half = this.#most / 2;
    for (const column of [this.#tokens, this.#tasks, this.#mended]) {
      for (let k = 0; k < half; k++) column[k] = (column[2 * k] as number) + (column[2 * k + 1] as number);
      column.fill(0, half);
    }
    for (let k = 0; k < half; k++)
      this.#seats[k] = Math.max(this.#seats[2 * k] as number, this.#seats[2 * k + 1] as number);
    this.#seats.fill(0, half);
    const health = this.#health;
    for (let k = 0; k < half; k++)
      for (let step = 0; step < STEPS; step++)
        health[k * STEPS + step] =
          (health[2 * k * STEPS + step] as number) + (health[(2 * k + 1) * STEPS + step] as number);
    health.fill(0, half * STEPS);
    this.#length = Math.ceil(this.#length / 2);
    this.#bucketMs *= 2;
  }

  #spread(amount: number, from: number, to: number): void {
    const first = this.#bucket(from);
    const last = this.#bucket(to);
    const start = Math.max(0, from);
    if (first === last || to <= start) {
      this.#tokens[last] = (this.#tokens[last] as number) + amount;
      return;
    }
    for (let bucket = first; bucket <= last; bucket++) {
      const overlap = Math.min(to, (bucket + 1) * this.#bucketMs) - Math.max(start, bucket * this.#bucketMs);
      this.#tokens[bucket] = (this.#tokens[bucket] as number) + (amount * Math.max(0, overlap)) / (to - start);
    }
  }

  #quantiles(bucket: number): [number, number, number] | null {
    const counts = this.#health.subarray(bucket * STEPS, (bucket + 1) * STEPS);
    const all = counts.reduce((sum, n) => sum + n, 0);
    if (all === 0) return null;
    const at = (q: number): number => {
      let seen = 0;
      for (let step = 0; step < STEPS; step++) {
        seen += counts[step] as number;
        if (seen > q * (all - 1)) return step / (STEPS - 1);
      }
      return 1;
    };
    return [at(0.1), at(0.5), at(0.9)];
  }
}

function bump(column: Uint32Array, at: number): void {
  column[at] = (column[at] as number) + 1;
}
