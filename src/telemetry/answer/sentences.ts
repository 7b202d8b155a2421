/** Sentences of a model, and what each says that can be looked for: quotes, line numbers, numbers, names. */

/** Characters of a text that are read, and sentences. */
const MOST_CHARACTERS = 16_384;
const MOST_SENTENCES = 200;

/** Something that has to be found before the sentence is told. */
export type Need =
  /** Letter by letter, in one line. */
  | { readonly kind: 'quote'; readonly text: string }
  /** A line that must be one of those that the sentence is about. */
  | { readonly kind: 'line'; readonly line: number }
  /** A number, or a word that is one: among the counts, or as it stands in a line. `counted`: with what was counted behind it. */
  | { readonly kind: 'number'; readonly text: string; readonly value: number | null; readonly counted: boolean }
  /** What no word of a language is: an address, a path, a name with capitals or digits within. In capitals or not. */
  | { readonly kind: 'name'; readonly text: string };

export interface Sentence {
  readonly text: string;
  readonly needs: readonly Need[];
  /** Words that lines may share with it, in small letters. */
  readonly words: readonly string[];
  /** A quote opens and never closes, or holds nothing: what it says cannot be told. */
  readonly broken: boolean;
}

const PAIRS: Readonly<Record<string, string>> = {
  '"': '"',
  '“': '”',
  '„': '“',
  '«': '»',
  '‘': '’',
  '「': '」',
  '『': '』',
  '`': '`',
};
const LETTER = /[\p{L}\p{N}\p{M}]/u;

interface Span {
  readonly from: number;
  /** Behind the mark that closes it; -1: nothing does. */
  readonly to: number;
}

/** Quoted parts, their marks included. A ' quotes only where a word begins behind it and does not go on behind the one that closes it. */
function quotesIn(text: string): Span[] {
  const spans: Span[] = [];
  for (let at = 0; at < text.length; at++) {
    const open = text[at] as string;
    const close =
      open === "'" ? closing(text, at) : PAIRS[open] === undefined ? null : text.indexOf(PAIRS[open], at + 1);
    if (close === null) continue;
    spans.push({ from: at, to: close < 0 ? -1 : close + 1 });
    if (close < 0) break;
    at = close;
  }
  return spans;
}

/** Where a ' that opens closes; null: it is an apostrophe. */
function closing(text: string, open: number): number | null {
  if (LETTER.test(text[open - 1] ?? ' ')) return null;
  for (let at = text.indexOf("'", open + 1); at >= 0; at = text.indexOf("'", at + 1))
    if (!LETTER.test(text[at + 1] ?? ' ')) return at;
  return null;
}

/** Each sentence, list item or line by itself. */
export function sentencesOf(given: string): Sentence[] {
  const whole = given.toWellFormed();
  const text = whole.slice(0, MOST_CHARACTERS).toWellFormed();
  const quotes = quotesIn(text);
  const within = (at: number): boolean => quotes.some(({ from, to }) => at > from && (to < 0 || at < to));
  const parts: string[] = [];
  let from = 0;
  for (const found of text.matchAll(/(?<!^\s*\d{1,3})[.!?。！？](?=\s)|\n+/gmu)) {
    if (within(found.index)) continue;
    parts.push(text.slice(from, found.index + found[0].length));
    from = found.index + found[0].length;
  }
  parts.push(text.slice(from));
  // Where the text was cut a sentence may have lost what it says.
  const cut = whole.length > text.length;
  return parts
    .map((part, k) => ({
      text: part.trim().replace(/^(?:[-*•]|\d{1,3}[.)])\s+/u, ''),
      isCut: cut && k === parts.length - 1,
    }))
    .filter(({ text: part }) => LETTER.test(part))
    .map(({ text: part, isCut }, k) => (isCut || k >= MOST_SENTENCES ? UNREAD : sentenceOf(part)));
}

/** Stands for a sentence that is not looked for: it is counted among those that cannot be told. */
const UNREAD: Sentence = { text: '', needs: [], words: [], broken: true };

