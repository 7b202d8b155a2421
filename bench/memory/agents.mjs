/**
 * Far more agents than seats, on the real model in a real tab: 200 agents on 12 seats, two turns each, without memory and with the last
 * exchanges kept (then an agent's own K/V is worth paging out and in again). Memory of the tab, page and workers together, by the browser's
 * own count (`performance.measureUserAgentSpecificMemory`), each after a full collection.
 *
 *   npm run bench -- memory/agents [--turns 2] [--memory 0|2] [--gpu]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { serve } from '../../tools/dev/serve.mjs';
import { ensureBuilt, root } from '../../tools/dev/workspace.mjs';
import { launchOptions } from '../../tools/headless/browser.mjs';
import { exported, runToEnd, start } from '../../tools/headless/page.mjs';
import { adapter, logFile, machine, scratch, table } from '../support.mjs';

const { values } = parseArgs({
  options: { turns: { type: 'string', default: '2' }, memory: { type: 'string' }, gpu: { type: 'boolean' } },
});
const AGENTS = 200;
const SAMPLE_MS = 5000;
const LONGEST_MS = 20 * 60_000;
const folder = scratch();
const input = logFile('Linux_2k.log') ?? path.join(root, 'public/swarms/inputs/mixed.log');

/** @typedef {{ breakdown: { bytes: number, attribution: { scope: string }[] }[] }} Memory */

/** One role of the example, so that every turn is a triage. @param {number} memory exchanges that an agent sees again */
function swarm(memory) {
  const file = path.join(folder, `memory-${memory}.yaml`);
  const text = readFileSync(path.join(root, 'public/swarms/triage-24.yaml'), 'utf8');
  const triager = text
    .slice(0, text.indexOf('\n  reviewer:'))
    .replace(/replicas: \d+/, `replicas: ${AGENTS}\n    memory: {turns: ${memory}}`);
  writeFileSync(file, `${triager}\nflow:\n  - {role: triager, each: input}\n`);
  return file;
}

/** @param {import('@playwright/test').Page} page @returns {Promise<{ page: number, workers: number, stored: number }>} bytes */
async function weigh(page) {
  const { memory, stored } = await page.evaluate(async () => ({
    memory: /** @type {Memory} */ (
      await /** @type {{ measureUserAgentSpecificMemory(): Promise<unknown> }} */ (
        /** @type {unknown} */ (performance)
      ).measureUserAgentSpecificMemory()
    ),
    stored:
      /** @type {{ usageDetails?: { indexedDB?: number } }} */ (await navigator.storage.estimate()).usageDetails
        ?.indexedDB ?? 0,
  }));
  const bytes = { page: 0, workers: 0 };
  for (const { bytes: each, attribution } of memory.breakdown)
    bytes[attribution.some(({ scope }) => scope === 'DedicatedWorkerGlobalScope') ? 'workers' : 'page'] += each;
  return { ...bytes, stored };
}

/** @param {string} url @param {number} memory */
async function once(url, memory) {
  const { args, ...options } = launchOptions(adapter());
  // Otherwise the browser waits for its own next collection, up to 20 s.
  const browser = await chromium.launch({
    ...options,
    args: [...args, '--enable-blink-features=ForceEagerMeasureMemory'],
  });
  try {
    const page = await browser.newPage();
    await page.goto(url);
    const limit = AGENTS * Number(values.turns);
    const refused = await start(page, { file: swarm(memory), input, limit, engine: 'webllm' });
    if (refused.length > 0) throw new Error(refused.join('\n'));
    const most = await weigh(page);
    let over = false;
    const watching = (async () => {
      while (!over) {
        await page.waitForTimeout(SAMPLE_MS);
        const now = await weigh(page);
        for (const part of /** @type {(keyof typeof now)[]} */ (Object.keys(now)))
          most[part] = Math.max(most[part], now[part]);
      }
    })();
    const phase = await runToEnd(page, LONGEST_MS, (line) => process.stderr.write(`${line}\n`));
    over = true;
    await watching;
    if (phase !== 'done') throw new Error(`the run ended as ${phase}`);
    /** @type {import('../../src/telemetry/report.ts').RunReport} */
    const report = JSON.parse((await exported(page, 'report')).toString('utf8'));
    const { turns, results, failed, counters, vram, residents, timings } = report;
    const { pageIns = 0, restores = 0, warmBytes = 0 } = counters ?? {};
    const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(1);
    return [
      memory === 0 ? 'no memory' : `memory of ${memory}`,
      ...[residents, turns, results, failed, pageIns, (pageIns / turns).toFixed(3), restores, mib(warmBytes)],
      ...[mib(most.stored), mib(most.page), mib(most.workers)],
      ...[mib(vram?.peak ?? 0), vram?.overLimit ?? 0, (timings.elapsedMs / 1000).toFixed(1)],
    ];
  } finally {
    await browser.close();
  }
}

console.log(
  `${machine()} Input: ${path.basename(input)}. Memory and storage are the most of samples every ${SAMPLE_MS / 1000} s.\n`,
);
const dist = process.env.PLANARIA_DIST;
if (!dist) await ensureBuilt();
const server = await serve({ root: dist ?? path.join(root, 'dist'), isolated: true });
try {
  const rows = [];
  for (const memory of values.memory === undefined ? [0, 2] : [Number(values.memory)])
    rows.push(await once(server.url, memory));
  const counts = ['run', 'seats', 'turns', 'results', 'failed', 'page-ins', 'a turn', 'restores', 'warm, MiB'];
  const bytes = ['IndexedDB, MiB', 'page, MiB', 'workers, MiB', 'VRAM peak, MiB', 'samples over', 's'];
  console.log(table([...counts, ...bytes], rows));
} finally {
  await server.close();
}
