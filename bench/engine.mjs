/**
 * The batched engine against stock WebLLM one turn at a time: same library, same turns, same browser, sampling included, in one run.
 *
 *   node bench/engine.mjs [--agents 1,4,8,12,16] [--tokens 48] [--rounds 3] [--json FILE] [--gpu]
 *
 * Prints tokens a second (median of the rounds), prompt tokens computed with and without a shared role prompt, and the share of the time in
 * which the GPU waited although turns were ready. `--gpu` uses the machine's adapter instead of SwiftShader.
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { build } from 'vite';
import { baseFlags, executablePath, realGpu, swiftShader } from '../tools/dev/chromium.mjs';
import { serve } from '../tools/dev/serve.mjs';
import { root } from '../tools/dev/workspace.mjs';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '1,4,8,12,16' },
    tokens: { type: 'string', default: '48' },
    rounds: { type: 'string', default: '3' },
    json: { type: 'string' },
    gpu: { type: 'boolean', default: false },
  },
});
const options = {
  agents: values.agents.split(',').map(Number),
  tokens: Number(values.tokens),
  rounds: Number(values.rounds),
};

await build({ configFile: path.join(root, 'e2e/engine/vite.config.ts'), logLevel: 'error' });
const server = await serve({ root: path.join(root, 'node_modules/.cache/engine-harness') });
const browser = await chromium.launch({
  executablePath,
  args: [...baseFlags, ...(values.gpu ? realGpu : [swiftShader])],
});
try {
  const page = await browser.newPage();
  page.on('pageerror', (error) => console.error(error));
  await page.goto(new URL('harness.html', server.url).href);
  const figures = await page.evaluate(measure, options);
  console.log(table(figures));
  if (values.json) writeFileSync(values.json, `${JSON.stringify(figures, null, 1)}\n`);
} finally {
  await browser.close();
  await server.close();
}

/**
 * Runs in the page.
 * @param {{ agents: number[], tokens: number, rounds: number }} options
 */