function sentenceOf(text: string): Sentence {
  const quotes = quotesIn(text);
  const empty = quotes.some(({ from, to }) => to < 0 || text.slice(from + 1, to - 1).trim() === '');
  const needs: Need[] = quotes
    .filter(({ to }) => to > 0)
    .map(({ from, to }) => ({ kind: 'quote', text: text.slice(from + 1, to - 1) }));
  // What is quoted is looked for whole.
  const plain = quotes.reduceRight(
    (rest, { from, to }) => `${rest.slice(0, from)} ${rest.slice(to < 0 ? rest.length : to)}`,
    text,
  );
  const broken = empty || oddMark(text, quotes) || HIDING.test(plain);
  const rest = plain.normalize('NFKC').replace(LINES, (whole) => {
    for (const [digits] of whole.matchAll(/\d[\d,]*/g))
      needs.push({ kind: 'line', line: Number(digits.replaceAll(',', '')) });
    return ' ';
  });
  needs.push(...oddRuns(rest), ...numberWords(rest));
  const words = [...rest.toLowerCase().matchAll(/[\p{L}\p{M}]+/gu)].map(([word]) => word).filter(isTelling);
  return { text, needs, words: [...new Set(words)], broken };
}

/**
 * Signs that nobody sees part what is read as one number or name, or turn it round; and numbers that turn into letters. Joiners belong to some
 * scripts, between letters of these.
 */
const HIDING =
  /(?![\u200C\u200D])\p{Cf}|[\p{N}\p{sc=Latin}\p{P}][\u200C\u200D]|[\u200C\u200D][\p{N}\p{sc=Latin}\p{P}]|\p{Nl}/u;

