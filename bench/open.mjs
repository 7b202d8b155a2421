/**
 * A swarm opened: from the press of Run, and stored, from its address, until the field is drawn; then frames and long tasks on the page's thread
 * while the run is busy, at rest and while a list of all agents is scrolled.
 *
 *   npm run bench -- open [--agents 4882,100000] [--rounds 3] [--seconds 6] [--gpu]
 *
 * The engine is the scripted one, faster than any model: what is measured is the page. A new browser profile each round. "Work" is processor time
 * of the page's thread; frames also wait for whatever else the machine does.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { start } from '../tools/headless/page.mjs';
import { machine, onThePage, quantile, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    agents: { type: 'string', default: '4882,100000' },
    rounds: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '6' },
    gpu: { type: 'boolean' },
  },
});
const sizes = values.agents.split(',').map(Number);
const rounds = Number(values.rounds);
const LIMIT_MS = 10_000;

const folder = scratch();
const input = path.join(folder, 'input.log');
writeFileSync(
  input,
  Array.from({ length: 20_000 }, (_, k) => `Feb  3 00:00:00 alder sshd[${k}]: Failed password for root\n`).join(''),
);

/** The example swarm with another number of agents; one in ten reviews. @param {number} agents */
function swarmOf(agents) {
  const reviewers = Math.round(agents / 10);
  const text = readFileSync(path.join(root, 'public/swarms/triage-4882.yaml'), 'utf8')
    .replace('replicas: 4870', `replicas: ${agents - reviewers}`)
    .replace('replicas: 12', `replicas: ${reviewers}`);
  const file = path.join(folder, `swarm-${agents}.yaml`);
  writeFileSync(file, text);
  return file;
}

