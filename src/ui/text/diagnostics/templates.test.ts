import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { inKorean, PAIRS } from './in-korean.ts';
import { phrasesKo } from './phrases.ko.ts';
import { placesOf, translator } from './templates.ts';

const HANGUL = /[가-힣]/;

describe('the pairs', () => {
  it('have the same places on both sides', () => {
    for (const [english, korean] of [...PAIRS, ...phrasesKo])
      expect(placesOf(korean).toSorted(), english).toEqual(placesOf(english).toSorted());
  });

  it('are of one English text each', () => {
    const texts = PAIRS.map(([english]) => english);
    expect(texts.filter((text, k) => texts.indexOf(text) < k)).toEqual([]);
  });

  it('are plain: no exclamation marks, and no English sentence in Korean', () => {
    for (const [english, korean] of [...PAIRS, ...phrasesKo]) {
      expect(korean.replace(/<[^>]*>/g, '한글'), english).toMatch(HANGUL);
      expect(korean, english).not.toMatch(/!/);
      expect(korean, english).not.toMatch(/[a-z]{2,} [a-z]+ [a-z]{2,}/);
    }
  });
});

describe('a text', () => {
  it.each([
    ['roles.triager.prompt is empty', 'roles.triager.prompt가 비어 있습니다'],
    ['the file is a list', '파일이 목록입니다'],
    ['flow[0].role names "triagger", which is not a role', 'flow[0].role에 적힌 "triagger"는 없는 역할입니다'],
    ['one of a, b, c', 'a, b, c 가운데 하나'],
    ['one of a, b and 12 more', 'a, b 외 12개 가운데 하나'],
    ['flow[1] has both each and collect', 'flow[1]에 each와 collect가 함께 있습니다'],
    ['name: a text of 1 to 80 characters', 'name: 1자에서 80자까지의 글'],
    ['and 3 more', '그 밖에 3개'],
    ['severity cannot be compared with the text "high"', 'severity는 글 "high"와 비교할 수 없습니다'],
    ['the record has 3 columns, the first record 2', '기록에는 열이 3개, 첫 기록에는 2개 있습니다'],
    [
      'remove the comma; to pass over records that cannot be read, write bad: skip under input',
      '쉼표를 지우세요. 읽을 수 없는 기록을 건너뛰려면 input에 bad: skip을 적으세요',
    ],
    [
      `unknown key "${'k'.repeat(39)}…" (1,000,000 characters) in budget`,
      `budget에 모르는 키 "${'k'.repeat(39)}…" (1,000,000자)가 있습니다`,
    ],
  ])('%s', (english, korean) => {
    expect(inKorean(english)).toBe(korean);
  });

  it.each([
    // Names of a person's own file that read like ours.
    ['outputs of a have no field "b have no field \\"c\\""', 'a의 출력에 "b have no field \\"c\\"" 필드가 없습니다'],
    ['unknown key "x in roles" in flow[0]', 'flow[0]에 모르는 키 "x in roles"가 있습니다'],
    ['a list is never the text "a map"', 'a list의 값은 글 "a map"일 수 없습니다'],
    ['one of a list, a map', 'a list, a map 가운데 하나'],
    ['roles."the file" is empty', 'roles."the file"이 비어 있습니다'],
  ])('keeps what is of the file: %s', (english, korean) => {
    expect(inKorean(english)).toBe(korean);
  });

  it.each(['', 'one of', 'something is wrong', 'write something else here', 'the file is', 'is empty'])(
    'that nobody knows stays English: %s',
    (text) => {
      expect(inKorean(text)).toBe(text);
    },
  );

  it('is of the template that says most of it itself', () => {
    const translate = translator(
      [
        ['a <any+>', '하나 <any>'],
        ['a <any> of <other>', '둘 <any> <other>'],
        ['a list of <other>', '셋 <other>'],
      ],
      [],
    );
    expect(translate('a list of x')).toBe('셋 x');
    expect(translate('a map of x')).toBe('둘 map x');
    expect(translate('a b c')).toBe('하나 b c');
  });
});

describe('texts of strangers', () => {
  const words = PAIRS.flatMap(([english]) => english.split(/<[^>]*>/));
  const hostile = fc
    .array(
      fc.oneof(
        fc.constantFrom(...words),
        fc.constantFrom('"', '\\', '\\"', '""', '<name>', '$1', '; ', ': ', ' and ', ' or ', '(', ' characters)'),
        fc.string({ maxLength: 20, unit: 'binary' }),
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join(''));

  it('give a text, whatever is in them', () => {
    fc.assert(
      fc.property(hostile, (text) => {
        expect(typeof inKorean(text)).toBe('string');
      }),
      { numRuns: 2000 },
    );
  });

  it('never lose a quoted name, whichever message it stands in', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 39, unit: 'binary' }), (name) => {
        const quoted = JSON.stringify(name);
        expect(inKorean(`unknown key ${quoted} in budget`)).toMatch(HANGUL);
        expect(inKorean(`unknown key ${quoted} in budget`)).toContain(`모르는 키 ${quoted}`);
        expect(inKorean(`roles.a.kind is the text ${quoted}`)).toContain(`글 ${quoted}`);
      }),
    );
  });
});

describe('a template that asks for much', () => {
  it.each([
    ['quotes', '"'.repeat(600)],
    ['backslashes in quotes', `"${'\\"'.repeat(299)}`],
    ['names of ours', 'the record has '.repeat(40)],
    ['lists', ' and '.repeat(120)],
    ['messages in messages', ': a: '.repeat(120)],
    ['zeros', '0'.repeat(600)],
    ['brackets', '('.repeat(600)],
  ])('comes to an end over %s', (_, text) => {
    // Of steps that grow with a power of the length this would not come back.
    for (const [english] of PAIRS) {
      const around = english.replace(/<[^>]*>/g, () => text).slice(0, 2000);
      expect(typeof inKorean(around)).toBe('string');
    }
  });
});
