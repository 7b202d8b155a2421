/**
 * Patterns as deterministic automata: one state after each text, whatever the pattern. A check takes one step a character, where a
 * backtracking engine can be held up for ever by a pattern that a file brought; a grammar made of one is never in two minds.
 */
import { type CharSet, sorted } from './char-set.ts';
import type { Pattern } from './pattern.ts';
import { err, ok, type Result } from './result.ts';

/** States, the first is the start; every one of them can still come to an end. */
export interface Automaton {
  readonly states: readonly AutomatonState[];
}

export interface AutomatonState {
  /** Disjoint sets of characters, each with the number of the state that they lead to. */
  readonly edges: readonly { readonly set: CharSet; readonly to: number }[];
  /** A text may end here. */
  readonly final: boolean;
}

/** More would make a grammar slow to prepare. */
export const MOST_STATES = 600;

/**
 * Places and edges that may still be looked at: making automata takes time and memory in proportion to it. Patterns of one file have a part each of
 * what the file has.
 */
export class AutomatonWork {
  #left: number;
  readonly #of: AutomatonWork | undefined;

  constructor(most: number, of?: AutomatonWork) {
    this.#left = most;
    this.#of = of;
  }

  get spent(): boolean {
    return this.#left < 0 || this.#of?.spent === true;
  }

  spend(steps: number): void {
    this.#left -= steps;
    this.#of?.spend(steps);
  }
}

/** Some 100 ms on a slow computer. A format of JSON Schema takes a tenth of it at most, and `^[^\s]{1,255}$` a third. */
const MOST_WORK = 30_000;

/** Steps between places of a pattern: over a set of characters, or over nothing. */
interface Places {
  readonly over: { readonly set: CharSet; readonly to: number }[][];
  readonly free: number[][];
}

/**
 * @param whole what patterns of the same file have together
 * @param least characters of a text, at least; `most`: at most
 * @returns what matches all patterns at once, which may be no text at all (a start without edges that is not final); `too-large`: more than
 *   `MOST_STATES` states, or more work than is left
 */
export function automatonOf(
  patterns: readonly Pattern[],
  least = 0,
  most = Infinity,
  whole?: AutomatonWork,
): Result<Automaton, 'too-large'> {
  const work = new AutomatonWork(MOST_WORK, whole);
  const all = patterns.map((pattern) => {
    const places: Places = { over: [], free: [] };
    const start = place(places);
    return { places, start, end: thread(places, pattern, start) };
  });
  // Texts are counted as far as their length matters: to the most there may be, or else to the least.
  const counted = most === Infinity ? least : most;
  const keys = new Map<string, number>();
  const states: {
    edges: { set: CharSet; to: number }[];
    final: boolean;
    at: readonly (readonly number[])[];
    count: number;
  }[] = [];
  const stateOf = (at: readonly (readonly number[])[], count: number): number => {
    const key = `${at.map((each) => each.join(',')).join(';')}#${count}`;
    let state = keys.get(key);
    if (state === undefined) {
      state = states.length;
      keys.set(key, state);
      const final = count >= least && at.every((each, k) => each.includes(all[k]?.end ?? -1));
      states.push({ edges: [], final, at, count });
    }
    return state;
  };
  stateOf(
    all.map(({ places, start }) => closure(places, [start], work)),
    0,
  );
  for (let state = states[0], index = 0; state; state = states[++index]) {
    if (states.length > MOST_STATES * 4) return err('too-large');
    const { at, edges } = state;
    work.spend(at.reduce((sum, each) => sum + each.length, 0));
    if (work.spent) return err('too-large');
    if (state.count === most) continue;
    const steps = at.map((each, k) => each.flatMap((from) => all[k]?.places.over[from] ?? []));
    for (const { set, active } of shares(
      steps.flatMap((each) => each.map((step) => step.set)),
      work,
    )) {
      const next = steps.map((each, k) =>
        closure(
          all[k]?.places ?? { over: [], free: [] },
          each.filter((step) => active.has(step.set)).map(({ to }) => to),
          work,
        ),
      );
      if (work.spent) return err('too-large');
      if (next.some((each) => each.length === 0)) continue;
      edges.push({ set, to: stateOf(next, Math.min(state.count + 1, counted)) });
    }
  }
  return trimmed(states);
}

export function accepts(automaton: Automaton, text: string): boolean {
  let state = 0;
  for (const char of text) {
    state = stateAfter(automaton, state, char.codePointAt(0) ?? 0);
    if (state < 0) return false;
  }
  return automaton.states[state]?.final === true;
}

/** The state that the character leads to; -1 where it may not come. */
export const stateAfter = ({ states }: Automaton, state: number, code: number): number =>
  states[state]?.edges.find(({ set }) => has(set, code))?.to ?? -1;

