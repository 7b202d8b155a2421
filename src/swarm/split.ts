/**
 * Parts of a long text, cut by code: where each begins and ends, the lines it stands on, and what its agents are given of what stands around it. Pure:
 * the same text and rule give the same parts, in every tab.
 */
import { partitionPoint } from '../kernel/partition-point.ts';
import type { Ranges } from '../kernel/ranges.ts';
import type { SwarmStep } from './model.ts';
import type { OutputSchema } from './output-schema.ts';

export type SplitRule = NonNullable<SwarmStep['split']>;

/** Parts of one text; what would become more is not split. */
export const MOST_PARTS = 10_000;

/** A part as conditions, agents and rows see it. */
export interface PartRecord {
  /** Its number, from 1, and how many the text has. */
  readonly part: number;
  readonly of: number;
  /** Lines of the input on which it begins and ends, as far as the text's own lines are those of the input; else those of the whole text. */
  readonly first: number;
  readonly last: number;
}

const INTEGER: OutputSchema = { type: 'integer' };
/** What parts have, as an output schema: conditions on parts are checked against it. */
export const PART_SCHEMA: OutputSchema = {
  type: 'object',
  properties: { part: INTEGER, of: INTEGER, first: INTEGER, last: INTEGER },
};

/**
 * Parts of the text as characters of it, in order. No part is blank, none ends within a character (of those that people see), and what stands in
 * none of them is white space. A blank text has none.
 * @returns at most `MOST_PARTS` and one more
 */
export function cutText(text: string, rule: SplitRule): Ranges {
  const by = SEPARATORS[rule.by];
  return by ? byUnits(text, by, rule) : bySize(text, rule);
}

/** A line that is blank is a line as well; blank paragraphs and pages are none. */
const SEPARATORS: Readonly<Record<SplitRule['by'], { readonly at: RegExp; readonly blank: boolean } | null>> = {
  lines: { at: /\r\n|[\n\r]/g, blank: true },
  paragraphs: { at: /(?:\r\n|\n|\r(?!\n))(?:[^\S\n\r]*(?:\r\n|\n|\r(?!\n)))+/g, blank: false },
  pages: { at: /\f/g, blank: false },
  characters: null,
  tokens: null,
};

function byUnits(
  text: string,
  { at, blank }: { readonly at: RegExp; readonly blank: boolean },
  { size, overlap = 0 }: SplitRule,
): Ranges {
  const units: [number, number][] = [];
  let from = 0;
  const unit = (to: number): void => {
    if (blank || text.slice(from, to).trim() !== '') units.push([from, to]);
  };
  for (const found of text.matchAll(at)) {
    unit(found.index);
    from = found.index + found[0].length;
  }
  unit(text.length);
  const parts: [number, number][] = [];
  for (let k = 0; k < units.length && parts.length <= MOST_PARTS; k += size - overlap) {
    const last = Math.min(k + size, units.length) - 1;
    const part = trimmed(text, units[k]?.[0] ?? 0, units[last]?.[1] ?? 0);
    addTo(parts, part);
    if (last === units.length - 1) break;
  }
  return parts;
}

/** Cut by characters or tokens: as late as fits, where a paragraph ends, or else a line, a sentence, a word. */
function bySize(text: string, { by, size, overlap = 0 }: SplitRule): Ranges {
  const weigh = by === 'tokens' ? tokenWeight : (): number => TOKEN;
  const parts: [number, number][] = [];
  let at = 0;
  while (at < text.length && parts.length <= MOST_PARTS) {
    at += blankBefore(text, at);
    const limit = forth(text, at, size, weigh);
    const end = limit >= text.length ? limit : endOf(text, at, limit, forth(text, at, overlap, weigh) + 1);
    const part = trimmed(text, at, end);
    addTo(parts, part);
    if (end >= text.length) break;
    const again = overlap === 0 ? end : beginAfter(text, back(text, end, overlap, weigh), end);
    at = again > at ? again : end;
  }
  return parts;
}

/** What one token weighs. Four letters or spaces of English are taken as one, and so is each digit, mark or letter of most other scripts. */
const TOKEN = 4;
function tokenWeight(code: number): number {
  if (code === 32 || (code >= 65 && code <= 90) || (code >= 97 && code <= 122)) return 1;
  // Letters of other alphabets of Latin script.
  return code >= 0xc0 && code <= 0x24f ? 2 : TOKEN;
}

type Weigh = (code: number) => number;

/** The furthest character up to which the text from `at` on is no more than so many. */
function forth(text: string, at: number, most: number, weigh: Weigh): number {
  let left = most * TOKEN;
  let end = at;
  while (end < text.length && (left -= weigh(text.charCodeAt(end))) >= 0) end++;
  return end;
}

function back(text: string, end: number, most: number, weigh: Weigh): number {
  let left = most * TOKEN;
  let from = end;
  while (from > 0 && (left -= weigh(text.charCodeAt(from - 1))) >= 0) from--;
  return from;
}

