/**
 * Seats: places on the GPU for one agent each, here with the turns that run on them. Agents that are parked between turns keep theirs too
 * (parking.ts).
 */
import type { Random } from '../../../src/kernel/random.ts';
import type { Turn } from '../runners/runner.ts';
import type { Restorable } from '../warm/warm-tier.ts';
import type { Detokenizer } from './detokenizer.ts';
import type { Matcher } from './grammar.ts';
import type { SharedPrefix } from './prefixes.ts';

/** A turn with its sequence in the pool. */
export interface Seat {
  readonly turn: Turn;
  readonly prompt: readonly number[];
  /** Shared beginning of the prompt; null when the whole prompt is the turn's own. */
  readonly prefix: SharedPrefix | null;
  /** -1 until there is one: a fork waits for its prefix. */
  sequence: number;
  /** Prompt tokens in the pool. */
  filled: number;
  /** Generated tokens in the pool. */
  decoded: number;
  /** Own tokens to be read back before the rest is computed; null once that is done. */
  restore: Restoring | null;
  /** Own tokens to be computed to bring the agent in, and the milliseconds that has taken so far; null when the agent was here. */
  prefill: { readonly tokens: number; ms: number } | null;
  /** Pages it may come to hold. */
  readonly pages: number;
  readonly maxTokens: number;
  readonly stops: readonly string[];
  readonly matcher: Matcher | null;
  /** Its sequence is to stay for the agent's next turn. */
  retain: boolean;
  /** What it leaves in the pool may serve others. */
  trusted: boolean;
  readonly text: Detokenizer;
  readonly random: Random;
  readonly counts: Map<number, number>;
  logprob: number;
  /** The token sampled last, not in the pool yet; null while the prompt is being filled. */
  next: number | null;
}

export interface Restoring {
  readonly from: Restorable;
  /** Milliseconds that reading from storage took. */
  readonly readMs: number;
}

/** In the order in which they were taken. */
export class Seats {
  #all: Seat[] = [];

  get all(): readonly Seat[] {
    return this.#all;
  }

  get size(): number {
    return this.#all.length;
  }

  take(seat: Seat): void {
    this.#all.push(seat);
  }

  /** Gives up the seats whose turns have ended. @returns them */
  vacate(): readonly Seat[] {
    const ended = this.#all.filter(({ turn }) => turn.ended);
    if (ended.length > 0) this.#all = this.#all.filter(({ turn }) => !turn.ended);
    return ended;
  }

  /** True when a turn of the agent sits here whose sequence will stay. */
  retains(agent: number): boolean {
    return this.#all.some(({ turn }) => turn.request.agent === agent && turn.retained);
  }

  /** Pages that all of them together may come to hold. */
  get pages(): number {
    return this.#all.reduce((sum, seat) => sum + seat.pages, 0);
  }

  /** Sequences that some of them are still to get. */
  get forksToCome(): number {
    return this.#all.reduce((count, seat) => count + (seat.sequence < 0 ? 1 : 0), 0);
  }
}
