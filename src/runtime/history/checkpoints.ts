/**
 * Copies of a run's state, taken now and then while its log is folded, so that any moment of it is a short fold away. When they take more
 * room than they may, every other one goes and the distance doubles: their number stays bounded for a run of any length.
 */
import { RunState } from '../../journal/run-state.ts';

/** Events between two checkpoints at first: they are folded in a few milliseconds. */
const FIRST_DISTANCE = 2048;
const MOST = 64;
const MOST_BYTES = 48 * 2 ** 20;

export class Checkpoints {
  readonly #most: number;
  #distance: number;
  #kept: RunState[] = [];

  constructor(distance = FIRST_DISTANCE, most = MOST) {
    this.#distance = distance;
    this.#most = most;
  }

  /** Looks at the state after each event; copies it when the last copy is far enough behind. */
  consider(state: RunState): void {
    if (state.seq - (this.#kept.at(-1)?.seq ?? 0) < this.#distance) return;
    this.#kept.push(state.copy());
    const room = Math.min(this.#most, Math.max(2, Math.floor(MOST_BYTES / state.bytes)));
    if (this.#kept.length <= room) return;
    this.#kept = this.#kept.filter((_, k) => k % 2 === 1);
    this.#distance *= 2;
  }

  /**
   * Where to start folding for the state at run time `at`, ms: a copy that is the caller's own, and the number of the last event that can
   * belong to it (`Infinity`: that of the run).
   * @param first see `RunState.begin`
   */
  before(
    at: number,
    tasks: number,
    agents: number,
    first: Uint8Array | null = null,
  ): { readonly state: RunState; readonly lastSeq: number } {
    const next = this.#kept.findIndex((kept) => kept.at > at);
    const from = next < 0 ? this.#kept.at(-1) : this.#kept[next - 1];
    return {
      state: from?.copy() ?? RunState.begin(tasks, agents, first),
      lastSeq: next < 0 ? Number.POSITIVE_INFINITY : (this.#kept[next] as RunState).seq,
    };
  }
}
