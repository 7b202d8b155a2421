/**
 * Texts of diagnostics by template, as gettext has them: the English is what the readers of files write (src/swarm), the Korean what the page shows.
 *
 * A place is `<name>`, and the sign behind its name says what may stand there:
 *
 *     <name>   one word, or a text in quotes        <name+>  anything
 *     <name#>  a number, true, false or null        <name@>  a place in a file; the root is called "the file"
 *     <name~>  what is known itself, and translated <name?>  anything; translated where it is known
 *     <name*>  a list of names: `a, b and 3 more`   <name&>  names joined by "and" or "or"
 *
 * What comes from a person's file stays as it is. A particle behind a place of the Korean text, such as 을(를), follows what stands there.
 *
 * Looking for a text takes time in proportion to its length and the number of templates: no pattern goes back, whatever a stranger's file holds.
 */
import { type Particle, particle, PARTICLES } from './particles.ts';

export type Pair = readonly [english: string, korean: string];

/** Longer texts are no diagnostics (`MAX_MESSAGE` of the readers, and how long it was). */
const MOST_CHARACTERS = 2000;
/** Places within places. */
const MOST_LEVELS = 4;

type Kind = '' | '+' | '#' | '@' | '~' | '?' | '*' | '&';

interface Place {
  readonly name: string;
  readonly kind: Kind;
}

interface Template {
  /** One more than places: what stands before, between and behind them. */
  readonly literals: readonly string[];
  readonly places: readonly Place[];
  readonly korean: readonly (string | Piece)[];
}

interface Piece {
  readonly place: number;
  readonly particle: Particle | null;
}

/** The text in Korean; null: no template is of it. */
export type Translate = (text: string) => string | null;

/** Which of two templates is meant where both fit: the one that says more itself; of the same, the one with fewer places. */
const moreSpecific = (a: Template, b: Template): number => sizeOf(b) - sizeOf(a) || a.places.length - b.places.length;
const sizeOf = ({ literals }: Template): number => literals.reduce((sum, { length }) => sum + length, 0);

/**
 * @param pairs of whole texts
 * @param phrases that stand in places alone
 */
export function translator(pairs: readonly Pair[], phrases: readonly Pair[]): Translate {
  const whole = byBeginning(pairs);
  const within = byBeginning([...phrases, ...pairs]);
  const among = (templates: ByBeginning, text: string, level: number): string | null => {
    if (level > MOST_LEVELS || text.length > MOST_CHARACTERS) return null;
    const quoted = quotedIn(text);
    for (const template of templates(text)) {
      // Quotes that are not ours may hide what they are between.
      const found = valuesOf(template, text, quoted) ?? (quoted.size > 0 ? valuesOf(template, text, NONE) : null);
      const told = found && template.places.map(({ kind }, k) => tell(kind, found[k] ?? '', level));
      if (told?.every((each) => each !== null)) return render(template, told);
    }
    return null;
  };
  const tell = (kind: Kind, value: string, level: number): string | null => {
    switch (kind) {
      case '~':
        return among(within, value, level + 1);
      case '?':
        return among(within, value, level + 1) ?? plain(value);
      case '#':
        return SCALAR.test(value) ? value : null;
      case '@':
        return value === 'the file' ? '파일' : plain(value);
      case '*':
        return plain(value.replace(/ and ([\d,]+) more$/, ' 외 $1개'));
      case '&':
        return joined(value);
      case '+':
        return plain(value);
      case '':
        return isWord(value) ? plain(value) : null;
    }
  };
  return (text) => among(whole, text, 1);
}

/** Templates that may be of a text, by its first character; the most specific first. */
type ByBeginning = (text: string) => readonly Template[];

function byBeginning(pairs: readonly Pair[]): ByBeginning {
  const all = pairs.map(compile).sort(moreSpecific);
  const known = new Map<string, readonly Template[]>();
  return (text) => {
    const begins = text.charAt(0);
    let found = known.get(begins);
    if (!found) {
      found = all.filter(({ literals: [first = ''] }) => first === '' || first.startsWith(begins));
      // Of strangers' texts not every character is kept.
      if (begins < '\u007f') known.set(begins, found);
    }
    return found;
  };
}

