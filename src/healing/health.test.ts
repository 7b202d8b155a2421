import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { Digest } from './digest.ts';
import type { TurnFacts } from './health.ts';
import { PARTS, RoleNorms, WEIGHTS, scoreTurn } from './health.ts';
import { DEFAULT_THRESHOLDS, givenThresholds, Hysteresis, learnedThresholds } from './thresholds.ts';

const good: TurnFacts = {
  text: '{"severity":"warning","kind":"auth","subject":"sshd[24206]","action":"watch"}',
  finish: 'stop',
  meanLogprob: -0.2,
  firstTokenMs: 120,
  decodeMs: 600,
  completionTokens: 31,
  schemaValid: true,
  fields: { present: 4, required: 4 },
  context: { tokens: 300, limit: 1024 },
  pages: { whole: true },
  recordWhole: true,
  agreement: 1,
};

/** Norms of a role after `turns` healthy turns with natural scatter. */
function learned(turns = 400): RoleNorms {
  const norms = new RoleNorms();
  const random = seededRandom('health');
  for (let i = 0; i < turns; i++) {
    const facts = {
      ...good,
      meanLogprob: -0.1 - 0.3 * random.next(),
      firstTokenMs: random.between(90, 160),
      decodeMs: random.between(500, 750),
    };
    norms.learn(facts, scoreTurn(facts, norms).total);
  }
  return norms;
}
const norms = learned();
const partOf = (facts: Partial<TurnFacts>, part: string) =>
  scoreTurn({ ...good, ...facts }, norms).parts.find((p) => p.part === part)!;

describe('health of a turn', () => {
  it('has five parts whose weights are the documented ones', () => {
    expect(PARTS.map((part) => WEIGHTS[part])).toEqual([0.25, 0.2, 0.15, 0.25, 0.15]);
    const { total, parts, vetoes } = scoreTurn(good, norms);
    expect(parts.map(({ part }) => part)).toEqual([...PARTS]);
    expect(total).toBeGreaterThan(0.95);
    expect(vetoes).toEqual([]);
  });

  it('takes note of K/V pages that could not be trusted, without a veto: what was computed instead is right', () => {
    const because = 'generation 3: checksum 1 is not 2';
    const { parts, vetoes } = scoreTurn({ ...good, pages: { whole: false, because } }, norms);
    const memory = parts.find(({ part }) => part === 'memory')!;
    expect(memory.value).toBe(0.5);
    expect(memory.evidence).toContainEqual({
      signal: 'stored-pages',
      value: { code: 'reported', detail: because },
      expected: { code: 'whole' },
      verdict: 'odd',
    });
    expect(vetoes).toEqual([]);
  });

  it('finds each kind of harm in its own part, with evidence', () => {
    const harms: [Partial<TurnFacts>, string, string[]][] = [
      [{ text: 'again and again and '.repeat(20) }, 'coherence', ['loop']],
      [{ meanLogprob: -4 }, 'coherence', []],
      [{ schemaValid: false }, 'completeness', ['invalid']],
      [{ finish: 'length', schemaValid: false }, 'completeness', ['incomplete']],
      [{ fields: { present: 1, required: 4 } }, 'completeness', []],
      [{ firstTokenMs: 30_000 }, 'latency', []],
      [{ decodeMs: 90_000 }, 'latency', []],
      [{ context: { tokens: 1024, limit: 1024 } }, 'memory', ['context-full']],
      [{ recordWhole: false }, 'memory', []],
      [{ agreement: 0 }, 'consistency', []],
    ];
    for (const [facts, part, expected] of harms) {
      const score = scoreTurn({ ...good, ...facts }, norms);
      const worst = score.parts.toSorted((a, b) => (a.value ?? 1) - (b.value ?? 1))[0]!;
      expect(worst.part, JSON.stringify(facts)).toBe(part);
      expect(worst.value).toBeLessThan(0.9);
      expect(score.vetoes).toEqual(expected);
      expect(
        worst.evidence.some(({ verdict }) => verdict === 'bad'),
        JSON.stringify(worst.evidence),
      ).toBe(true);
    }
    expect(partOf({ schemaValid: false }, 'completeness').evidence[1]).toMatchObject({
      ...{ signal: 'schema', value: false, expected: { code: 'valid' }, verdict: 'bad' },
    });
  });

  it('gives the weight of an unknown part to the known ones', () => {
    const reviewed = scoreTurn(good, norms).total;
    const unreviewed = scoreTurn({ ...good, agreement: null }, norms);
    expect(unreviewed.parts[4]!.value).toBeNull();
    expect(unreviewed.total).toBeCloseTo(reviewed, 2);
    const bare: TurnFacts = {
      ...good,
      text: 'ok',
      meanLogprob: null,
      context: null,
      pages: null,
      recordWhole: null,
      agreement: null,
    };
    const first = scoreTurn(bare, new RoleNorms());
    expect(first.parts.map(({ value }) => value)).toEqual([null, 1, null, null, null]);
    expect(first.total).toBe(1);
  });

  it('shows why the score may not decide: a stall of one part leaves the mean high', () => {
    expect(scoreTurn({ ...good, firstTokenMs: 1e7 }, norms).total).toBeGreaterThan(0.84);
  });

  it('stays in 0..1 whatever it is given', () => {
    const any = fc.record({
      text: fc.string({ maxLength: 300 }),
      finish: fc.constantFrom('stop', 'length', 'deadline', 'cancelled', 'error'),
      meanLogprob: fc.option(fc.double({ min: -50, max: 0, noNaN: true })),
      firstTokenMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      decodeMs: fc.option(fc.double({ min: 0, max: 1e9, noNaN: true })),
      completionTokens: fc.nat(1000),
      schemaValid: fc.option(fc.boolean()),
      fields: fc.option(fc.record({ present: fc.nat(9), required: fc.nat(9) })),
      context: fc.option(fc.record({ tokens: fc.nat(5000), limit: fc.nat(5000) })),
      pages: fc.option(
        fc.oneof(
          fc.constant({ whole: true as const }),
          fc.record({ whole: fc.constant(false as const), because: fc.string() }),
        ),
      ),
      recordWhole: fc.option(fc.boolean()),
      agreement: fc.option(fc.double({ min: 0, max: 1, noNaN: true })),
    });
    fc.assert(
      fc.property(any, fc.boolean(), (facts, fresh) => {
        const { total, parts } = scoreTurn(facts, fresh ? new RoleNorms() : norms);
        for (const value of [total, ...parts.map((part) => part.value)]) {
          if (value === null) continue;
          expect(value).toBeGreaterThanOrEqual(0);
          expect(value).toBeLessThanOrEqual(1);
        }
      }),
    );
  });
});

