/** When something happened, counted in equal parts of a time that is not known beforehand. */

/** Parts kept while counting: twice what is told at most, so that what is told is of one measure. */
const PARTS = 256;

/**
 * Counts moments in parts that become wider as moments come from further away.
 *
 * Invariant: a part begins at a multiple of its width, so that the same moments give the same parts in whatever order they come.
 */
export class Moments {
  #width = 1;
  readonly #parts = new Map<number, number>();
  #from = Infinity;
  #to = -Infinity;

  get from(): number {
    return this.#from;
  }
  get to(): number {
    return this.#to;
  }

  add(ms: number): void {
    this.#from = Math.min(this.#from, ms);
    this.#to = Math.max(this.#to, ms);
    while (Math.floor(this.#to / this.#width) - Math.floor(this.#from / this.#width) >= PARTS) this.#widen();
    const part = Math.floor(ms / this.#width);
    this.#parts.set(part, (this.#parts.get(part) ?? 0) + 1);
  }

  /** In `parts` equal parts of a time around all of them. */
  spread(from: number, to: number, parts: number): number[] {
    const counts = new Array<number>(parts).fill(0);
    const length = Math.max(1, to - from + 1);
    for (const [part, count] of this.#parts) {
      // A part that begins before the first moment holds none there.
      const at = Math.max(from, part * this.#width);
      const place = Math.min(parts - 1, Math.max(0, Math.floor(((at - from) / length) * parts)));
      counts[place] = (counts[place] ?? 0) + count;
    }
    return counts;
  }

  #widen(): void {
    this.#width *= 2;
    const before = [...this.#parts];
    this.#parts.clear();
    for (const [part, count] of before) {
      const half = Math.floor(part / 2);
      this.#parts.set(half, (this.#parts.get(half) ?? 0) + count);
    }
  }
}
