/**
 * What a text is when numbers and names are left out of it. Most lines of a log are repeats: the same words about another address, another
 * user, another time. Two texts of one shape have the same words and marks in the same order; what stands between them may differ.
 *
 * Left out are numbers, hexadecimal words and random ids, dates and times, addresses (IP, MAC, mail), host names, and names of users and hosts
 * where the words around them say that they are one (`user=`, `invalid user … from`, `"username": "…"`). All else stays, also a number that
 * says how something ended: an HTTP status, an exit code, a level. Which of the two a piece is depends on where digits stand and not on
 * which they are, so that other digits give the same shape.
 *
 * Time is linear in the text: each character is looked at a bounded number of times.
 */

const WORD = 0;
/** Letters and digits: the letters stay. */
const MIXED = 1;
const NUMBER = 2;
const NAME = 3;
const SPACE = 4;
const MARK = 5;

/** What stands in a shape for what is left out; a text that holds them itself has `OWN` before each. */
const A_NUMBER = '\u0001';
const A_NAME = '\u0002';
const OWN = '\u0003';

const IS_DIGIT = 1;
const IS_LETTER = 2;
const IS_SPACE = 3;

const ASCII = Uint8Array.from({ length: 128 }, (_, code) => {
  const char = String.fromCharCode(code);
  return /\d/.test(char) ? IS_DIGIT : /[a-z]/i.test(char) ? IS_LETTER : /\s/.test(char) ? IS_SPACE : 0;
});

function classOf(code: number): number {
  if (code < 128) return ASCII[code] as number;
  // Halves of characters beyond the first plane stay as they are.
  if (code >= 0xd800 && code <= 0xdfff) return IS_LETTER;
  const char = String.fromCharCode(code);
  return /[\p{L}\p{M}]/u.test(char) ? IS_LETTER : /\p{Nd}/u.test(char) ? IS_DIGIT : /\s/.test(char) ? IS_SPACE : 0;
}

const isAlnum = (code: number): boolean => {
  const kind = classOf(code);
  return kind === IS_DIGIT || kind === IS_LETTER;
};
const isDigit = (code: number): boolean => classOf(code) === IS_DIGIT;
const isHex = (code: number): boolean => (code >= 48 && code <= 57) || ((code | 32) >= 97 && (code | 32) <= 102);

/** Join pieces of one name: `.`, `-`, `_`, `@`, `+`. */
const isJoint = (code: number): boolean => code === 46 || code === 45 || code === 95 || code === 64 || code === 43;

/** A text as its tokens. `starts` has one place more than there are tokens: where the text ends. */
export interface TextShape {
  readonly text: string;
  readonly starts: readonly number[];
  /** Whether the token, or a part of it, is left out of the shape. */
  readonly varies: (token: number) => boolean;
  /** The same for texts of the same shape, and for no others. */
  readonly shape: string;
}

export function readShape(text: string): TextShape {
  const { starts, kinds } = new Reader(text).read();
  let shape = '';
  for (let k = 0; k < kinds.length; k++)
    shape += shapeOfToken(text, kinds[k] as number, starts[k] as number, starts[k + 1] as number);
  return { text, starts, shape, varies: (token) => isLeftOut(kinds[token]) };
}

const isLeftOut = (kind: number | undefined): boolean => kind === NUMBER || kind === NAME || kind === MIXED;

function shapeOfToken(text: string, kind: number, from: number, to: number): string {
  switch (kind) {
    case NUMBER:
      return A_NUMBER;
    case NAME:
      return A_NAME;
    case MIXED:
      return lettersOf(text.slice(from, to));
    case SPACE:
      return /[\n\r]/.test(text.slice(from, to)) ? '\n' : ' ';
    case MARK: {
      const mark = text[from] as string;
      return mark <= OWN && mark >= A_NUMBER ? OWN + mark : mark;
    }
    default:
      return text.slice(from, to);
  }
}

/** `12.5ms` is `3ms`. */
const lettersOf = (word: string): string => word.replace(/\p{Nd}+(?:\.\p{Nd}+)?/gu, A_NUMBER);

const NO_TOKENS: readonly number[] = [];

/** Reads one text. Tokens are found first, each by itself; then what stands around them makes names of some, and outcomes of others. */
class Reader {
  readonly #text: string;
  #starts: number[] = [];
  #kinds: number[] = [];
  /** See `#wordAt`; by token, as far as somebody asked. */
  readonly #words: number[] = [];

