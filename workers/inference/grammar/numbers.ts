/**
 * Numbers within bounds, in EBNF over decimal digits. Digits of a bound are compared as text, so what is allowed is exact; runs of digits
 * have an end, because a model that has begun to repeat one does not stop by itself.
 */

/** Digits before the point, and behind it; the first is more than any whole number of 64 bits has. */
const MOST_DIGITS = 24;
/** Behind the point where a bound itself is left out: the more digits, the nearer a number can come to it until it is the same double. */
const MOST_DIGITS_BESIDE = 9;
/** Zeros that say nothing, at the end of a fraction. */
const IDLE_ZEROS = '"0"{0,6}';
const LARGEST = 10n ** BigInt(MOST_DIGITS) - 1n;

export interface Bounds {
  readonly minimum?: number | undefined;
  readonly maximum?: number | undefined;
  readonly exclusiveMinimum?: number | undefined;
  readonly exclusiveMaximum?: number | undefined;
}

/** Alternatives in EBNF; null where there is no such number. */
const choice = (each: readonly (string | null)[]): string | null => {
  const real = each.filter((one) => one !== null);
  return real.length === 0 ? null : real.length === 1 ? (real[0] ?? null) : `(${real.join(' | ')})`;
};
const digits = (low: number, high: number): string => (low === high ? `"${low}"` : `[${low}-${high}]`);
const run = (least: number, most: number): string => (most === 0 ? '' : ` [0-9]{${least},${most}}`);

/** Whole numbers; null where none lies within the bounds. */
export function integers({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: Bounds): string | null {
  let low = minimum === undefined ? -LARGEST : BigInt(Math.ceil(minimum));
  let high = maximum === undefined ? LARGEST : BigInt(Math.floor(maximum));
  if (exclusiveMinimum !== undefined) low = bigger(low, BigInt(Math.floor(exclusiveMinimum)) + 1n);
  if (exclusiveMaximum !== undefined) high = smaller(high, BigInt(Math.ceil(exclusiveMaximum)) - 1n);
  const below = low < 0n ? wholes(bigger(1n, -high), -low) : null;
  return choice([wholes(bigger(0n, low), high), below === null ? null : `"-" ${below}`]);
}

const bigger = (a: bigint, b: bigint): bigint => (a > b ? a : b);
const smaller = (a: bigint, b: bigint): bigint => (a < b ? a : b);

/** From `low` to `high`, both at least 0. */
function wholes(low: bigint, high: bigint): string | null {
  if (low > high) return null;
  const [a, b] = [low.toString(), smaller(high, LARGEST).toString()];
  if (a.length === b.length) return sameLength(a, b);
  const first = low === 0n ? '"0"' : isFloor(a) ? null : sameLength(a, '9'.repeat(a.length));
  const last = /^9+$/.test(b) ? null : sameLength(`1${'0'.repeat(b.length - 1)}`, b);
  // Lengths of which every number is within the bounds.
  const [from, to] = [
    low === 0n ? 1 : first === null ? a.length : a.length + 1,
    last === null ? b.length : b.length - 1,
  ];
  return choice([first, from > to ? null : `[1-9]${run(from - 1, to - 1)}`, last]);
}

const isFloor = (text: string): boolean => /^10*$/.test(text);

function sameLength(a: string, b: string): string {
  const n = a.length;
  if (a === b) return `"${a}"`;
  const [x, y] = [Number(a[0]), Number(b[0])];
  if (n === 1) return digits(x, y);
  const [restA, restB] = [a.slice(1), b.slice(1)];
  if (x === y) return `"${x}" ${sameLength(restA, restB)}`;
  const [zeros, nines] = ['0'.repeat(n - 1), '9'.repeat(n - 1)];
  const low = restA === zeros ? x : x + 1;
  const high = restB === nines ? y : y - 1;
  return (
    choice([
      restA === zeros ? null : `"${x}" ${sameLength(restA, nines)}`,
      low > high ? null : `${digits(low, high)}${run(n - 1, n - 1)}`,
      restB === nines ? null : `"${y}" ${sameLength(zeros, restB)}`,
    ]) ?? ''
  );
}

/** A bound of decimals that are not negative. */
interface Edge {
  readonly whole: bigint;
  /** Digits behind the point, without zeros at their end. */
  readonly fraction: string;
  readonly included: boolean;
}

/** Any number; without bounds in every form that JSON has. Null where none lies within the bounds. */
export function numbers(bounds: Bounds): string | null {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum } = bounds;
  const low = tighter(minimum, exclusiveMinimum, (a, b) => a >= b);
  const high = tighter(maximum, exclusiveMaximum, (a, b) => a <= b);
  if (low === null && high === null) {
    const exponent = `([eE] [+\\-]? ([1-9]? [0-9] | "1" [0-9] [0-9] | "2" [0-7] [0-9]))?`;
    return `"-"? ("0" | [1-9] [0-9]{0,${MOST_DIGITS - 1}}) ("." [0-9]{1,${MOST_DIGITS}})? ${exponent}`;
  }
  const most = low?.included === false || high?.included === false ? MOST_DIGITS_BESIDE : MOST_DIGITS;
  const zero: Edge = { whole: 0n, fraction: '', included: true };
  const end: Edge = { whole: LARGEST, fraction: '', included: true };
  const from = low === null ? null : edge(low.at, low.included);
  const to = high === null ? null : edge(high.at, high.included);
  const positive =
    to?.negative === true ? null : decimals(from === null || from.negative ? zero : from, to ?? end, most);
  const negative =
    from?.negative === false
      ? null
      : decimals(to?.negative === true ? to : { ...zero, included: false }, from ?? end, most);
  return choice([positive, negative === null ? null : `"-" ${negative}`]);
}

