/**
 * Loading the pocket model from the network and from the browser's cache, and what a token costs: stock WebLLM, and the batched engine with
 * one agent and with twelve.
 *
 *   npm run bench -- load [--rounds 3] [--gpu]
 *
 * Prefill: the slope between a short and a long prompt of their times to the first token, so that what a turn costs apart from its tokens
 * falls out. Decode: the time between first and last token. Medians of the rounds.
 */
import { parseArgs } from 'node:util';
import { machine, onABenchPage, quantile, table } from './support.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '3' }, gpu: { type: 'boolean' } } });
const rounds = Number(values.rounds);

/** In the page. @param {'webllm' | 'stock'} kind */
async function loadOnce(kind) {
  const begun = performance.now();
  const { engine, report, progress } = await window.planaria.load(kind, { id: 'pocket' }, 12);
  const ms = performance.now() - begun;
  await engine.dispose();
  const last = new Map(progress.map((step) => [step.phase, step]));
  const bytes = [...last.values()].reduce((sum, step) => sum + (step.fromCache ? 0 : step.bytes), 0);
  return { ms, reported: report.loadMs, bytes };
}

/** In the page. @param {{ kind: 'webllm' | 'stock', agents: number, rounds: number }} options */
async function tokenCosts({ kind, agents, rounds }) {
  const { load, turn } = window.planaria;
  const { engine, report } = await load(kind, { id: 'pocket' }, Math.max(1, agents));
  const line = (/** @type {number} */ words, /** @type {number} */ k) =>
    Array.from({ length: words }, (_, w) => ['sshd', 'port', 'from', 'user', 'root'][(w + k) % 5]).join(' ');
  let serial = 0;
  /** @param {number} words @param {number} maxTokens */
  const volley = (words, maxTokens) =>
    Promise.all(
      Array.from({ length: agents }, (_, k) => {
        serial += 1;
        const more = { agent: k, prefix: [], maxTokens, sampling: { temperature: 1.3, topP: 1, seed: serial } };
        return engine.submit(turn(`t${serial}`, line(words, serial), more)).done;
      }),
    );
  await volley(8, 4);
  const prefill = [];
  const decode = [];
  for (let round = 0; round < rounds; round += 1) {
    const short = await volley(32, 2);
    const long = await volley(288, 2);
    const first = (/** @type {typeof short} */ outcomes) =>
      Math.max(...outcomes.map(({ timing }) => timing.firstTokenMs ?? Number.NaN));
    const asked = (/** @type {typeof short} */ outcomes) =>
      outcomes.reduce((sum, { usage }) => sum + usage.promptTokens - usage.cachedTokens, 0);
    prefill.push((first(long) - first(short)) / (asked(long) - asked(short)));
    const written = await volley(8, 64);
    const firstMs = Math.min(...written.map(({ timing }) => timing.firstTokenMs ?? Number.NaN));
    const endMs = Math.max(...written.map(({ timing }) => timing.endedMs));
    decode.push((endMs - firstMs) / written.reduce((sum, { usage }) => sum + usage.completionTokens - 1, 0));
  }
  await engine.dispose();
  return { prefill, decode, adapter: report.adapter?.description ?? '', notes: report.notes };
}

await onABenchPage('e2e/engine/vite.config.ts', 'node_modules/.cache/engine-harness', async ({ url, browser }) => {
  console.log(machine());
  const open = async () => {
    const page = await (await browser.newContext()).newPage();
    await page.goto(new URL('harness.html', url).href);
    await page.waitForLoadState('load');
    return page;
  };

  /** @type {Record<'cold' | 'cached', { ms: number, bytes: number }[]>} */
  const loads = { cold: [], cached: [] };
  for (let round = 0; round < rounds; round += 1) {
    const page = await open();
    loads.cold.push(await page.evaluate(loadOnce, /** @type {const} */ ('webllm')));
    await page.reload();
    loads.cached.push(await page.evaluate(loadOnce, /** @type {const} */ ('webllm')));
    await page.context().close();
  }
  console.log(
    `\n${table(
      ['load of the pocket model', 'ms, median', 'ms, worst', 'MB fetched'],
      Object.entries(loads).map(([name, all]) => [
        name,
        quantile(
          all.map(({ ms }) => ms),
          0.5,
        ).toFixed(0),
        Math.max(...all.map(({ ms }) => ms)).toFixed(0),
        (
          quantile(
            all.map(({ bytes }) => bytes),
            0.5,
          ) / 1e6
        ).toFixed(2),
      ]),
    )}`,
  );

  const rows = [];
  for (const [name, kind, agents] of /** @type {const} */ ([
    ['stock WebLLM, one turn', 'stock', 1],
    ['batched engine, 1 agent', 'webllm', 1],
    ['batched engine, 12 agents', 'webllm', 12],
  ])) {
    const page = await open();
    const { prefill, decode } = await page.evaluate(tokenCosts, { kind, agents, rounds });
    rows.push([name, quantile(prefill, 0.5).toFixed(2), quantile(decode, 0.5).toFixed(2)]);
    await page.context().close();
  }
  console.log(`\n${table(['', 'ms a prompt token', 'ms an answer token'], rows)}`);
});