/** Notes when the button was pressed and when the field had something on it; in every document of the context. */
function watchOpening() {
  const marks = { pressed: 0, drawn: 0 };
  Object.assign(window, { marks });
  addEventListener(
    'click',
    (event) => event.target instanceof HTMLButtonElement && (marks.pressed = performance.now()),
    true,
  );
  const small = document.createElement('canvas');
  small.width = small.height = 16;
  const g = /** @type {CanvasRenderingContext2D} */ (small.getContext('2d', { willReadFrequently: true }));
  const look = () => {
    const canvas = document.querySelector('[data-phase] canvas');
    if (canvas instanceof HTMLCanvasElement && canvas.width > 0) {
      g.clearRect(0, 0, 16, 16);
      g.drawImage(canvas, 0, 0, 16, 16);
      if (g.getImageData(0, 0, 16, 16).data.some((value, k) => k % 4 === 3 && value > 0)) {
        marks.drawn = performance.now();
        return;
      }
    }
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
}

/** Processor time that the page's thread has worked, ms. @param {import('@playwright/test').CDPSession} session */
async function worked(session) {
  const { metrics } = await session.send('Performance.getMetrics');
  return 1000 * (metrics.find(({ name }) => name === 'TaskDuration')?.value ?? Number.NaN);
}

/**
 * Frames of the page's thread while `work` lasts.
 * @param {import('@playwright/test').Page} page
 * @param {() => Promise<void>} work
 */
async function frames(page, work) {
  const session = await page.context().newCDPSession(page);
  await session.send('Performance.enable', { timeDomain: 'threadTicks' });
  const before = await worked(session);
  await page.evaluate(() => {
    const seen = { between: /** @type {number[]} */ ([]), long: /** @type {number[]} */ ([]), on: true };
    Object.assign(window, { seen });
    new PerformanceObserver((list) => {
      if (seen.on) for (const { duration } of list.getEntries()) seen.long.push(duration);
    }).observe({ type: 'longtask' });
    let last = 0;
    const next = (/** @type {number} */ now) => {
      if (last > 0) seen.between.push(now - last);
      last = now;
      if (seen.on) requestAnimationFrame(next);
    };
    requestAnimationFrame(next);
  });
  await work();
  const seen = await page.evaluate(() => {
    const { seen } = /** @type {any} */ (window);
    seen.on = false;
    return /** @type {{ between: number[], long: number[] }} */ (seen);
  });
  const after = await worked(session);
  await session.detach();
  return { ...seen, work: (after - before) / seen.between.length };
}

await onThePage(async ({ url, browser }) => {
  console.log(`${machine()} 1440 x 900, 20,000 lines, scripted engine; ${rounds} rounds.\n`);
  /** @type {(string | number)[][]} */
  const opened = [];
  /** @type {(string | number)[][]} */
  const smooth = [];
  let late = false;
  for (const agents of sizes) {
    const file = swarmOf(agents);
    const fresh = [];
    const stored = [];
    for (let round = 0; round < rounds; round += 1) {
      const context = await browser.newContext({ locale: 'en', viewport: { width: 1440, height: 900 } });
      const page = await context.newPage();
      await page.addInitScript(watchOpening);
      await page.goto(url);
      await page.getByRole('radio').first().waitFor();
      const refused = await start(page, { file, input, engine: 'scripted' });
      if (refused.length > 0) throw new Error(refused.join('\n'));
      const drawn = () =>
        page.waitForFunction(() => /** @type {any} */ (window).marks.drawn, undefined, { timeout: 60_000 });
      await drawn();
      const first = await page.evaluate(() => /** @type {any} */ (window).marks);
      fresh.push(first.drawn - first.pressed);
      await page.locator('tr[data-task]').first().waitFor({ timeout: 120_000 });
      if (round === 0) {
        const wait = Number(values.seconds) * 1000;
        const name = `${agents.toLocaleString('en')} agents`;
        /** @param {string} what @param {{ between: number[], long: number[], work: number }} seen */
        const row = (what, { between, long, work }) => [
          `${name}, ${what}`,
          between.length,
          quantile(between, 0.5).toFixed(1),
          quantile(between, 0.95).toFixed(1),
          Math.max(...between).toFixed(1),
          long.length,
          Math.max(0, ...long).toFixed(0),
          work.toFixed(1),
        ];
        const still = () => page.waitForTimeout(wait);
        const scroll = async () => {
          const list = page.locator('.tables .list');
          await list.hover();
          for (const end = Date.now() + wait; Date.now() < end;) {
            await page.mouse.wheel(0, 900);
            await page.waitForTimeout(16);
          }
        };
        smooth.push(row('field, busy', await frames(page, still)));
        await page.keyboard.press('t');
        await page.locator('.tables .list').waitFor();
        smooth.push(row('list scrolled, busy', await frames(page, scroll)));
        await page.keyboard.press('p');
        await page.locator('[data-phase=paused]').waitFor();
        smooth.push(row('list scrolled, paused', await frames(page, scroll)));
        smooth.push(row('at rest, paused', await frames(page, still)));
        await page.keyboard.press('t');
      } else {
        await page.keyboard.press('p');
        await page.locator('[data-phase=paused]').waitFor();
      }
      // The same run, from nothing but its address.
      await page.reload();
      await drawn();
      stored.push((await page.evaluate(() => /** @type {any} */ (window).marks)).drawn);
      await context.close();
    }
    late ||= Math.max(...fresh, ...stored) > LIMIT_MS;
    const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(2);
    opened.push([
      agents.toLocaleString('en'),
      ...[fresh, stored].flatMap((times) => [seconds(quantile(times, 0.5)), seconds(Math.max(...times))]),
    ]);
  }
  console.log(table(['agents', 'Run to field, s', 'worst', 'stored run, reload to field, s', 'worst'], opened));
  console.log(
    `\n${table(['page thread', 'frames', 'ms, median', 'ms, p95', 'ms, worst', 'long tasks', 'longest, ms', 'work a frame, ms'], smooth)}`,
  );
  console.log(`\nLimit ${LIMIT_MS / 1000} s: ${late ? 'PASSED' : 'kept'}.`);
  process.exitCode = late ? 1 : 0;
});
