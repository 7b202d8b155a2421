/** Texts as JSON writes them, in EBNF. */
import { type CharSet, EVERY, without } from '../../../src/kernel/char-set.ts';
import type { Automaton } from '../../../src/kernel/pattern-automaton.ts';
import { beyondAscii } from './utf8.ts';

const QUOTE = String.raw`"\""`;
const PLAIN = String.raw`[^\x00-\x1F\x22\x5C]`;
const ESCAPED = String.raw`"\\" escape`;
/** What stands behind a text; the engine need not try tokens that go on with something else. */
const BEHIND = '(= [ ,:}\\]])';

/**
 * A text of any characters, and an escape: four digits may stand for any character, halves of a pair only together. Runs between escapes are
 * written as such, which is ten times as quick a token as a rule for each character.
 */
export const TEXT_RULES = [
  `string ::= ${anyText(0)} ${BEHIND}`,
  String.raw`escape ::= ["\\/bfnrt] | "u" ([0-9A-CE-Fa-ce-f] hex hex hex | [Dd] ([0-7] hex hex | [89ABab] hex hex "\\u" [Dd] [C-Fc-f] hex hex))`,
  'hex ::= [0-9A-Fa-f]',
];

/** A text of at least so many characters, with its quotes. */
export function anyText(least: number): string {
  const first = Array.from({ length: least }, () => `(${PLAIN} | ${ESCAPED}) `).join('');
  return `${QUOTE} ${first}${PLAIN}* (${ESCAPED} ${PLAIN}*)* ${QUOTE}`;
}

/** An EBNF literal of that text. */
export function literal(text: string): string {
  return `"${Array.from(text, (char) => (/[\w !#-&(-/:-@[\]^`{|}~']/.test(char) ? char : codeOf(char.codePointAt(0) ?? 0))).join('')}"`;
}

const codeOf = (code: number): string =>
  code > 0xffff ? `\\U${code.toString(16).padStart(8, '0')}` : `\\u${code.toString(16).padStart(4, '0')}`;

/** Characters that JSON escapes, with their shortest form. */
const SHORT: ReadonlyMap<number, string> = new Map([
  [0x22, '"'],
  [0x5c, '\\'],
  [0x08, 'b'],
  [0x09, 't'],
  [0x0a, 'n'],
  [0x0c, 'f'],
  [0x0d, 'r'],
]);

/** The ways in which JSON writes one of these characters. */
function charsOf(set: CharSet): string[] {
  if (set.length === EVERY.length && set.every(([low, high], k) => low === EVERY[k]?.[0] && high === EVERY[k]?.[1])) {
    return [PLAIN, ESCAPED];
  }
  const ways: string[] = [];
  const [first] = set;
  const allControls = first !== undefined && first[0] === 0 && first[1] >= 0x1f;
  if (allControls) ways.push(String.raw`"\\" ([bfnrt] | "u00" [01] hex)`);
  for (const code of [...(allControls ? [] : Array(0x20).keys()), 0x22, 0x5c]) {
    if (!set.some(([low, high]) => low <= code && code <= high)) continue;
    const short = SHORT.get(code);
    ways.push(literal(short === undefined ? `\\u${code.toString(16).padStart(4, '0')}` : `\\${short}`));
  }
  const others = set.filter(([, high]) => high > 0x7f);
  const all = within(set, 0x80, 0xd7ff) && within(set, 0xe000, 0x10ffff);
  if (all) return [`[^\\x00-\\x1F\\x22\\x5C${excluded(set)}]`, ...ways];
  const plain = set.flatMap(([low, high]) =>
    PLAIN_RANGES.map(([from, to]) => [Math.max(low, from), Math.min(high, to)] as const)
      .filter(([from, to]) => from <= to)
      .map(([from, to]) => range(from, to)),
  );
  return [
    ...(plain.length === 0 ? [] : [`[${plain.join('')}]`]),
    ...ways,
    ...others.flatMap(([low, high]) => beyondAscii(Math.max(low, 0x80), high)),
  ];
}

const within = (set: CharSet, from: number, to: number): boolean =>
  set.some(([low, high]) => low <= from && to <= high);

/** Characters of ASCII that stand for themselves and are not in the set. */
const excluded = (set: CharSet): string =>
  without(set)
    .flatMap(([low, high]) =>
      PLAIN_RANGES.map(([from, to]) => [Math.max(low, from), Math.min(high, to)] as const)
        .filter(([from, to]) => from <= to)
        .map(([from, to]) => range(from, to)),
    )
    .join('');

/** ASCII that JSON does not escape. */
const PLAIN_RANGES = [
  [0x20, 0x21],
  [0x23, 0x5b],
  [0x5d, 0x7f],
] as const;

const range = (low: number, high: number): string => (low === high ? codeOf(low) : `${codeOf(low)}-${codeOf(high)}`);

/**
 * The texts of an automaton with the quote at their end: a rule for each state, the first of them named `name` and `0`. A grammar that follows one
 * state at a time stays quick, where the same pattern written as an expression can take a thousand times as long a token.
 */
export function automatonRules({ states }: Automaton, name: string): string[] {
  return states.map(({ edges, final }, state) => {
    const ways = edges.flatMap(({ set, to }) => charsOf(set).map((char) => `${char} ${name}${to}`));
    return `${name}${state} ::= (${[...ways, ...(final ? [QUOTE] : [])].join(' | ')}) ${BEHIND}`;
  });
}

/** How often, in EBNF. */
export function times(least: number, most: number): string {
  if (most === Infinity) return least === 0 ? '*' : least === 1 ? '+' : `{${least},}`;
  return `{${least},${most}}`;
}
