import { expect, it } from 'vitest';
import { reviewOf } from './review.ts';

it('reads agreement where there is one', () => {
  const review = (output: unknown) => ({ review: { agent: 'reviewer.1', output } });
  expect(reviewOf({ review: null })).toBeNull();
  expect(reviewOf(review({ agree: true, fix: {} }))).toBe('agreed');
  expect(reviewOf(review({ agree: false }))).toBe('disputed');
  expect(reviewOf(review({ agree: 'yes' }))).toBe('reviewed');
  expect(reviewOf(review('fine'))).toBe('reviewed');
});
