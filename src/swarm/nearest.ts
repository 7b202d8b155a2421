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
    const distance = alignment(typed, candidate.toLowerCase(), bestDistance);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}

/**
 * Optimal string alignment distance (Damerau-Levenshtein without overlapping swaps); `limit` where it is that or more. Only cells that can lead to
 * less are looked at: O(a.length x limit).
 */
function alignment(a: string, b: string, limit: number): number {
  const width = b.length + 1;
  let [before, last, row] = [new Uint16Array(width), new Uint16Array(width), new Uint16Array(width)];
  for (let j = 0; j < width; j++) last[j] = Math.min(j, limit);
  for (let i = 1; i <= a.length; i++) {
    const [from, to] = [Math.max(1, i - limit), Math.min(b.length, i + limit)];
    row.fill(limit);
    row[0] = Math.min(i, limit);
    let least = row[0];
    for (let j = from; j <= to; j++) {
      const same = a[i - 1] === b[j - 1];
      let distance = Math.min(
        (last[j] ?? limit) + 1,
        (row[j - 1] ?? limit) + 1,
        (last[j - 1] ?? limit) + (same ? 0 : 1),
      );
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        distance = Math.min(distance, (before[j - 2] ?? limit) + 1);
      }
      row[j] = Math.min(distance, limit);
      least = Math.min(least, distance);
    }
    // A swap may reach back over one row.
    if (least >= limit && Math.min(...last.subarray(Math.max(0, from - 2), to)) >= limit) return limit;
    [before, last, row] = [last, row, before];
  }
  return last[b.length] ?? limit;
}
