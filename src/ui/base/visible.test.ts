/* eslint-disable no-control-regex -- controls are what must be gone */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fileName, isolated, visible, visibleLine, writtenOut } from './visible.mjs';

const code = (...codes: number[]): string => String.fromCodePoint(...codes);

describe('h: what cannot be seen is written out', () => {
  test.each([
    ['a right-to-left override', 'invoice\u202Egpj.exe', 'invoice⟨U+202E⟩gpj.exe'],
    ['an isolate', 'a\u2066b\u2069c', 'a⟨U+2066⟩b⟨U+2069⟩c'],
    ['marks of direction', 'a\u200E\u200F\u061Cb', 'a⟨U+200E⟩⟨U+200F⟩⟨U+061C⟩b'],
    ['a zero-width space', 'ad\u200Bmin', 'ad⟨U+200B⟩min'],
    ['a joiner in Latin', 'ad\u200Cmi\u200Dn', 'ad⟨U+200C⟩mi⟨U+200D⟩n'],
    ['a soft hyphen', 'ad\u00ADmin', 'ad⟨U+00AD⟩min'],
    ['a vowel separator', 'a\u180Eb', 'a⟨U+180E⟩b'],
    ['a word joiner', 'a\u2060b', 'a⟨U+2060⟩b'],
    ['an inner mark', 'a\uFEFFb', 'a⟨U+FEFF⟩b'],
    ['interlinear notes', 'a\uFFF9b\uFFFAc\uFFFB', 'a⟨U+FFF9⟩b⟨U+FFFA⟩c⟨U+FFFB⟩'],
    ['a line separator', 'a\u2028b\u2029c', 'a⟨U+2028⟩b⟨U+2029⟩c'],
    ['colours of a terminal', '\u001B[31mred\u0007', '␛[31mred␇'],
    ['a NUL and a rubout', 'a\0b\u007F', 'a␀b␡'],
    ['controls of the second set', 'a\u009Bb\u0085c', 'a⟨U+009B⟩b⟨U+0085⟩c'],
    ['half a character', 'a\uD83Db', 'a⟨U+D83D⟩b'],
    ['letters that are empty', 'a\u3164b\u115Fc\uFFA0', 'a⟨U+3164⟩b⟨U+115F⟩c⟨U+FFA0⟩'],
    ['tags', `a${code(0xe0001, 0xe0041)}b`, 'a⟨U+E0001⟩⟨U+E0041⟩b'],
    ['selectors that select nothing', 'a\uFE0Fb\u{E0100}', 'a⟨U+FE0F⟩b⟨U+E0100⟩'],
    ['a selector behind a sign of ASCII', 'a=\uFE00b<\uFE00', 'a=⟨U+FE00⟩b<⟨U+FE00⟩'],
    [
      'tags behind a flag that is none',
      `🏴${code(0xe0068, 0xe0069, 0xe0064, 0xe007f)}`,
      '🏴⟨U+E0068⟩⟨U+E0069⟩⟨U+E0064⟩⟨U+E007F⟩',
    ],
    ['a carriage return within a line', 'safe\rrm', 'safe␍rm'],
    ['a hundred of one', `a${'\u200B'.repeat(100)}b`, 'a⟨U+200B⟩×100b'],
  ])('%s', (_, text, shown) => {
    expect(visible(text)).toBe(shown);
    expect(visibleLine(text)).toBe(shown);
  });

  test.each([
    ['Persian with a joiner that parts', 'می\u200Cخواهم'],
    ['Hindi with joiners', 'क्\u200Dष क्\u200Cष'],
    ['Arabic and its signs', 'السلام عليكم \u0600\u0661'],
    ['Hebrew', 'שלום עולם'],
    ['a family', '👩\u200D👩\u200D👧\u200D👦 and 🏳\uFE0F\u200D🌈'],
    ['hands of many colours', '👍🏽 👩🏿\u200D🚀'],
    ['keycaps and hearts', '1\uFE0F\u20E3 ❤\uFE0F ☺\uFE0E'],
    ['the flag of Wales', `${code(0x1f3f4, 0xe0067, 0xe0062, 0xe0077, 0xe006c, 0xe0073, 0xe007f)}`],
    ['variants of ideographs', '葛\u{E0100} 辻\uFE00'],
    ['Korean', '한국어 텍스트'],
    ['text over lines', 'a\tb\nc\r\nd'],
  ])('%s stays', (_, text) => {
    expect(visible(text)).toBe(text);
  });

  test('a line shows where others would break', () => {
    expect(visibleLine('a\tb\nc')).toBe('a␉b␊c');
  });

  test('nothing is left that cannot be seen, but what has a use', () => {
    const odd = fc.constantFrom(
      ...'a1=<א👍\t\n\u0000\u001B\u00AD\u200B\u200D\u200C\u202E\u2066\uFE0F\uFEFF\u2028',
      '\uD800',
      '\u{E0041}',
    );
    fc.assert(
      fc.property(
        fc.array(odd, { maxLength: 30 }).map((each) => each.join('')),
        (text) => {
          const shown = visible(text);
          expect(visible(shown)).toBe(shown);
          expect(shown).not.toMatch(
            /[\0\u001B\u00AD\u200B\u200C\u202E\u2066\uFEFF\u2028]|\p{Cs}|[\u{E0000}-\u{E007F}]/u,
          );
          // Joiners and selectors are left with an emoji before them alone.
          expect(shown).not.toMatch(/^(?:\u200D|\uFE0F)|[a1=<א](?:\u200D|\uFE0F)/u);
        },
      ),
      { numRuns: 3000 },
    );
  });
});

