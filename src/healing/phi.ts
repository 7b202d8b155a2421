/**
 * Suspicion that grows with silence: the phi accrual failure detector (Hayashibara, Défago, Yared and Katayama, 2004). Phi is -log10 of
 * the chance that a live one stays silent this long, so phi 3 is one false alarm in a thousand silences. Latencies of model turns are
 * skewed, so the distribution is taken over the logarithm of the interval.
 */
export class PhiAccrual {
  readonly #window: number;
  readonly #minDeviation: number;
  #count = 0;
  #mean = 0;
  #variance = 0;

  /**
   * `window`: how many intervals the memory is long, so that a slower batch or a warmer GPU is learned.
   * `minDeviation`: least standard deviation of ln(interval); keeps a very regular engine from being accused over a hiccup.
   */
  constructor(window = 200, minDeviation = 0.25) {
    this.#window = window;
    this.#minDeviation = minDeviation;
  }

  get count(): number {
    return this.#count;
  }

  /** Typical interval in the unit that was observed: the geometric mean; NaN when nothing was. */
  get typical(): number {
    return this.#count === 0 ? Number.NaN : Math.exp(this.#mean);
  }

  /** One interval that ended, e.g. milliseconds to the first token. Intervals below 1 count as 1. */
  observe(interval: number): void {
    if (!Number.isFinite(interval)) return;
    const x = Math.log(Math.max(1, interval));
    this.#count++;
    const share = 1 / Math.min(this.#count, this.#window);
    const delta = x - this.#mean;
    this.#mean += share * delta;
    this.#variance = (1 - share) * (this.#variance + share * delta * delta);
  }

  /** Suspicion after `silence`, 0 while it is shorter than usual; 0 as long as nothing was observed. */
  phi(silence: number): number {
    if (this.#count === 0 || silence <= 0) return 0;
    const deviation = Math.max(this.#minDeviation, Math.sqrt(this.#variance));
    const z = (Math.log(Math.max(1, silence)) - this.#mean) / deviation;
    return z <= 0 ? 0 : -Math.log10(upperTail(z));
  }

  /** The silence at which suspicion reaches `phi`: by when a live one would have spoken. Infinity while nothing was observed. */
  silenceAt(phi: number): number {
    if (this.#count === 0) return Number.POSITIVE_INFINITY;
    const deviation = Math.max(this.#minDeviation, Math.sqrt(this.#variance));
    let low = 0;
    let high = 40;
    for (let i = 0; i < 50; i++) {
      const z = (low + high) / 2;
      if (-Math.log10(upperTail(z)) < phi) low = z;
      else high = z;
    }
    return Math.exp(this.#mean + high * deviation);
  }
}

/**
 * P(Z > z) of a standard normal, z >= 0; the logistic approximation of Bowling et al. (2009) that Akka uses too, absolute error below
 * 1.4e-4; in the far tail it is larger than the truth, which errs on the side of patience.
 */
function upperTail(z: number): number {
  const e = Math.exp(-z * (1.5976 + 0.070566 * z * z));
  return Math.max(Number.MIN_VALUE, e / (1 + e));
}
