/** The first of so many places at which `isBefore` does not hold, as it holds at all before it and at none after; `size` where it holds at all. O(log size). */
export function partitionPoint(size: number, isBefore: (place: number) => boolean): number {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
