/**
 * Regular expressions that are regular: what a grammar can hold a writer to, and what can be checked in time linear in the text. The syntax is
 * that of ECMAScript with the flag `u`, less what looks around (lookahead, back references, word boundaries) and Unicode properties.
 */
import { type CharSet, CLASSES, EVERY, LINE_ENDS, single, sorted, wellFormed, without } from './char-set.ts';
import { err, ok, type Result } from './result.ts';

export type Pattern =
  | { readonly is: 'set'; readonly set: CharSet }
  | { readonly is: 'sequence'; readonly parts: readonly Pattern[] }
  | { readonly is: 'choice'; readonly of: readonly Pattern[] }
  /** `most` Infinity: no end. */
  | { readonly is: 'repeat'; readonly of: Pattern; readonly least: number; readonly most: number };

export interface PatternFault {
  readonly message: string;
  readonly hint: string;
}

const MOST_CHARACTERS = 4000;
const MOST_REPEATS = 1000;
/** Sets in a pattern with its repetitions written out: what a matcher looks at for each character, at most. */
const MOST_STEPS = 4000;

const CONTROLS: Readonly<Record<string, number>> = { n: 10, r: 13, t: 9, f: 12, v: 11, 0: 0 };
/** A text of any characters, of any length. */
export const ANYTHING: Pattern = { is: 'repeat', of: { is: 'set', set: EVERY }, least: 0, most: Infinity };

class Refused extends Error {
  readonly fault: PatternFault;
  constructor(message: string, hint: string) {
    super(message);
    this.fault = { message, hint };
  }
}

/** @returns what whole texts match: an end without an anchor takes anything before or behind, as JSON Schema has it */
export function parsePattern(source: string): Result<Pattern, PatternFault> {
  try {
    const pattern = new PatternReader(source).read();
    if (steps(pattern) > MOST_STEPS) {
      throw new Refused(
        'the pattern repeats too much',
        `at most ${MOST_STEPS} characters with repetitions written out`,
      );
    }
    return ok(pattern);
  } catch (error) {
    if (error instanceof Refused) return err(error.fault);
    throw error;
  }
}

function steps(pattern: Pattern): number {
  switch (pattern.is) {
    case 'set':
      return 1;
    case 'sequence':
      return pattern.parts.reduce((sum, part) => sum + steps(part), 0);
    case 'choice':
      return pattern.of.reduce((sum, part) => sum + steps(part), 0);
    case 'repeat':
      // A repetition of nothing takes a place each time.
      return Math.max(1, steps(pattern.of)) * Math.max(1, pattern.most === Infinity ? pattern.least : pattern.most);
  }
}

/** Recursive descent over code points; one method a rule of the syntax. */
class PatternReader {
  readonly #chars: readonly string[];
  #at = 0;

  constructor(source: string) {
    if (source.length > MOST_CHARACTERS)
      throw new Refused('the pattern is too long', `at most ${MOST_CHARACTERS} characters`);
    this.#chars = [...source];
  }

