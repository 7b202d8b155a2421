import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePattern } from './pattern.ts';
import { accepts, automatonOf, simplestText } from './pattern-automaton.ts';
import { formatPattern, formatSource, TEXT_FORMATS } from './text-formats.ts';

const GOOD = [
  '',
  '^$',
  'a',
  '^a|b$',
  '^(?:ab|a)(?<name>b|bc)$',
  '^[a-z]+$',
  '^[^a-c]{2,3}$',
  '^\\d{3}-\\d{4}$',
  '^\\w+@\\w+\\.\\w{2,3}$',
  '^\\S+\\s\\S+$',
  '^a{0}b?c*?$',
  '^(a|b)*abb$',
  '^.$',
  '^[가-힣]{1,3}$',
  '^[😀-😎]+$',
  '^\\u00e9\\x41\\u{1F600}$',
  '^[\\]\\-\\\\^"]+$',
  '^[\\w-]+$',
  '^(a+)+$',
];

const accepting = (source: string, least?: number, most?: number) => {
  const parsed = parsePattern(source);
  if (!parsed.ok) throw new Error(parsed.error.message);
  const automaton = automatonOf([parsed.value], least, most);
  if (!automaton.ok) throw new Error(automaton.error);
  return automaton.value;
};

describe('patterns', () => {
  test.each(GOOD)('w: %s matches what a regular expression does', (source) => {
    const [automaton, expression] = [accepting(source), new RegExp(source, 'u')];
    const texts = fc.string({
      unit: fc.constantFrom(...'abcz09_- @.,"\\^]éA가힣漢😀😅', '\n', '\u2028', '\t'),
      maxLength: 9,
    });
    fc.assert(
      fc.property(texts, (text) => {
        expect(accepts(automaton, text), JSON.stringify(text)).toBe(expression.test(text));
      }),
    );
    if (source !== '' && !source.includes('\\u2028')) {
      fc.assert(
        fc.property(fc.stringMatching(expression), (text) => {
          expect(accepts(automaton, text), JSON.stringify(text)).toBe(true);
        }),
        { numRuns: 30 },
      );
    }
    expect(simplestText(automaton)).toSatisfy((text: string) => expression.test(text));
  });

  test.each([
    ['^(?=a)b$', 'looks ahead or behind'],
    ['(?<!a)b', 'looks ahead or behind'],
    ['^(a)\\1$', 'refers back'],
    ['\\bword', 'word boundary'],
    ['^\\p{L}+$', 'Unicode property'],
    ['^[[:alpha:]]$', 'POSIX class'],
    ['^(?i)a$', 'sets flags'],
    ['^(?i:a)$', 'sets flags'],
    ['\\Aa\\z', 'unknown escape \\A'],
    ['a$b', 'anchor stands within'],
    ['(^a)', 'anchor stands within'],
    ['^[a-z', 'ends too early'],
    ['^(a', 'ends too early'],
    ['a)', 'has ) where'],
    ['*a', 'has * where'],
    ['a{3,1}', 'counts from 3 to 1'],
    ['^[z-a]$', 'where it means nothing'],
    ['^[]$', 'no characters'],
    ['^a{2000}$', 'more than 1000 times'],
    ['^(a{1000}){1000}$', 'repeats too much'],
    ['^\\ud83d$', 'no character'],
  ])('w: %s is refused with what to write instead', (source, message) => {
    const parsed = parsePattern(source);
    expect(parsed.ok ? '' : parsed.error.message).toContain(message);
    expect(parsed.ok ? '' : parsed.error.hint).not.toBe('');
  });

  test('w: a text is checked in a step a character, whatever the pattern', () => {
    const steps = 200_000;
    expect(accepts(accepting('^(a+)+$'), `${'a'.repeat(steps)}!`)).toBe(false);
    expect(accepts(accepting('^(a|a)*(a|aa)*$'), 'a'.repeat(steps))).toBe(true);
  });

  test('w: lengths beside a pattern bind both', () => {
    const automaton = accepting('^(ab|c)*$', 2, 5);
    expect(['ab', 'cab', 'ccccc', 'abab'].map((text) => accepts(automaton, text))).toEqual([true, true, true, true]);
    expect(['', 'c', 'ababab', 'a'].map((text) => accepts(automaton, text))).toEqual([false, false, false, false]);
  });

  test('w: a pattern with too many states is told', () => {
    const parsed = parsePattern('^(a|b)*a(a|b){20}$');
    expect(parsed.ok && automatonOf([parsed.value])).toEqual({ ok: false, error: 'too-large' });
  });
});

describe('formats', () => {
  test.each(TEXT_FORMATS)('w: %s is a pattern of the same language as its source', (format) => {
    const automaton = automatonOf([formatPattern(format)]);
    const expression = new RegExp(formatSource(format), 'u');
    expect(automaton.ok).toBe(true);
    if (!automaton.ok) return;
    fc.assert(
      fc.property(fc.stringMatching(expression, { maxLength: 60 }), (text) => {
        expect(accepts(automaton.value, text), text).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test.each<[(typeof TEXT_FORMATS)[number], string[], string[]]>([
    [
      'date',
      ['2024-02-29', '2000-02-29', '1999-04-30'],
      ['2023-02-29', '1900-02-29', '2024-04-31', '2024-13-01', '24-01-01'],
    ],
    ['time', ['10:00:00Z', '23:59:59.123+09:00'], ['24:00:00Z', '10:00:00', '10:00Z']],
    ['date-time', ['2024-02-29T10:00:00Z'], ['2024-02-30T10:00:00Z', '2024-02-29', '2024-02-29 10:00:00Z']],
    ['duration', ['P1D', 'PT5M', 'P1Y2M3DT4H', 'P2W'], ['P', 'PT', '5M', 'P1W2D']],
    ['email', ['a@b.org', 'first.last+tag@mail.example.co'], ['a', 'a@b', '.a@b.org', 'a@b..org']],
    ['hostname', ['localhost', 'a-b.example.org'], ['-a', 'a_b', 'a..b', '']],
    ['ipv4', ['0.0.0.0', '255.255.255.255'], ['256.1.1.1', '1.1.1', '01.1.1.1']],
    ['uri', ['https://example.org/a?b=c#d', 'mailto:a@b.c'], ['example.org', '://a', 'https://a b']],
    [
      'uuid',
      ['123e4567-e89b-12d3-a456-426614174000'],
      ['123e4567e89b12d3a456426614174000', '123e4567-e89b-12d3-a456-42661417400g'],
    ],
  ])('w: %s', (format, good, bad) => {
    const automaton = automatonOf([formatPattern(format)]);
    const check = (text: string): boolean => automaton.ok && accepts(automaton.value, text);
    expect(good.filter((text) => !check(text))).toEqual([]);
    expect(bad.filter(check)).toEqual([]);
  });
});
