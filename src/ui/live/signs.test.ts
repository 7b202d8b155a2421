import { expect, test } from 'vitest';
import { en } from '../text/en.ts';
import { ko } from '../text/ko.ts';
import { signsText } from './signs.ts';

test('signs are told in words, in both languages; one of a later version by its name', () => {
  expect(signsText(['forget', 'later-sign'], en.results)).toBe(
    'May hold an instruction to the reader: rules to be forgotten, later-sign',
  );
  expect(signsText(['hush'], ko.results)).toContain('알리지 말라는 말');
  expect(signsText(undefined, en.results)).toBeNull();
  expect(signsText([], en.results)).toBeNull();
});
