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

/** Steps between places of a pattern: over a set of characters, or over nothing. */
interface Places {
  readonly over: { readonly set: CharSet; readonly to: number }[][];
  readonly free: number[][];
}

/**
 * @param least characters of a text, at least; `most`: at most
 * @returns what matches all patterns at once, which may be no text at all (a start without edges that is not final); `too-large`: more than
 *   `MOST_STATES` states
 */
export function automatonOf(patterns: readonly Pattern[], least = 0, most = Infinity): Result<Automaton, 'too-large'> {
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
    all.map(({ places, start }) => closure(places, [start])),
    0,
  );
  for (let state = states[0], index = 0; state; state = states[++index]) {
    if (states.length > MOST_STATES * 4) return err('too-large');
    if (state.count === most) continue;
    const { at, edges } = state;
    const steps = at.map((each, k) => each.flatMap((from) => all[k]?.places.over[from] ?? []));
    for (const piece of pieces(steps.flat().map(({ set }) => set))) {
      const [low] = piece;
      const next = steps.map((each, k) =>
        closure(
          all[k]?.places ?? { over: [], free: [] },
          each.filter(({ set }) => has(set, low)).map(({ to }) => to),
        ),
      );
      if (next.some((each) => each.length === 0)) continue;
      const to = stateOf(next, Math.min(state.count + 1, counted));
      edges.push({ set: [piece], to });
    }
  }
  return trimmed(states);
}

export function accepts({ states }: Automaton, text: string): boolean {
  let state = states[0];
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0;
    const edge = state?.edges.find(({ set }) => has(set, code));
    if (!edge) return false;
    state = states[edge.to];
  }
  return state?.final === true;
}

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
function closure({ free }: Places, from: readonly number[]): number[] {
  const found = new Set<number>();
  const open = [...from];
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (found.has(at)) continue;
    found.add(at);
    open.push(...(free[at] ?? []));
  }
  return [...found].sort((a, b) => a - b);
}

/** The largest ranges on which these sets are of one mind. */
function pieces(sets: readonly CharSet[]): (readonly [number, number])[] {
  const cuts = new Set<number>();
  for (const [low, high] of sets.flat()) cuts.add(low).add(high + 1);
  const edges = [...cuts].sort((a, b) => a - b);
  return edges.slice(0, -1).map((low, k) => [low, (edges[k + 1] ?? low + 1) - 1]);
}
