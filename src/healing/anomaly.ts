/**
 * Which turns are odd, without being told what odd is: an isolation forest (Liu, Ting and Zhou, "Isolation Forest", ICDM 2008). Random
 * cuts isolate what is rare and different in few steps; the score is 2^(-depth / expected depth), 0.5 for the crowd, towards 1 for the
 * odd. Trees are flat typed arrays: fitting 100 of them on 256 points takes a few milliseconds, scoring microseconds.
 */
import type { Random } from '../kernel/random.ts';

export interface ForestOptions {
  readonly trees: number;
  /** Points each tree sees; more would only hide anomalies among their like (swamping and masking). */
  readonly subsample: number;
  /** Share of the points fitted on that is taken as odd: sets the threshold. */
  readonly contamination: number;
}

export const DEFAULT_FOREST: ForestOptions = { trees: 100, subsample: 256, contamination: 0.1 };

/** One tree: `feature[i]` < 0 marks a leaf, whose `cut[i]` is its depth plus the expected rest for the points it holds. */
interface Tree {
  readonly feature: Int16Array;
  readonly cut: Float64Array;
  readonly left: Int32Array;
}

export class IsolationForest {
  readonly #trees: readonly Tree[];
  readonly #norm: number;
  /** Scores above this are odd. */
  readonly threshold: number;

  private constructor(
    trees: readonly Tree[],
    subsample: number,
    points: readonly Float64Array[],
    contamination: number,
  ) {
    this.#trees = trees;
    this.#norm = expectedDepth(subsample);
    const scores = points.map((point) => this.score(point)).sort((a, b) => a - b);
    this.threshold = scores[Math.min(scores.length - 1, Math.floor((1 - contamination) * scores.length))] ?? 1;
  }

  /** Fits on points of equal length; null for fewer than 8, where "odd" has no meaning. */
  static fit(
    points: readonly Float64Array[],
    random: Random,
    options: ForestOptions = DEFAULT_FOREST,
  ): IsolationForest | null {
    if (points.length < 8) return null;
    const subsample = Math.min(options.subsample, points.length);
    const trees = Array.from({ length: options.trees }, () => growTree(sample(points, subsample, random), random));
    return new IsolationForest(trees, subsample, points, options.contamination);
  }

  /** 0..1; about 0.5 and below for the crowd. */
  score(point: Float64Array): number {
    let depth = 0;
    for (const { feature, cut, left } of this.#trees) {
      let node = 0;
      let split = feature[0] as number;
      while (split >= 0) {
        const child = left[node] as number;
        node = (point[split] as number) < (cut[node] as number) ? child : child + 1;
        split = feature[node] as number;
      }
      depth += cut[node] as number;
    }
    return 2 ** (-depth / this.#trees.length / this.#norm);
  }
}

/** Average depth of an unsuccessful search in a binary search tree of n points: c(n) of the paper. */
function expectedDepth(n: number): number {
  if (n <= 1) return 0;
  if (n === 2) return 1;
  return 2 * (Math.log(n - 1) + 0.5772156649015329) - (2 * (n - 1)) / n;
}

/** `count` different points, by a partial Fisher-Yates shuffle. */
function sample(points: readonly Float64Array[], count: number, random: Random): Float64Array[] {
  const pool = points.slice();
  for (let i = 0; i < count; i++) {
    const j = i + random.int(pool.length - i);
    const taken = pool[j] as Float64Array;
    pool[j] = pool[i] as Float64Array;
    pool[i] = taken;
  }
  return pool.slice(0, count);
}

function growTree(points: Float64Array[], random: Random): Tree {
  const limit = Math.ceil(Math.log2(Math.max(2, points.length)));
  const features = points[0]?.length ?? 0;
  const feature: number[] = [0];
  const cut: number[] = [0];
  const left: number[] = [0];
  const grow = (node: number, held: readonly Float64Array[], depth: number): void => {
    const ranges: { f: number; low: number; high: number }[] = [];
    if (depth < limit && held.length > 1)
      for (let f = 0; f < features; f++) {
        let low = Number.POSITIVE_INFINITY;
        let high = Number.NEGATIVE_INFINITY;
        for (const point of held) {
          low = Math.min(low, point[f] as number);
          high = Math.max(high, point[f] as number);
        }
        if (low < high) ranges.push({ f, low, high });
      }
    if (ranges.length === 0) {
      feature[node] = -1;
      cut[node] = depth + expectedDepth(held.length);
      return;
    }
    const { f, low, high } = random.pick(ranges);
    // Never at `low` itself, or one side would be empty.
    const at = high - random.next() * (high - low);
    const child = feature.length;
    feature[node] = f;
    cut[node] = at;
    left[node] = child;
    feature.push(0, 0);
    cut.push(0, 0);
    left.push(0, 0);
    grow(
      child,
      held.filter((point) => (point[f] as number) < at),
      depth + 1,
    );
    grow(
      child + 1,
      held.filter((point) => (point[f] as number) >= at),
      depth + 1,
    );
  };
  grow(0, points, 0);
  return { feature: Int16Array.from(feature), cut: Float64Array.from(cut), left: Int32Array.from(left) };
}

/**
 * A forest that keeps up with a run: a fixed reservoir of the turns seen (Vitter's algorithm R, so that every turn has the same chance
 * to be in it), and a new forest each time the stream has grown by half since the last. Memory and cost do not grow with the run.
 */
export class AnomalyWatch {
  readonly #random: Random;
  readonly #options: ForestOptions;
  readonly #size: number;
  readonly #reservoir: Float64Array[] = [];
  #seen = 0;
  #nextFit: number;
  #forest: IsolationForest | null = null;

  /** `firstFit`: turns to see before the first forest; until then nobody is odd. */
  constructor(random: Random, options: ForestOptions = DEFAULT_FOREST, firstFit = 128) {
    this.#random = random;
    this.#options = options;
    this.#size = 4 * options.subsample;
    this.#nextFit = firstFit;
  }

  /** Takes in a turn that passed. The array is kept: hand over a fresh one. */
  learn(point: Float64Array): void {
    this.#seen++;
    if (this.#reservoir.length < this.#size) this.#reservoir.push(point);
    else {
      const at = this.#random.int(this.#seen);
      if (at < this.#size) this.#reservoir[at] = point;
    }
    if (this.#seen < this.#nextFit) return;
    this.#forest = IsolationForest.fit(this.#reservoir, this.#random, this.#options);
    this.#nextFit = Math.ceil(this.#seen * 1.5);
  }

  /** Score and verdict; null until the first fit. */
  judge(point: Float64Array): { readonly score: number; readonly odd: boolean; readonly threshold: number } | null {
    if (!this.#forest) return null;
    const score = this.#forest.score(point);
    return { score, odd: score > this.#forest.threshold, threshold: this.#forest.threshold };
  }
}
