/**
 * Ranges of characters beyond ASCII as ranges of bytes: within a class the engine takes what is above 127 for a byte, so that a class of other
 * letters would let nothing through.
 */

/** First code point after those that take so many bytes. */
const BORDERS = [0x80, 0x800, 0x10000, 0x110000] as const;

/** @param low at least 128, not the half of a pair; nor is `high`. @returns EBNF alternatives, each a sequence of byte classes */
export function beyondAscii(low: number, high: number): string[] {
  const border = BORDERS.find((end) => low < end) ?? low;
  if (high >= border) return [...beyondAscii(low, border - 1), ...beyondAscii(border, high)];
  return sequences(bytesOf(low), bytesOf(high));
}

function bytesOf(code: number): number[] {
  return [...new TextEncoder().encode(String.fromCodePoint(code))];
}

/** Bytes between two sequences of one length. */
function sequences(low: readonly number[], high: readonly number[]): string[] {
  const [a = 0, ...restA] = low;
  const [b = 0, ...restB] = high;
  if (restA.length === 0) return [byteClass(a, b)];
  const isLeast = restA.every((byte) => byte === 0x80);
  const isMost = restB.every((byte) => byte === 0xbf);
  if (a === b) {
    return isLeast && isMost
      ? [`${byteClass(a, a)}${any(restA.length)}`]
      : sequences(restA, restB).map((rest) => `${byteClass(a, a)} ${rest}`);
  }
  const [from, to] = [isLeast ? a : a + 1, isMost ? b : b - 1];
  const least = restA.map(() => 0x80);
  const most = restB.map(() => 0xbf);
  return [
    ...(isLeast ? [] : sequences(restA, most).map((rest) => `${byteClass(a, a)} ${rest}`)),
    ...(from > to ? [] : [`${byteClass(from, to)}${any(restA.length)}`]),
    ...(isMost ? [] : sequences(least, restB).map((rest) => `${byteClass(b, b)} ${rest}`)),
  ];
}

const any = (count: number): string => ` ${byteClass(0x80, 0xbf)}`.repeat(count);
/** A class of one alone would be taken for a character: a byte that no text has stands beside it. */
export const byteClass = (low: number, high: number): string =>
  `[\\x${low.toString(16)}-\\x${high.toString(16)}${low === high ? '\\xff' : ''}]`;
