import { describe, expect, it } from 'vitest';
import { Peers, answerKey, closedFields, template } from './peers.ts';

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
    const peers = new Peers();
    expect(peers.agreement('q', 'a')).toBeNull();
    expect(peers.odd('q', 'b')).toBe(false);
    for (let i = 0; i < 6; i++) peers.learn('q', 'a');
    expect(peers.agreement('q', 'a')).toBe(1);
    expect(peers.odd('q', 'a')).toBe(false);
    expect(peers.odd('q', 'b')).toBe(true);
  });

  it('lets a minority be where there is one', () => {
    const peers = new Peers();
    for (let i = 0; i < 30; i++) peers.learn('q', i % 5 === 0 ? 'b' : 'a');
    expect(peers.odd('q', 'b')).toBe(false);
    expect(peers.odd('q', 'c')).toBe(true);
  });
});
