/** A rate over a sliding window of samples of a counter that only grows. */
export class RateMeter {
  readonly #windowMs: number;
  readonly #samples: { readonly at: number; readonly count: number }[] = [];

  constructor(windowMs: number) {
    this.#windowMs = windowMs;
  }

  sample(at: number, count: number): void {
    this.#samples.push({ at, count });
    // One sample at or before the window's start stays, so that the window is always covered.
    while (this.#samples.length > 2 && (this.#samples[1] as { at: number }).at <= at - this.#windowMs)
      this.#samples.shift();
  }

  /** Counts a second between the oldest and the newest sample; 0 before there are two. */
  perSecond(): number {
    const first = this.#samples[0];
    const last = this.#samples[this.#samples.length - 1];
    if (!first || !last || last.at <= first.at) return 0;
    return Math.max(0, ((last.count - first.count) / (last.at - first.at)) * 1000);
  }
}
