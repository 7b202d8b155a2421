/** A line through samples that a few wild ones do not bend: Theil and Sen's median of slopes, with its 95 % interval. */

/** @param {number[]} sorted @param {number} share */
function at(sorted, share) {
  const place = share * (sorted.length - 1);
  const [below = Number.NaN, above = below] = sorted.slice(Math.floor(place));
  return below + (place - Math.floor(place)) * (above - below);
}

/**
 * The interval is Sen's: from the variance of Kendall's count under no trend (P. K. Sen, JASA 63, 1968). It takes samples for independent of
 * each other; where a curve waves slowly it is too narrow.
 * @param {readonly { x: number, y: number }[]} samples
 * @returns {{ slope: number, low: number, high: number, at: (x: number) => number } | null} null where fewer than three differ in x
 */
export function trendOf(samples) {
  const slopes = samples
    .flatMap((a, k) => samples.slice(k + 1).map((b) => (b.y - a.y) / (b.x - a.x)))
    .filter(Number.isFinite)
    .sort((a, b) => a - b);
  if (slopes.length < 3) return null;
  const n = samples.length;
  const half = 1.96 * Math.sqrt((n * (n - 1) * (2 * n + 5)) / 18);
  const bound = (/** @type {number} */ rank) => at(slopes, Math.min(1, Math.max(0, rank / slopes.length)));
  const slope = at(slopes, 0.5);
  const rests = samples.map(({ x, y }) => y - slope * x).sort((a, b) => a - b);
  const start = at(rests, 0.5);
  return {
    slope,
    low: bound((slopes.length - half) / 2),
    high: bound((slopes.length + half) / 2),
    at: (x) => start + slope * x,
  };
}
