/** How agents stand against what is normal for their role, as turns that passed have shown it: scores that stay low, turns that are odd. */
import type { Random } from '../kernel/random.ts';
import { AnomalyWatch } from './anomaly.ts';
import type { Evidence } from '../journal/evidence.ts';
import { type HealthScore, RoleNorms, scoreTurn, type TurnFacts } from './health.ts';
import { Hysteresis, learnedThresholds, type Thresholds } from './thresholds.ts';

/** Odd turns in a row (isolation forest) that make a suspect: by chance one in 10^4. */
const ODD_STREAK = 4;

export interface Seen {
  /** The score is back above the line, or was never below it. */
  readonly calm: boolean;
  /** Why the agent is suspected; null: it is not. */
  readonly why: Evidence | null;
}

export class HealthBaseline {
  /** What is normal for a role, and for all of them. */
  readonly #norms: readonly RoleNorms[];
  readonly #everyone = new RoleNorms();
  readonly #watches: readonly AnomalyWatch[];
  readonly #hysteresis: Hysteresis;
  readonly #oddStreak: Uint8Array;
  readonly #otherwise: Thresholds;

  /** `otherwise`: what holds for a role until it has been learned. `random` seeds the forests. */
  constructor(agents: number, roles: readonly { readonly name: string }[], otherwise: Thresholds, random: Random) {
    this.#norms = roles.map(() => new RoleNorms());
    this.#watches = roles.map(({ name }) => new AnomalyWatch(random.split(`forest/${name}`)));
    this.#hysteresis = new Hysteresis(agents);
    this.#oddStreak = new Uint8Array(agents);
    this.#otherwise = otherwise;
  }

  /** What is normal for the role, then for all. */
  norms(role: number): readonly [RoleNorms | undefined, RoleNorms] {
    return [this.#norms[role], this.#everyone];
  }

  score(role: number, facts: TurnFacts): HealthScore {
    return scoreTurn(facts, this.#norms[role] ?? new RoleNorms());
  }

  /** A turn of the agent passed. */
  passed(agent: number, role: number, facts: TurnFacts, { total }: HealthScore): Seen {
    const norms = this.#norms[role];
    const thresholds = norms ? learnedThresholds(norms.total, this.#otherwise) : this.#otherwise;
    const { sustained, calm } = this.#hysteresis.observe(agent, total, thresholds);
    const anomaly = this.#watches[role]?.judge(turnPoint(facts)) ?? null;
    const streak = anomaly?.odd ? Math.min(255, (this.#oddStreak[agent] ?? 0) + 1) : 0;
    this.#oddStreak[agent] = streak;
    const isCalm = total > thresholds.clear || calm;
    if (!sustained && (streak < ODD_STREAK || total > thresholds.clear)) return { calm: isCalm, why: null };
    this.#hysteresis.reset(agent);
    this.#oddStreak[agent] = 0;
    const line = total <= thresholds.fail ? thresholds.fail : thresholds.degrade;
    const why: Evidence = sustained
      ? { signal: 'health', value: total, expected: { code: 'above', least: line }, verdict: 'odd' }
      : {
          signal: 'isolation-forest',
          value: anomaly?.score ?? null,
          expected: { code: 'below', most: anomaly?.threshold ?? 1 },
          verdict: 'odd',
        };
    return { calm: isCalm, why };
  }

  /** The turn is one of those by which others are measured. */
  learn(role: number, facts: TurnFacts, { total }: HealthScore): void {
    this.#norms[role]?.learn(facts, total);
    this.#everyone.learn(facts, total);
    this.#watches[role]?.learn(turnPoint(facts));
  }
}

/** A turn as the isolation forest sees it; latencies and lengths by their logarithm. */
function turnPoint(facts: TurnFacts): Float64Array {
  return Float64Array.of(
    facts.meanLogprob ?? 0,
    Math.log1p(facts.firstTokenMs ?? 0),
    Math.log1p(facts.decodeMs ?? 0),
    Math.log1p(facts.completionTokens),
    Math.log1p(facts.text.length),
  );
}
