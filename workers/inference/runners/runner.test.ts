import { expect, test } from 'vitest';
import type { TurnProgress, TurnRequest } from '../../../src/engine/contract.ts';
import { SimulatedClock } from '../../../src/kernel/simulated-clock.ts';
import { Turn } from './runner.ts';

const request: TurnRequest = {
  id: 'a',
  agent: 1,
  priority: 0,
  prefix: [],
  messages: [{ role: 'user', content: 'x' }],
  maxTokens: 8,
  sampling: { temperature: 0, topP: 1, seed: 1 },
  deadlineMs: 1000,
};

const open = () => {
  const clock = new SimulatedClock();
  const said: TurnProgress[] = [];
  const turn = new Turn(
    request,
    clock,
    (progress) => said.push(progress),
    (late, finish) => {
      late.end(finish);
    },
  );
  return { clock, said, turn };
};

test('the first text streams at once, the rest at most every 60 ms, and each message has all text', async () => {
  const { clock, said, turn } = open();
  for (let i = 1; i <= 20; i++) {
    turn.say('x'.repeat(i), i);
    await clock.advance(10);
  }
  expect(said.map(({ text }) => text.length)).toEqual([1, 7, 13, 19]);
});

test('times are from submission, likelihood is the mean, and a turn ends once', async () => {
  const { clock, turn } = open();
  await clock.advance(5);
  turn.admit();
  await clock.advance(5);
  turn.say('hi', 2);
  turn.logprob = -3;
  await clock.advance(5);
  turn.end('stop');
  turn.end('error');
  expect(await turn.done).toMatchObject({
    finish: 'stop',
    text: 'hi',
    timing: { admittedMs: 5, firstTokenMs: 10, endedMs: 15 },
    meanLogprob: -1.5,
  });
});

test('the deadline ends it with the text there is; cancelling after the end does nothing', async () => {
  const { clock, turn } = open();
  turn.say('half', 1);
  await clock.advance(1000);
  turn.cancel();
  expect(await turn.done).toMatchObject({ finish: 'deadline', text: 'half', meanLogprob: null });
});

const thinks = (text: string, more: Partial<TurnRequest> = {}, begun: string | null = null) => {
  const clock = new SimulatedClock();
  const said: TurnProgress[] = [];
  const turn = new Turn(
    { ...request, ...more },
    clock,
    (progress) => said.push(progress),
    (late, finish) => {
      late.end(finish);
    },
    begun,
  );
  for (let k = 1; k <= text.length; k++) turn.say(text.slice(0, k), k);
  turn.end('stop');
  return turn.done.then((outcome) => ({ outcome, said }));
};

test('f: reasoning of a model here is kept apart, counted, and in no text that is shown', async () => {
  const { outcome, said } = await thinks('<think>so so</think>\n\nThe answer.');
  expect(outcome).toMatchObject({ finish: 'stop', text: 'The answer.', reasoning: 'so so' });
  expect(outcome.usage.reasoningTokens).toBeGreaterThanOrEqual('<think>so so'.length);
  expect(outcome.usage.reasoningTokens).toBeLessThan('<think>so so</think>\n'.length);
  expect(said.every(({ text }) => 'The answer.'.startsWith(text))).toBe(true);
});

test('f: a template that begins to reason for the model is known by its end', async () => {
  const { outcome } = await thinks('so</think>yes', {}, '</think>');
  expect(outcome).toMatchObject({ text: 'yes', reasoning: 'so' });
  const open = await thinks('so', {}, '</think>');
  expect(open.outcome).toMatchObject({ finish: 'length', text: '', reasoning: 'so' });
});

test('f: what a grammar holds is all output, and what does not reason is left alone', async () => {
  const { outcome } = await thinks('"<think>a</think>"', { schema: '{"type":"string"}' }, '</think>');
  expect(outcome.text).toBe('"<think>a</think>"');
  expect(outcome).not.toHaveProperty('reasoning');
  const plain = await thinks('<b>bold</b>');
  expect(plain.outcome.text).toBe('<b>bold</b>');
  expect(plain.outcome.usage).not.toHaveProperty('reasoningTokens');
});
