import { expect, test } from 'vitest';
import { signsEn, signsKo } from '../text/signs.ts';
import { signsText } from './signs.ts';

test('signs are told in words, in both languages; one of a later version by its name', () => {
  expect(signsText(['forget', 'later-sign'], signsEn)).toBe(
    'May hold an instruction to the reader: rules to be forgotten, later-sign',
  );
  expect(signsText(['hush'], signsKo)).toContain('알리지 말라는 말');
  expect(signsText(undefined, signsEn)).toBeNull();
  expect(signsText([], signsEn)).toBeNull();
});