async function measure({ agents, tokens, rounds }) {
  const { load, turn } = window.planaria;
  const median = (/** @type {number[]} */ values) =>
    [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
  let serial = 0;
  /** Turns of like length: so hot that the model seldom ends before its tokens are spent. */
  const make = (
    /** @type {number} */ i,
    /** @type {import('../src/engine/contract.ts').ChatMessage[]} */ prefix,
    line = `sshd[${i}]`,
    maxTokens = tokens,
  ) => {
    serial += 1;
    return turn(`b${serial}`, line, {
      prefix,
      maxTokens,
      sampling: { temperature: 3, topP: 1, seed: i },
    });
  };
  const role = [{ role: /** @type {const} */ ('system'), content: 'Triage this log line.' }];
  const completion = (/** @type {import('../src/engine/contract.ts').TurnOutcome[]} */ outcomes) => {
    const failed = outcomes.find((outcome) => outcome.error);
    if (failed) throw new Error(failed.error?.message);
    return outcomes.reduce((sum, { usage }) => sum + usage.completionTokens, 0);
  };

  /** Tokens a second while `count` turns are in flight at once. @param {import('../src/engine/contract.ts').Engine} engine @param {number} count */
  const batchRate = async (engine, count) => {
    const begun = performance.now();
    const outcomes = await Promise.all(Array.from({ length: count }, (_, i) => engine.submit(make(i, role)).done));
    return (completion(outcomes) * 1000) / (performance.now() - begun);
  };

  const swarm = await load('webllm', { id: 'pocket' }, 16);
  const stock = await load('stock', { id: 'pocket' }, 1);
  await batchRate(swarm.engine, 4);
  await batchRate(stock.engine, 1);
  /** @type {Record<number, number[]>} */
  const batched = {};
  const one = [];
  for (let round = 0; round < rounds; round += 1) {
    one.push(await batchRate(stock.engine, 3)); // three queued turns run one by one
    for (const count of agents) (batched[count] ??= []).push(await batchRate(swarm.engine, count));
  }
  const choice = (/** @type {string[]} */ ...values) => ({ enum: values });
  const schema = JSON.stringify({
    type: 'object',
    properties: {
      severity: choice('debug', 'info', 'notice', 'warning', 'error', 'critical'),
      kind: choice(
        'auth',
        'network',
        'storage',
        'memory',
        'process',
        'config',
        'permission',
        'request',
        'scheduler',
        'other',
      ),
      subject: { type: 'string', minLength: 1, maxLength: 96 },
      action: choice('none', 'watch', 'investigate', 'page'),
    },
    required: ['severity', 'kind', 'subject', 'action'],
    additionalProperties: false,
  });
  /** Turns a second over log lines, their prompts included. @param {import('../src/engine/contract.ts').Engine} engine @param {number} count */
  const turnRate = async (engine, count) => {
    const begun = performance.now();
    const line = (/** @type {number} */ i) =>
      `Jan 12 04:0${i % 10}:11 host sshd[${1000 + i}]: Failed password for root from 10.0.0.${i}`;
    const sampling = { temperature: 0, topP: 1, seed: 1 };
    const turns = Array.from({ length: count }, (_, i) => ({ ...make(i, role, line(i), 96), sampling, schema }));
    completion(await Promise.all(turns.map((each) => engine.submit(each).done)));
    return (count * 1000) / (performance.now() - begun);
  };
  await turnRate(stock.engine, 1);
  await turnRate(swarm.engine, 1);
  const turns = { stock: await turnRate(stock.engine, 4), batched: await turnRate(swarm.engine, 24) };
  const waited = await swarm.engine.counters();

  // 12 agents with a long role prompt and a short line of their own: prompt tokens computed, shared and not.
  const long = [
    { role: /** @type {const} */ ('system'), content: 'Read the line, then say how bad it is and why. '.repeat(17) },
  ];
  const before = await swarm.engine.counters();
  const shared = await Promise.all(
    Array.from({ length: 12 }, (_, i) => swarm.engine.submit({ ...make(i, long), maxTokens: 1 }).done),
  );
  const after = await swarm.engine.counters();
  completion(shared);
  const asked = shared.reduce((sum, { usage }) => sum + usage.promptTokens, 0);
  const vram = await swarm.engine.vram();
  await swarm.engine.dispose();
  await stock.engine.dispose();
  return {
    adapter: swarm.report.adapter?.description || swarm.report.adapter?.architecture || 'unknown',
    notes: swarm.report.notes,
    stock: median(one),
    agents: agents.map((count) => ({ count, tokensPerSecond: median(batched[count] ?? []) })),
    starvedShare: waited.starvedMs / (waited.busyMs + waited.starvedMs),
    turns,
    prefix: { promptTokens: asked, computed: after.prefillTokens - before.prefillTokens },
    vram: { peak: vram.peak, limit: vram.limit },
  };
}

/** @param {Awaited<ReturnType<typeof measure>>} figures */
function table({ adapter, notes, stock, agents, turns, starvedShare, prefix, vram }) {
  const line = (/** @type {(string | number)[]} */ ...cells) => `| ${cells.join(' | ')} |`;
  return [
    `Adapter: ${adapter}. ${notes.join(' ')}`,
    '',
    line('agents', 'tokens/s', 'against stock one by one'),
    line('---', '---:', '---:'),
    line('stock', stock.toFixed(1), '1.0'),
    ...agents.map(({ count, tokensPerSecond }) =>
      line(count, tokensPerSecond.toFixed(1), (tokensPerSecond / stock).toFixed(2)),
    ),
    '',
    `Whole triage turns over log lines, with prompts and grammar: ${turns.batched.toFixed(2)} a second with 16 seats, ${turns.stock.toFixed(2)} through stock (${(turns.batched / turns.stock).toFixed(1)} times).`,
    `Prompt tokens of 12 agents with one long role prompt: ${prefix.promptTokens}, computed ${prefix.computed} (${(prefix.promptTokens / prefix.computed).toFixed(1)} times fewer).`,
    `GPU waited although turns were ready: ${(100 * starvedShare).toFixed(1)} % of the time. VRAM peak ${(vram.peak / 2 ** 20).toFixed(0)} MiB of ${(vram.limit / 2 ** 20).toFixed(0)} MiB.`,
  ].join('\n');
}
