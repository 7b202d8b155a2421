/** Sets of characters, as regular expressions and grammars name them. */

/** Code points as sorted ranges that neither touch nor overlap, ends included. */
export type CharSet = readonly (readonly [low: number, high: number])[];

/** Every character; half a surrogate pair is none. */
export const EVERY: CharSet = [
  [0, 0xd7ff],
  [0xe000, 0x10ffff],
];
const DIGITS: CharSet = [[0x30, 0x39]];
const WORD: CharSet = sorted([
  [0x30, 0x39],
  [0x41, 0x5a],
  [0x5f, 0x5f],
  [0x61, 0x7a],
]);
const SPACES: CharSet = sorted(
  [0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x20, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000, 0xfeff]
    .map((code): [number, number] => [code, code])
    .concat([[0x2000, 0x200a]]),
);
export const LINE_ENDS: CharSet = sorted([
  [0x0a, 0x0a],
  [0x0d, 0x0d],
  [0x2028, 0x2029],
]);
/** What `\d` and its like stand for. */
export const CLASSES: Readonly<Record<string, CharSet>> = {
  d: DIGITS,
  D: without(DIGITS),
  w: WORD,
  W: without(WORD),
  s: SPACES,
  S: without(SPACES),
};

export function sorted(ranges: readonly (readonly [number, number])[]): CharSet {
  const merged: [number, number][] = [];
  for (const [low, high] of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = merged.at(-1);
    if (last && low <= last[1] + 1) last[1] = Math.max(last[1], high);
    else merged.push([low, high]);
  }
  return merged;
}

/** Every character but these. */
export function without(set: CharSet): CharSet {
  const left: [number, number][] = [];
  for (const [low, high] of EVERY) {
    let from = low;
    for (const [a, b] of set) {
      if (b < from || a > high) continue;
      if (a > from) left.push([from, a - 1]);
      from = b + 1;
    }
    if (from <= high) left.push([from, high]);
  }
  return left;
}

export function single(char: string): CharSet {
  const code = char.codePointAt(0) ?? 0;
  return [[code, code]];
}

/** A range without the halves of surrogate pairs. */
export function wellFormed([low, high]: readonly [number, number]): [number, number][] {
  return EVERY.map(([a, b]): [number, number] => [Math.max(a, low), Math.min(b, high)]).filter(([a, b]) => a <= b);
}
