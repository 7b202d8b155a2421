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

describe('peers', () => {
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
    const peers = new Witnesses();
    expect(peers.agreement('q', 'a', 9)).toBeNull();
    expect(peers.odd('q', 'b', 9)).toBe(false);
    for (let agent = 0; agent < 4; agent++) peers.learn('q', 'a', agent);
    expect(peers.agreement('q', 'a', 9)).toBe(1);
    expect(peers.odd('q', 'a', 9)).toBe(false);
    expect(peers.odd('q', 'b', 9)).toBe(true);
  });

  it("counts nobody's word for themselves", () => {
    const peers = new Witnesses();
    for (let agent = 0; agent < 4; agent++) peers.learn('q', 'a', agent);
    for (let i = 0; i < 20; i++) peers.learn('q', 'b', 9);
    expect(peers.odd('q', 'b', 9)).toBe(true);
    expect(peers.agreement('q', 'b', 9)).toBe(0);
    expect(peers.odd('q', 'b', 8)).toBe(false);
  });

  it('lets a minority be where there is one', () => {
    const peers = new Witnesses();
    for (let i = 0; i < 30; i++) peers.learn('q', i % 5 === 0 ? 'b' : 'a', i);
    expect(peers.odd('q', 'b', 99)).toBe(false);
    expect(peers.odd('q', 'c', 99)).toBe(true);
  });
});

describe('jury', () => {
  it('convicts who turns answers round, soon, and honest ones that differ now and then hardly ever', () => {
    const random = seededRandom('jury');
    const votesUntil = (liar: boolean) => {
      const jury = new LoneAnswerTest(1);
      for (let vote = 1; vote <= 2000; vote++) {
        const honest = random.chance(0.9);
        if (jury.hear(0, honest !== liar ? 0.9 : 0.1)) return vote;
      }
      return Number.POSITIVE_INFINITY;
    };
    expect(Math.max(...Array.from({ length: 50 }, () => votesUntil(true)))).toBeLessThan(20);
    expect(Array.from({ length: 50 }, () => votesUntil(false)).filter(Number.isFinite).length).toBeLessThan(20);
  });

  it('forgets a conviction once it is told', () => {
    const jury = new LoneAnswerTest(2);
    expect([0, 0, 0].map(() => jury.hear(1, 0.02))).toEqual([false, false, true]);
    expect(jury.hear(1, 0.02)).toBe(false);
  });
});