  constructor(text: string) {
    this.#text = text;
  }

  read(): { readonly starts: readonly number[]; readonly kinds: readonly number[] } {
    this.#split();
    const spans = this.#names();
    if (spans.length > 0) this.#join(spans);
    this.#starts.push(this.#text.length);
    return { starts: this.#starts, kinds: this.#kinds };
  }

  #add(kind: number, at: number): void {
    this.#kinds.push(kind);
    this.#starts.push(at);
  }

  #code(at: number): number {
    // Beyond the end nothing is a letter.
    return at < this.#text.length ? this.#text.charCodeAt(at) : 0;
  }

  #split(): void {
    const { length } = this.#text;
    for (let at = 0; at < length;) {
      const kind = classOf(this.#code(at));
      if (kind === IS_SPACE) {
        this.#add(SPACE, at);
        while (at < length && classOf(this.#code(at)) === IS_SPACE) at++;
      } else if (kind === 0) this.#add(MARK, at++);
      else at = this.#run(at);
    }
  }

  /** Letters and digits with what joins them: a name as a whole, or pieces. Returns where it ends. */
  #run(from: number): number {
    const colons = this.#colons(from);
    if (colons > from) {
      this.#add(NAME, from);
      return colons;
    }
    let to = from;
    let dots = 0;
    let at = -1;
    for (;;) {
      while (isAlnum(this.#code(to))) to++;
      const joint = this.#code(to);
      if (!isJoint(joint) || !isAlnum(this.#code(to + 1))) break;
      if (joint === 46) dots++;
      if (joint === 64) at = at === -1 ? to : -2;
      to++;
    }
    if (dots > 0 && at >= -1 && isHost(this.#text, Math.max(from, at + 1), to, at >= 0)) this.#add(NAME, from);
    else if (dots === 1 && this.#isDecimal(from, to)) this.#add(isDigit(this.#code(to - 1)) ? NUMBER : MIXED, from);
    else this.#pieces(from, to);
    return to;
  }

  /** Where an IPv6 or MAC address that begins here ends; where it begins, if there is none. */
  #colons(from: number): number {
    // Groups of at most four, so that a second look at what is none is short.
    let to = from;
    let groups = 0;
    let pairs = true;
    let empty = false;
    let digits = false;
    for (;;) {
      const start = to;
      while (to - start < 5 && isHex(this.#code(to))) digits = isDigit(this.#code(to++)) || digits;
      if (to - start > 4) return from;
      groups++;
      pairs &&= to - start === 2;
      if (this.#code(to) !== 58 || groups > 8) break;
      const next = this.#code(to + 1);
      if (next === 58 && !empty) {
        empty = true;
        to++;
      } else if (!isHex(next)) break;
      to++;
    }
    const ends = !isAlnum(this.#code(to));
    return ends && digits && (groups === 8 || (empty && groups < 8) || (pairs && groups === 6)) ? to : from;
  }

  /** Digits, a point and digits, with a unit behind or without. */
  #isDecimal(from: number, to: number): boolean {
    let at = from;
    while (isDigit(this.#code(at))) at++;
    if (at === from || this.#code(at) !== 46) return false;
    const after = ++at;
    while (isDigit(this.#code(at))) at++;
    if (at === after) return false;
    while (at < to && classOf(this.#code(at)) === IS_LETTER) at++;
    return at === to;
  }

  #pieces(from: number, to: number): void {
    for (let at = from; at < to;) {
      if (!isAlnum(this.#code(at))) {
        this.#add(MARK, at++);
        continue;
      }
      if (isUuid(this.#text, at, to)) {
        this.#add(NUMBER, at);
        at += UUID;
        continue;
      }
      const start = at;
      while (at < to && isAlnum(this.#code(at))) at++;
      this.#add(kindOfWord(this.#text, start, at), start);
    }
  }

  /** Tokens that are a name together, as pairs of the first and the one behind the last, in order. */
  #names(): readonly number[] {
    const spans: number[] = [];
    const kinds = this.#kinds;
    const add = (from: number, to: number): void => {
      if (to > from && from >= (spans.at(-1) ?? 0)) spans.push(from, to);
    };
    this.#syslogHost(add);
    for (let k = 0; k < kinds.length; k++) {
      if (kinds[k] === WORD) this.#nameAt(k, add);
      else if (kinds[k] === NUMBER && this.#isOutcome(k)) kinds[k] = WORD;
      else if (kinds[k] === MARK) {
        const mark = this.#code(this.#starts[k] as number);
        if (mark === 61 || mark === 58) this.#valueAt(k, mark === 61, add);
      }
    }
    return spans.length > 0 ? spans : NO_TOKENS;
  }

  /** `Jun 14 15:16:01 HOST program[12]:` */
  #syslogHost(add: (from: number, to: number) => void): void {
    const kinds = this.#kinds;
    const form = [WORD, SPACE, NUMBER, SPACE, NUMBER, MARK, NUMBER, MARK, NUMBER, SPACE];
    if (!form.every((kind, k) => kinds[k] === kind) || !this.#isOneOf(0, MONTHS)) return;
    let end = form.length;
    while (end < kinds.length && kinds[end] !== SPACE && end - form.length < 16) end++;
    if (kinds[end] !== SPACE || end === form.length || (end === form.length + 1 && this.#isOneOf(form.length, LEVELS)))
      return;
    const tag = this.#text.slice(this.#starts[end + 1], (this.#starts[end + 1] ?? 0) + 64);
    if (/^[\w./-]+(?:\([\w.-]+\))?\[\d+\]:/.test(tag)) add(form.length, end);
  }

  /** What a word says of those beside it: that it is a part of a date, or that a name comes. */
  #nameAt(k: number, add: (from: number, to: number) => void): void {
    const word = this.#wordAt(k);
    if (word === 0) return;
    if ((word & MONTHS) !== 0) {
      if (this.#isDate(k)) this.#kinds[k] = NUMBER;
    } else if ((word & DAYS) !== 0) {
      if (this.#isDayOfDate(k)) this.#kinds[k] = NUMBER;
    } else if ((word & HALVES) !== 0) {
      const before = this.#kinds[k - 1] === SPACE ? k - 2 : k - 1;
      if (this.#kinds[before] === NUMBER && this.#mark(before - 1) === ':') this.#kinds[k] = NUMBER;
    } else if ((word & USER) !== 0) this.#userAt(k, add);
    else if ((word & FOR) !== 0) this.#forAt(k, add);
    else if ((word & BY) !== 0) {
      const end = this.#spaced(k) ? this.#nameEnd(k + 2) : 0;
      if (this.#mark(end) === '(' && this.#isOneOf(end + 1, UID)) add(k + 2, end);
    } else if ((word & SUDO) !== 0) {
      // `sudo: NAME : TTY=`
      const end = this.#mark(k + 1) === ':' && this.#spaced(k + 1) ? this.#nameEnd(k + 3) : 0;
      if (this.#spaced(end - 1) && this.#mark(end + 1) === ':') add(k + 3, end);
    } else if ((word & HOMES) !== 0 && this.#mark(k - 1) === '/' && this.#mark(k + 1) === '/')
      add(k + 2, this.#nameEnd(k + 2));
  }

  /** `Jun 14`, `14 Jun`, `14-Jun-2024`, `10/Oct/2000`. */
  #isDate(k: number): boolean {
    const digits = (token: number): boolean =>
      this.#kinds[token] === NUMBER && (this.#starts[token + 1] ?? this.#text.length) - (this.#starts[token] ?? 0) <= 4;
    if (this.#spaced(k) && digits(k + 2)) return true;
    const before = this.#mark(k - 1);
    if (before === '/' || before === '-') return digits(k - 2) && this.#mark(k + 1) === before && digits(k + 2);
    return this.#kinds[k - 1] === SPACE && digits(k - 2) && this.#spaced(k) && digits(k + 2);
  }

  /** `Sun Jul 10`, `Sun, 10 Jul`. */
  #isDayOfDate(k: number): boolean {
    const next = this.#mark(k + 1) === ',' ? k + 1 : k;
    if (!this.#spaced(next)) return false;
    return this.#isOneOf(next + 2, MONTHS) || (this.#kinds[next + 2] === NUMBER && this.#isOneOf(next + 4, MONTHS));
  }

  #userAt(k: number, add: (from: number, to: number) => void): void {
    const next = this.#spaced(k) ? k + 2 : k + 1;
    const quote = this.#mark(next);
    if (quote !== '' && QUOTES.includes(quote)) {
      const end = this.#nameEnd(next + 1);
      if (this.#mark(end) === quote) add(next + 1, end);
      return;
    }
    if (next === k + 1) return;
    const end = this.#nameEnd(next);
    const session = this.#before(k, FOR) && this.#before(k - 2, SESSION);
    const invalid = this.#before(k, INVALID) && (this.#isFrom(end) || this.#isBracket(end));
    if (session || invalid || (this.#before(k, FOR) && this.#isFrom(end))) add(next, end);
  }

  #forAt(k: number, add: (from: number, to: number) => void): void {
    if (!this.#spaced(k) || this.#isOneOf(k + 2, NO_NAME_AFTER_FOR)) return;
    const end = this.#nameEnd(k + 2);
    const login = this.#before(k, METHODS) && this.#isFrom(end);
    const failures = this.#before(k, FAILURES) && this.#before(k - 2, AUTHENTICATION);
    if (login || (failures && (end === this.#kinds.length || this.#isFrom(end) || this.#isBracket(end))))
      add(k + 2, end);
  }

  /** ` from ADDRESS` stands there. */
  #isFrom(at: number): boolean {
    const address = this.#kinds[at + 3];
    return this.#spaced(at - 1) && this.#isOneOf(at + 1, FROM) && (address === NAME || address === NUMBER);
  }

  #isBracket(at: number): boolean {
    return this.#spaced(at - 1) && this.#mark(at + 1) === '[';
  }

  /** `key=value`, `"key": "value"`: the value is a name where the key says so. */
  #valueAt(sign: number, equals: boolean, add: (from: number, to: number) => void): void {
    if (!equals && this.#mark(sign - 1) !== '"') return;
    const key = this.#keyBefore(sign, equals);
    if (!NAME_KEYS.has(key)) return;
    const from = !equals && this.#spaced(sign) ? sign + 2 : sign + 1;
    const quote = this.#mark(from);
    if (quote !== '' && QUOTES.includes(quote)) {
      let end = from + 1;
      while (end < this.#kinds.length && this.#mark(end) !== quote && end - from < 32) end++;
      if (this.#mark(end) === quote && !(end === from + 2 && this.#isOneOf(from + 1, NOBODY))) add(from + 1, end);
    } else if (equals) add(from, this.#nameEnd(from));
  }

  /** The key that ends before `=` or, in quotes, before `:`, in small letters and without joints; empty where there is none. */
  #keyBefore(sign: number, equals: boolean): string {
    let last = sign - 1;
    let quote = '';
    if (!equals) {
      quote = this.#mark(last);
      if (quote === '' || !QUOTES.includes(quote)) return '';
      last--;
    }
    let first = last;
    while (last - first < 12 && first >= 0 && (this.#isWord(first) || '_.-'.includes(this.#mark(first) || ' ')))
      first--;
    if (first === last || (!equals && this.#mark(first) !== quote)) return '';
    const key = this.#text.slice(this.#starts[first + 1], this.#starts[last + 1] ?? this.#text.length);
    return key.replaceAll(/[_.-]/g, '').toLowerCase();
  }

  /**
   * The number says how something ended, or how bad it is: `status 404`, `exit_code=1`, `upstream_status=500`, `returned 500`,
   * `exited with 1`, `"level":50`, `HTTP/1.1" 500`. Of what is counted it does not: `returned 4096 bytes`.
   */
  #isOutcome(number: number): boolean {
    const signed = '-+'.includes(this.#mark(number - 1) || ' ') && !this.#isWord(number - 2);
    const k = signed ? number - 1 : number;
    if (this.#kinds[k - 1] === SPACE) {
      if (this.#before(k, OUTCOMES) || this.#before(k, HTTP)) return true;
      const ended = this.#before(k, ENDED) || (this.#before(k, WITH) && this.#before(k - 2, ENDED));
      if (ended && !(this.#spaced(number) && this.#isOneOf(number + 2, AMOUNTS))) return true;
      const version = this.#mark(k - 2) === '"' ? k - 3 : k - 2;
      if (this.#kinds[version] === NUMBER && this.#mark(version - 1) === '/') return this.#isOneOf(version - 2, HTTP);
    }
    let sign = QUOTES.includes(this.#mark(k - 1) || ' ') ? k - 2 : k - 1;
    if (this.#kinds[sign] === SPACE) sign--;
    const mark = this.#mark(sign);
    if (mark !== '=' && mark !== ':') return false;
    const end = this.#kinds[sign - 1] === SPACE ? sign - 1 : sign;
    // As of a person who writes: `status: 404`.
    const bare = mark === '=' || !QUOTES.includes(this.#mark(end - 1) || ' ');
    const key = this.#keyBefore(end, bare);
    return OUTCOME_KEYS.has(key) || OUTCOME_ENDINGS.test(key);
  }

  /** Where the name that begins at the token ends; the token itself where none does. */
  #nameEnd(from: number): number {
    let end = from;
    while (end < this.#kinds.length && end - from < 32) {
      const kind = this.#kinds[end];
      if (kind === SPACE || (kind === MARK && !'._-@\\$+*'.includes(this.#mark(end)))) break;
      end++;
    }
    // A full stop ends the sentence.
    if (end > from && this.#mark(end - 1) === '.') end--;
    return end === from + 1 && this.#isOneOf(from, NOBODY) ? from : end;
  }

  #isWord(k: number): boolean {
    return this.#kinds[k] === WORD || this.#kinds[k] === MIXED;
  }

  /** Whether white space and another token follow. */
  #spaced(k: number): boolean {
    return k >= 0 && this.#kinds[k + 1] === SPACE && k + 2 < this.#kinds.length;
  }

  /** Whether the word before the token, white space between, is one of them. */
  #before(k: number, words: number): boolean {
    return this.#kinds[k - 1] === SPACE && this.#isOneOf(k - 2, words);
  }

  #mark(k: number): string {
    return this.#kinds[k] === MARK ? (this.#text[this.#starts[k] as number] as string) : '';
  }

  #isOneOf(k: number, words: number): boolean {
    return (this.#wordAt(k) & words) !== 0;
  }

  /** What the token is as a word, as bits; 0 for any other. */
  #wordAt(k: number): number {
    if (this.#kinds[k] !== WORD) return 0;
    const seen = this.#words[k];
    if (seen !== undefined) return seen;
    const start = this.#starts[k] as number;
    const end = this.#starts[k + 1] ?? this.#text.length;
    const length = end - start;
    const found =
      length < 2 || length > LONGEST_WORD ? 0 : (KNOWN_WORDS.get(this.#text.slice(start, end).toLowerCase()) ?? 0);
    this.#words[k] = found;
    return found;
  }

  #join(spans: readonly number[]): void {
    const starts: number[] = [];
    const kinds: number[] = [];
    let span = 0;
    for (let k = 0; k < this.#kinds.length;) {
      const within = k === spans[span];
      starts.push(this.#starts[k] as number);
      kinds.push(within ? NAME : (this.#kinds[k] as number));
      k = within ? (spans[span + 1] as number) : k + 1;
      if (within) span += 2;
    }
    this.#starts = starts;
    this.#kinds = kinds;
  }
}

/** A word of letters and digits. Random ones go as a whole: letters of an id are no words. */
function kindOfWord(text: string, from: number, to: number): number {
  let digits = 0;
  let turns = 0;
  let hex = true;
  let before = 0;
  for (let at = from; at < to; at++) {
    const code = text.charCodeAt(at);
    const kind = classOf(code);
    if (kind === IS_DIGIT) digits++;
    if (before !== 0 && kind !== before) turns++;
    before = kind;
    hex &&= isHex(code);
  }
  const length = to - from;
  if (digits === 0) return WORD;
  if (digits === length) return NUMBER;
  // `0x1f`, and whatever digit stands there.
  const prefixed = isDigit(text.charCodeAt(from)) && (text.charCodeAt(from + 1) | 32) === 120;
  if (prefixed && isAllHex(text, from + 2, to)) return NUMBER;
  if (hex && (length >= 16 || (length >= 8 && digits >= 2 && turns >= 2))) return NUMBER;
  return turns >= 3 && digits >= 2 && length >= 5 ? NUMBER : MIXED;
}

function isAllHex(text: string, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (!isHex(text.charCodeAt(at))) return false;
  return to > from;
}

const UUID = 36;
/** 8-4-4-4-12 hexadecimal digits. */
function isUuid(text: string, from: number, to: number): boolean {
  if (to - from < UUID || text.charCodeAt(from + 8) !== 45) return false;
  for (let k = 0; k < UUID; k++) {
    const code = text.charCodeAt(from + k);
    if (k === 8 || k === 13 || k === 18 || k === 23 ? code !== 45 : !isHex(code)) return false;
  }
  return to - from === UUID || !isAlnum(text.charCodeAt(from + UUID));
}

/** Labels with dots: an IPv4 address, or a host by its last label. `mail`: an address stands before it. */
function isHost(text: string, from: number, to: number, mail: boolean): boolean {
  if (to - from > 253) return false;
  const labels = text.slice(from, to).split('.');
  if (labels.length === 4 && labels.every((label) => /^\p{Nd}{1,3}$/u.test(label))) return true;
  const last = labels.at(-1) ?? '';
  if (!/^[a-z]{2,12}$/.test(last)) return false;
  if (mail) return true;
  // `com.example.net` is a package of a program.
  if (PACKAGES.has(labels[0] ?? '')) return false;
  if (DOMAINS.has(last)) return true;
  if (labels.length < 3) return false;
  if (COUNTRIES.has(last) || SECOND_LEVEL.has(labels.at(-2) ?? '')) return true;
  // What may as well be a field or a file is a host where it looks like one of many.
  return (last.length === 2 || AMBIGUOUS.has(last)) && labels.slice(0, -1).some((label) => /\p{Nd}|-/u.test(label));
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(' '));
const DOMAINS = words('com net org edu gov mil arpa');
const COUNTRIES = words(
  'ae ar au bg br ca ch cl cn cz de dk ee es eu fi fr gr hk hr hu il ir jp kr kz lt lu lv mx nl nz om pe ph pk pt ro ru sa se sg si sk th tr tw ua uk uy uz ve vn za',
);
const SECOND_LEVEL = words('com co net org edu gov ac');
const AMBIGUOUS = words('info biz local internal lan localdomain home corp int dev app cloud name pro xyz');
const PACKAGES = words('com org net java javax sun jdk io edu');

/** Words that say something of what stands beside them, each with what it is as bits. */
const LONGEST_WORD = 14;
const KNOWN_WORDS = new Map<string, number>();
let bit = 1;
function known(text: string): number {
  const mine = bit;
  bit *= 2;
  for (const word of text.split(' ')) KNOWN_WORDS.set(word, (KNOWN_WORDS.get(word) ?? 0) | mine);
  return mine;
}
const MONTHS = known(
  'jan feb mar apr may jun jul aug sep sept oct nov dec january february march april june july august september october november december',
);
const DAYS = known('mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday');
const HALVES = known('am pm');
const LEVELS = known('error err warning warn info debug notice crit critical alert emerg fatal trace');
const USER = known('user username');
const FOR = known('for');
const BY = known('by');
const FROM = known('from');
const UID = known('uid');
const SUDO = known('sudo');
const HOMES = known('home users');
const HTTP = known('http');
const SESSION = known('opened closed');
const INVALID = known('invalid illegal unknown');
const METHODS = known('password publickey none hostbased pam gssapi mic rsa');
const FAILURES = known('failure failures');
const AUTHENTICATION = known('authentication');
const NO_NAME_AFTER_FOR = known('user invalid illegal unknown');
/** What stands in the place of a name and is none. */
const NOBODY = known(
  'unknown none null nil undefined unset missing invalid anonymous true false yes no from by for at on port input request requests authentication authorization agent account session data name id group action error failed locked denied ok',
);
const NAME_KEYS = words(
  'user username ruser luser suser duser remoteuser targetuser loginname logname acct rhost lhost host hostname remotehost clienthost nodename email clientip remoteip remoteaddr sourceip srcip dstip',
);
const OUTCOMES = known('status code errno signal');
const ENDED = known(
  'returned returns exit exits exited failed fails ended terminated finished completed responded responds replied answered died got',
);
const WITH = known('with');
/** What a number behind such a word counts, and is no outcome then. */
const AMOUNTS = known(
  'bytes kb mb gb rows results records entries items lines messages files documents times ms seconds minutes packets of',
);
const OUTCOME_KEYS = words(
  'status statuscode httpstatus responsecode code exitcode exitstatus returncode errno errorcode rc level severity priority loglevel',
);
/** Of keys with more before it, such as `upstream_status` and `http.response.status_code`. */
const OUTCOME_ENDINGS = /(?:status|(?:status|exit|return|error|response|result|http)code|errno|severity|loglevel)$/;
const QUOTES = '"\'`';