  read(): Pattern {
    const choices: Pattern[] = [];
    do {
      const open = this.#take('^') ? [] : [ANYTHING];
      const parts = this.#sequence();
      const close = this.#take('$') ? [] : [ANYTHING];
      choices.push({ is: 'sequence', parts: [...open, ...parts, ...close] });
    } while (this.#take('|'));
    if (this.#at < this.#chars.length) {
      if (this.#chars[this.#at - 1] === '$') this.#at--;
      this.#refuseHere();
    }
    return oneOf(choices);
  }

  #group(): Pattern {
    const choices: Pattern[] = [];
    do choices.push({ is: 'sequence', parts: this.#sequence() });
    while (this.#take('|'));
    if (!this.#take(')')) this.#refuseHere();
    return oneOf(choices);
  }

  #sequence(): Pattern[] {
    const parts: Pattern[] = [];
    for (let next = this.#peek(); next !== undefined && !'|)$'.includes(next); next = this.#peek()) {
      parts.push(this.#quantified(this.#atom()));
    }
    return parts;
  }

  #atom(): Pattern {
    const char = this.#chars[this.#at++] as string;
    if (char === '(') return this.#groupAfterOpening();
    if (char === '[') return { is: 'set', set: this.#class() };
    if (char === '.') return { is: 'set', set: without(LINE_ENDS) };
    if (char === '\\') return { is: 'set', set: this.#escape() };
    if ('*+?{}]^'.includes(char)) {
      this.#at--;
      this.#refuseHere();
    }
    return { is: 'set', set: single(char) };
  }

  #groupAfterOpening(): Pattern {
    if (!this.#take('?')) return this.#group();
    if (this.#take(':')) return this.#group();
    const rest = this.#chars.slice(this.#at, this.#at + 40).join('');
    const name = /^<\w+>/.exec(rest)?.[0];
    if (name === undefined) {
      if (/^[a-z-]+[:)]/.test(rest)) throw new Refused('the pattern sets flags', 'write both cases out, as in [Aa]');
      throw new Refused('the pattern looks ahead or behind', 'say what the text holds, from its beginning to its end');
    }
    this.#at += name.length;
    return this.#group();
  }

  #quantified(of: Pattern): Pattern {
    const rest = this.#chars.slice(this.#at, this.#at + 16).join('');
    const [text, least, comma, most] = /^(?:[*+?]|\{(\d+)(?:(,)(\d*))?\})/.exec(rest) ?? [];
    if (text === undefined) return of;
    this.#at += text.length;
    // Lazy or not, the same texts match.
    this.#take('?');
    const [low, high] =
      least === undefined
        ? { '*': [0, Infinity], '+': [1, Infinity], '?': [0, 1] }[text as '*' | '+' | '?']
        : [Number(least), comma === undefined ? Number(least) : most === '' ? Infinity : Number(most)];
    if (low === undefined || high === undefined || low > high) {
      throw new Refused(`the pattern counts from ${low} to ${high}`, 'the smaller count first');
    }
    if (low > MOST_REPEATS || (high !== Infinity && high > MOST_REPEATS)) {
      throw new Refused(`the pattern repeats more than ${MOST_REPEATS} times`, `counts to ${MOST_REPEATS}`);
    }
    return { is: 'repeat', of, least: low, most: high };
  }

  #class(): CharSet {
    const negated = this.#take('^');
    const ranges: (readonly [number, number])[] = [];
    for (;;) {
      const low = this.#classAtom();
      if (low === null) break;
      const [first] = low;
      if (this.#peek() !== '-' || this.#chars[this.#at + 1] === ']' || low.length !== 1 || first?.[0] !== first?.[1]) {
        ranges.push(...low);
        continue;
      }
      this.#at++;
      const high = this.#classAtom();
      const [last] = high ?? [];
      if (!first || !last || high?.length !== 1 || last[0] !== last[1] || last[0] < first[0]) this.#refuseHere();
      ranges.push([first[0], last[0]]);
    }
    const set = negated ? without(sorted(ranges)) : sorted(ranges).flatMap(wellFormed);
    if (set.length === 0) throw new Refused('a class of the pattern has no characters', 'characters within [ ]');
    return set;
  }

  /** One character, or the set of a class escape; null at the closing bracket. */
  #classAtom(): CharSet | null {
    const char = this.#chars[this.#at++];
    if (char === undefined) {
      this.#at--;
      this.#refuseHere();
    }
    if (char === ']') return null;
    if (char === '[' && this.#peek() === ':') {
      throw new Refused('the pattern names a POSIX class', 'ECMAScript writes [a-z], \\d, \\w, \\s');
    }
    return char === '\\' ? (this.#peek() === 'b' ? (this.#at++, single('\b')) : this.#escape()) : single(char);
  }

  #escape(): CharSet {
    const char = this.#chars[this.#at++] ?? '';
    const named = Object.hasOwn(CLASSES, char) ? CLASSES[char] : undefined;
    if (named) return named;
    const control = Object.hasOwn(CONTROLS, char) ? CONTROLS[char] : undefined;
    if (control !== undefined) return [[control, control]];
    if (char === 'x' || char === 'u') return this.#code(char);
    if (/[pP]/.test(char)) {
      throw new Refused('the pattern asks for a Unicode property', 'name the characters, as in [a-zà-ÿ가-힣]');
    }
    if (/[bB]/.test(char)) {
      throw new Refused('the pattern looks at a word boundary', 'say what stands there, or anchor with ^ and $');
    }
    if (/[1-9k]/.test(char)) throw new Refused('the pattern refers back', 'write the group out again');
    if (/[A-Za-z]/.test(char) || char === '') {
      throw new Refused(
        `the pattern has the unknown escape \\${char}`,
        'ECMAScript: ^ and $ anchor, \\d \\w \\s are classes',
      );
    }
    return single(char);
  }

  #code(kind: 'x' | 'u'): CharSet {
    const rest = this.#chars.slice(this.#at, this.#at + 10).join('');
    const form = kind === 'x' ? /^([\dA-Fa-f]{2})/ : /^(?:\{([\dA-Fa-f]{1,6})\}|([\dA-Fa-f]{4}))/;
    const found = form.exec(rest);
    const code = Number.parseInt(found?.[1] ?? found?.[2] ?? '', 16);
    if (!found || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff)) {
      throw new Refused('the pattern has an escape of no character', 'a whole character, as in \\u{1F600}');
    }
    this.#at += found[0].length;
    return [[code, code]];
  }

  #peek(): string | undefined {
    return this.#chars[this.#at];
  }

  #take(char: string): boolean {
    if (this.#peek() !== char) return false;
    this.#at++;
    return true;
  }

  #refuseHere(): never {
    const here = this.#chars[this.#at];
    if (here === '^' || here === '$') {
      throw new Refused(
        'an anchor stands within the pattern',
        '^ at its beginning and $ at its end, around the groups',
      );
    }
    throw new Refused(
      here === undefined ? 'the pattern ends too early' : `the pattern has ${here} where it means nothing`,
      'a regular expression of ECMAScript; a backslash before what stands for itself',
    );
  }
}

const oneOf = (choices: Pattern[]): Pattern => {
  const [first] = choices;
  return choices.length === 1 && first ? first : { is: 'choice', of: choices };
};
