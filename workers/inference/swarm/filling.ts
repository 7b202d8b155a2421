/**
 * Prompts on their way into the pool: read back from the warm tier, or computed, one chunk a step of any number of sequences.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { PageIn } from '../../../src/engine/contract.ts';
import type { Counters, Turn } from '../runners/runner.ts';
import type { GpuMemory, Tensor } from '../device/webllm-internals.ts';
import type { WarmTier } from '../warm/warm-tier.ts';
import type { Extension, KvPool } from '../kv/kv-pool.ts';
import type { SharedPrefix } from './prefixes.ts';
import type { Seat, Seats } from './seat.ts';

/** A forward pass whose logits wait to be sampled. */
export interface Pass {
  readonly logits: Tensor;
  /** By row of the logits; null where nothing is sampled. */
  readonly seats: readonly (Seat | null)[];
}

/** A pass over prompts: who is being filled, row by row, and with how many tokens. */
export interface Filling extends Pass {
  readonly filling: readonly (Seat | null)[];
  readonly rows: readonly number[];
}

/** A prompt to fill: a shared prefix, or a seat's own. */
interface Job {
  readonly of: { readonly sequence: number; filled: number };
  readonly ids: readonly number[];
  readonly seat: Seat | null;
  /** Tokens that this step adds. */
  count: number;
}

export interface FillerParts {
  readonly gpu: Pick<GpuMemory, 'sync'>;
  readonly clock: Clock;
  readonly pool: KvPool;
  readonly seats: Seats;
  readonly counters: Counters;
  readonly warm: WarmTier | null;
  /** Prompts at most in one pass. */
  readonly rows: number;
  /** Prompts may not be cut. */
  readonly whole: boolean;
}

export class Filler {
  readonly #with: FillerParts;

  constructor(parts: FillerParts) {
    this.#with = parts;
  }

  /** Reads own tokens back into the forks whose prefix is there. */
  async restore(): Promise<void> {
    const { seats, pool, gpu, clock, counters } = this.#with;
    for (const seat of seats.all) {
      const { restore, prefix, turn } = seat;
      if (!restore || turn.ended) continue;
      if (seat.sequence < 0) {
        if (!prefix || prefix.filled < prefix.ids.length) continue;
        seat.sequence = pool.fork(prefix.sequence);
      }
      const { from, readMs } = restore;
      const begun = clock.now();
      from.append(seat.sequence);
      await gpu.sync();
      seat.restore = null;
      seat.filled = from.at + from.tokens;
      turn.restoredTokens = from.tokens;
      turn.cachedTokens += from.tokens;
      const ms = readMs + clock.now() - begun;
      turn.pageIn = { way: 'restore', tokens: from.tokens, bytes: from.bytes, ms, ...this.#trouble(turn) };
      counters.restores += 1;
    }
  }

  /**
   * Up to a chunk of prompt tokens: shared prefixes first, since others wait for them, then seats in the order they were taken. The first
   * seat leaves half of the chunk to those behind it, so that a long prompt is neither starved nor starves. Null when no prompt is to fill.
   */
  fill(): Filling | null {
    const { pool, seats, counters, rows, whole } = this.#with;
    const { chunk } = pool.size;
    const prefixes = new Set<SharedPrefix>();
    for (const { prefix } of seats.all) if (prefix && prefix.filled < prefix.ids.length) prefixes.add(prefix);
    const ready = seats.all.filter((seat) => this.#mayFill(seat));
    const jobs: Job[] = [
      ...[...prefixes].map((of): Job => ({ of, ids: of.ids, seat: null, count: 0 })),
      ...ready.map((of): Job => ({ of, ids: of.prompt, seat: of, count: 0 })),
    ].slice(0, rows);
    let left = chunk;
    const give = (job: Job, limit: number): void => {
      const wanted = job.ids.length - job.of.filled - job.count;
      const count = Math.min(wanted, limit, left);
      if (whole && count < wanted) return;
      job.count += count;
      left -= count;
    };
    for (const [i, job] of jobs.entries()) give(job, i === 0 && jobs.length > 1 && !whole ? chunk >> 1 : chunk);
    for (const job of jobs) give(job, chunk);
    const taken = jobs.filter(({ count }) => count > 0);
    if (taken.length === 0) return null;
    const batch = taken.map(({ of, ids, count }): Extension => {
      return { sequence: of.sequence, ids: ids.slice(of.filled, of.filled + count) };
    });
    const logits = pool.prefill(batch);
    for (const { of, count } of taken) of.filled += count;
    counters.prefillTokens += chunk - left;
    const whose = taken.map(({ seat }) => (seat && seat.filled === seat.prompt.length ? seat : null));
    return { logits, seats: whose, filling: taken.map(({ seat }) => seat), rows: taken.map(({ count }) => count) };
  }

  /** True for a seat whose prompt is to be filled and whose sequence is there; a fork is made as soon as its prefix is whole. */
  #mayFill(seat: Seat): boolean {
    if (seat.next !== null || seat.restore || seat.turn.ended) return false;
    if (seat.sequence >= 0) return true;
    const { prefix } = seat;
    if (!prefix || prefix.filled < prefix.ids.length) return false;
    seat.sequence = this.#with.pool.fork(prefix.sequence);
    return true;
  }

  /** What a step's prompts cost, by their share of the rows it computed; `decoded` are those that were no prompts. */
  share({ filling, rows }: Filling, decoded: number, ms: number): void {
    const all = rows.reduce((sum, row) => sum + row, decoded);
    for (const [i, seat] of filling.entries()) {
      if (!seat?.prefill) continue;
      seat.prefill.ms += (ms * (rows[i] as number)) / all;
      const { prefill, turn } = seat;
      if (seat.filled !== seat.prompt.length || turn.pageIn) continue;
      turn.pageIn = { way: 'prefill', tokens: prefill.tokens, bytes: 0, ms: prefill.ms, ...this.#trouble(turn) };
    }
  }

  #trouble({ request }: Turn): Pick<PageIn, 'distrusted'> {
    const distrusted = this.#with.warm?.takeTrouble(request.agent);
    return distrusted === undefined ? {} : { distrusted };
  }
}
