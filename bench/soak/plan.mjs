/** The soak's faults and its input: neither runs out before its time. */
import { randomOf } from '../../tools/dev/random.mjs';

/**
 * Every kind that a tab can do to itself, faults a minute. What replaces the page (a reload, a killed browser, a second tab) would take away
 * what is to be weighed, and what has the runtime read its run again (a spoilt record) gives back what the run had piled up, so those are not
 * among them: `npm run bench -- chaos` and `-- kills` have them.
 * @type {Record<string, { rate: number, lasts?: string }>}
 */
const RATES = {
  stall: { rate: 6 },
  loop: { rate: 6 },
  'poisoned-output': { rate: 4 },
  'lying-voter': { rate: 2 },
  'all-residents-crash': { rate: 1 },
  'worker-kill': { rate: 0.4 },
  'device-lost': { rate: 0.3 },
  'out-of-memory': { rate: 0.2 },
  quota: { rate: 0.5, lasts: '2s' },
  'message-lost': { rate: 1, lasts: '2s' },
  'message-doubled': { rate: 1, lasts: '2s' },
  'message-reordered': { rate: 1, lasts: '2s' },
  'supervisor-crash': { rate: 0.5 },
  'clock-jump': { rate: 0.5 },
  'hidden-tab': { rate: 0.25, lasts: '1s' },
};

/** @param {number} minutes @param {number} seed @param {number} share of the rates, for an engine whose turns take longer @returns {string} YAML */
export function soakPlan(minutes, seed, share = 1) {
  const until = Math.min(1440, Math.ceil(minutes));
  const lines = Object.entries(RATES).map(
    ([kind, { rate, lasts }]) =>
      `  - {kind: ${kind}, rate: ${(rate * share).toFixed(3)}, from: 5s, until: ${until}m${lasts ? `, for: ${lasts}` : ''}}`,
  );
  return `planaria-faults: 1\nname: soak\nseed: ${seed}\nfaults:\n${lines.join('\n')}\n`;
}

/**
 * So many lines, from the second time round each with numbers of its own: hardly two are alike, so little can be known from before.
 * @param {readonly string[]} lines @param {number} count @param {number} seed
 */
export function manyLines(lines, count, seed) {
  const random = randomOf(seed);
  return Array.from({ length: count }, (_, k) => {
    const line = /** @type {string} */ (lines[k % lines.length]);
    return k < lines.length ? line : line.replace(/\d/g, () => String(Math.floor(random() * 10)));
  });
}