/** For tests: the names of places on both sides. */
export const placesOf = (template: string): string[] => [...template.matchAll(PLACE)].map(([, name = '']) => name);

const PLACE = /<([a-z]+)([+#@~?*&]?)>/g;
const KOREAN = new RegExp(
  `<([a-z]+)>(${PARTICLES.map((each) => each.replace(/[()]/g, String.raw`\$&`)).join('|')})?`,
  'g',
);

function compile([english, korean]: Pair): Template {
  const places: Place[] = [];
  const literals: string[] = [];
  let from = 0;
  for (const { 0: all, 1: name = '', 2: kind = '', index } of english.matchAll(PLACE)) {
    literals.push(english.slice(from, index));
    places.push({ name, kind: kind as Kind });
    from = index + all.length;
  }
  literals.push(english.slice(from));
  const pieces: (string | Piece)[] = [];
  from = 0;
  for (const { 0: all, 1: name, 2: given, index } of korean.matchAll(KOREAN)) {
    const place = places.findIndex((each) => each.name === name);
    pieces.push(korean.slice(from, index), { place, particle: (given as Particle | undefined) ?? null });
    from = index + all.length;
  }
  pieces.push(korean.slice(from));
  return { literals, places, korean: pieces };
}

const NONE: ReadonlyMap<number, number> = new Map();

/** Where texts in double quotes begin and end, as JSON writes them. */
function quotedIn(text: string): ReadonlyMap<number, number> {
  const quoted = new Map<number, number>();
  let open = -1;
  for (let at = 0; at < text.length; at++) {
    if (open >= 0 && text[at] === '\\') at++;
    else if (text[at] === '"') {
      if (open >= 0) quoted.set(open, at);
      open = open >= 0 ? -1 : at;
    }
  }
  return quoted;
}

/** What stands in the places, none of it empty; null: another text. What is between quotes ends no place. */
function valuesOf({ literals }: Template, text: string, quoted: ReadonlyMap<number, number>): string[] | null {
  const [first = '', ...rest] = literals;
  const last = rest.pop();
  if (last === undefined) return text === first ? [] : null;
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const end = text.length - last.length;
  const values: string[] = [];
  let from = first.length;
  for (const literal of rest) {
    const at = find(text, literal, from, end, quoted);
    if (at < 0) return null;
    values.push(text.slice(from, at));
    from = at + literal.length;
  }
  if (from >= end) return null;
  values.push(text.slice(from, end));
  return values;
}

function find(text: string, literal: string, from: number, end: number, quoted: ReadonlyMap<number, number>): number {
  for (let at = from; at + literal.length <= end; at++) {
    if (at > from && text.startsWith(literal, at)) return at;
    at = quoted.get(at) ?? at;
  }
  return -1;
}

const SCALAR = /^(?:-?(?:Infinity|[\d.,]+(?:e[+-]?\d+)?)|true|false|null)$/;

/** One word, or one text in quotes, which may say how long it was. */
function isWord(value: string): boolean {
  const bare = value.replace(CUT, '');
  return !/\s/.test(bare) || quotedIn(bare).get(0) === bare.length - 1;
}

/** How a long text says that it was cut. */
const CUT = / \(([\d,]+) characters\)$/;

const plain = (value: string): string => value.replace(CUT, ' ($1자)');

/** `a and b`, `a, b or c`. */
function joined(value: string): string {
  const either = value.split(' or ');
  if (either.length > 1) return either.join(' 또는 ');
  const [first = '', ...others] = value.split(' and ');
  return others.reduce((all, each) => `${all}${particle(all, '과(와)')} ${each}`, first);
}

function render({ korean }: Template, values: readonly (string | null)[]): string {
  return korean
    .map((piece) => {
      if (typeof piece === 'string') return piece;
      const value = values[piece.place] ?? '';
      return value + (piece.particle === null ? '' : particle(value, piece.particle));
    })
    .join('');
}
