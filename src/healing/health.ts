/**
 * How well one turn went, in five parts of 0..1. The score ranks agents and warns. What moves states is the hard evidence that is gathered on
 * the way, because a weighted mean lets a total stall still score 0.85; the score alone does it only where it stays low or is very low.
 */
import { Digest } from './digest.ts';
import type { Evidence, Observed } from '../journal/evidence.ts';
import { reported } from '../journal/said.ts';
import type { Diagnosis, FinishReason, Signal } from '../journal/vocabulary.ts';
import { vetoes } from './evidence.ts';
import { PhiAccrual } from './phi.ts';
import { COMPRESSION_ODD, LEAST_REPEATS, repetition } from './repetition.ts';

export const PARTS = ['coherence', 'completeness', 'latency', 'memory', 'consistency'] as const;
export type Part = (typeof PARTS)[number];

export const WEIGHTS: Readonly<Record<Part, number>> = {
  coherence: 0.25,
  completeness: 0.2,
  latency: 0.15,
  memory: 0.25,
  consistency: 0.15,
};

/** What is known of a turn that ended. Times in milliseconds; null = not known. */
export interface TurnFacts {
  readonly text: string;
  /** The model stopped by itself ('stop'), was cut ('length', 'deadline'), or worse. */
  readonly finish: FinishReason;
  /** Mean natural-log probability of the chosen tokens. */
  readonly meanLogprob: number | null;
  /** From submission to the first token. */
  readonly firstTokenMs: number | null;
  /** From the first token to the end. */
  readonly decodeMs: number | null;
  readonly completionTokens: number;
  /** Against the role's schema; null for free text. */
  readonly schemaValid: boolean | null;
  /** Required fields that are there, and how many are asked for. */
  readonly fields: { readonly present: number; readonly required: number } | null;
  /** Tokens in the agent's context after the turn, and how many it holds. */
  readonly context: { readonly tokens: number; readonly limit: number } | null;
  /**
   * Whether stored K/V pages that were read to bring the agent onto the GPU could be trusted, and why not: they were computed again then, or
   * older ones read. Null: none were read for this turn.
   */
  readonly pages: { readonly whole: true } | { readonly whole: false; readonly because: string } | null;
  /** False: a stored record of it could not be used, and it has not written another since; null: none was read. */
  readonly recordWhole: boolean | null;
  /** Share of reviewers, peers or second samples that agree, 0..1. */
  readonly agreement: number | null;
}

export interface PartScore {
  readonly part: Part;
  /** null = unknown: nothing was there to judge by. */
  readonly value: number | null;
  readonly evidence: readonly Evidence[];
}

export interface HealthScore {
  /** 0..1 over the parts that are known. */
  readonly total: number;
  readonly parts: readonly PartScore[];
  /** What hard evidence there is. Of a loop only this tells; the others EXECUTE's own checks find as well. */
  readonly vetoes: readonly Diagnosis[];
}

/** Turns of a role before its own distribution is believed. */
const ENOUGH = 30;
/** Share of its context that an agent may fill without a thought. */
const ROOMY = 0.75;
/** Suspicion at which a latency counts as nothing: one in 10^8 by chance. */
const PHI_ZERO = 8;

/** What is normal for a role, learned from its turns that passed. */
export class RoleNorms {
  readonly logprob = new Digest();
  readonly firstToken = new PhiAccrual();
  readonly tokenGap = new PhiAccrual();
  readonly total = new Digest();

  /** Learns from one turn that passed every check. */
  learn(facts: TurnFacts, total: number): void {
    if (facts.meanLogprob !== null) this.logprob.add(facts.meanLogprob);
    if (facts.firstTokenMs !== null) this.firstToken.observe(facts.firstTokenMs);
    const gap = tokenGap(facts);
    if (gap !== null) this.tokenGap.observe(gap);
    this.total.add(total);
  }
}

