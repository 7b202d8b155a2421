/**
 * Alternatives of fixed texts as a tree of their common beginnings. Written side by side, xgrammar 0.1.27 joins states of texts that begin and
 * end alike, and lets through what none of them is: of "a", "abb" and "bab", "abbbb" and so on without end.
 */
import { literal } from './texts.ts';
import { byteClass } from './utf8.ts';

/** A text, and the rule that goes on behind it; '' where nothing does. */
export type Choice = readonly [text: string, then: string];

/** @param choices at least one; each text once */
export function choice(choices: readonly Choice[]): string {
  const encoder = new TextEncoder();
  return branch(choices.map(([text, then]) => ({ bytes: encoder.encode(text), then })));
}

interface Rest {
  readonly bytes: Uint8Array;
  readonly then: string;
}

/** What is left of the texts from here on. */
function branch(rests: readonly Rest[]): string {
  const ended = rests.find(({ bytes }) => bytes.length === 0);
  const byFirst = new Map<number, Rest[]>();
  for (const rest of rests) {
    const [first] = rest.bytes;
    if (first !== undefined) byFirst.set(first, [...(byFirst.get(first) ?? []), rest]);
  }
  const ways = [...byFirst.values()].map(run);
  if (!ended) return ways.length === 1 ? (ways[0] as string) : `(${ways.join(' | ')})`;
  if (ways.length === 0) return ended.then;
  return ended.then === '' ? `(${ways.join(' | ')})?` : `(${[...ways, ended.then].join(' | ')})`;
}

/** Texts with the same first byte: as far as they go together, then how they part. */
function run(rests: readonly Rest[]): string {
  const [{ bytes: first }] = rests as [Rest];
  let same = 1;
  while (same < first.length && rests.every(({ bytes }) => bytes.length > same && bytes[same] === first[same])) same++;
  const rest = branch(rests.map(({ bytes, then }) => ({ bytes: bytes.subarray(same), then })));
  return [...written(first.subarray(0, same)), rest].filter((part) => part !== '').join(' ');
}

/** Bytes beyond ASCII one by one: texts may part within a character. */
function written(bytes: Uint8Array): string[] {
  const parts: string[] = [];
  let ascii = '';
  for (const byte of bytes) {
    if (byte < 0x80) {
      ascii += String.fromCharCode(byte);
      continue;
    }
    if (ascii !== '') parts.push(literal(ascii));
    ascii = '';
    parts.push(byteClass(byte, byte));
  }
  return ascii === '' ? parts : [...parts, literal(ascii)];
}
