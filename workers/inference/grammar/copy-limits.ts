/** Which pieces of a source a schema allows, and how far one has been written. */
import type { AnswerSchema } from '../../../src/engine/answer-schema.ts';
import { type Automaton, stateAfter } from '../../../src/kernel/pattern-automaton.ts';
import type { CopySource } from './copy-source.ts';
import { patternsOf, textAutomaton } from './text-automaton.ts';

/** A piece that is being copied: by the bytes of the source that could be the next one. */
export interface Copy {
  readonly limits: CopyLimits;
  readonly at: Int32Array;
  /** By place, where there is an automaton: the state that the characters lead to that are begun. */
  readonly states: Int32Array | null;
  /** Characters that are begun. */
  readonly count: number;
}

/** Pieces of a source that a schema allows. */
export class CopyLimits {
  readonly #source: CopySource;
  readonly #least: number;
  readonly #most: number;
  readonly #automaton: Automaton | null;
  /** Whether an end can be reached, by character and state. */
  readonly #reached = new Map<number, boolean>();
  /** Before the first byte. */
  readonly begin: Copy;
  /** Some piece is allowed. */
  readonly anywhere: boolean;

  constructor(schema: AnswerSchema, source: CopySource) {
    const { minLength = 0, maxLength = Infinity } = schema;
    const patterns = patternsOf(schema);
    this.#source = source;
    this.#automaton = patterns.length > 0 ? textAutomaton(patterns, minLength, maxLength) : null;
    this.#least = minLength;
    this.#most = maxLength;
    const { codes, left, byteAt } = source;
    const at: number[] = [];
    for (let character = 0; character < codes.length; character++) {
      if (codes[character] === -1) continue;
      if (this.#automaton ? this.#reaches(character, 0) : (left[character] ?? 0) >= Math.max(1, minLength))
        at.push(byteAt[character] ?? 0);
    }
    const states = this.#automaton ? new Int32Array(at.length) : null;
    this.begin = { limits: this, at: Int32Array.from(maxLength === 0 ? [] : at), states, count: 0 };
    this.#empty = this.#automaton ? this.#automaton.states[0]?.final === true : minLength === 0;
    this.anywhere = this.#empty || (at.length > 0 && minLength <= maxLength && maxLength > 0);
  }

  /** Nothing at all is allowed, too. */
  readonly #empty: boolean;

  /** Null where no piece goes on so. */
  step({ at, states, count }: Copy, places: Int32Array): Copy | null {
    const { characterAt, codes } = this.#source;
    // All have the same bytes behind them, so characters begin at all of them or at none.
    const begins = (characterAt[at[places[0] ?? 0] ?? 0] ?? -1) >= 0;
    if (begins && count >= this.#most) return null;
    const next = new Int32Array(places.length);
    const nextStates = states ? new Int32Array(places.length) : null;
    let size = 0;
    for (const place of places) {
      const byte = at[place] ?? 0;
      let state = states?.[place] ?? 0;
      const character = characterAt[byte] ?? -1;
      if (this.#automaton && character >= 0) {
        state = this.#next(state, codes[character] ?? -1);
        if (state < 0 || !this.#reaches(character + 1, state)) continue;
      }
      next[size] = byte + 1;
      if (nextStates) nextStates[size] = state;
      size++;
    }
    if (size === 0) return null;
    const limits = { limits: this, count: count + (begins ? 1 : 0) };
    return { ...limits, at: next.slice(0, size), states: nextStates?.slice(0, size) ?? null };
  }

  mayEnd({ at, states, count }: Copy): boolean {
    if (count === 0) return this.#empty;
    if ((this.#source.characterAt[at[0] ?? 0] ?? -1) < 0) return false;
    if (!this.#automaton) return count >= this.#least;
    return states?.some((state) => this.#automaton?.states[state]?.final) === true;
  }

  #next(state: number, code: number): number {
    return this.#automaton ? stateAfter(this.#automaton, state, code) : -1;
  }

  /** Whether what begins at this character in this state can come to an end in its text. */
  #reaches(character: number, state: number): boolean {
    const states = this.#automaton?.states ?? [];
    const trail: number[] = [];
    let found = false;
    // States follow from one another, so that there is one way on from each: no way back is needed.
    for (let at = character, now = state; ;) {
      const key = at * states.length + now;
      const known = this.#reached.get(key);
      if (known !== undefined || states[now]?.final) {
        found = known ?? true;
        if (known === undefined) this.#reached.set(key, true);
        break;
      }
      trail.push(key);
      const code = this.#source.codes[at] ?? -1;
      const next = code === -1 ? -1 : this.#next(now, code);
      if (next < 0) break;
      now = next;
      at++;
    }
    for (const key of trail) this.#reached.set(key, found);
    return found;
  }
}
