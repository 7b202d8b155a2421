/**
 * The recovery ladder: light, restart, scale up, operator. Which step comes next is chosen by the fault and by what has helped so far, not
 * by going through the rungs in order: restarting an agent does nothing for a lost device, and a fresh worker nothing for one bad record.
 *
 * Among the actions that can help, the one with the least expected cost per cure, cost / P(success), goes first. For tries that each either
 * cure or do not, that order has the least expected total cost (Mitten, "An analytic solution to the least cost testing sequence problem",
 * 1960). P is learned per fault and action, starting from a prior that the table below states.
 */
import type { OrderReason } from '../journal/healing-events.ts';
import type { Diagnosis, RecoveryAction, Rung } from '../journal/vocabulary.ts';
import { StepRecord } from './step-record.ts';

export interface Step {
  readonly action: RecoveryAction;
  readonly rung: Rung;
  /** Faults it can cure, each with the chance that it does, before anything was learned. */
  readonly cures: Partial<Readonly<Record<Diagnosis, number>>>;
  /** Milliseconds it takes, roughly, until the next turn can start. */
  readonly costMs: number;
  /** Times it may be tried in one case. */
  readonly limit: number;
}

export const LADDER: readonly Step[] = [
  {
    action: 'retry-turn',
    rung: 'light',
    cures: {
      stall: 0.8,
      invalid: 0.6,
      incomplete: 0.5,
      'engine-error': 0.7,
      'outcome-lost': 0.95,
      loop: 0.3,
    },
    costMs: 100,
    limit: 1,
  },
  {
    action: 'reload-sampler',
    rung: 'light',
    cures: { loop: 0.5 },
    costMs: 120,
    limit: 1,
  },
  {
    action: 're-prefill',
    rung: 'light',
    cures: { 'engine-error': 0.3, stall: 0.3 },
    costMs: 400,
    limit: 1,
  },
  {
    action: 'trim-context',
    rung: 'light',
    cures: { 'context-full': 0.9, incomplete: 0.2 },
    costMs: 100,
    limit: 2,
  },
  {
    action: 'reset-context',
    rung: 'light',
    cures: { loop: 0.7, disagreement: 0.8, 'context-full': 0.6, 'low-score': 0.6, invalid: 0.5 },
    costMs: 150,
    limit: 2,
  },
  {
    action: 'free-storage',
    rung: 'light',
    cures: { 'storage-full': 0.8 },
    costMs: 200,
    limit: 3,
  },
  {
    action: 'fresh-agent',
    rung: 'restart',
    cures: {
      'bad-record': 0.95,
      'old-record': 0.95,
      loop: 0.8,
      disagreement: 0.8,
      invalid: 0.6,
      stall: 0.5,
      'engine-error': 0.5,
      'outcome-lost': 0.5,
      'low-score': 0.7,
      incomplete: 0.4,
      'context-full': 0.5,
    },
    costMs: 1000,
    limit: 2,
  },
  {
    action: 'rebuild-pool',
    rung: 'restart',
    cures: { 'out-of-memory': 0.9 },
    costMs: 1500,
    limit: 4,
  },
  {
    action: 'fresh-worker',
    rung: 'restart',
    // A load looks at every file of the model: at its size, and of the built-in one at its checksum.
    cures: { 'device-lost': 0.9, 'worker-dead': 0.9, 'engine-error': 0.4, stall: 0.4 },
    costMs: 2000,
    limit: 6,
  },
  {
    action: 'escalate-model',
    rung: 'scale-up',
    cures: { invalid: 0.7, incomplete: 0.6, loop: 0.6, disagreement: 0.6 },
    costMs: 30_000,
    limit: 1,
  },
  {
    action: 'move-task',
    rung: 'scale-up',
    cures: {
      stall: 0.6,
      loop: 0.5,
      invalid: 0.5,
      incomplete: 0.4,
      disagreement: 0.6,
      'context-full': 0.4,
      'engine-error': 0.5,
      'outcome-lost': 0.6,
      'bad-record': 0.5,
      'old-record': 0.5,
    },
    costMs: 1500,
    limit: 2,
  },
  {
    action: 'ask-operator',
    rung: 'operator',
    cures: {},
    costMs: 600_000,
    limit: 1,
  },
];

