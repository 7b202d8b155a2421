import { describe, expect, test } from 'vitest';
import { nearest } from './nearest.ts';

const keys = ['kind', 'replicas', 'prompt', 'output', 'temperature', 'topP', 'limits', 'attempts', 'escalate'];

describe('nearest', () => {
  test.each([
    ['replica', 'replicas'],
    ['repilcas', 'replicas'],
    ['promt', 'prompt'],
    ['prompts', 'prompt'],
    ['PROMPT', 'prompt'],
    ['top_p', 'topP'],
    ['kidn', 'kind'],
    ['temprature', 'temperature'],
    ['x', null],
    ['memory', null],
    ['', null],
    ['replicas'.repeat(20), null],
  ])('%s -> %s', (word, expected) => {
    expect(nearest(word, keys)).toBe(expected);
  });

  test('of equals the first', () => {
    expect(nearest('rolex', ['roles', 'role'])).toBe('roles');
  });
});
