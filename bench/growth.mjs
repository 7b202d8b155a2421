/**
 * How a run grows: at 10,000, 100,000 and 1,000,000 items, in a real tab, what it takes to open an input of that size for the first time (from the
 * press of Run to the first result), and to open a finished run of that size again (from its address to the list of its results). With each the most
 * memory that the tab's process had, and what log and results take on the disk.
 *
 *   npm run bench -- growth [--items 10000,100000,1000000]
 *
 * The finished runs are written by bench/growth/worker.ts, as it says: ten thousand tasks really run, longer ones made of those. The peer is the
 * fold of the whole log, as every reload did it before there were snapshots, in that worker and without a page.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { build } from 'vite';
import { serve } from '../tools/dev/serve.mjs';
import { ensureBuilt, root } from '../tools/dev/workspace.mjs';
import { launchOptions, startProcess } from '../tools/headless/browser.mjs';
import { start } from '../tools/headless/page.mjs';
import { adapter, machine, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: { items: { type: 'string', default: '10000,100000,1000000' } },
});
const sizes = values.items.split(',').map(Number);
const LONGEST_MS = 30 * 60_000;
const SAMPLE_MS = 100;
const SWARM = path.join(root, 'public/swarms/triage-4882.yaml');
const folder = scratch();

/** @param {number} items */
const linesOf = (items) =>
  Array.from({ length: items }, (_, k) => `Feb  3 00:00:00 alder sshd[${k}]: Failed for root\n`).join('');

/** The most memory that a process of the tab has at once while `work` lasts, MiB. @template T @param {import('@playwright/test').Browser} browser @param {() => Promise<T>} work */
async function weighed(browser, work) {
  const session = await browser.newBrowserCDPSession();
  let [most, over] = [0, false];
  const sampling = (async () => {
    while (!over) {
      const { processInfo } = await session.send('SystemInfo.getProcessInfo');
      for (const { type, id } of processInfo) if (type === 'renderer') most = Math.max(most, residentOf(id));
      await new Promise((resolve) => setTimeout(resolve, SAMPLE_MS));
    }
  })();
  const value = await work();
  over = true;
  await sampling;
  await session.detach();
  return { value, most };
}

/** Resident memory of a process, MiB; 0 where it is gone. @param {number} pid */
function residentOf(pid) {
  try {
    return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) / 1024;
  } catch {
    return 0;
  }
}

/** Page and workers by the browser's own count, after a collection, MiB. @param {import('@playwright/test').Page} page */
const counted = (page) =>
  page.evaluate(async () => {
    const memory = /** @type {{ measureUserAgentSpecificMemory(): Promise<{ bytes: number }> }} */ (
      /** @type {unknown} */ (performance)
    );
    return (await memory.measureUserAgentSpecificMemory()).bytes / 2 ** 20;
  });

/**
 * A browser with a profile on the disk, for one that is kept in memory has no room for a million rows; gone afterwards.
 * @template T
 * @param {(browser: import('@playwright/test').Browser) => Promise<T>} work
 */
