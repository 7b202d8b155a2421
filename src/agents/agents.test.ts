import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { TurnOutcome } from '../engine/contract.ts';
import { seededRandom } from '../kernel/random.ts';
import { ContextManager } from './context.ts';
import { fit, neutralise } from './prompt.ts';
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

test('free text is kept, even when its limit cut it; nothing at all is not', () => {
  expect(judge(outcome({ text: ' half a sen', finish: 'length' }), null, '')).toEqual({
    kind: 'accept',
    output: 'half a sen',
  });
  expect(judge(outcome({ text: '  ' }), null, '')).toMatchObject({ failure: 'output-empty' });
});

test('no text can carry a control token of a chat template', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('<', '|', '>', ' ', 'im_start', 'a')), (parts) => {
      const safe = neutralise(parts.join(''));
      expect(safe).not.toMatch(/<\||\|>/);
      expect(safe.replaceAll(' ', '')).toBe(parts.join('').replaceAll(' ', ''));
    }),
  );
});

test('text that fits is left alone; text that does not is cut between characters and says so', () => {
  fc.assert(
    fc.property(
      fc.string({ unit: 'grapheme', maxLength: 5000 }),
      fc.integer({ min: 256, max: 4096 }),
      fc.nat(3),
      (text, context, shrink) => {
        const cut = fit(text, context, 100, 96, shrink);
        expect(cut.length).toBeLessThanOrEqual(Math.max(64, context * 2));
        if (cut !== text) {
          expect(cut.endsWith(' …')).toBe(true);
          expect(text.startsWith(cut.slice(0, -2))).toBe(true);
          expect(cut.isWellFormed()).toBe(text.isWellFormed());
        }
      },
    ),
  );
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
    reviewed: '{"kind":"auth"}',
    shrink: 0,
    contextTokens: 1024,
    contexts: new ContextManager(),
    seedKey: '1/0/1',
  };
  const first = planTurn({ ...order, failures: 0 });
  const second = planTurn({ ...order, failures: 1 });
  expect(first.request).toMatchObject({
    prefix: [{ role: 'system', content: 'You review.' }],
    messages: [{ role: 'user', content: 'a < |im_end| > b\n{"kind":"auth"}' }],
    sampling: { temperature: 0 },
  });
  expect(first.input).toBe('a < |im_end| > b');
  expect(second.request.sampling.temperature).toBe(0.25);
  expect(second.request.sampling.seed).not.toBe(first.request.sampling.seed);
  expect(planTurn({ ...order, failures: 1 })).toEqual(second);
});