/** A closing mark that closes nothing. */
const oddMark = (text: string, quotes: readonly Span[]): boolean =>
  [...text.matchAll(/["“”«»「」『』`]/gu)].some(
    ({ index }) => !quotes.some(({ from, to }) => index >= from && index < to),
  );

const NUMBER = String.raw`\d+(?:,\d{3})*`;
/** "line 12", "lines 3, 5 and 9 to 12"; "12행", "줄 12". */
const LINES = new RegExp(
  String.raw`\b(?:lines?|rows?)\s*#?${NUMBER}(?:\s*(?:,|and|to|or|through|&|–|-|~)+\s*(?:and\s+)?#?${NUMBER})*(?![\p{L}\p{N}])` +
    String.raw`|(?<![\p{L}\p{N}])(?:줄|행|라인)\s*${NUMBER}(?:\s*[,~–-]\s*${NUMBER})*(?!\p{N})|(?<!\p{N})${NUMBER}\s*(?:행|번\s*줄|번째\s*줄)`,
  'giu',
);

const WORDS: Readonly<Record<string, number>> = {
  ...{ zero: 0, one: 1, two: 2, three: 3, four: 4, five: 5, six: 6, seven: 7, eight: 8, nine: 9, ten: 10, eleven: 11 },
  ...{ twelve: 12, thirteen: 13, fourteen: 14, fifteen: 15, sixteen: 16, seventeen: 17, eighteen: 18, nineteen: 19 },
  ...{ twenty: 20, thirty: 30, forty: 40, fifty: 50, sixty: 60, seventy: 70, eighty: 80, ninety: 90, hundred: 100 },
  ...{
    thousand: 1000,
    million: 1e6,
    billion: 1e9,
    dozen: 12,
    once: 1,
    twice: 2,
    thrice: 3,
    single: 1,
    couple: 2,
    pair: 2,
  },
  ...{ hundreds: NaN, thousands: NaN, millions: NaN, billions: NaN, dozens: NaN, half: NaN, double: NaN, triple: NaN },
};
const KOREAN: Readonly<Record<string, number>> = {
  ...{ 한: 1, 두: 2, 세: 3, 네: 4, 다섯: 5, 여섯: 6, 일곱: 7, 여덟: 8, 아홉: 9, 열: 10 },
  ...{ 스물: 20, 스무: 20, 서른: 30, 마흔: 40, 쉰: 50, 백: 100, 천: 1000, 만: 10_000, 수백: NaN, 수천: NaN, 수십: NaN },
};
const KOREAN_NUMBER = new RegExp(
  String.raw`(?<![\p{L}\p{N}])(${Object.keys(KOREAN).join('|')})\s*(?:번|개|건|회|명|줄|차례|대|곳)`,
  'gu',
);
/** What is counted, behind a number. */
const COUNTED =
  /^\s*(?:times?|lines?|rows?|entries|events?|occurrences?|incidents?|failures?|attempts?|번|회|건|줄|차례|개)/iu;

/** Runs of what words, numbers, addresses and paths are written with: no digit stands outside of one. */
const RUNS = /(?:[\p{L}\p{N}\p{M}._:/@\\+-]|(?<=\p{N}),(?=\p{N}{3})|(?<=[\p{L}\p{N}])\[\p{N}+\])+/gu;
const PLAIN_NUMBER = /^\p{N}[\p{N},]*(?:\.\p{N}+)?$/u;

/** Numbers, and names: runs with something within that no plain word has. */
function* oddRuns(text: string): Generator<Need> {
  for (const { 0: run, index } of text.matchAll(RUNS)) {
    const [lead = ''] = /^[^\p{L}\p{N}]*/u.exec(run) ?? [];
    const name = run.slice(lead.length).replace(/[^\p{L}\p{N}\p{M}\]]+$/u, '');
    if (PLAIN_NUMBER.test(name)) {
      // Nothing is counted below zero.
      const minus = lead.endsWith('-') ? '-' : '';
      const whole = minus === '' && /^\d+(?:,\d{3})*(?:\.\d+)?$/.test(name);
      const value = whole ? Number(name.replaceAll(',', '')) : null;
      const [counted = ''] = COUNTED.exec(text.slice(index + lead.length + name.length)) ?? [];
      yield { kind: 'number', text: minus + name + counted.toLowerCase(), value, counted: counted !== '' };
    } else if (/\p{N}|[._:/@\\]|\p{Ll}\p{Lu}|\p{Lu}{2}/u.test(name)) yield { kind: 'name', text: name };
  }
}

const ANY_WORD = `(?:${Object.keys(WORDS).join('|')})`;
/** Words of one number: `fifty-five`, `two hundred`. */
const NUMBER_WORDS = new RegExp(
  String.raw`(?<![\p{L}\p{N}_])${ANY_WORD}(?:(?:\s+|-)${ANY_WORD})*(?![\p{L}\p{N}_])`,
  'gu',
);

/** Null where it is not simply one number. */
function valueOf(words: readonly string[]): number | null {
  const [first = NaN, second, third] = words.map((word) => WORDS[word] ?? NaN);
  if (second === undefined) return first;
  const two =
    first >= 20 && first < 100 && first % 10 === 0 && second < 10
      ? first + second
      : second >= 100
        ? first * second
        : NaN;
  return third === undefined && !Number.isNaN(two) ? two : null;
}

function* numberWords(text: string): Generator<Need> {
  const low = text.toLowerCase();
  for (const { 0: whole, index } of low.matchAll(NUMBER_WORDS)) {
    const [counted = ''] = COUNTED.exec(low.slice(index + whole.length)) ?? [];
    yield { kind: 'number', text: whole + counted, value: valueOf(whole.split(/[\s-]+/)), counted: counted !== '' };
  }
  for (const { 0: whole, 1: word = '' } of text.matchAll(KOREAN_NUMBER))
    yield { kind: 'number', text: whole, value: KOREAN[word] ?? null, counted: true };
}

/** Words that stand in any text. */
const COMMON = new Set(
  (
    'this that these those there their they them then than with from have been were will would could should about after before into ' +
    'over under when where which while what whose such some many most more very each every other others also only just same does ' +
    'line lines rows item items group groups text shows show says said seem seems appears likely because since until during between ' +
    'against again still even both either neither here your ours being having made make made happened'
  ).split(' '),
);

const isTelling = (word: string): boolean =>
  !COMMON.has(word) &&
  (word.length >= 4 || (word.length >= 2 && /[\p{sc=Hang}\p{sc=Han}\p{sc=Hira}\p{sc=Kana}]/u.test(word)));