async function inBrowser(work) {
  const profile = mkdtempSync(path.join(folder, 'profile-'));
  const { browser, kill } = await startProcess(flags, profile);
  try {
    return await work(browser);
  } finally {
    await kill();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** As a person chooses it; Playwright would send so large a file through its own wire first. @param {import('@playwright/test').Page} page @param {string} file */
async function giveInput(page, file) {
  const session = await page.context().newCDPSession(page);
  const { root: document } = await session.send('DOM.getDocument');
  const selector = 'input[aria-label="Input file"]';
  const { nodeId } = await session.send('DOM.querySelector', { nodeId: document.nodeId, selector });
  await session.send('DOM.setFileInputFiles', { files: [file], nodeId });
  await session.detach();
}

/** @param {import('@playwright/test').Browser} browser */
async function pageIn(browser) {
  const page = await browser.contexts()[0]?.newPage();
  if (!page) throw new Error('the browser has no profile');
  await page.setViewportSize({ width: 1440, height: 900 });
  return page;
}

/** @param {import('@playwright/test').Browser} browser @param {string} url @param {number} items */
async function fresh(browser, url, items) {
  const page = await pageIn(browser);
  const input = path.join(folder, `${items}.log`);
  writeFileSync(input, linesOf(items));
  await page.goto(url);
  await page.getByRole('radio').first().waitFor();
  let pressed = 0;
  await page.exposeFunction('pressed', () => (pressed = Date.now()));
  await page.evaluate(() =>
    addEventListener(
      'click',
      (event) =>
        event.target instanceof HTMLButtonElement &&
        event.target.textContent?.trim() === 'Run' &&
        /** @type {any} */ (window).pressed(),
      true,
    ),
  );
  const given = Date.now();
  const { value: opened, most } = await weighed(browser, async () => {
    await giveInput(page, input);
    const refused = await start(page, { file: SWARM, engine: 'scripted' });
    if (refused.length > 0) throw new Error(refused.join('\n'));
    await page.locator('tr[data-task]').first().waitFor({ timeout: LONGEST_MS });
    return { sinceGiven: Date.now() - given, sincePressed: Date.now() - pressed };
  });
  const rest = await counted(page);
  return { ...opened, most, rest };
}

/** @param {import('@playwright/test').Browser} browser @param {string} url @param {number} items */
async function again(browser, url, items) {
  const page = await pageIn(browser);
  await page.goto(`${url}growth-bench/page.html`);
  const swarm = { file: 'triage.yaml', text: readFileSync(SWARM, 'utf8') };
  page.setDefaultTimeout(LONGEST_MS);
  /** @type {import('./growth/worker.ts').Made} */
  const made = await page.evaluate(
    ({ tasks, swarm }) => {
      const lines = Array.from({ length: tasks }, (_, k) => `Feb  3 00:00:00 alder sshd[${k}]: Failed for root\n`);
      return /** @type {any} */ (window).write({ swarm, lines: lines.join(''), tasks });
    },
    { tasks: items, swarm },
  );
  await page.close();
  const open = async () => {
    const page = await pageIn(browser);
    const begun = Date.now();
    const { most } = await weighed(browser, async () => {
      await page.goto(`${url}#/run/${made.runId}`);
      await page.locator('tr[data-task]').first().waitFor({ timeout: LONGEST_MS });
    });
    const ms = Date.now() - begun;
    const rest = await counted(page);
    await page.close();
    return { ms, most, rest };
  };
  return { made, snapshot: await open() };
}

await ensureBuilt();
await build({ configFile: path.join(root, 'bench/growth/vite.config.ts'), logLevel: 'error' });
cpSync(path.join(root, 'dist'), path.join(folder, 'site'), { recursive: true });
cpSync(path.join(root, 'node_modules/.cache/growth-bench'), path.join(folder, 'site/growth-bench'), {
  recursive: true,
});
const server = await serve({ root: path.join(folder, 'site'), isolated: true });
const flags = [...launchOptions(adapter()).args, '--enable-blink-features=ForceEagerMeasureMemory'];
const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1);
const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(1);
const head = [
  'items',
  'input, MiB',
  'Run to first result, s',
  'from the file, s',
  'peak, MiB',
  'after, MiB',
  'log a 1,000, MiB',
  'records a 1,000',
  'results a 1,000, MiB',
  'snapshot, MiB',
  'whole log folded, s',
  'reopened, s',
  'peak, MiB',
  'after, MiB',
];
/** @type {(string | number)[][]} */
const rows = [];
try {
  console.log(`${machine()} Peak: resident memory of the tab's process; after: page and workers by the browser.\n`);
  for (const items of sizes) {
    const first = await inBrowser((browser) => fresh(browser, server.url, items));
    console.error(`${items}: opened`, first);
    const { made, snapshot } = await inBrowser((browser) => again(browser, server.url, items));
    console.error(`${items}: reopened`, made, snapshot);
    const thousands = items / 1000;
    rows.push([
      items.toLocaleString('en'),
      mib(linesOf(items).length),
      seconds(first.sincePressed),
      seconds(first.sinceGiven),
      Math.round(first.most),
      Math.round(first.rest),
      (made.log.bytes / 2 ** 20 / thousands).toFixed(2),
      Math.round(made.log.records / thousands),
      (made.results.bytes / 2 ** 20 / thousands).toFixed(2),
      mib(made.snapshot),
      seconds(made.foldMs),
      seconds(snapshot.ms),
      Math.round(snapshot.most),
      Math.round(snapshot.rest),
    ]);
    if (items === made.real.tasks)
      console.log(
        `The run of ${items.toLocaleString('en')} as it was really written: log ${made.real.log}, results ${made.real.results} characters; ` +
          `as the bench stores it: ${made.log.bytes}, ${made.results.bytes}.\n`,
      );
  }
  console.log(table(head, rows));
} finally {
  await server.close();
}
