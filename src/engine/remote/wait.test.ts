import { expect, test } from 'vitest';
import { askedWait } from './wait.ts';

const WALL = Date.parse('Wed, 21 Oct 2026 07:28:00 GMT');
const asked = (headers: Record<string, string>, words = ''): number | null =>
  askedWait(new Headers(headers), words, WALL);

test.each<[string, Record<string, string>, string, number | null]>([
  ['seconds', { 'retry-after': '20' }, '', 20_000],
  ['a fraction of a second', { 'retry-after': '1.5' }, '', 1500],
  ['no wait at all', { 'retry-after': '0' }, '', 0],
  ['a date', { 'retry-after': 'Wed, 21 Oct 2026 07:28:30 GMT' }, '', 30_000],
  ['a date that is past', { 'retry-after': 'Wed, 21 Oct 2026 07:00:00 GMT' }, '', 0],
  ['nonsense', { 'retry-after': 'soon' }, '', null],
  ['a duration', { 'retry-after': '1m30s' }, '', 90_000],
  ['seconds with their unit', { 'retry-after': '5 seconds' }, '', 5000],
  ['a number below none', { 'retry-after': '-5' }, '', 0],
  ['milliseconds', { 'retry-after-ms': '250', 'retry-after': '1' }, '', 250],
  [
    'the limit that was met',
    { 'x-ratelimit-remaining-requests': '0', 'x-ratelimit-reset-requests': '6m0s', 'x-ratelimit-reset-tokens': '1h' },
    '',
    360_000,
  ],
  [
    'limits that were not met',
    { 'x-ratelimit-remaining-requests': '3', 'x-ratelimit-reset-requests': '6m0s' },
    '',
    null,
  ],
  ['words', {}, 'Please try again in 20s. Visit https://host.example', 20_000],
  ['words, to the millisecond', {}, 'Please try again in 350ms.', 350],
  ['words, in several units', {}, 'Please try again in 1m30.5s.', 90_500],
  ['words, spelled out', {}, 'Rate limit: retry after 2 minutes', 120_000],
  ['words, in milliseconds', {}, 'try again in 500 milliseconds', 500],
  ['words, in hours', {}, 'Please try again in 1 hour.', 3_600_000],
  ['Google’s', {}, '{"error":{"details":[{"@type":"RetryInfo","retryDelay":"34s"}]}}', 34_000],
  ['words of something else', {}, 'Your session of 20s is over.', null],
  ['nothing', {}, '', null],
])('n: %s', (_, headers, words, ms) => {
  expect(asked(headers, words)).toBe(ms);
});
