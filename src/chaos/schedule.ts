/** From a plan to single faults in time: seeded, so that a plan and a seed always give the same run. */
import type { Random } from '../kernel/random.ts';
import { seededRandom } from '../kernel/random.ts';
import type { FaultKind } from '../journal/vocabulary.ts';
import { KINDS } from './kinds.ts';
import type { FaultPlan, PlannedFault, Target } from './fault-plan.ts';

/** One fault that is due. */
export interface DueFault {
  /** Unique within a plan's run, in order of time. */
  readonly id: number;
  readonly kind: FaultKind;
  /** Milliseconds of run time. */
  readonly at: number;
  readonly target: Target;
  /** How long it lasts, ms; 0 for what is over at once. */
  readonly forMs: number;
  /** Seeds what the fault itself leaves to chance. */
  readonly seed: number;
}

/** All faults of the plan in order of time. Each entry draws from a stream of its own: editing one leaves the others as they were. */
export function scheduleFaults(plan: FaultPlan, seed = plan.seed ?? 1): DueFault[] {
  const root = seededRandom(`faults/${seed}`);
  const due = plan.faults.flatMap((fault, index) => {
    const random = root.split(`${index}/${fault.kind}`);
    const times = fault.at === undefined ? randomTimes(fault, random) : [fault.at].flat();
    const kept = times
      .filter((at) => at >= fault.from && at <= (fault.until ?? Number.POSITIVE_INFINITY))
      .slice(0, fault.count);
    return kept.map((at) => ({
      kind: fault.kind,
      at,
      target: fault.target,
      forMs: fault.for ?? KINDS[fault.kind].lastsMs ?? 0,
      seed: random.int(2 ** 31),
    }));
  });
  return due.sort((a, b) => a.at - b.at).map((fault, id) => ({ id, ...fault }));
}

/** A Poisson process: gaps between faults are exponential. */
function randomTimes({ rate = 1, from, until, count = 1_000_000 }: PlannedFault, random: Random): number[] {
  const times: number[] = [];
  const meanGap = 60_000 / rate;
  for (let at = from; times.length < count;) {
    at += -Math.log(1 - random.next()) * meanGap;
    if (until !== undefined && at > until) break;
    times.push(Math.round(at));
  }
  return times;
}
