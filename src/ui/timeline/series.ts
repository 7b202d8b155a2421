/** A timeline as columns for a chart, and as rows for a table. Pure. */
import type { FaultKind, Timeline } from '../../runtime/protocol/protocol.ts';

/** Seconds of run time in the middle of each bucket, then tokens a second, then health low, median, high. */
export type Columns = [number[], (number | null)[], (number | null)[], (number | null)[], (number | null)[]];

/** @param live tokens a second now; stands where turns that still write are not counted yet */
export function columnsOf(timeline: Timeline, live: number | null): Columns {
  const { bucketMs, tokens, health, endAt, settledAt } = timeline;
  const x = tokens.map((_, k) => Math.min(endAt, (k + 0.5) * bucketMs) / 1000);
  const rates = tokens.map((count, k): number | null => {
    const from = k * bucketMs;
    const to = Math.min(endAt, from + bucketMs);
    // What a turn in flight has written since it began is in no bucket yet: better no line than one that falls.
    if (to > settledAt) return null;
    return (1000 * count) / Math.max(1, to - from);
  });
  const smooth = smoothed(rates, Math.max(1, Math.round(1000 / bucketMs)));
  // The end of the line, where turns still write, is what the run measures now.
  if (live !== null) for (let k = smooth.length - 1; k >= 0 && smooth[k] === null; k -= 1) smooth[k] = live;
  return [x, smooth, held(health.low), held(health.median), held(health.high)];
}

/** Mean over `reach` values at each side: a second of run time for the eye, where buckets are shorter. */
function smoothed(values: readonly (number | null)[], reach: number): (number | null)[] {
  return values.map((value, k) => {
    if (value === null) return null;
    const near = values.slice(Math.max(0, k - reach), k + reach + 1).filter((one) => one !== null);
    return near.reduce((sum, one) => sum + one, 0) / near.length;
  });
}

/** Health stays what it was while no turn ends. */
function held(values: readonly (number | null)[]): (number | null)[] {
  let last: number | null = null;
  return values.map((value) => (last = value ?? last));
}

export interface TimelineRow {
  readonly from: number;
  readonly tokensPerSecond: number;
  readonly tasks: number;
  readonly low: number | null;
  readonly median: number | null;
  readonly turns: number;
  readonly faults: readonly FaultKind[];
  readonly mended: number;
}

/** At most `most` rows of equal length, none shorter than a second; their length is a round number of buckets. */
export function rowsOf(timeline: Timeline, most: number): { readonly stepMs: number; readonly rows: TimelineRow[] } {
  const { bucketMs, tokens, tasks, seats, mended, health, faults, endAt } = timeline;
  const each = Math.max(1, Math.ceil(tokens.length / most), Math.round(1000 / bucketMs));
  const stepMs = each * bucketMs;
  const rows: TimelineRow[] = [];
  for (let from = 0; from < tokens.length; from += each) {
    const of = <T>(values: readonly T[]): T[] => values.slice(from, from + each);
    const start = from * bucketMs;
    const end = start + stepMs;
    const passed = Math.max(1, Math.min(endAt, end) - start);
    const medians = of(health.median).filter((value) => value !== null);
    rows.push({
      from: start,
      tokensPerSecond: (1000 * sum(of(tokens))) / passed,
      tasks: sum(of(tasks)),
      low: least(of(health.low)),
      median: medians.length > 0 ? sum(medians) / medians.length : null,
      turns: Math.max(0, ...of(seats)),
      faults: faults.filter(({ at }) => at >= start && at < end).map(({ kind }) => kind),
      mended: sum(of(mended)),
    });
  }
  return { stepMs, rows };
}

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

function least(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length > 0 ? Math.min(...known) : null;
}