/** What the choice depends on besides the fault. */
export interface Situation {
  readonly fault: Diagnosis;
  /** Actions tried in this case, in order. */
  readonly tried: readonly RecoveryAction[];
  /** Whether the role names a model to escalate to. */
  readonly canEscalate: boolean;
  /** Whether the role has another agent that is fit to work. */
  readonly hasStandby: boolean;
  /** False once the supervisors above have refused more restarts for now. */
  readonly mayRestart: boolean;
}

export interface Choice {
  readonly step: Step;
  /** Why this one, then why not the others. */
  readonly reasons: readonly OrderReason[];
}

/** Turns by which a prior counts against what was seen. */
const PRIOR_WEIGHT = 4;

/**
 * The ladder of one run: chooses, and learns which action cures what.
 *
 * Invariants:
 * - Only a step that the table says can cure the fault is chosen, within its limit. Asking a person has its price too: it comes last, but for
 *   steps that have hardly ever helped.
 * - What was learned changes prices, never which steps there are. The choice depends on nothing else: the same record and situation, the
 *   same step.
 */
export class Ladder {
  readonly #steps: readonly Step[];
  readonly #record: StepRecord;

  /** `learned`: what is known of the steps already. */
  constructor(steps: readonly Step[] = LADDER, learned?: StepRecord) {
    this.#steps = steps;
    this.#record = new StepRecord(learned);
  }

  /** The next thing to try, or null when nothing is left but giving up. */
  choose(situation: Situation): Choice | null {
    const refused: OrderReason[] = [];
    let best: { step: Step; price: number; chance: number } | null = null;
    const outbid: { step: Step; price: number }[] = [];
    for (const step of this.#steps) {
      const no = this.#whyNot(step, situation);
      if (no !== null) {
        refused.push(no);
        continue;
      }
      const chance = this.chance(situation.fault, step);
      const price = step.costMs / chance;
      if (!best || price < best.price) {
        if (best) outbid.push(best);
        best = { step, price, chance };
      } else outbid.push({ step, price });
    }
    if (!best) return null;
    const { step, price, chance } = best;
    const { action, rung } = step;
    const percent = Math.round(chance * 100);
    const why: OrderReason = { code: 'chosen', action, rung, fault: situation.fault, percent, ms: Math.round(price) };
    const dearer = outbid.map((other): OrderReason => ({
      code: 'dearer',
      action: other.step.action,
      ms: Math.round(other.price),
    }));
    return { step, reasons: [why, ...dearer, ...refused] };
  }

  /** Takes in how a step went: whether what was wrong then passed a turn. */
  learn(fault: Diagnosis, action: RecoveryAction, cured: boolean): void {
    this.#record.learn(fault, action, cured);
  }

  /** Chance that `step` cures `fault`: the prior, corrected by what was seen (mean of a beta distribution). */
  chance(fault: Diagnosis, step: Step): number {
    const prior = step.cures[fault] ?? (step.action === 'ask-operator' ? 1 : 0.01);
    const { tries, cures } = this.#record.of(fault, step.action);
    return (cures + PRIOR_WEIGHT * prior) / (tries + PRIOR_WEIGHT);
  }

  #whyNot(step: Step, { fault, tried, canEscalate, hasStandby, mayRestart }: Situation): OrderReason | null {
    const { action, limit } = step;
    if (action !== 'ask-operator' && step.cures[fault] === undefined) return { code: 'no-cure', action, fault };
    const times = tried.filter((each) => each === action).length;
    if (times >= limit) return { code: 'tried', action, times, limit };
    if (action === 'escalate-model' && !canEscalate) return { code: 'no-model', action };
    if (action === 'move-task' && !hasStandby) return { code: 'no-standby', action };
    if (step.rung === 'restart' && !mayRestart) return { code: 'too-many-restarts', action };
    return null;
  }
}
