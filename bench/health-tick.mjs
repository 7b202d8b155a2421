/**
 * What one tick of the health monitor costs over 4,882 agents with 24 turns in flight, against a look at every agent as its peer.
 *
 *     node bench/health-tick.mjs
 */
import { load } from '../tools/dev/typescript.mjs';

const AGENTS = 4882;
const IN_FLIGHT = 24;
const TICKS = 20_000;
const { Monitor, MONITOR_DEFAULTS } = await load('src/healing/monitor.ts');
const { seededRandom } = await load('src/kernel/random.ts');

const roles = [{ name: 'triager' }];
const brief = { output: null, deadlineMs: 1e12 };
const monitor = new Monitor(
  { ...MONITOR_DEFAULTS, agents: AGENTS, tasks: AGENTS, roles, briefAt: () => brief },
  seededRandom('bench'),
  () => undefined,
);
let now = 0;
const begin = (k) => {
  const name = { turn: `t${k}`, agent: k % AGENTS, task: k, step: 0, slot: 0, role: 0 };
  monitor.hear({ type: 'turn.begun', ...name, at: now });
  monitor.hear({ type: 'turn.alive', turn: name.turn, tokens: 1, textTail: '', at: now });
};
/** Turns that ended well, so that silence is measured against what was learned. */
const facts = {
  text: '{"severity":"info"}',
  finish: 'stop',
  meanLogprob: -0.2,
  firstTokenMs: 100,
  decodeMs: 300,
  completionTokens: 12,
  schemaValid: true,
  fields: null,
  context: null,
  pages: null,
  recordWhole: null,
  agreement: null,
};
for (let k = 0; k < 500; k++) {
  const about = { turn: `past ${k}`, agent: k, task: k, step: 0, slot: 0, role: 0, question: `q ${k}`, answer: null };
  monitor.hear({ type: 'turn.over', ...about, facts, others: 9, fault: null, detail: '', at: now });
}
for (let k = 0; k < IN_FLIGHT; k++) begin(k);
const states = new Float64Array(AGENTS).fill(1);
const times = { monitor: [], everyone: [] };
let low = 0;
for (let tick = 0; tick < TICKS; tick++) {
  now += MONITOR_DEFAULTS.tickMs;
  for (let k = 0; k < IN_FLIGHT; k++)
    monitor.hear({ type: 'turn.alive', turn: `t${k}`, tokens: 2 + tick, textTail: '', at: now });
  const a = performance.now();
  monitor.tick(now);
  const b = performance.now();
  for (let agent = 0; agent < AGENTS; agent++) if (states[agent] < 0.6) low++;
  const c = performance.now();
  times.monitor.push(b - a);
  times.everyone.push(c - b);
}
const at = (values, share) => [...values].sort((x, y) => x - y)[Math.floor(share * (values.length - 1))].toFixed(4);
for (const [name, values] of Object.entries(times))
  console.log(`${name}: p50 ${at(values, 0.5)} ms, p95 ${at(values, 0.95)} ms, worst ${at(values, 1)} ms (${low})`);