/** A shortest text that is accepted, of plain letters and digits as far as they are allowed; null where there is none. */
export function simplestText({ states }: Automaton): string | null {
  const steps: { text: string; state: number }[] = [{ text: '', state: 0 }];
  const seen = new Set([0]);
  for (const { text, state } of steps) {
    const { edges, final } = states[state] ?? { edges: [], final: false };
    if (final) return text;
    for (const { set, to } of edges) {
      if (seen.has(to)) continue;
      seen.add(to);
      steps.push({ text: text + simplestOf(set), state: to });
    }
  }
  return null;
}

function simplestOf(set: CharSet): string {
  const plain = ['a', 'A', '1', '0'].find((char) => has(set, char.charCodeAt(0)));
  const [low, high] = set.find(([, end]) => end >= 0x20) ?? set[0] ?? [0x20, 0x20];
  return plain ?? String.fromCodePoint(Math.min(high, Math.max(low, 0x20)));
}

const has = (set: CharSet, code: number): boolean => set.some(([low, high]) => low <= code && code <= high);

/** Without states that lead to no end, edges to the same state as one. */
function trimmed(states: readonly AutomatonState[]): Result<Automaton, 'too-large'> {
  const into = states.map((): number[] => []);
  states.forEach(({ edges }, from) => {
    for (const { to } of edges) into[to]?.push(from);
  });
  const alive = new Set<number>();
  const open = states.flatMap(({ final }, index) => (final ? [index] : []));
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    if (alive.has(state)) continue;
    alive.add(state);
    open.push(...(into[state] ?? []));
  }
  const kept = states.map((_, index) => index).filter((index) => index === 0 || alive.has(index));
  if (kept.length > MOST_STATES) return err('too-large');
  const numbers = new Map(kept.map((old, index) => [old, index]));
  return ok({
    states: kept.map((old) => {
      const { edges, final } = states[old] ?? { edges: [], final: false };
      const byTarget = new Map<number, (readonly [number, number])[]>();
      for (const { set, to } of edges) {
        const target = alive.has(to) ? numbers.get(to) : undefined;
        if (target !== undefined) byTarget.set(target, [...(byTarget.get(target) ?? []), ...set]);
      }
      return { edges: [...byTarget].map(([to, ranges]) => ({ set: sorted(ranges), to })), final };
    }),
  });
}

function place({ over, free }: Places): number {
  over.push([]);
  return free.push([]) - 1;
}

/** Lays a pattern out from a place; the place where it ends. */
function thread(places: Places, pattern: Pattern, from: number): number {
  switch (pattern.is) {
    case 'set': {
      const to = place(places);
      places.over[from]?.push({ set: pattern.set, to });
      return to;
    }
    case 'sequence':
      return pattern.parts.reduce((at, part) => thread(places, part, at), from);
    case 'choice': {
      const to = place(places);
      for (const each of pattern.of) {
        const start = place(places);
        places.free[from]?.push(start);
        places.free[thread(places, each, start)]?.push(to);
      }
      return to;
    }
    case 'repeat': {
      let at = from;
      for (let k = 0; k < pattern.least; k++) at = thread(places, pattern.of, at);
      const to = place(places);
      if (pattern.most === Infinity) {
        const loop = place(places);
        places.free[at]?.push(loop);
        places.free[thread(places, pattern.of, loop)]?.push(loop);
        places.free[loop]?.push(to);
        return to;
      }
      for (let k = pattern.least; k < pattern.most; k++) {
        places.free[at]?.push(to);
        at = thread(places, pattern.of, at);
      }
      places.free[at]?.push(to);
      return to;
    }
  }
}

/** All places that these lead to over nothing, sorted. */
function closure({ free }: Places, from: readonly number[], work: AutomatonWork): number[] {
  const found = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    work.spend(1);
    if (found.has(at)) continue;
    found.add(at);
    open.push(...(free[at] ?? []));
  }
  return [...found].sort((a, b) => a - b);
}

/** Characters by the sets that they are in, those of the lowest character first. */
function shares(sets: readonly CharSet[], work: AutomatonWork): { set: CharSet; active: ReadonlySet<CharSet> }[] {
  const distinct = [...new Set(sets)];
  const events = distinct.flatMap((set) =>
    set.flatMap(([low, high]) => [
      { at: low, set, begins: true },
      { at: high + 1, set, begins: false },
    ]),
  );
  events.sort((a, b) => a.at - b.at);
  const numbers = new Map(distinct.map((set, number) => [set, number]));
  const groups = new Map<string, { set: (readonly [number, number])[]; active: ReadonlySet<CharSet> }>();
  const active = new Set<CharSet>();
  for (const [k, { at, set, begins }] of events.entries()) {
    if (begins) active.add(set);
    else active.delete(set);
    const end = events[k + 1]?.at ?? at;
    work.spend(1 + active.size);
    if (work.spent) return [];
    if (end === at || active.size === 0) continue;
    const key = Array.from(active, (each) => numbers.get(each) ?? 0)
      .sort((a, b) => a - b)
      .join(',');
    const group = groups.get(key);
    if (group) group.set.push([at, end - 1]);
    else groups.set(key, { set: [[at, end - 1]], active: new Set(active) });
  }
  return [...groups.values()];
}
