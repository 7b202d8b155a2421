import { describe, expect, it } from 'vitest';
import { en } from './en.ts';
import { ko } from './ko.ts';
import { reportEn, reportKo } from './report.ts';
import { choiceEn, choiceKo } from './choice.ts';
import { planEn, planKo } from './plan.ts';
import { sharedEn, sharedKo } from './shared.ts';
import { signsEn, signsKo } from './signs.ts';

/** Every leaf of a dictionary by its path; functions as what they say of sample values. What is said of codes has tests of its own (say.test.ts). */
function leaves(node: unknown, path = ''): [string, string][] {
  if (typeof node === 'string') return [[path, node]];
  if (typeof node === 'function') return [[path, String((node as (...args: unknown[]) => unknown)(3, 4, 5, 6, 7))]];
  return Object.entries(node as object)
    .filter(([key]) => path !== '' || key !== 'say')
    .flatMap(([key, child]) => leaves(child, path === '' ? key : `${path}.${key}`));
}

describe.each([
  ['en', { ...en, signs: signsEn, report: reportEn, shared: sharedEn, choice: choiceEn, plan: planEn }],
  ['ko', { ...ko, signs: signsKo, report: reportKo, shared: sharedKo, choice: choiceKo, plan: planKo }],
])('%s', (_, dictionary) => {
  it('has words for everything', () => {
    for (const [path, words] of leaves(dictionary)) expect(words.trim(), path).not.toBe('');
  });

  it('is plain: no exclamation marks, none of the words that sell', () => {
    for (const [path, words] of leaves(dictionary))
      expect(words, path).not.toMatch(/!|magic|powerful|seamless|blazing|intelligent|undefined|NaN/i);
  });
});

it('says as many things in Korean as in English', () => {
  const paths = (dictionary: unknown) => leaves(dictionary).map(([path]) => path);
  expect(paths(ko)).toEqual(paths(en));
  expect(paths(signsKo)).toEqual(paths(signsEn));
  expect(paths(reportKo)).toEqual(paths(reportEn));
  expect(paths(sharedKo)).toEqual(paths(sharedEn));
  expect(paths(choiceKo)).toEqual(paths(choiceEn));
  expect(paths(planKo)).toEqual(paths(planEn));
});

it('leaves no English sentence in Korean', () => {
  const english = new Map(leaves({ ...en, report: reportEn }));
  const same = leaves({ ...ko, report: reportKo }).filter(
    ([path, words]) => english.get(path) === words && /[a-z]{4,} [a-z]{3,}/.test(words),
  );
  expect(same).toEqual([]);
});
