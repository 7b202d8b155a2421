/**
 * The recovery ladder: light, restart, scale up, operator. Which step comes next is chosen by the fault and by what has helped so far, not
 * by going through the rungs in order: restarting an agent does nothing for a lost device, and a fresh worker nothing for one bad record.
 *
 * Among the actions that can help, the one with the least expected cost per cure, cost / P(success), goes first. For tries that each either
 * cure or do not, that order has the least expected total cost (Mitten, "An analytic solution to the least cost testing sequence problem",
 * 1960). P is learned per fault and action, starting from a prior that the table below states.
 */
import type { FaultClass } from './evidence.ts';
import { StepRecord } from './step-record.ts';

export const RUNGS = ['light', 'restart', 'scale-up', 'operator'] as const;
export type Rung = (typeof RUNGS)[number];

/**
 * What can be ordered. Logs of earlier versions also tell of `second-opinion`, which is asked where a turn is judged, and of
 * `reload-weights`, which was a fresh worker by another name: the page still has words for both.
 */
export const ACTIONS = [
  'retry-turn',
  'reload-sampler',
  're-prefill',
  'trim-context',
  'reset-context',
  'free-storage',
  'fresh-agent',
  'rebuild-pool',
  'fresh-worker',
  'escalate-model',
  'move-task',
  'ask-operator',
] as const;
export type Action = (typeof ACTIONS)[number];

export interface Step {
  readonly action: Action;
  readonly rung: Rung;
  /** What it does, as a person reads it. */
  readonly does: string;
  /** Faults it can cure, each with the chance that it does, before anything was learned. */
  readonly cures: Partial<Readonly<Record<FaultClass, number>>>;
  /** Milliseconds it takes, roughly, until the next turn can start. */
  readonly costMs: number;
  /** Times it may be tried in one case. */
  readonly limit: number;
}

export const LADDER: readonly Step[] = [
  {
    action: 'retry-turn',
    rung: 'light',
    does: 'drop the turn; its task is taken again, by another agent where there is one',
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
    does: "sample the agent's next turn with a penalty on repetition",
    cures: { loop: 0.5 },
    costMs: 120,
    limit: 1,
  },
  {
    action: 're-prefill',
    rung: 'light',
    does: "throw the agent's K/V away and compute it again from its tokens",
    cures: { 'engine-error': 0.3, stall: 0.3 },
    costMs: 400,
    limit: 1,
  },
  {
    action: 'trim-context',
    rung: 'light',
    does: "start from the role's prompt alone, with half the room for the task's text",
    cures: { 'context-full': 0.9, incomplete: 0.2 },
    costMs: 100,
    limit: 2,
  },
  {
    action: 'reset-context',
    rung: 'light',
    does: "start from the role's prompt alone",
    cures: { loop: 0.7, disagreement: 0.8, 'context-full': 0.6, 'low-score': 0.6, invalid: 0.5 },
    costMs: 150,
    limit: 2,
  },
  {
    action: 'free-storage',
    rung: 'light',
    does: 'delete warm K/V pages, then detail in the logs of runs that have ended; never results',
    cures: { 'storage-full': 0.8 },
    costMs: 200,
    limit: 3,
  },
  {
    action: 'fresh-agent',
    rung: 'restart',
    does: 'make the agent anew from its last good generation',
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
    does: 'build the K/V pool again, one size down',
    cures: { 'out-of-memory': 0.9 },
    costMs: 1500,
    limit: 4,
  },
  {
    action: 'fresh-worker',
    rung: 'restart',
    // A load looks at every file of the model: at its size, and of the built-in one at its checksum.
    does: 'start a fresh inference worker on a fresh adapter; it loads the model from the cache, and fetches again what does not fit there',
    cures: { 'device-lost': 0.9, 'worker-dead': 0.9, 'engine-error': 0.4, stall: 0.4 },
    costMs: 2000,
    limit: 6,
  },
  {
    action: 'escalate-model',
    rung: 'scale-up',
    does: "give the task to the next model of the role's escalate list",
    cures: { invalid: 0.7, incomplete: 0.6, loop: 0.6, disagreement: 0.6 },
    costMs: 30_000,
    limit: 1,
  },
  {
    action: 'move-task',
    rung: 'scale-up',
    does: "give the task to a standby of the role; the agent rests and starts from the role's prompt alone",
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
    does: 'tell a person the whole story and wait for a word',
    cures: {},
    costMs: 600_000,
    limit: 1,
  },
];

/** What the choice depends on besides the fault. */
export interface Situation {
  readonly fault: FaultClass;
  /** Actions tried in this case, in order. */
  readonly tried: readonly Action[];
  /** Whether the role names a model to escalate to. */
  readonly canEscalate: boolean;
  /** Whether the role has another agent that is fit to work. */
  readonly hasStandby: boolean;
  /** False once the supervisors above have refused more restarts for now. */
  readonly mayRestart: boolean;
}

export interface Choice {
  readonly step: Step;
  /** Why this one, then why not the others; a sentence each. */
  readonly reasons: readonly string[];
}

/** Turns by which a prior counts against what was seen. */
const PRIOR_WEIGHT = 4;

/** The ladder of one run: chooses, and learns which action cures what. */
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
    const refused: string[] = [];
    let best: { step: Step; price: number; chance: number } | null = null;
    const outbid: { step: Step; price: number }[] = [];
    for (const step of this.#steps) {
      const no = this.#whyNot(step, situation);
      if (no !== null) {
        refused.push(`${step.action}: ${no}`);
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
    const why = `${step.action} (${step.rung}): ${step.does}; cures ${situation.fault} in ${Math.round(chance * 100)} of 100, ${Math.round(price)} ms a cure`;
    const dearer = outbid.map((other) => `${other.step.action}: dearer, ${Math.round(other.price)} ms a cure`);
    return { step, reasons: [why, ...dearer, ...refused] };
  }

  /** Takes in how a step went: whether what was wrong then passed a turn. */
  learn(fault: FaultClass, action: Action, cured: boolean): void {
    this.#record.learn(fault, action, cured);
  }

  /** Chance that `step` cures `fault`: the prior, corrected by what was seen (mean of a beta distribution). */
  chance(fault: FaultClass, step: Step): number {
    const prior = step.cures[fault] ?? (step.action === 'ask-operator' ? 1 : 0.01);
    const { tries, cures } = this.#record.of(fault, step.action);
    return (cures + PRIOR_WEIGHT * prior) / (tries + PRIOR_WEIGHT);
  }

  #whyNot(step: Step, { fault, tried, canEscalate, hasStandby, mayRestart }: Situation): string | null {
    if (step.action !== 'ask-operator' && step.cures[fault] === undefined) return `does nothing for ${fault}`;
    const times = tried.filter((action) => action === step.action).length;
    if (times >= step.limit) return `tried ${times} of ${step.limit} times`;
    if (step.action === 'escalate-model' && !canEscalate) return 'the role names no other model';
    if (step.action === 'move-task' && !hasStandby) return 'no other agent of the role is fit';
    if (step.rung === 'restart' && !mayRestart) return 'too many restarts lately; the supervisor above decides';
    return null;
  }
}
