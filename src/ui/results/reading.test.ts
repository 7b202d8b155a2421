import { describe, expect, test } from 'vitest';
import { en } from '../text/en.ts';
import { ko } from '../text/ko.ts';
import { readingOf } from './reading.ts';

describe('a: what was not read is said in the results', () => {
  const read = [{ role: 'triager', characters: 4035, read: [[0, 2640]] }] as const;

  test('a: to a character of so many', () => {
    expect(readingOf({ read }, en.results)).toEqual({
      short: '2,640/4,035',
      long: 'triager: read to character 2,640 of 4,035',
    });
    expect(readingOf({ read }, ko.results)?.long).toBe('triager: 4,035자 중 2,640자까지 읽음');
  });

  test('a: parts, the text of another role, and memory', () => {
    const parts = [
      ...[{ role: 'a', characters: 100, read: [[0, 20] as const, [80, 100] as const] }],
      ...[{ role: 'b', of: 'a', characters: 50, read: [[30, 50] as const] }],
      ...[{ role: 'c', characters: 10, read: [[0, 10] as const], forgot: 2 }],
    ];
    expect(readingOf({ read: parts }, en.results)?.long).toBe(
      'a: read characters 1–20, 81–100 of 100; b, output of a: read characters 31–50 of 50; c: 2 earlier exchanges left out',
    );
  });

  test('a: nothing is said where all was read', () => {
    expect(readingOf({}, en.results)).toBeNull();
  });
});
