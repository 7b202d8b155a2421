/** A text of JSON, byte by byte, held to an automaton over its characters. */
import type { Automaton } from '../../../src/kernel/pattern-automaton.ts';

const QUOTE = 0x22;

const encoder = new TextEncoder();
/** JSON within its quotes, byte by byte as letters. */
export const lettersOf = (value: string): string =>
  String.fromCharCode(...encoder.encode(JSON.stringify(value).slice(1, -1)));

/** A text that is matched by an automaton, character by character. */
export interface Match {
  readonly automaton: Automaton;
  readonly state: number;
  /** Bytes of a character that is not whole yet, as letters. */
  readonly pending: string;
}

/** Characters that JSON escapes, each in its shortest form; in other forms none is written here. */
const ESCAPED: readonly (readonly [written: string, code: number])[] = [...Array(0x20).keys(), 0x22, 0x5c].map(
  (code) => [lettersOf(String.fromCharCode(code)), code],
);

/** Null where no text goes on so. */
export function matched({ automaton, state, pending }: Match, byte: number): Match | null {
  const letters = pending + String.fromCharCode(byte);
  const edges = automaton.states[state]?.edges ?? [];
  for (const [low, high, whole] of charactersFrom(letters)) {
    const edge = edges.find(({ set }) => set.some(([from, to]) => from <= high && low <= to));
    if (edge) return whole ? { automaton, state: edge.to, pending: '' } : { automaton, state, pending: letters };
  }
  return null;
}

/** Characters that begin with these bytes of JSON, as ranges, each with whether it is whole. */
function charactersFrom(letters: string): (readonly [low: number, high: number, whole: boolean])[] {
  if (letters.startsWith('\\'))
    return ESCAPED.filter(([written]) => written.startsWith(letters)).map(
      ([written, code]) => [code, code, written === letters] as const,
    );
  const [lead = 0, ...more] = Array.from(letters, (letter) => letter.charCodeAt(0));
  if (lead < 0x80) return lead < 0x20 || lead === QUOTE ? [] : [[lead, lead, true]];
  const size = lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
  const head = more.reduce((sum, byte) => (sum << 6) | (byte & 0x3f), lead & (0x7f >> size));
  const open = 6 * (size - 1 - more.length);
  return lead < 0xc2 || open < 0 ? [] : [[head << open, ((head + 1) << open) - 1, open === 0]];
}
