/**
 * What it costs to bring an agent's own tokens onto the GPU: read their K/V back and upload it, or compute it again. Both are measured,
 * turn by turn, and the cheaper way is taken; nothing is assumed about the machine.
 */

/** Observations that a line is drawn through: enough to see past a bad one in four, few enough to follow a machine that changes. */
const WINDOW = 24;
/** Observations before a line is believed at all. */
const FEW = 5;
/** The other way is tried again after this many choices times how much dearer it seems: trying costs some 3 % at most. */
const TRY_AGAIN = 32;

/**
 * cost = fixed + each x size through the newest observations, by the Theil-Sen estimator (median of the slopes of all pairs, median of what
 * is left): up to 29 % of the observations may be anything, e.g. turns beside a garbage collection. Neither part is ever negative.
 */
export class CostLine {
  readonly #sizes: number[] = [];
  readonly #costs: number[] = [];
  #n = 0;
  #line: { readonly fixed: number; readonly each: number } | null = null;
  #surprise = 1;

  /** Observations so far. */
  get count(): number {
    return this.#n;
  }

  get known(): boolean {
    return this.#n >= FEW;
  }

  /** The newest observation by what was predicted for it. */
  get surprise(): number {
    return this.#surprise;
  }

  /** Milliseconds for `size`; 0 before the first observation. */
  predict(size: number): number {
    this.#line ??= fit(this.#sizes, this.#costs);
    return this.#line.fixed + this.#line.each * size;
  }

  /** What is not a finite number >= 0 is no observation. */
  observe(size: number, ms: number): void {
    if (!(size >= 0 && ms >= 0 && Number.isFinite(size) && Number.isFinite(ms))) return;
    const expected = this.predict(size);
    this.#surprise = expected > 0 ? ms / expected : 1;
    const at = this.#n++ % WINDOW;
    this.#sizes[at] = size;
    this.#costs[at] = ms;
    this.#line = null;
  }
}

function fit(sizes: readonly number[], costs: readonly number[]): { readonly fixed: number; readonly each: number } {
  if (sizes.length === 0) return { fixed: 0, each: 0 };
  const slopes: number[] = [];
  for (const [i, x] of sizes.entries()) {
    for (let j = 0; j < i; j++) {
      const dx = x - (sizes[j] as number);
      if (dx !== 0) slopes.push(((costs[i] as number) - (costs[j] as number)) / dx);
    }
  }
  // Sizes all alike tell nothing apart: then cost is taken as proportional, which orders other sizes rightly.
  const each = Math.max(0, median(slopes));
  const fixed = median(sizes.map((x, i) => (costs[i] as number) - each * x));
  if (fixed >= 0 && (slopes.length > 0 || sizes[0] === 0)) return { fixed, each };
  const rates = sizes.flatMap((x, i) => (x > 0 ? [(costs[i] as number) / x] : []));
  return { fixed: 0, each: median(rates) };
}

/** 0 of nothing. */
function median(values: readonly number[]): number {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  if (sorted.length === 0) return 0;
  return sorted.length % 2 === 1
    ? (sorted[half] as number)
    : ((sorted[half - 1] as number) + (sorted[half] as number)) / 2;
}

/** What a page-in may choose between. */
export interface PageInChoice {
  /** Bytes on the warm tier. */
  readonly bytes: number;
  /** Own tokens that would be computed instead. */
  readonly tokens: number;
}

export interface PageInObservation {
  readonly way: 'restore' | 'prefill';
  readonly tokens: number;
  readonly bytes: number;
  readonly ms: number;
}

/** Chooses between restore and prefill by what both have cost so far. */
export class PageInCost {
  readonly restore = new CostLine();
  readonly prefill = new CostLine();
  #choices = 0;
  /** Choice at which each way was last taken. */
  #lastRestore = 0;
  #lastPrefill = 0;

  /** The cheaper way; while one is not known yet, the one that was seen less. Now and then the other way is tried again. */
  choose({ bytes, tokens }: PageInChoice): 'restore' | 'prefill' {
    const way = this.#choose(bytes, tokens);
    this.#choices++;
    if (way === 'restore') this.#lastRestore = this.#choices;
    else this.#lastPrefill = this.#choices;
    return way;
  }

  /** How a page-in went. One of no tokens says nothing. */
  observe({ way, tokens, bytes, ms }: PageInObservation): void {
    if (tokens <= 0) return;
    if (way === 'restore') this.restore.observe(bytes, ms);
    else this.prefill.observe(tokens, ms);
  }

  #choose(bytes: number, tokens: number): 'restore' | 'prefill' {
    if (!this.restore.known || !this.prefill.known)
      return this.restore.count <= this.prefill.count ? 'restore' : 'prefill';
    const read = this.restore.predict(bytes);
    const compute = this.prefill.predict(tokens);
    const better = read <= compute ? 'restore' : 'prefill';
    const other = better === 'restore' ? 'prefill' : 'restore';
    const [cheap, dear] = better === 'restore' ? [read, compute] : [compute, read];
    // If it went better than thought the last time, that may be the new rule: it is looked at again at once.
    if (dear * this[other].surprise < cheap) return other;
    const last = other === 'restore' ? this.#lastRestore : this.#lastPrefill;
    return (this.#choices - last) * cheap >= TRY_AGAIN * dear ? other : better;
  }
}