/** Ends of paragraphs, lines, sentences and words, the best first. */
const ENDS = [/(?:\r\n|\n|\r(?!\n))[^\S\n\r]*[\n\r]/g, /\r\n|[\n\r\f]/g, /[.!?…。！？]["'”’)\]]*\s|[。！？]/g, /\s/g];

/** Where a part that begins at `at` ends: at `limit` at the latest and, if it can, behind its first half and behind `least`. */
function endOf(text: string, at: number, limit: number, least: number): number {
  const from = Math.min(limit, Math.max(least, at + Math.ceil((limit - at) / 2)));
  // What ends just at the limit is seen by what follows it.
  const window = text.slice(from, limit + 1);
  for (const end of ENDS) {
    let best = -1;
    for (const { 0: mark, index } of window.matchAll(end)) {
      const to = index + mark.trimEnd().length;
      if (to <= limit - from && wholeCharacters(text, from + to) === from + to) best = to;
    }
    if (best >= 0 && from + best > at) return from + best;
  }
  const whole = wholeCharacters(text, limit);
  if (whole > at) return whole;
  // One that is larger than a part is cut, but not into halves of a letter.
  return isLow(text, limit) ? limit + (limit - 1 > at ? -1 : 1) : Math.max(limit, at + 1);
}

/** Where the next part begins that is to hold what stands behind `from` as well: at a word, if one begins there. */
function beginAfter(text: string, from: number, end: number): number {
  if (from === 0 || /\s/.test(text.charAt(from - 1))) return from;
  const word = text.slice(from, end).search(/\s\S/);
  return word >= 0 ? from + word + 1 : wholeCharacters(text, from);
}

const isLow = (text: string, at: number): boolean => (text.charCodeAt(at) & 0xfc00) === 0xdc00;

/** Characters of a text that are looked at for where one begins. */
const LOOKED = 64;
const segmenter = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** The place, or the one before it at which a character begins that people see as one; the place itself within a very long one. */
export function wholeCharacters(text: string, at: number): number {
  const [before, after] = [text.charCodeAt(at - 1), text.charCodeAt(at)];
  if (!(before >= 0x300 || after >= 0x300 || (before === 13 && after === 10))) return at;
  const from = Math.max(0, at - LOOKED);
  const found = segmenter.segment(text.slice(from, at + LOOKED)).containing(at - from);
  return found === undefined || (found.index === 0 && from > 0) ? at : from + found.index;
}

/** A part that says nothing beyond the one before it, as of what both share only blank lines follow, is none. */
function addTo(parts: [number, number][], part: [number, number] | null): void {
  if (part && part[1] > (parts.at(-1)?.[1] ?? -1)) parts.push(part);
}

/** Without white space at its end and blank lines at its beginning; null where nothing is left. */
function trimmed(text: string, from: number, to: number): [number, number] | null {
  const part = text.slice(from, to);
  const kept = part.trimEnd();
  if (kept === '') return null;
  return [from + blankBefore(part, 0), from + kept.length];
}

/** Characters of blank lines that stand there; within a line, of the spaces. */
function blankBefore(text: string, at: number): number {
  let end = at;
  while (end < text.length && /\s/.test(text.charAt(end))) end++;
  const blank = text.slice(at, end);
  const lines = Math.max(blank.lastIndexOf('\n'), blank.lastIndexOf('\r'), blank.lastIndexOf('\f')) + 1;
  const atLine = at === 0 || /[\n\r\f]/.test(text.charAt(at - 1));
  return lines > 0 || atLine ? lines : blank.length;
}

/** What is known of each part, of a text that stands on those lines of the input. */
export function partRecords(
  text: string,
  cuts: Ranges,
  { line, lastLine = line }: { readonly line: number; readonly lastLine?: number },
): PartRecord[] {
  const breaks = Array.from(text.matchAll(/\r\n|[\n\r]/g), ({ index }) => index);
  // Lines that were passed over, or fields of a table, are not told apart.
  const own = breaks.length === lastLine - line;
  const lineOf = (at: number): number => line + partitionPoint(breaks.length, (k) => (breaks[k] as number) < at);
  return cuts.map(([from, to], k) => ({
    part: k + 1,
    of: cuts.length,
    first: own ? lineOf(from) : line,
    last: own ? lineOf(to) : lastLine,
  }));
}

/** What agents are given above a part, so that they know where it stands; null: nothing. */
export function contextOf(
  text: string,
  [from, to]: Ranges[number],
  { part, of }: Pick<PartRecord, 'part' | 'of'>,
  { context }: Pick<SplitRule, 'context'>,
): string | null {
  if (!context) return null;
  const { first = 0, before = 0, after = 0 } = context;
  const head = wholeCharacters(text, Math.min(first, from));
  const ahead = wholeCharacters(text, Math.max(head, from - before));
  const behind = wholeCharacters(text, Math.min(text.length, to + after));
  const pieces = [
    ['[The text begins with]', text.slice(0, head).trim()],
    ['[Before this part]', text.slice(ahead, from).trim()],
    ['[After this part]', text.slice(to, behind).trim()],
  ].filter(([, piece]) => piece !== '');
  return [...pieces.flat(), `[Part ${String(part)} of ${String(of)}]`].join('\n');
}
