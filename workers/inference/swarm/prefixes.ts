/**
 * Prompts that agents share, kept once on the GPU and forked for each turn. Found by token ids, counted by use, evicted last.
 */
import { PAGE } from '../kv/kv-pool.ts';

/**
 * Shorter ones are not worth a sequence. Below a page a fork copies the tokens (one kernel a layer, less than one token's prefill); from a
 * page on it shares whole pages, which costs each step a second attention and a merge, and saves the more the longer the prefix is.
 */
export const SHORTEST = 4;

export interface SharedPrefix {
  readonly ids: readonly number[];
  readonly sequence: number;
  /** How many of the ids have their K/V in the pool; forked from when all have. */
  filled: number;
  /** Turns that wait for it or run on it. */
  users: number;
  lastUsed: number;
}

/** What this needs of the K/V pool. */
export interface PrefixStore {
  add(): number;
  remove(sequence: number): void;
}

export class Prefixes {
  readonly #store: PrefixStore;
  readonly #all = new Set<SharedPrefix>();
  #tick = 0;

  constructor(store: PrefixStore) {
    this.#store = store;
  }

  get size(): number {
    return this.#all.size;
  }

  /** Pages held by all of them. */
  get pages(): number {
    let pages = 0;
    for (const { ids } of this.#all) pages += Math.ceil(ids.length / PAGE);
    return pages;
  }

  /** The longest kept prefix that `ids` begins with and that leaves at least one of them over. */
  find(ids: readonly number[]): SharedPrefix | null {
    let best: SharedPrefix | null = null;
    for (const prefix of this.#all) {
      if (
        prefix.ids.length < ids.length &&
        (!best || prefix.ids.length > best.ids.length) &&
        startsWith(ids, prefix.ids)
      )
        best = prefix;
    }
    return best;
  }

  /** Makes room for a prefix; its K/V is still to be filled. */
  create(ids: readonly number[]): SharedPrefix {
    const prefix: SharedPrefix = { ids, sequence: this.#store.add(), filled: 0, users: 0, lastUsed: (this.#tick += 1) };
    this.#all.add(prefix);
    return prefix;
  }

  use(prefix: SharedPrefix): void {
    prefix.users += 1;
    prefix.lastUsed = this.#tick += 1;
  }

  release(prefix: SharedPrefix): void {
    prefix.users -= 1;
  }

  /** Drops the unused prefix that was used longest ago; false when every prefix is in use. */
  evictOne(): boolean {
    let oldest: SharedPrefix | null = null;
    for (const prefix of this.#all) {
      if (prefix.users === 0 && (!oldest || prefix.lastUsed < oldest.lastUsed)) oldest = prefix;
    }
    if (!oldest) return false;
    this.#all.delete(oldest);
    this.#store.remove(oldest.sequence);
    return true;
  }
}

function startsWith(ids: readonly number[], prefix: readonly number[]): boolean {
  for (let i = 0; i < prefix.length; i += 1) if (ids[i] !== prefix[i]) return false;
  return true;
}
