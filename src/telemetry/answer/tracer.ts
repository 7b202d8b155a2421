/** Finds for sentences of a model the lines that hold them up. What cannot be found is not told. */
import type { Claim, Evidence } from './answer.ts';
import { type Need, type Sentence, sentencesOf } from './sentences.ts';

/** Lines told beside a sentence, and of each thing that it says. */
const MOST_EVIDENCE = 5;
const MOST_OF_A_NEED = 3;
/** Characters of a line that are told, more around what is marked. */
const MOST_TEXT = 600;

interface Found {
  readonly line: number;
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

interface Traced {
  readonly heading: string;
  readonly sentence: Sentence;
  /** By need. */
  readonly found: Found[][];
  /** Lines that have something of it, those beyond what is kept included. */
  lines: number;
  last: number;
  /** Lines that share most words with it. */
  shared: { readonly words: number; readonly found: readonly Found[] }[];
}

/**
 * Takes a model's texts, then, one by one and in any order, the lines that they were made from; memory is bounded by the texts.
 *
 * Invariants:
 * - A sentence is told only if each of its quotes stands in a line letter by letter, each line number that it names is one of the lines, and each
 *   number and name in it stands in a line or, of numbers, was counted by code; and if at least one line, or a count, has something of it.
 */
export class Tracer {
  readonly #traced: Traced[] = [];
  readonly #counts = new Set<number>();
  /** What is looked for by a part of it that is a run of letters and digits: few lines have any. */
  readonly #byRun = new Map<string, { readonly traced: Traced; readonly need: number }[]>();
  readonly #byWord = new Map<string, Traced[]>();
  readonly #quotes: { readonly traced: Traced; readonly need: number; readonly text: string }[] = [];
  readonly #byLine = new Map<number, { readonly traced: Traced; readonly need: number }[]>();

