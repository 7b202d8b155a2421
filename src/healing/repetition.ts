/** Does a text go round in circles? Two looks at it: the cycle at its end, and how far a compressor would shrink it. */
export interface Repetition {
  /** Length of the cycle at the end, in UTF-16 units; 0 when there is none. */
  readonly period: number;
  /** How often the cycle stands at the end. */
  readonly repeats: number;
  /** Estimated length / compressed length; 1 for texts too short to say (below 64 units). */
  readonly compression: number;
  /** 1 = no sign of a loop, 0 = nothing but a loop. */
  readonly gate: number;
  /** Hard evidence: the text is a loop. */
  readonly looping: boolean;
}

const LONGEST_PERIOD = 96;
/** The cycle must cover this much before anyone is accused: rules and indents repeat one character honestly. */
const LEAST_COVER = 48;
export const LEAST_REPEATS = 4;
/** Above 2.4 Whisper calls a text a loop (Radford et al., 2022, "compression ratio threshold"); plain JSON stays below. */
export const COMPRESSION_ODD = 2.4;
const COMPRESSION_LOOP = 6;

/** Looks at the last 2,048 units of `text`; O(length). */
export function repetition(text: string): Repetition {
  const tail = text.length > 2048 ? text.slice(-2048) : text;
  const { period, repeats } = cycleAtEnd(tail);
  const compression = compressionRatio(tail);
  const looping = (repeats >= LEAST_REPEATS && period * repeats >= LEAST_COVER) || compression >= COMPRESSION_LOOP;
  const fromCompression = 1 - (compression - COMPRESSION_ODD) / (COMPRESSION_LOOP - COMPRESSION_ODD);
  const gate = looping ? 0 : Math.min(1, Math.max(0, fromCompression));
  return { period, repeats, compression, gate, looping };
}

/** The shortest cycle that covers most at the end of the text. */
function cycleAtEnd(text: string): { period: number; repeats: number } {
  let best = { period: 0, repeats: 0 };
  for (let period = 1; period <= Math.min(LONGEST_PERIOD, text.length >> 1); period++) {
    let same = 0;
    while (same + period < text.length) {
      const at = text.length - 1 - same;
      if (text.charCodeAt(at) !== text.charCodeAt(at - period)) break;
      same++;
    }
    const repeats = Math.floor((same + period) / period);
    if (repeats > 1 && repeats * period > best.repeats * best.period) best = { period, repeats };
  }
  return best;
}

/** What a greedy LZ77 would make of it: a literal costs one unit, a match of four or more costs three. */
function compressionRatio(text: string): number {
  if (text.length < 64) return 1;
  const seen = new Map<string, number>();
  let cost = 0;
  let at = 0;
  while (at < text.length) {
    const key = text.slice(at, at + 4);
    const from = key.length === 4 ? seen.get(key) : undefined;
    let length = 0;
    if (from !== undefined)
      while (at + length < text.length && text.charCodeAt(from + length) === text.charCodeAt(at + length)) length++;
    const step = length >= 4 ? length : 1;
    cost += length >= 4 ? 3 : 1;
    for (let i = at; i < at + step && i + 4 <= text.length; i++) seen.set(text.slice(i, i + 4), i);
    at += step;
  }
  return text.length / cost;
}
