import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { LoneAnswerTest, Witnesses, answerKey, closedFields, template } from './witnesses.ts';

const schema = {
  type: 'object',
  properties: {
    severity: { enum: ['info', 'error'] },
    subject: { type: 'string' },
    agree: { type: 'boolean' },
    fix: { type: 'object', properties: { kind: { enum: ['auth', 'network'] } } },
  },
};

describe('witnesses', () => {
  it('compares on closed fields only', () => {
    const fields = closedFields(schema);
    expect(fields).toEqual([['severity'], ['agree'], ['fix', 'kind']]);
    const one = answerKey({ severity: 'info', subject: 'a', agree: true, fix: { kind: 'auth' } }, fields);
    const two = answerKey({ severity: 'info', subject: 'b', agree: true, fix: { kind: 'auth' } }, fields);
    const other = answerKey({ severity: 'error', subject: 'a', agree: true }, fields);
    expect(one).toBe(two);
    expect(one).not.toBe(other);
    expect(answerKey('free text', closedFields(null))).toBeNull();
  });

  it('sees the same question behind other names and numbers', () => {
    expect(template('sshd[24206]: Failed password for root from 10.0.0.7 port 4711')).toBe(
      template('sshd[1]: Failed password for root from 10.0.0.99 port 22'),
    );
    expect(template('disk full')).not.toBe(template('disk failed'));
  });

  it('finds the one that stands alone, once enough others have spoken', () => {
    const witnesses = new Witnesses();
    expect(witnesses.agreement('q', 'a', 9)).toBeNull();
    expect(witnesses.odd('q', 'b', 9)).toBe(false);
    for (let agent = 0; agent < 4; agent++) witnesses.learn('q', 'a', agent);
    expect(witnesses.agreement('q', 'a', 9)).toBe(1);
    expect(witnesses.odd('q', 'a', 9)).toBe(false);
    expect(witnesses.odd('q', 'b', 9)).toBe(true);
  });

  it("counts nobody's word for themselves", () => {
    const witnesses = new Witnesses();
    for (let agent = 0; agent < 4; agent++) witnesses.learn('q', 'a', agent);
    for (let i = 0; i < 20; i++) witnesses.learn('q', 'b', 9);
    expect(witnesses.odd('q', 'b', 9)).toBe(true);
    expect(witnesses.agreement('q', 'b', 9)).toBe(0);
    expect(witnesses.odd('q', 'b', 8)).toBe(false);
  });

  it('lets a minority be where there is one', () => {
    const witnesses = new Witnesses();
    for (let i = 0; i < 30; i++) witnesses.learn('q', i % 5 === 0 ? 'b' : 'a', i);
    expect(witnesses.odd('q', 'b', 99)).toBe(false);
    expect(witnesses.odd('q', 'c', 99)).toBe(true);
  });
});

describe('lone answers', () => {
  it('convicts who turns answers round, soon, and honest ones that differ now and then hardly ever', () => {
    const random = seededRandom('lone answers');
    const votesUntil = (liar: boolean) => {
      const lone = new LoneAnswerTest(1);
      for (let vote = 1; vote <= 2000; vote++) {
        const honest = random.chance(0.9);
        if (lone.hear(0, honest !== liar ? 0.9 : 0.1)) return vote;
      }
      return Number.POSITIVE_INFINITY;
    };
    expect(Math.max(...Array.from({ length: 50 }, () => votesUntil(true)))).toBeLessThan(20);
    expect(Array.from({ length: 50 }, () => votesUntil(false)).filter(Number.isFinite).length).toBeLessThan(20);
  });

  it('forgets a conviction once it is told', () => {
    const lone = new LoneAnswerTest(2);
    expect([0, 0, 0].map(() => lone.hear(1, 0.02))).toEqual([false, false, true]);
    expect(lone.hear(1, 0.02)).toBe(false);
  });
});
