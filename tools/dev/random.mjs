/**
 * mulberry32: a 32-bit generator that e2e and bench share, the same on every machine for the same seed. Plain JavaScript, because benches run
 * without a build; the product's own is src/kernel/random.ts.
 * @param {number} seed
 * @returns {() => number} numbers in [0, 1)
 */
export function randomOf(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let t = state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}
