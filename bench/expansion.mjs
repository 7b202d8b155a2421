/**
 * 4,882 agents: how long a swarm file takes to become rows in a worker of the browser, and what they weigh there, against one object an agent;
 * then the product itself, from the press of Run to the run screen, with the heap of its runtime worker.
 *
 *   npm run bench -- expansion [--rounds 5]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { start } from '../tools/headless/page.mjs';
import { machine, onABenchPage, onThePage, quantile, scratch, table } from './support.mjs';

const { values } = parseArgs({ options: { rounds: { type: 'string', default: '5' }, gpu: { type: 'boolean' } } });
const rounds = Number(values.rounds);
const swarm = path.join(root, 'public/swarms/triage-4882.yaml');
const text = readFileSync(swarm, 'utf8');

/**
 * Bytes of live objects on the heap of a worker, and of its array buffers.
 * @param {import('@playwright/test').Browser} browser
 * @param {string} name part of the address of the worker's script
 */
async function heapOf(browser, name) {
  const session = await browser.newBrowserCDPSession();
  const { targetInfos } = await session.send('Target.getTargets', { filter: [{ type: 'worker' }] });
  const target = targetInfos.find(({ url }) => url.includes(name));
  if (!target) throw new Error(`no worker ${name} among ${targetInfos.map(({ url }) => url).join(', ')}`);
  const { sessionId } = await session.send('Target.attachToTarget', { targetId: target.targetId, flatten: false });
  let id = 0;
  /** @param {string} method @returns {Promise<any>} */
  const ask = (method) =>
    new Promise((resolve) => {
      const mine = ++id;
      session.on('Target.receivedMessageFromTarget', ({ sessionId: from, message }) => {
        const answer = JSON.parse(message);
        if (from === sessionId && answer.id === mine) resolve(answer.result);
      });
      void session.send('Target.sendMessageToTarget', { sessionId, message: JSON.stringify({ id: mine, method }) });
    });
  await ask('HeapProfiler.enable');
  await ask('HeapProfiler.collectGarbage');
  const { usedSize, backingStorageSize = 0 } = await ask('Runtime.getHeapUsage');
  await session.detach();
  return { used: Number(usedSize), buffers: Number(backingStorageSize) };
}

const kib = (/** @type {number} */ bytes) => (bytes / 1024).toFixed(0);
console.log(machine());

await onABenchPage('bench/page/vite.config.ts', 'node_modules/.cache/page-bench', async ({ url, browser }) => {
  const page = await browser.newPage();
  await page.goto(new URL('page.html', url).href);
  await page.evaluate(() => Object.assign(window, { ask: /** @type {any} */ (window).pageBench.worker() }));
  /** @param {string} what @returns {Promise<number>} */
  const ask = (what) => page.evaluate(([one, swarm]) => /** @type {any} */ (window).ask(one, swarm), [what, text]);
  await ask('rows'); // compiled once before it is timed
  const rowsOf = [];
  for (const way of ['rows', 'objects']) {
    await ask('drop');
    const before = await heapOf(browser, 'worker');
    const times = [];
    for (let round = 0; round < rounds; round += 1) {
      await ask('drop');
      times.push(await ask(way));
    }
    const after = await heapOf(browser, 'worker');
    const bytes = after.used - before.used + after.buffers - before.buffers;
    rowsOf.push([
      way === 'rows' ? 'rows of typed arrays' : 'one object an agent',
      quantile(times, 0.5).toFixed(1),
      Math.max(...times).toFixed(1),
      kib(bytes),
      (bytes / 4882).toFixed(0),
    ]);
  }
  console.log(`\n${table(['swarm file to 4,882 agents', 'ms, median', 'ms, worst', 'KiB', 'bytes an agent'], rowsOf)}`);
});

await onThePage(async ({ url, browser }) => {
  const input = path.join(scratch(), 'input.log');
  writeFileSync(
    input,
    Array.from({ length: 2000 }, (_, k) => `Feb  3 00:00:00 alder sshd[${k}]: Failed password for root\n`).join(''),
  );
  const times = [];
  let heap = { used: 0, buffers: 0 };
  let empty = heap;
  for (let round = 0; round < rounds; round += 1) {
    const context = await browser.newContext({ locale: 'en' });
    const page = await context.newPage();
    await page.goto(url);
    await page.getByRole('radio').first().waitFor();
    empty = await heapOf(browser, 'runtime.worker');
    await page.evaluate(() => {
      const marks = { pressed: 0, shown: 0 };
      Object.assign(window, { marks });
      addEventListener(
        'click',
        (event) => event.target instanceof HTMLButtonElement && (marks.pressed = performance.now()),
        true,
      );
      new MutationObserver(() => {
        if (marks.shown === 0 && document.querySelector('[data-phase]')) marks.shown = performance.now();
      }).observe(document.body, { childList: true, subtree: true });
    });
    await start(page, { file: swarm, input, engine: 'scripted' });
    const { pressed, shown } = await page.evaluate(() => /** @type {any} */ (window).marks);
    times.push(shown - pressed);
    await page.waitForTimeout(3000);
    heap = await heapOf(browser, 'runtime.worker');
    await context.close();
  }
  console.log(
    `\n${table(
      ['the product', 'ms, median', 'ms, worst'],
      [
        [
          'from Run to the run screen with 4,882 agents and 2,000 tasks',
          quantile(times, 0.5).toFixed(0),
          Math.max(...times).toFixed(0),
        ],
      ],
    )}`,
  );
  console.log(
    `\nHeap of the runtime worker: ${kib(heap.used)} KiB and ${kib(heap.buffers)} KiB of buffers 3 s into the run; ${kib(empty.used)} and ${kib(empty.buffers)} before it.`,
  );
});
