/** The plans of the chaos bench: every kind that a tab can have, in an order of chance, each with time to be mended before the next. */
import { randomOf } from '../../tools/dev/random.mjs';

/** How often each kind in one part. @type {Record<string, { times: number, lasts?: string }>} */
const KINDS = {
  'worker-kill': { times: 1 },
  'device-lost': { times: 1 },
  'device-lost-twice': { times: 1 },
  'out-of-memory': { times: 1 },
  'reload-mid-write': { times: 1 },
  'power-loss': { times: 1 },
  'second-tab': { times: 1 },
  'corrupt-record': { times: 1 },
  'old-version': { times: 1 },
  quota: { times: 2, lasts: '1s' },
  'clock-jump': { times: 3 },
  'hidden-tab': { times: 2, lasts: '1s' },
  'message-lost': { times: 2, lasts: '1s' },
  'message-doubled': { times: 2, lasts: '1s' },
  'message-reordered': { times: 2, lasts: '1s' },
  'poisoned-output': { times: 4 },
  'lying-voter': { times: 2 },
  loop: { times: 4 },
  stall: { times: 4 },
  'supervisor-crash': { times: 3 },
  'all-residents-crash': { times: 3 },
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
/** These strike single agents, each of which must then pass a turn. */
const OF_AGENTS = new Set(['poisoned-output', 'lying-voter', 'loop', 'stall', 'all-residents-crash']);
/** The first while belongs to turns that show what is ordinary, ms. */
const FIRST_MS = 4000;
/** As long as a mend takes as a rule, so that each fault meets a run that is well, ms. */
const HEAVY_MS = 6500;
const TWICE_MS = 12_000;
const AGENT_MS = 2000;
const LIGHT_MS = 1100;
/** In every so manyeth part faults come twice as fast, while those before them are being mended. */
export const CROWDED = 8;

/** The last while belongs to turns that show that the last faults are mended, ms. */
const LAST_MS = 6000;

/** @param {number} seed @returns {string} a fault plan, YAML */
export function chaosPlan(seed) {
  const lines = faultsOf(seed).map(
    ({ kind, at, lasts }) => `  - {kind: ${kind}, at: ${at}${lasts ? `, for: ${lasts}` : ''}}`,
  );
  return `planaria-faults: 1\nname: chaos bench, part ${seed}\nseed: ${seed}\nfaults:\n${lines.join('\n')}\n`;
}

/** How long the plan takes, ms. @param {number} seed */
export const planMs = (seed) => Math.max(...faultsOf(seed).map(({ at }) => at)) + LAST_MS;

/** @param {number} seed */
function faultsOf(seed) {
  const random = randomOf(seed);
  const order = Object.entries(KINDS).flatMap(([kind, { times }]) => Array.from({ length: times }, () => kind));
  for (let k = order.length - 1; k > 0; k -= 1) {
    const other = Math.floor(random() * (k + 1));
    [order[k], order[other]] = [/** @type {string} */ (order[other]), /** @type {string} */ (order[k])];
  }
  const pace = seed % CROWDED === 0 ? 0.5 : 1;
  let at = FIRST_MS;
  return order.map((kind) => {
    const fault = { kind, at: Math.round(at), lasts: KINDS[kind]?.lasts };
    const own = HEAVY.has(kind) ? HEAVY_MS : OF_AGENTS.has(kind) ? AGENT_MS : LIGHT_MS;
    at += (kind === 'device-lost-twice' ? TWICE_MS : own) * pace * (0.8 + 0.4 * random());
    return fault;
  });
}
