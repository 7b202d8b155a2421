import { expect, it } from 'vitest';
import { verdict } from './verdict.ts';

it('reads agreement where there is one', () => {
  const review = (output: unknown) => ({ review: { agent: 'reviewer.1', output } });
  expect(verdict({ review: null })).toBeNull();
  expect(verdict(review({ agree: true, fix: {} }))).toBe('agreed');
  expect(verdict(review({ agree: false }))).toBe('disputed');
  expect(verdict(review({ agree: 'yes' }))).toBe('reviewed');
  expect(verdict(review('fine'))).toBe('reviewed');
});
