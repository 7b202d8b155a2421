/**
 * When a score is low. The line is learned from turns that passed, and crossing it counts only when it lasts: in at the lower line or below
 * for several turns running, out above the higher one for as many (hysteresis, as in a thermostat). A third line lies lower still: one turn
 * there is enough.
 */
import type { Digest } from './digest.ts';

export interface Thresholds {
  /** At or below: a low turn. */
  readonly degrade: number;
  /** Above: a calm turn; always higher than `degrade`. */
  readonly clear: number;
  /** Turns in a row that it takes, either way. */
  readonly turns: number;
  /** At or below: low at once, whatever went before; never higher than `degrade`. */
  readonly fail: number;
}

/** What holds until a role has been learned; also the bounds of what may be learned. */
export const DEFAULT_THRESHOLDS: Thresholds = { degrade: 0.6, clear: 0.7, turns: 2, fail: 0.3 };

/** Turns of a role before its own thresholds are used. */
const ENOUGH = 100;
/** From where a score is calm: so much above the line below which it is low. */
const CLEARANCE = 0.1;

const clearOf = (degrade: number): number => Math.min(0.95, degrade + CLEARANCE);

/** What a swarm file says, until the role has been learned. */
export function givenThresholds(given: { readonly degraded: number; readonly failed: number }): Thresholds {
  const { degraded: degrade, failed: fail } = given;
  return { ...DEFAULT_THRESHOLDS, degrade, clear: clearOf(degrade), fail };
}

/**
 * Thresholds from the totals of passed turns: `degrade` a little below what 99.5 % of them reach, within 0.3..0.75 so that a spoilt
 * calibration can neither blind the monitor nor make it shrill. `fail` stays as it was given, but never above what was learned.
 */
export function learnedThresholds(totals: Digest, otherwise: Thresholds = DEFAULT_THRESHOLDS): Thresholds {
  if (totals.count < ENOUGH) return otherwise;
  const degrade = Math.min(0.75, Math.max(0.3, totals.quantile(0.005) - 0.05));
  return { ...otherwise, degrade, clear: clearOf(degrade), fail: Math.min(otherwise.fail, degrade) };
}

/** Per agent, how many turns in a row were low (or calm): two bytes an agent. */
export class Hysteresis {
  readonly #low: Uint8Array;
  readonly #calm: Uint8Array;

  constructor(agents: number) {
    this.#low = new Uint8Array(agents);
    this.#calm = new Uint8Array(agents).fill(255);
  }

  /** Counts one turn's score; tells whether low, or calm, has now lasted. So low that once is enough counts as lasting. */
  observe(agent: number, score: number, thresholds: Thresholds): { sustained: boolean; calm: boolean } {
    const { degrade, clear, turns, fail } = thresholds;
    const low = score <= degrade ? Math.min(255, (this.#low[agent] ?? 0) + 1) : 0;
    const calm = score > clear ? Math.min(255, (this.#calm[agent] ?? 0) + 1) : 0;
    this.#low[agent] = low;
    this.#calm[agent] = calm;
    return { sustained: low >= turns || score <= fail, calm: calm >= turns };
  }

  /** Forgets the agent's past: it was made anew. */
  reset(agent: number): void {
    this.#low[agent] = 0;
    this.#calm[agent] = 255;
  }
}
