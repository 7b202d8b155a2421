/**
 * Quantiles of a stream in constant memory: the merging t-digest (Dunning and Ertl, "Computing extremely accurate quantiles using
 * t-digests", 2019) with scale function k1, which keeps the tails fine: that is where thresholds lie.
 */
export class Digest {
  readonly #compression: number;
  #means: number[] = [];
  #weights: number[] = [];
  #buffer: number[] = [];
  #count = 0;
  #min = Number.POSITIVE_INFINITY;
  #max = Number.NEGATIVE_INFINITY;

  /** At most about `compression` centroids; rank error at the median below 1 / compression, far less in the tails. */
  constructor(compression = 100) {
    this.#compression = compression;
  }

  /** Values seen. */
  get count(): number {
    return this.#count;
  }

  /** Values that are not finite are left out. */
  add(value: number): void {
    if (!Number.isFinite(value)) return;
    this.#buffer.push(value);
    this.#count++;
    if (value < this.#min) this.#min = value;
    if (value > this.#max) this.#max = value;
    if (this.#buffer.length >= 5 * this.#compression) this.#merge();
  }

  /** The value below which a share `q` (0..1) of what was seen lies; NaN when nothing was. */
  quantile(q: number): number {
    this.#merge();
    const means = this.#means;
    if (means.length === 0) return Number.NaN;
    const rank = Math.min(1, Math.max(0, q)) * this.#count;
    let below = 0;
    let lastRank = 0;
    let lastValue = this.#min;
    for (const [i, mean] of means.entries()) {
      const weight = this.#weights[i] as number;
      // A centroid's mean stands at the middle of its weight; between means the values are taken as evenly spread.
      const middle = below + weight / 2;
      if (rank <= middle) return between(rank, lastRank, middle, lastValue, mean);
      below += weight;
      lastRank = middle;
      lastValue = mean;
    }
    return between(rank, lastRank, this.#count, lastValue, this.#max);
  }

  #merge(): void {
    if (this.#buffer.length === 0) return;
    const points = this.#buffer.map((mean) => ({ mean, weight: 1 }));
    for (const [i, mean] of this.#means.entries()) points.push({ mean, weight: this.#weights[i] as number });
    points.sort((a, b) => a.mean - b.mean);
    this.#buffer = [];
    const means: number[] = [];
    const weights: number[] = [];
    const total = this.#count;
    let done = 0;
    let limit = this.#limitAfter(0);
    let mean = 0;
    let weight = 0;
    for (const point of points) {
      if (weight > 0 && (done + weight + point.weight) / total > limit) {
        means.push(mean);
        weights.push(weight);
        done += weight;
        limit = this.#limitAfter(done / total);
        mean = 0;
        weight = 0;
      }
      weight += point.weight;
      mean += ((point.mean - mean) * point.weight) / weight;
    }
    means.push(mean);
    weights.push(weight);
    this.#means = means;
    this.#weights = weights;
  }

  /** The q up to which a centroid that starts at `q` may reach: one step of k1(q) = compression / 2pi * asin(2q - 1). */
  #limitAfter(q: number): number {
    const k = (this.#compression / (2 * Math.PI)) * Math.asin(2 * q - 1) + 1;
    const angle = (2 * Math.PI * k) / this.#compression;
    return angle >= Math.PI / 2 ? 1 : (Math.sin(angle) + 1) / 2;
  }
}

/** The line through (x0, y0) and (x1, y1) at x. */
function between(x: number, x0: number, x1: number, y0: number, y1: number): number {
  return x1 <= x0 ? y1 : y0 + ((x - x0) / (x1 - x0)) * (y1 - y0);
}
