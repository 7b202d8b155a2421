/**
 * Agents between turns: sequences that outlived their turn and keep their seat, until the next turn takes them up or the runtime's word
 * takes them off the GPU. Nothing here runs in the middle of a step.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { NotKept, PagedOut } from '../../../src/engine/contract.ts';
import type { Counters } from '../runners/runner.ts';
import type { WarmTier } from '../warm/warm-tier.ts';
import { ownPages, type KvPool } from '../kv/kv-pool.ts';
import type { Prefixes, SharedPrefix } from './prefixes.ts';

export interface Parked {
  readonly agent: number;
  readonly sequence: number;
  /** Tokens in the pool. */
  readonly ids: readonly number[];
  /** Shared beginning; its K/V is not the agent's own. */
  readonly prefix: SharedPrefix | null;
}

/** A parked sequence taken up again, cut back to what it has in common with a prompt. */
export interface TakenUp {
  readonly sequence: number;
  readonly prefix: SharedPrefix | null;
  /** Tokens of the prompt that are in the pool. */
  readonly filled: number;
}

interface Leaving {
  readonly agent: number;
  readonly to: 'warm' | 'cold';
  readonly resolve: (out: PagedOut) => void;
}

export class Parking {
  readonly #pool: KvPool;
  readonly #prefixes: Prefixes;
  readonly #warm: WarmTier | null;
  readonly #clock: Clock;
  readonly #counters: Counters;
  /** Oldest first. */
  readonly #parked = new Map<number, Parked>();
  #leaving: Leaving[] = [];

  constructor(pool: KvPool, prefixes: Prefixes, warm: WarmTier | null, clock: Clock, counters: Counters) {
    this.#pool = pool;
    this.#prefixes = prefixes;
    this.#warm = warm;
    this.#clock = clock;
    this.#counters = counters;
  }

  get size(): number {
    return this.#parked.size;
  }

  /** Pages that parked sequences hold, shared ones not counted. */
  get pages(): number {
    let pages = 0;
    for (const { ids, prefix } of this.#parked.values()) pages += ownPages(ids.length, prefix?.ids.length ?? 0);
    return pages;
  }

  /** Somebody waits to be taken off the GPU. */
  get busy(): boolean {
    return this.#leaving.length > 0;
  }

  has(agent: number): boolean {
    return this.#parked.has(agent);
  }

  park(parked: Parked): void {
    this.drop(parked.agent);
    this.#parked.set(parked.agent, parked);
  }

  /** How much of the prompt the agent's sequence has; 0 when it has nothing of use. At least one token of the prompt is left over. */
  common(agent: number, prompt: readonly number[]): number {
    const parked = this.#parked.get(agent);
    if (!parked) return 0;
    const end = Math.min(parked.ids.length, prompt.length - 1);
    let same = 0;
    while (same < end && parked.ids[same] === prompt[same]) same += 1;
    return same > (parked.prefix?.ids.length ?? 0) ? same : 0;
  }

  /** Hands the sequence over with its first `filled` tokens, as `common` gave them; null when the agent is not parked. */
  takeUp(agent: number, filled: number): TakenUp | null {
    const parked = this.#parked.get(agent);
    if (!parked) return null;
    this.#parked.delete(agent);
    const surplus = parked.ids.length - filled;
    if (surplus > 0) this.#pool.cut(parked.sequence, surplus);
    return { sequence: parked.sequence, prefix: parked.prefix, filled };
  }

  /** Whether the agent's sequence begins with K/V that is not its own. */
  shares(agent: number): boolean {
    return this.#parked.get(agent)?.prefix != null;
  }

  /** Takes the agent's sequence off the GPU; nothing of it is kept. */
  drop(agent: number): void {
    const parked = this.#parked.get(agent);
    if (!parked) return;
    this.#parked.delete(agent);
    this.#pool.remove(parked.sequence);
    if (parked.prefix) this.#prefixes.release(parked.prefix);
  }

  /** As `drop`, for the agent that has been parked longest; false when none is. */
  dropOldest(): boolean {
    const [oldest] = this.#parked.keys();
    if (oldest === undefined) return false;
    this.drop(oldest);
    this.#counters.pageOuts += 1;
    return true;
  }

  /** As `pageOut` to the warm tier, for the agent that has been parked longest. */
  evictOldest(): void {
    const [oldest] = this.#parked.keys();
    if (oldest !== undefined) void this.pageOut(oldest, 'warm');
  }

  pageOut(agent: number, to: 'warm' | 'cold'): Promise<PagedOut> {
    return new Promise((resolve) => {
      this.#leaving.push({ agent, to, resolve });
    });
  }

  /** Between two steps: frees the seats of all who wait to leave. Writing goes on behind. */
  async letLeave(): Promise<void> {
    const all = this.#leaving;
    this.#leaving = [];
    try {
      for (let next = all.shift(); next; next = all.shift()) await this.#leave(next);
    } finally {
      // After a failure nobody may wait for what will not come.
      for (const { agent, resolve } of all) resolve(cold(agent, { code: 'engine-failed' }));
    }
  }

  /** The pipeline has ended: nothing can be read any more. */
  abandon(): void {
    for (const { agent, resolve } of this.#leaving.splice(0)) resolve(cold(agent, { code: 'engine-ended' }));
    this.#parked.clear();
  }

  async #leave({ agent, to, resolve }: Leaving): Promise<void> {
    const parked = this.#parked.get(agent);
    if (!parked) {
      resolve({ ...cold(agent), tier: this.#warm?.has(agent) ? 'warm' : 'cold' });
      return;
    }
    this.#counters.pageOuts += 1;
    if (to === 'cold' || !this.#warm) {
      this.drop(agent);
      resolve(cold(agent, to === 'warm' ? { code: 'no-warm-pages' } : undefined));
      return;
    }
    const begun = this.#clock.now();
    const { read, saved } = this.#warm.save(agent, parked.sequence, parked.ids, parked.prefix?.ids.length ?? 0);
    void saved.then(
      ({ outcome, tokens }) => {
        this.#counters.warmBytes = this.#warm?.bytes ?? 0;
        if (!outcome.ok) resolve(cold(agent, outcome.because));
        else resolve({ agent, tier: 'warm', tokens, bytes: outcome.bytes, ms: this.#clock.now() - begun });
      },
      (thrown: unknown) => {
        resolve(cold(agent, { code: 'warm-unread', detail: String(thrown) }));
      },
    );
    await read;
    this.drop(agent);
  }
}

function cold(agent: number, because?: NotKept): PagedOut {
  return { agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0, ...(because === undefined ? {} : { because }) };
}
