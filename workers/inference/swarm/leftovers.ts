/**
 * Sequences of turns that have ended, kept as long as nobody needs their room: whoever asks the same again (a second opinion, a retry), or
 * something that begins alike, computes only what differs. Found by token ids, the longest common beginning first; given up oldest first.
 * A few dozen at most, so that comparing each is cheaper than a tree would be.
 */
import { ownPages, type KvPool } from '../kv/kv-pool.ts';
import { SHORTEST, type Prefixes, type SharedPrefix } from './prefixes.ts';

export interface Leftover {
  readonly sequence: number;
  /** Tokens in the pool: the prompt, then what was generated. */
  readonly ids: readonly number[];
  /** How many of them are the prompt. */
  readonly prompt: number;
  /** Shared beginning; its K/V is not the sequence's own. */
  readonly prefix: SharedPrefix | null;
}

export interface Match {
  readonly leftover: Leftover;
  /** Tokens that it has in common with the prompt, of which at least one is left over. */
  readonly common: number;
}

/** A sequence for a new turn. */
export interface Reused {
  readonly sequence: number;
  readonly prefix: SharedPrefix | null;
}

export class Leftovers {
  readonly #pool: Pick<KvPool, 'cut' | 'fork' | 'remove'>;
  readonly #prefixes: Pick<Prefixes, 'release'>;
  readonly #most: number;
  /** Oldest first. */
  readonly #kept = new Set<Leftover>();
  #distrusted = false;

  /** Keeps at most `most`; none where a library cannot go on from a sequence. */
  constructor(pool: Pick<KvPool, 'cut' | 'fork' | 'remove'>, prefixes: Pick<Prefixes, 'release'>, most: number) {
    this.#pool = pool;
    this.#prefixes = prefixes;
    this.#most = most;
  }

  get size(): number {
    return this.#kept.size;
  }

  /** Pages held by all of them, shared ones not counted. */
  get pages(): number {
    let pages = 0;
    for (const leftover of this.#kept) pages += ownPages(leftover.ids.length, sharedBy(leftover));
    return pages;
  }

  keep(leftover: Leftover): void {
    this.#kept.add(leftover);
    if (leftover.ids.length - sharedBy(leftover) < SHORTEST) this.evict(leftover); // nobody would find it
    while (this.#kept.size > this.#most) this.evictOne();
  }

  /** What has most in common with a prompt, and more than the first `has` tokens by enough to matter; the newest of equals. */
  find(ids: readonly number[], has: number): Match | null {
    if (this.#distrusted) return null;
    let best: Match | null = null;
    let least = has + SHORTEST;
    for (const leftover of this.#kept) {
      const common = commonLength(leftover.ids, ids);
      if (common < least) continue;
      least = common;
      best = { leftover, common };
    }
    return best;
  }

  /** True when the sequence itself can be handed over: what would be cut off its own prompt is not worth keeping. */
  wholly({ leftover, common }: Match): boolean {
    return common >= sharedBy(leftover) && leftover.prompt - common < SHORTEST;
  }

  /** Pages of its own that a sequence begun here may hold once it has so many tokens, whatever becomes of the leftover. */
  pagesFor(match: Match, tokens: number): number {
    return ownPages(tokens, this.wholly(match) ? sharedBy(match.leftover) : 0);
  }

  /** As `pagesFor`, less what the leftover itself holds already and hands over. */
  costOf(match: Match, tokens: number): number {
    const { ids } = match.leftover;
    return this.pagesFor(match, tokens) - (this.wholly(match) ? ownPages(ids.length, sharedBy(match.leftover)) : 0);
  }

  /** Sequences that `use` takes from the pool. */
  sequencesFor(match: Match): 0 | 1 {
    return this.wholly(match) ? 0 : 1;
  }

  /**
   * A sequence with the common tokens: the leftover itself, cut back, or a fork of it. Which of them holds the prefix's use from now on: the
   * sequence where it is handed over, else the leftover still.
   */
  use(match: Match): Reused {
    const { leftover, common } = match;
    const { sequence, ids, prefix } = leftover;
    this.#kept.delete(leftover);
    if (this.wholly(match)) {
      if (ids.length > common) this.#pool.cut(sequence, ids.length - common);
      return { sequence, prefix };
    }
    this.#kept.add(leftover); // as the newest
    return { sequence: this.#pool.fork(sequence, common), prefix: null };
  }

  evict(leftover: Leftover): void {
    if (!this.#kept.delete(leftover)) return;
    this.#pool.remove(leftover.sequence);
    if (leftover.prefix) this.#prefixes.release(leftover.prefix);
  }

  /** Gives up the oldest; false when there is none but `except`. */
  evictOne(except?: Leftover): boolean {
    for (const leftover of this.#kept) {
      if (leftover === except) continue;
      this.evict(leftover);
      return true;
    }
    return false;
  }

  /** None of them is found from now on; `settle` gives them up. */
  distrust(): void {
    this.#distrusted = true;
  }

  /** Gives up what is not trusted any more. */
  settle(): void {
    if (this.#distrusted) this.clear();
    this.#distrusted = false;
  }

  clear(): void {
    while (this.evictOne());
  }
}

function sharedBy({ prefix }: Leftover): number {
  return prefix?.ids.length ?? 0;
}

/** How many tokens both begin with; at least one of the prompt's is left over. */
function commonLength(ids: readonly number[], prompt: readonly number[]): number {
  const end = Math.min(ids.length, prompt.length - 1);
  let same = 0;
  while (same < end && ids[same] === prompt[same]) same += 1;
  return same;
}
