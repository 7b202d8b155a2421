/** Small statistics for reports. */

/** The value below which a share `q` (0..1) lies, by linear interpolation between order statistics (Hyndman and Fan's type 7); null for none. */
export function percentile(values: readonly number[], q: number): number | null {
  if (values.length === 0) return null;
  const sorted = values.toSorted((a, b) => a - b);
  const at = Math.min(1, Math.max(0, q)) * (sorted.length - 1);
  const low = sorted[Math.floor(at)] as number;
  const high = sorted[Math.ceil(at)] as number;
  return low + (high - low) * (at - Math.floor(at));
}

export interface Interval {
  /** The share itself, 0..1. */
  readonly share: number;
  readonly low: number;
  readonly high: number;
}

/** A share with its 95 % interval (Wilson, 1927): honest for few trials and for shares near 0 and 1. Null without trials. */
export function wilson(successes: number, trials: number, z = 1.959964): Interval | null {
  if (trials === 0) return null;
  const share = successes / trials;
  const shrink = 1 + (z * z) / trials;
  const middle = (share + (z * z) / (2 * trials)) / shrink;
  const half = (z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))) / shrink;
  return { share, low: Math.max(0, middle - half), high: Math.min(1, middle + half) };
}