/**
 * Scores one turn against what is normal for its role.
 *
 * An unknown part (null) gives its weight to the known ones in proportion. Counting it as 1 would be trust that nobody earned and
 * counting it as 0.5 would rank every unreviewed agent below a reviewed one of the same quality; left out, it says nothing.
 */
export function scoreTurn(facts: TurnFacts, norms: RoleNorms): HealthScore {
  const parts = [
    coherence(facts, norms),
    completeness(facts),
    latency(facts, norms),
    memory(facts),
    consistency(facts),
  ];
  let sum = 0;
  let weight = 0;
  for (const { part, value } of parts) {
    if (value === null) continue;
    sum += WEIGHTS[part] * value;
    weight += WEIGHTS[part];
  }
  return { total: weight === 0 ? 1 : sum / weight, parts, vetoes: vetoes(parts.flatMap(({ evidence }) => evidence)) };
}

function coherence(facts: TurnFacts, norms: RoleNorms): PartScore {
  const evidence: Evidence[] = [];
  const found = repetition(facts.text);
  evidence.push({
    signal: 'repetition',
    value:
      found.looping && found.repeats > 1
        ? { code: 'cycle', repeats: found.repeats, period: found.period }
        : found.compression,
    expected: { code: 'no-cycle', repeats: LEAST_REPEATS, compression: COMPRESSION_ODD },
    verdict: found.looping ? 'bad' : found.gate < 1 ? 'odd' : 'good',
    ...(found.looping && { hard: 'loop' as const }),
  });
  let likelihood: number | null = null;
  if (facts.meanLogprob !== null) {
    const known = norms.logprob.count >= ENOUGH;
    likelihood = known ? mapLogprob(facts.meanLogprob, norms.logprob) : Math.min(1, Math.exp(facts.meanLogprob / 4));
    const low = known ? norms.logprob.quantile(0.01) : -2;
    evidence.push({
      signal: 'log-probability',
      value: facts.meanLogprob,
      expected: { code: 'above', least: low, by: known ? 'role' : 'nobody' },
      verdict: facts.meanLogprob < low ? (likelihood < 0.25 ? 'bad' : 'odd') : 'good',
    });
  }
  if (likelihood === null && found.gate === 1 && facts.text.length < 64)
    return { part: 'coherence', value: null, evidence };
  return { part: 'coherence', value: (likelihood ?? 1) * found.gate, evidence };
}

/** 1 down to the role's 10 % quantile, 0.5 at its 1 % quantile, and from there to 0 over the same distance again, at least 0.5 nats. */
function mapLogprob(value: number, seen: Digest): number {
  const q10 = seen.quantile(0.1);
  const q01 = seen.quantile(0.01);
  if (value >= q10) return 1;
  const span = Math.max(0.25, q10 - q01);
  return Math.max(0, 1 - (0.5 * (q10 - value)) / span);
}

function completeness(facts: TurnFacts): PartScore {
  const evidence: Evidence[] = [];
  const stopped = facts.finish === 'stop';
  evidence.push({
    signal: 'finish',
    value: { code: 'finish', finish: facts.finish },
    expected: { code: 'finish', finish: 'stop' },
    verdict: stopped ? 'good' : 'bad',
    // Free text that was cut is kept, and JSON may be whole by chance: only where the form suffered is this a veto.
    ...((facts.finish === 'deadline' || (facts.finish === 'length' && facts.schemaValid === false)) && {
      hard: 'incomplete' as const,
    }),
  });
  let sum = stopped ? 0.3 : 0;
  let weight = 0.3;
  if (facts.schemaValid !== null) {
    evidence.push({
      signal: 'schema',
      value: facts.schemaValid,
      expected: { code: 'valid' },
      verdict: facts.schemaValid ? 'good' : 'bad',
      ...(!facts.schemaValid && stopped && { hard: 'invalid' as const }),
    });
    sum += facts.schemaValid ? 0.5 : 0;
    weight += 0.5;
  }
  if (facts.fields && facts.fields.required > 0) {
    const { present, required } = facts.fields;
    evidence.push({
      signal: 'required-fields',
      value: { code: 'fields', present, required },
      expected: { code: 'all' },
      verdict: present >= required ? 'good' : 'bad',
    });
    sum += 0.2 * Math.min(1, present / required);
    weight += 0.2;
  }
  return { part: 'completeness', value: sum / weight, evidence };
}