function tighter(
  included: number | undefined,
  excluded: number | undefined,
  wins: (excluded: number, included: number) => boolean,
): { at: number; included: boolean } | null {
  if (excluded !== undefined && (included === undefined || wins(excluded, included))) {
    return { at: excluded, included: false };
  }
  return included === undefined ? null : { at: included, included: true };
}

function edge(at: number, included: boolean): Edge & { readonly negative: boolean } {
  const [whole = '0', fraction = ''] = decimalText(Math.abs(at)).split('.');
  return { whole: BigInt(whole), fraction: fraction.replace(/0+$/, ''), included, negative: at < 0 };
}

/** A number that is not negative without an exponent, in the fewest digits that say it. */
export function decimalText(value: number): string {
  if (Number.isInteger(value)) return BigInt(value).toString();
  const [mantissa = '', exponent] = String(value).split('e-');
  return exponent === undefined ? mantissa : `0.${'0'.repeat(Number(exponent) - 1)}${mantissa.replace('.', '')}`;
}

/** From one decimal to another, both not negative. */
function decimals(low: Edge, high: Edge, most: number): string | null {
  if (low.whole > high.whole) return null;
  const whole = (value: bigint, tails: Tails): string | null => {
    const rest = tails.digits === null ? null : `"." ${tails.digits}`;
    if (rest === null) return tails.empty ? `"${value}"` : null;
    return tails.empty ? `"${value}" (${rest})?` : `"${value}" ${rest}`;
  };
  const reading = { most, lowIncluded: low.included, highIncluded: high.included };
  if (low.whole === high.whole) return whole(low.whole, tailsWithin(low.fraction, high.fraction, reading));
  const between = wholes(low.whole + 1n, high.whole - 1n);
  return choice([
    whole(low.whole, tailsWithin(low.fraction, null, reading)),
    between === null ? null : `${between} ("."${run(1, most)})?`,
    whole(high.whole, tailsWithin(null, high.fraction, reading)),
  ]);
}

/** Digits that may follow, and whether none may. */
interface Tails {
  readonly empty: boolean;
  readonly digits: string | null;
}

interface Reading {
  /** Digits that there may be yet. */
  readonly most: number;
  readonly lowIncluded: boolean;
  readonly highIncluded: boolean;
}

/** Digits of a fraction between two others; null: no bound on that side any more. */
function tailsWithin(low: string | null, high: string | null, reading: Reading): Tails {
  const { most, lowIncluded, highIncluded } = reading;
  const lowDone = low === '' && lowIncluded ? null : low;
  if (lowDone === null && high === null) return { empty: true, digits: most === 0 ? null : `[0-9]{1,${most}}` };
  const empty = lowDone === null && (high !== '' || highIncluded);
  if (high === '') {
    // Only zeros keep to what is reached.
    return { empty, digits: empty && most > 0 ? `"0" ${IDLE_ZEROS}` : null };
  }
  if (most === 0) return { empty, digits: null };
  if (lowDone === '' && high === null) {
    // Something that is not zero, soon enough to be told from the bound.
    const zeros = Math.min(most - 1, 6);
    return { empty, digits: `"0"{0,${zeros}} [1-9]${run(0, most - 1 - zeros)}` };
  }
  const first = lowDone === null ? 0 : Number(lowDone[0] ?? 0);
  const last = high === null ? 9 : Number(high[0]);
  const alternatives: (string | null)[] = [];
  const next = (digit: number): void => {
    const tails = tailsWithin(
      lowDone === null || digit > first ? null : lowDone.slice(1),
      high === null || digit < last ? null : high.slice(1),
      { ...reading, most: most - 1 },
    );
    if (tails.digits === null) alternatives.push(tails.empty ? `"${digit}"` : null);
    else alternatives.push(tails.empty ? `"${digit}" (${tails.digits})?` : `"${digit}" ${tails.digits}`);
  };
  if (first > last) return { empty, digits: null };
  next(first);
  if (last - first > 1) alternatives.push(`${digits(first + 1, last - 1)}${most > 1 ? run(0, most - 1) : ''}`);
  if (last > first) next(last);
  return { empty, digits: choice(alternatives) };
}
