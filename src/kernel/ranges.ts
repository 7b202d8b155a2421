/** Parts of a text that are read where not all of it can be. */

/** Parts in order: the first character of each, and the one behind it. */
export type Ranges = readonly (readonly [from: number, to: number])[];

/** What stays of a text that is too long: its beginning, its end, or both without the middle. */
export const KEEPS = ['head', 'tail', 'middle'] as const;
export type Keep = (typeof KEEPS)[number];

const MARK = '…';
/** Stands between two parts. */
const GAP = ` ${MARK} `;

/** What of a text is read, of so many characters; never half a character. */
export function rangesOf(text: string, size: number, keep: Keep): Ranges {
  const { length } = text;
  const end = (at: number): number => (splits(text, at) ? at - 1 : at);
  const begin = (at: number): number => (splits(text, at) ? at + 1 : at);
  if (size >= length) return [[0, length]];
  if (keep === 'head') return [[0, end(size)]];
  if (keep === 'tail') return [[begin(length - size), length]];
  return [
    [0, end(Math.ceil(size / 2))],
    [begin(length - Math.floor(size / 2)), length],
  ];
}

/** The parts in one text, a mark between them. */
export function joined(text: string, ranges: Ranges): string {
  return ranges.map(([from, to]) => text.slice(from, to)).join(GAP);
}

/** As `joined`, with a mark also where the beginning or the end is left out: as an agent reads it. */
export function readOf(text: string, ranges: Ranges): string {
  const before = (ranges[0]?.[0] ?? 0) > 0 ? `${MARK} ` : '';
  return `${before}${joined(text, ranges)}${(ranges.at(-1)?.[1] ?? 0) < text.length ? ` ${MARK}` : ''}`;
}

/** Parts of `joined(text, outer)` as parts of the text itself. */
export function within(inner: Ranges, outer: Ranges): Ranges {
  const found: [number, number][] = [];
  let offset = 0;
  for (const [from, to] of outer) {
    const length = to - from;
    for (const [begin, end] of inner) {
      const [first, last] = [Math.max(begin, offset), Math.min(end, offset + length)];
      if (last > first) found.push([from + first - offset, from + last - offset]);
    }
    offset += length + GAP.length;
  }
  return found;
}

function splits(text: string, at: number): boolean {
  const [high, low] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  return high >= 0xd800 && high < 0xdc00 && low >= 0xdc00 && low < 0xe000;
}