function latency(facts: TurnFacts, norms: RoleNorms): PartScore {
  const evidence: Evidence[] = [];
  const scores: number[] = [];
  const judge = (signal: Signal, ms: number | null, seen: PhiAccrual): void => {
    if (ms === null || seen.count < ENOUGH) return;
    const phi = seen.phi(ms);
    scores.push(Math.max(0, 1 - phi / PHI_ZERO));
    evidence.push({
      signal,
      value: Math.round(ms),
      expected: { code: 'about', ms: Math.round(seen.typical), most: Math.round(seen.silenceAt(3)) },
      verdict: phi < 3 ? 'good' : phi < PHI_ZERO ? 'odd' : 'bad',
    });
  };
  judge('first-token', facts.firstTokenMs, norms.firstToken);
  judge('token-gap', tokenGap(facts), norms.tokenGap);
  return { part: 'latency', value: scores.length === 0 ? null : Math.min(...scores), evidence };
}

/** A chain is as strong as its weakest link: the worst of what is known. */
function memory(facts: TurnFacts): PartScore {
  const evidence: Evidence[] = [];
  const scores: number[] = [];
  if (facts.context) {
    const { tokens, limit } = facts.context;
    const share = limit > 0 ? tokens / limit : 1;
    const score = Math.min(1, Math.max(0, 1 - (share - ROOMY) / (1 - ROOMY)));
    scores.push(score);
    evidence.push({
      signal: 'context',
      value: share,
      expected: { code: 'below', most: ROOMY },
      verdict: score === 1 ? 'good' : score > 0.2 ? 'odd' : 'bad',
      ...(share >= 1 && { hard: 'context-full' as const }),
    });
  }
  if (facts.pages) {
    // A cache: what was computed instead is right. Storage that loses bits is worth a look all the same.
    const { whole } = facts.pages;
    scores.push(whole ? 1 : 0.5);
    const value: Observed = facts.pages.whole ? { code: 'whole' } : reported(facts.pages.because);
    evidence.push({ signal: 'stored-pages', value, expected: { code: 'whole' }, verdict: whole ? 'good' : 'odd' });
  }
  if (facts.recordWhole !== null) {
    // No veto: whoever finds a bad record accuses its agent at once, and this turn was taken without it.
    scores.push(facts.recordWhole ? 1 : 0);
    evidence.push({
      signal: 'stored-record',
      value: { code: facts.recordWhole ? 'whole' : 'not-whole' },
      expected: { code: 'whole' },
      verdict: facts.recordWhole ? 'good' : 'bad',
    });
  }
  return { part: 'memory', value: scores.length === 0 ? null : Math.min(...scores), evidence };
}

function consistency(facts: TurnFacts): PartScore {
  if (facts.agreement === null) return { part: 'consistency', value: null, evidence: [] };
  return {
    part: 'consistency',
    value: facts.agreement,
    evidence: [
      {
        signal: 'agreement',
        value: facts.agreement,
        expected: { code: 'two-thirds' },
        verdict: facts.agreement >= 2 / 3 ? 'good' : facts.agreement > 1 / 3 ? 'odd' : 'bad',
      },
    ],
  };
}

/** Mean milliseconds between tokens; null for turns of fewer than two. */
function tokenGap(facts: TurnFacts): number | null {
  return facts.decodeMs === null || facts.completionTokens < 2 ? null : facts.decodeMs / (facts.completionTokens - 1);
}
