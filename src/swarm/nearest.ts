/** Longer names are no slip of the hand, and comparing them takes the product of their lengths. */
const MOST_CHARACTERS = 64;
/** Of a million names the first are looked at. */
const MOST_CANDIDATES = 1000;

/**
 * The candidate that a person most likely meant: the nearest by optimal string alignment (insert, delete, replace, swap of neighbours),
 * if it is near enough to be a slip of the hand, else null. Case does not count. Ties go to the earlier candidate.
 */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  if (word.length > MOST_CHARACTERS) return null;
  const typed = word.toLowerCase();
  let best: string | null = null;
  // Of a single letter any other would be one slip away.
  let bestDistance = Math.min(typed.length - 1, Math.max(1, Math.floor(typed.length / 3))) + 1;
  let looked = 0;
  for (const candidate of candidates) {
    if (++looked > MOST_CANDIDATES) break;
    // A distance is at least the difference of lengths.
    if (Math.abs(candidate.length - word.length) >= bestDistance) continue;
    const distance = alignment(typed, candidate.toLowerCase());
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/** Optimal string alignment distance (Damerau-Levenshtein without overlapping swaps), O(a.length x b.length). */
function alignment(a: string, b: string): number {
  const width = b.length + 1;
  const table = new Uint16Array((a.length + 1) * width);
  const at = (i: number, j: number): number => table[i * width + j] ?? 0;
  for (let i = 0; i <= a.length; i++) table[i * width] = i;
  for (let j = 0; j <= b.length; j++) table[j] = j;
  for (let i = 1; i <= a.length; i++) {
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, at(i - 2, j - 2) + 1);
      }
      table[i * width + j] = distance;
    }
  }
  return at(a.length, b.length);
}
