/** The plans of the chaos bench: every kind that a tab can have, in an order of chance, each with time to be mended before the next. */
import { randomOf } from '../../tools/dev/random.mjs';

/** How often each kind in one part. @type {Record<string, { times: number, lasts?: string }>} */
const KINDS = {
  'worker-kill': { times: 2 },
  'device-lost': { times: 2 },
  'device-lost-twice': { times: 1 },
  'out-of-memory': { times: 1 },
  'reload-mid-write': { times: 2 },
  'power-loss': { times: 1 },
  'second-tab': { times: 1 },
  'corrupt-record': { times: 2 },
  'old-version': { times: 2 },
  quota: { times: 3, lasts: '1s' },
  'clock-jump': { times: 4 },
  'hidden-tab': { times: 2, lasts: '1s' },
  'message-lost': { times: 3, lasts: '1s' },
  'message-doubled': { times: 3, lasts: '1s' },
  'message-reordered': { times: 3, lasts: '1s' },
  'poisoned-output': { times: 4 },
  'lying-voter': { times: 2 },
  loop: { times: 4 },
  stall: { times: 4 },
  'supervisor-crash': { times: 3 },
  'all-residents-crash': { times: 4 },
};

/** These cost an engine. */
const HEAVY = new Set([
  'worker-kill',
  'device-lost',
  'device-lost-twice',
  'out-of-memory',
  'reload-mid-write',
  'power-loss',
  'second-tab',
  'corrupt-record',
  'old-version',
]);
/** The first while belongs to turns that show what is ordinary, ms. */
const FIRST_MS = 4000;
const HEAVY_MS = 6000;
const TWICE_MS = 12_000;
const LIGHT_MS = 1100;

/** @param {number} seed @returns {string} a fault plan, YAML */
export function chaosPlan(seed) {
  const random = randomOf(seed);
  const order = Object.entries(KINDS).flatMap(([kind, { times }]) => Array.from({ length: times }, () => kind));
  for (let k = order.length - 1; k > 0; k -= 1) {
    const other = Math.floor(random() * (k + 1));
    [order[k], order[other]] = [/** @type {string} */ (order[other]), /** @type {string} */ (order[k])];
  }
  let at = FIRST_MS;
  const faults = order.map((kind) => {
    const lasts = KINDS[kind]?.lasts;
    const line = `  - {kind: ${kind}, at: ${Math.round(at)}${lasts ? `, for: ${lasts}` : ''}}`;
    const gap = kind === 'device-lost-twice' ? TWICE_MS : HEAVY.has(kind) ? HEAVY_MS : LIGHT_MS;
    at += gap * (0.8 + 0.4 * random());
    return line;
  });
  return `planaria-faults: 1\nname: chaos bench, part ${seed}\nseed: ${seed}\nfaults:\n${faults.join('\n')}\n`;
}
