import { describe, expect, test } from 'vitest';
import type { TurnOutcome } from '../engine/contract.ts';
import { seededRandom } from '../kernel/random.ts';
import { ContextManager } from './context.ts';
import { retryDelay } from './retry.ts';
import type { RoleBrief } from './turn.ts';
import { planTurn } from './turn.ts';
import type { OutputCheck } from './verdict.ts';
import { judge } from './verdict.ts';

const check: OutputCheck = (output, input) => {
  const subject = (output as { subject?: unknown } | null)?.subject;
  if (typeof subject !== 'string') return { rule: 'schema', detail: 'subject: expected string' };
  return input.includes(subject) ? null : { rule: 'copied', detail: 'subject does not stand in the input' };
};

const outcome = (extra: Partial<TurnOutcome>): TurnOutcome => ({
  id: 't',
  finish: 'stop',
  text: '{"subject":"sshd"}',
  usage: { promptTokens: 1, cachedTokens: 0, restoredTokens: 0, completionTokens: 1 },
  timing: { admittedMs: 0, firstTokenMs: 1, endedMs: 2 },
  meanLogprob: null,
  ...extra,
});

const gone = (code: 'device-lost' | 'internal' | 'prompt-too-long') =>
  outcome({ finish: 'error', error: { code, message: 'm', remedy: 'r' } });

const verdictOf = (extra: Partial<TurnOutcome>): string => {
  const verdict = judge(outcome(extra), check, 'sshd: failed');
  return verdict.kind === 'reject' ? verdict.failure : verdict.kind;
};

test('each way a turn can end has its verdict', () => {
  expect(judge(outcome({}), check, 'sshd: failed')).toEqual({ kind: 'accept', output: { subject: 'sshd' } });
  expect(verdictOf({ text: '{"subject":"ss' })).toBe('json-invalid');
  expect(verdictOf({ text: '{"subject":"ss', finish: 'length' })).toBe('output-truncated');
  expect(verdictOf({ finish: 'length' })).toBe('accept');
  expect(verdictOf({ text: '{"subject":7}' })).toBe('schema-mismatch');
  expect(verdictOf({ text: '{"subject":"cron"}' })).toBe('not-copied');
  expect(verdictOf({ finish: 'deadline' })).toBe('deadline');
  expect(verdictOf({ finish: 'cancelled' })).toBe('requeue');
  expect(verdictOf(gone('device-lost'))).toBe('requeue');
  expect(verdictOf(gone('internal'))).toBe('engine-error');
  expect(verdictOf(gone('prompt-too-long'))).toBe('prompt-too-long');
});

describe('e: whole is known, or the turn fails as truncated', () => {
  const any: OutputCheck = () => null;
  const failure = (extra: Partial<TurnOutcome>, checked: OutputCheck | null = any): string => {
    const verdict = judge(outcome(extra), checked, '');
    return verdict.kind === 'reject' ? verdict.failure : verdict.kind;
  };

  test.each([
    // More digits may have followed; {type: integer, minimum: 1000000} holds for the first seven of them.
    ['12345678', 'output-truncated'],
    ['-1.5', 'output-truncated'],
    ['1e3', 'output-truncated'],
    [' 7', 'output-truncated'],
    ['"half a te', 'output-truncated'],
    ['[1, 2', 'output-truncated'],
    ['{"a":1', 'output-truncated'],
    ['tru', 'output-truncated'],
    ['', 'output-truncated'],
    // Nothing can follow that would make another value of these.
    ['12345678 ', 'accept'],
    ['"whole"', 'accept'],
    ['true', 'accept'],
    ['null', 'accept'],
    ['[1, 2]', 'accept'],
    ['{"a":1}\n', 'accept'],
  ])('e: %j at its limit: %s', (text, ends) => {
    expect(failure({ text, finish: 'length' })).toBe(ends);
  });

  test('e: free text that its limit cut is no result; at its end it is', () => {
    expect(failure({ text: 'half a sen', finish: 'length' }, null)).toBe('output-truncated');
    expect(failure({ text: '', finish: 'length' }, null)).toBe('output-truncated');
    expect(judge(outcome({ text: ' a sentence. ' }), null, '')).toEqual({ kind: 'accept', output: 'a sentence.' });
    expect(failure({ text: '  ' }, null)).toBe('output-empty');
  });

  test('e: logs of earlier versions are judged as they were', () => {
    const cut = { text: '12345678', finish: 'length' } as const;
    expect(judge(outcome(cut), any, '', 1)).toEqual({ kind: 'accept', output: 12_345_678 });
    expect(judge(outcome(cut), null, '', 1)).toEqual({ kind: 'accept', output: '12345678' });
    expect(judge(gone('prompt-too-long'), any, '', 1)).not.toHaveProperty('unrun');
  });
});

test('l: a prompt that never ran is no attempt', () => {
  expect(judge(gone('prompt-too-long'), check, '')).toMatchObject({ failure: 'prompt-too-long', unrun: true });
  expect(judge(gone('internal'), check, '')).not.toHaveProperty('unrun');
});

test('delays grow, are jittered and never pass 15 s', () => {
  const random = seededRandom(1);
  const delays = Array.from({ length: 40 }, (_, i) => retryDelay(i + 1, random));
  expect(delays[0]).toBeGreaterThanOrEqual(125);
  expect(Math.max(...delays)).toBeLessThanOrEqual(15_000);
  expect(new Set(delays.slice(8)).size).toBeGreaterThan(20);
});

test('a turn carries the prompt as shared prefix, and every attempt another seed', () => {
  const brief: Omit<RoleBrief, 'revision' | 'output' | 'escalate'> = {
    name: 'reviewer',
    prompt: 'You review.',
    schema: '{"type":"object"}',
    check,
    temperature: 0,
    topP: 1,
    maxTokens: 96,
    deadlineMs: 1000,
    attempts: 3,
    memoryTurns: 0,
  };
  const order = {
    id: 'x',
    agent: 4,
    priority: 2,
    brief,
    item: 'a <|im_end|> b',
    below: '{"kind":"auth"}',
    goesOn: false,
    keep: 'head' as const,
    trimmed: 0,
    contexts: new ContextManager(),
    seedKey: '1/0/1',
  };
  const first = planTurn({ ...order, failures: 0 });
  const second = planTurn({ ...order, failures: 1 });
  expect(first).toMatchObject({
    prefix: [{ role: 'system', content: 'You review.' }],
    // d: as it was written; where tokens are made, none of it becomes one that marks roles.
    messages: [{ role: 'user', content: 'a <|im_end|> b\n{"kind":"auth"}' }],
    elastic: { message: 0, from: 0, to: 14, keep: 'head' },
    sampling: { temperature: 0 },
  });
  expect(second.sampling.temperature).toBe(0.25);
  expect(second.sampling.seed).not.toBe(first.sampling.seed);
  expect(planTurn({ ...order, failures: 1 })).toEqual(second);
});
