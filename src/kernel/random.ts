/** Seeded random numbers, split by name so that one part's draws never shift another's. */
export interface Random {
  /** In [0, 1), 32 bits. */
  next(): number;
  /** Integer in [0, below); `below` >= 1. */
  int(below: number): number;
  /** In [low, high). */
  between(low: number, high: number): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
  /** An independent stream; equal seeds and names give equal streams, whatever was drawn before. */
  split(name: string): Random;
}

/** 128 bits from text: four multiply-rotate lanes over UTF-16 units with a final avalanche (murmur3's constants). */
function hash128(text: string): [number, number, number, number] {
  let a = 1779033703;
  let b = 3144134277;
  let c = 1013904242;
  let d = 2773480762;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    a = b ^ Math.imul(a ^ unit, 597399067);
    b = c ^ Math.imul(b ^ unit, 2869860233);
    c = d ^ Math.imul(c ^ unit, 951274213);
    d = a ^ Math.imul(d ^ unit, 2716044179);
  }
  return [avalanche(a ^ c), avalanche(b ^ d), avalanche(c ^ b), avalanche(d ^ a)];
}

function avalanche(value: number): number {
  let h = value;
  h = Math.imul(h ^ (h >>> 16), 2246822507);
  h = Math.imul(h ^ (h >>> 13), 3266489909);
  return (h ^ (h >>> 16)) >>> 0;
}

/** A 32-bit number for any text, e.g. the seed of one turn. */
export function hash32(text: string): number {
  return hash128(text)[0];
}

/** Chris Doty-Humphrey's sfc32 (PractRand), seeded by text; twelve rounds mix the seed in. */
export function seededRandom(seed: number | string): Random {
  const name = String(seed);
  let [a, b, c, counter] = hash128(name);
  const draw = (): number => {
    const sum = (a + b + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (c << 21) | (c >>> 11);
    c = (c + sum) | 0;
    return sum >>> 0;
  };
  for (let i = 0; i < 12; i++) draw();
  const next = (): number => draw() / 4294967296;
  const random: Random = {
    next,
    int: (below) => Math.floor(next() * below),
    between: (low, high) => low + next() * (high - low),
    chance: (probability) => next() < probability,
    pick: (items) => {
      if (items.length === 0) throw new RangeError('pick: nothing to pick from');
      return items[Math.floor(next() * items.length)] as never;
    },
    split: (part) => seededRandom(`${name}/${part}`),
  };
  return random;
}

/** A seed that nobody can guess, for ids and runs without a seed of their own. */
export function entropySeed(): number {
  return crypto.getRandomValues(new Uint32Array(1))[0] as number;
}