test('h: an attribute isolates what runs from right to left, and leaves all else alone', () => {
  expect(isolated('Log triage')).toBe('Log triage');
  expect(isolated('שלום')).toBe('\u2068שלום\u2069');
  expect(isolated('שלום\u2069\u202E')).toBe('\u2068שלום⟨U+2069⟩⟨U+202E⟩\u2069');
});

test('h: names of files to be saved hold nothing that is unseen', () => {
  expect(fileName('../../results\u202Evsc.exe')).toBe('resultsvsc.exe');
  expect(fileName('a\u200B\u0000\n.yaml')).toBe('a.yaml');
  expect(fileName('con:<x>|"?*.csv')).toBe('con--x-----.csv');
  expect(fileName('\u202E...')).toBe('file');
  expect(fileName('보고서 ❤\uFE0F.csv')).toBe('보고서 ❤\uFE0F.csv');
});

test('h: a long name is cut to one that hides nothing either, and begins with no dot', () => {
  const parts = fc.constantFrom(
    '👩\u200D👩\u200D👧',
    '.',
    ' ',
    'a',
    '\u202E',
    '葛\u{E0100}',
    '\u0915\u094D\u200D\u0937',
    '🏴',
  );
  fc.assert(
    fc.property(fc.array(parts, { minLength: 60, maxLength: 200 }), (each) => {
      const name = fileName(each.join(''));
      expect(name).toBe(fileName(name));
      expect(name.length).toBeLessThanOrEqual(120);
      expect(name).not.toMatch(/^[. ]|[. ]$|^\u200D|^\u{E0100}|\u202E|\uFFFD/u);
    }),
    { numRuns: 2000 },
  );
});

test('h: JSON for a terminal is the same JSON, in characters that can be seen', () => {
  const given = { out: 'a\u202E\u001B[31m\u200B\uD83D.csv', name: '한국어 👍' };
  const json = writtenOut(JSON.stringify(given));
  expect(JSON.parse(json)).toEqual(given);
  expect(json).toBe(String.raw`{"out":"a\u202e\u001b[31m\u200b\ud83d.csv","name":"한국어 👍"}`);
});
