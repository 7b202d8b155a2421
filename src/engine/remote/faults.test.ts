import { expect, test } from 'vitest';
import { contextIn, nameOf, promptIn, type Refusal, refusalOf } from './faults.ts';

const refused = (status: number, body: string): Refusal => refusalOf(status, new Headers(), body, 0);
const message = (text: string): string => JSON.stringify({ error: { message: text } });

test.each([
  [
    'TGI',
    '`inputs` tokens + `max_new_tokens` must be <= 4096. Given: 4000 `inputs` tokens and 200 `max_new_tokens`',
    4096,
    4000,
  ],
  ['Google', 'The input token count (9000) exceeds the maximum number of tokens allowed (8192).', 8192, 9000],
  ['Amazon', 'Input is too long for requested model.', null, null],
  ['vLLM', 'The decoder prompt (length 5000) is longer than the maximum model length of 4096.', 4096, 5000],
  [
    'vLLM, newer',
    "You passed 5000 input tokens and requested 100 output tokens. However, the model's context length is only 4096 tokens.",
    4096,
    5000,
  ],
  ['vLLM, nothing left', 'max_tokens must be at least 1, got -904.', null, null],
  [
    'Mistral',
    'Prompt contains 40000 tokens and 0 draft tokens, too large for model with 32768 maximum context length',
    32768,
    40000,
  ],
  ['SGLang', "The input (5000 tokens) is longer than the model's context length (4096 tokens).", 4096, 5000],
])('a: %s says that a prompt is too long', (_, words, context, prompt) => {
  const refusal = refused(400, message(words));
  expect(nameOf(refusal, false)).toBe('prompt-too-long');
  expect({ context: contextIn(refusal), prompt: promptIn(refusal) }).toEqual({ context, prompt });
});

test('a: a gateway that takes no request of that size is asked for less', () => {
  expect(nameOf(refused(413, '<html><h1>413 Request Entity Too Large</h1></html>'), true)).toBe('prompt-too-long');
});

test.each([
  ['{"error":{"message":"Rate limit reached","code":"rate_limit_exceeded"}}', null],
  ['{"error":{"message":"Overloaded","type":"overloaded_error"}}', null],
  ['{"error":"rate limit exceeded"}', null],
  ['{"error":{"message":"Slow down","status":"RESOURCE_EXHAUSTED"}}', null],
  ['{"error":{"message":"Slow down","code":"429"}}', null],
  ['{"error":{"message":"The engine broke","type":"server_error"}}', 'remote-failed'],
])('n: an error within an answer that asks to come again: %s', (json, name) => {
  expect(nameOf(refused(200, json), false)).toBe(name);
});

test.each([408, 409, 425])('o: %i is about a moment, and no part of the request is left out for it', (status) => {
  expect(nameOf(refused(status, ''), false)).toBe('remote-failed');
});
