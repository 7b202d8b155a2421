/** Ids of runs and of replays: one form for both, since the page tells them apart by their prefix alone. */
import type { Random } from './random.ts';

// Crockford's base 32: no letters that read like digits.
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';

/** `<prefix>-<wall time, 9 digits><random, 8 digits>`: sorts by time, unique to 40 random bits within one millisecond. */
export function newId(prefix: string, wall: number, random: Random): string {
  let time = '';
  for (let rest = Math.floor(wall), i = 0; i < 9; i++, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time;
  let tail = '';
  for (let i = 0; i < 8; i++) tail += ALPHABET[random.int(32)];
  return `${prefix}-${time}${tail}`;
}
