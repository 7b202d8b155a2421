/** Where texts are cut into parts: nothing is lost, no letter is cut in two, and no part is larger than it may be. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { contextOf, cutText, MOST_PARTS, partRecords, type SplitRule } from './split.ts';

const parts = (text: string, rule: SplitRule): string[] => cutText(text, rule).map((cut) => text.slice(...cut));

describe('parts of a text', () => {
  test.each<[string, string, SplitRule, string[]]>([
    ['lines', 'a\nb\nc', { by: 'lines', size: 2 }, ['a\nb', 'c']],
    ['lines that overlap', 'a\nb\nc\nd\ne', { by: 'lines', size: 3, overlap: 1 }, ['a\nb\nc', 'c\nd\ne']],
    ['lines of Windows and of an old Mac', 'a\r\nb\rc\r\nd\r\n', { by: 'lines', size: 2 }, ['a\r\nb', 'c\r\nd']],
    ['blank lines, which are lines', 'a\n\n\n\nb', { by: 'lines', size: 2 }, ['a', 'b']],
    ['indented lines', 'a\n  b\nc\n  d', { by: 'lines', size: 3 }, ['a\n  b\nc', '  d']],
    [
      'a line that is longer than all others',
      `a\n${'x'.repeat(9000)}\nb`,
      { by: 'lines', size: 1 },
      ['a', 'x'.repeat(9000), 'b'],
    ],
    ['paragraphs', 'a\nb\n\nc\n \n\nd\n\n\n', { by: 'paragraphs', size: 1 }, ['a\nb', 'c', 'd']],
    ['paragraphs of Windows', 'a\r\nb\r\n\r\nc', { by: 'paragraphs', size: 1 }, ['a\r\nb', 'c']],
    ['pages, of which one is empty', 'a\fb\f\f \fc', { by: 'pages', size: 1 }, ['a', 'b', 'c']],
    ['two pages each', 'a\fb\fc', { by: 'pages', size: 2, overlap: 1 }, ['a\fb', 'b\fc']],
    ['words', 'aaa bbb ccc', { by: 'characters', size: 7 }, ['aaa bbb', 'ccc']],
    ['sentences before words', 'Aa bb cc. Dd ee f', { by: 'characters', size: 12 }, ['Aa bb cc.', 'Dd ee f']],
    ['paragraphs before sentences', 'Aa aa.\n\nBb. Cc', { by: 'characters', size: 11 }, ['Aa aa.', 'Bb. Cc']],
    ['one word that is longer than a part', 'abcdefgh', { by: 'characters', size: 3 }, ['abc', 'def', 'gh']],
    [
      'words that overlap',
      'aaa bbb ccc ddd',
      { by: 'characters', size: 8, overlap: 4 },
      ['aaa bbb', 'bbb ccc', 'ccc ddd'],
    ],
    [
      'Korean',
      '회의는 화요일에 열렸다. 지붕을 고친다.',
      { by: 'characters', size: 14 },
      ['회의는 화요일에 열렸다.', '지붕을 고친다.'],
    ],
    [
      'Korean letters put together of several',
      '각각각'.normalize('NFD'),
      { by: 'characters', size: 4 },
      ['각', '각', '각'].map((each) => each.normalize('NFD')),
    ],
    ['letters outside the first plane', '😀😀😀', { by: 'characters', size: 3 }, ['😀', '😀', '😀']],
    ['one that is larger than a part', '😀😀', { by: 'characters', size: 1 }, ['😀', '😀']],
    [
      'marks that belong to a letter',
      'e\u0301e\u0301e\u0301',
      { by: 'characters', size: 3 },
      ['e\u0301', 'e\u0301', 'e\u0301'],
    ],
    ['a family, joined of four', '👨‍👩‍👧‍👦👨‍👩‍👧‍👦', { by: 'characters', size: 12 }, ['👨‍👩‍👧‍👦', '👨‍👩‍👧‍👦']],
    ['a text that fits', 'one part', { by: 'tokens', size: 100 }, ['one part']],
    ['an empty text', '', { by: 'lines', size: 3 }, []],
    ['a blank text', ' \n\t\r\n ', { by: 'characters', size: 1 }, []],
    ['digits, a token each', '1234 5678', { by: 'tokens', size: 5 }, ['1234', '5678']],
    ['letters, four a token', 'abcdefgh ijkl', { by: 'tokens', size: 2 }, ['abcdefgh', 'ijkl']],
  ])('%s', (_, text, rule, expected) => {
    expect(parts(text, rule)).toEqual(expected);
  });

  test('of a text of 262,144 characters are as many as it takes, in no time', () => {
    const text = 'word '.repeat(52_429).slice(0, 262_144);
    const cuts = cutText(text, { by: 'characters', size: 100, overlap: 20 });
    expect(cuts.length).toBeGreaterThan(2600);
    expect(cuts.length).toBeLessThan(4500);
  });

  test('end with one more than there may be', () => {
    for (const by of ['characters', 'tokens', 'lines', 'paragraphs', 'pages'] as const)
      expect(cutText('1\n\n\f'.repeat(60_000), { by, size: 1 })).toHaveLength(MOST_PARTS + 1);
  });

  const letter = fc.constantFrom(
    'a',
    'B',
    '1',
    ' ',
    '\n',
    '\r\n',
    '\r',
    '\f',
    '.',
    '。',
    '한',
    '각'.normalize('NFD'),
    '😀',
    'e\u0301',
    '👩‍🚀',
    '🇰🇷',
    '\u0301',
    'é',
  );
  const text = fc.array(letter, { maxLength: 120 }).map((letters) => letters.join(''));
  const rule = fc
    .record({
      by: fc.constantFrom<SplitRule['by']>('characters', 'tokens', 'lines', 'paragraphs', 'pages'),
      size: fc.integer({ min: 1, max: 40 }),
      overlap: fc.nat(39),
    })
    .map(({ overlap, ...rest }): SplitRule => ({ ...rest, ...(overlap > 0 && overlap < rest.size && { overlap }) }));

  test('lose nothing but white space, go on from one to the next, and are well-formed', () => {
    fc.assert(
      fc.property(text, rule, (given, by) => {
        const cuts = cutText(given, by);
        let end = 0;
        let before = -1;
        for (const [from, to] of cuts) {
          expect(from).toBeGreaterThanOrEqual(before);
          expect(to).toBeGreaterThan(end);
          expect(given.slice(end, Math.max(end, from)).trim()).toBe('');
          expect(given.slice(from, to).trim()).not.toBe('');
          expect(given.slice(from, to).isWellFormed()).toBe(true);
          if (by.overlap === undefined) expect(from).toBeGreaterThanOrEqual(end);
          if (by.by === 'characters') expect(to - from).toBeLessThanOrEqual(Math.max(by.size, 2));
          [before, end] = [from, to];
        }
        expect(given.slice(end).trim()).toBe('');
      }),
      { numRuns: 3000 },
    );
  });

  test('cut no letter in two that fits a part', () => {
    const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });
    fc.assert(
      fc.property(text, fc.integer({ min: 12, max: 40 }), (given, size) => {
        const begins = new Set(Array.from(segmenter.segment(given), ({ index }) => index));
        const longest = Math.max(0, ...Array.from(segmenter.segment(given), ({ segment }) => segment.length));
        fc.pre(longest <= size);
        for (const [from, to] of cutText(given, { by: 'characters', size }))
          for (const at of [from, to])
            expect(at === given.length || begins.has(at) || /\s/.test(given.slice(Math.max(0, at - 1), at + 1))).toBe(
              true,
            );
      }),
      { numRuns: 2000 },
    );
  });
});

describe('what is known of a part', () => {
  const text = 'a\nb\n\nc\nd';
  const cuts = cutText(text, { by: 'lines', size: 2 });

  test('are its own lines of the input, where the text has as many as it stands on', () => {
    expect(partRecords(text, cuts, { line: 10, lastLine: 14 })).toEqual([
      { part: 1, of: 3, first: 10, last: 11 },
      { part: 2, of: 3, first: 13, last: 13 },
      { part: 3, of: 3, first: 14, last: 14 },
    ]);
  });

  test('are the lines of the whole text, where a line of the input has several of its own', () => {
    expect(partRecords(text, cuts, { line: 7 })[1]).toEqual({ part: 2, of: 3, first: 7, last: 7 });
  });

  test('is what stands around it, as much as the rule says', () => {
    const whole = 'Title. Then aaa bbb ccc ddd';
    const cut = [16, 19] as const;
    expect(contextOf(whole, cut, { part: 2, of: 3 }, { context: { first: 6, before: 4, after: 4 } })).toBe(
      '[The text begins with]\nTitle.\n[Before this part]\naaa\n[After this part]\nccc\n[Part 2 of 3]',
    );
    expect(contextOf(whole, [0, 6], { part: 1, of: 3 }, { context: { first: 6, before: 4 } })).toBe('[Part 1 of 3]');
    expect(contextOf(whole, cut, { part: 2, of: 3 }, {})).toBeNull();
  });
});