describe('thresholds', () => {
  it('are learned below what healthy turns reach, and kept within bounds', () => {
    const { degrade, clear } = learnedThresholds(norms.total);
    expect(degrade).toBeLessThan(norms.total.quantile(0.005));
    expect(clear).toBeGreaterThan(degrade);
    expect(learnedThresholds(new Digest())).toEqual(DEFAULT_THRESHOLDS);
    const spoilt = new Digest();
    for (let i = 0; i < 200; i++) spoilt.add(0.01);
    expect(learnedThresholds(spoilt).degrade).toBe(0.3);
  });

  it('need the score to stay low, and then to stay high', () => {
    const hysteresis = new Hysteresis(2);
    const see = (score: number) => hysteresis.observe(1, score, { degrade: 0.5, clear: 0.7, turns: 2, fail: 0 });
    expect(see(0.4)).toEqual({ sustained: false, calm: false });
    expect(see(0.6)).toEqual({ sustained: false, calm: false });
    expect(see(0.4).sustained).toBe(false);
    expect(see(0.4).sustained).toBe(true);
    expect(see(0.8)).toEqual({ sustained: false, calm: false });
    expect(see(0.8)).toEqual({ sustained: false, calm: true });
    see(0.1);
    hysteresis.reset(1);
    expect(see(0.8).calm).toBe(true);
  });

  it('find one turn at or below the lowest line enough', () => {
    const lines = givenThresholds({ degraded: 0.5, failed: 0.2 });
    const see = (score: number) => new Hysteresis(1).observe(0, score, lines).sustained;
    expect([0.5, 0.21, 0.2, 0].map(see)).toEqual([false, false, true, true]);
  });

  it('keep the lowest line as given once the role is learned, never above the learned one', () => {
    const given = givenThresholds({ degraded: 0.9, failed: 0.4 });
    const learnedFrom = (total: number) => {
      const totals = new Digest();
      for (let i = 0; i < 200; i++) totals.add(total);
      return learnedThresholds(totals, given);
    };
    expect(learnedFrom(0.7)).toMatchObject({ degrade: expect.closeTo(0.65) as number, fail: 0.4 });
    expect(learnedFrom(0.4)).toMatchObject({
      degrade: expect.closeTo(0.35) as number,
      fail: expect.closeTo(0.35) as number,
    });
  });
});