  add(heading: string, text: string): void {
    for (const sentence of sentencesOf(text)) {
      const traced: Traced = { heading, sentence, found: sentence.needs.map(() => []), lines: 0, last: -1, shared: [] };
      this.#traced.push(traced);
      if (sentence.broken) continue;
      for (const word of sentence.words) put(this.#byWord, word, traced);
      for (const [need, what] of sentence.needs.entries()) this.#look(traced, need, what);
    }
  }

  #look(traced: Traced, need: number, what: Need): void {
    if (what.kind === 'quote') this.#quotes.push({ traced, need, text: what.text });
    else if (what.kind === 'line') put(this.#byLine, what.line, { traced, need });
    else {
      for (const text of formsOf(what)) {
        const [longest = ''] = runsOf(text).sort((a, b) => b.length - a.length);
        put(this.#byRun, longest, { traced, need });
      }
    }
  }

  /** Numbers that code counted. That there is none of something holds nothing up: it may be none of anything. */
  count(...numbers: readonly number[]): void {
    for (const number of numbers) if (number > 0) this.#counts.add(number);
  }

  /** A line that they were made from. */
  see(line: number, text: string): void {
    for (const { traced, need, text: quoted } of this.#quotes) {
      const from = text.indexOf(quoted);
      if (from >= 0) note(traced, need, { line, text, from, to: from + quoted.length });
    }
    for (const { traced, need } of this.#byLine.get(line) ?? []) note(traced, need, { line, text, from: 0, to: 0 });
    if (this.#byRun.size === 0 && this.#byWord.size === 0) return;
    const low = lowered(text);
    const shared = new Map<Traced, Found[]>();
    for (const [run, from] of runPlaces(low)) {
      for (const traced of this.#byWord.get(run) ?? []) {
        const found = { line, text, from, to: from + run.length };
        shared.set(traced, [...(shared.get(traced) ?? []), found]);
      }
      for (const { traced, need } of this.#byRun.get(run) ?? []) {
        const what = traced.sentence.needs[need] as Need;
        const found = formsOf(what).flatMap((form) => placeOf(low, form, what.kind === 'number') ?? []);
        const [place] = found;
        if (place) note(traced, need, { line, text, ...place });
      }
    }
    for (const [traced, found] of shared) share(traced, line, found);
  }

  /** What can be told, in its order; and how many sentences cannot. */
  end(): { readonly claims: Claim[]; readonly leftOut: number } {
    const claims = this.#traced.flatMap((traced) => this.#claim(traced) ?? []);
    return { claims, leftOut: this.#traced.length - claims.length };
  }

  #claim(traced: Traced): Claim | null {
    const { heading, sentence, found, shared, lines } = traced;
    if (sentence.broken) return null;
    const counted = (need: Need): boolean =>
      need.kind === 'number' && need.value !== null && this.#counts.has(need.value);
    if (!sentence.needs.every((need, k) => (found[k]?.length ?? 0) > 0 || counted(need))) return null;
    const firm = found.flat();
    const all = firm.length > 0 ? firm : shared.flatMap((each) => each.found);
    // A number of rows alone is a count; any other number says what only lines can.
    if (all.length === 0 && !sentence.needs.some((need) => need.kind === 'number' && need.counted && counted(need)))
      return null;
    const evidence = evidenceOf(all);
    return { heading, sentence: sentence.text, evidence, more: Math.max(0, lines - evidence.length) };
  }
}

/** How a thing is looked for in a line. */
function formsOf(need: Need): readonly string[] {
  if (need.kind === 'quote' || need.kind === 'line') return [];
  const text = lowered(need.text);
  if (need.kind === 'name' || !text.includes(',')) return [text];
  return [text, text.replaceAll(',', '')];
}

const lowered = (text: string): string => {
  const low = text.toLowerCase();
  // Few letters grow; then places are those of the text as it is.
  return low.length === text.length
    ? low
    : [...text]
        .map((letter) => (letter.toLowerCase().length === letter.length ? letter.toLowerCase() : letter))
        .join('');
};

const RUN = /[\p{L}\p{N}\p{M}]+/gu;
const runsOf = (text: string): string[] => Array.from(text.matchAll(RUN), ([run]) => run);

/** Each run with the first place where it stands. */
function runPlaces(low: string): Map<string, number> {
  const places = new Map<string, number>();
  for (const { 0: run, index } of low.matchAll(RUN)) if (!places.has(run)) places.set(run, index);
  return places;
}

const PART = /[\p{L}\p{N}\p{M}]/u;

/** Where a thing stands as a whole: not within a longer word, and a number not within a longer number. */
function placeOf(low: string, what: string, number: boolean): { readonly from: number; readonly to: number } | null {
  for (let from = low.indexOf(what); from >= 0; from = low.indexOf(what, from + 1)) {
    const to = from + what.length;
    const [before = ' ', after = ' '] = [low[from - 1], low[to]];
    const whole = !PART.test(before) && !PART.test(after);
    const joined = number && (isJoin(before, low[from - 2]) || isJoin(after, low[to + 1]));
    const negative = number && MINUS.test(before) && !PART.test(low[from - 2] ?? ' ');
    if (whole && !joined && !negative) return { from, to };
  }
  return null;
}

/** Below zero is another number; `disk-5` has a 5. */
const MINUS = /[-\u2212]/;

/** A mark between digits makes one number, time or address of both. */
const isJoin = (mark: string, beyond = ' '): boolean => /[.,:/-]/.test(mark) && /\p{N}/u.test(beyond);

function note(traced: Traced, need: number, found: Found): void {
  const list = traced.found[need] as Found[];
  if (list.length < MOST_OF_A_NEED) list.push(found);
  else {
    // The first lines are told, whichever came first.
    const [latest, at] = list.reduce<[number, number]>(
      (most, each, k) => (each.line > most[0] ? [each.line, k] : most),
      [-1, -1],
    );
    if (found.line < latest) list[at] = found;
  }
  if (traced.last === found.line) return;
  traced.last = found.line;
  traced.lines++;
}

function share(traced: Traced, line: number, found: readonly Found[]): void {
  traced.shared.push({ words: found.length, found });
  traced.shared.sort((a, b) => b.words - a.words || (a.found[0]?.line ?? 0) - (b.found[0]?.line ?? 0));
  traced.shared.length = Math.min(traced.shared.length, MOST_OF_A_NEED);
  if (traced.last === line) return;
  traced.last = line;
  traced.lines++;
}

function put<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = map.get(key);
  if (!known) map.set(key, [value]);
  else if (!known.includes(value)) known.push(value);
}

/** By line, each once, with all its marks. */
function evidenceOf(found: readonly Found[]): Evidence[] {
  const lines = new Map<string, Found[]>();
  for (const each of found) {
    const key = `${String(each.line)} ${each.text}`;
    lines.set(key, [...(lines.get(key) ?? []), each]);
  }
  return [...lines.values()]
    .sort((a, b) => (a[0]?.line ?? 0) - (b[0]?.line ?? 0))
    .slice(0, MOST_EVIDENCE)
    .map((of) => excerpt(of));
}

function excerpt(of: readonly Found[]): Evidence {
  const { line, text } = of[0] as Found;
  const spans = merged(of.filter(({ from, to }) => to > from).map(({ from, to }) => [from, to] as const));
  const start =
    text.length > MOST_TEXT ? Math.max(0, Math.min((spans[0]?.[0] ?? 0) - MOST_TEXT / 4, text.length - MOST_TEXT)) : 0;
  const end = Math.max(start + MOST_TEXT, spans[0]?.[1] ?? 0);
  // Where it is cut, a character may lose half of itself.
  const marks = spans
    .filter(([from, to]) => from >= start && to <= end)
    .map(([from, to]) => [from - start, to - start] as const);
  return { line, text: text.slice(start, end).toWellFormed(), marks };
}

function merged(spans: readonly (readonly [number, number])[]): [number, number][] {
  const all: [number, number][] = [];
  for (const [from, to] of spans.toSorted((a, b) => a[0] - b[0])) {
    const last = all.at(-1);
    if (last && from <= last[1]) last[1] = Math.max(last[1], to);
    else all.push([from, to]);
  }
  return all;
}
