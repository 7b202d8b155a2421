/**
 * Looking back through a run that has ended, after a reload: the head of the timeline is taken and moved, and the time until the figures show
 * the moment is measured, with the page's frames meanwhile. Steps across the whole run; their peer is a hand that goes to and fro in one place,
 * where the stretch of the log is at hand.
 *
 *   npm run bench -- moments [--lines 5000] [--agents-file public/swarms/triage-4882.yaml] [--gpu]
 */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { start } from '../tools/headless/page.mjs';
import { machine, onThePage, quantile, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    lines: { type: 'string', default: '5000' },
    'agents-file': { type: 'string', default: 'public/swarms/triage-4882.yaml' },
    gpu: { type: 'boolean' },
  },
});
const STEPS = 60;

const input = path.join(scratch(), 'input.log');
writeFileSync(
  input,
  Array.from({ length: Number(values.lines) }, (_, k) => `alder sshd[${k}]: Failed password for root\n`).join(''),
);

/**
 * Moves the head along these shares of the run; milliseconds until each moment is shown, and those between frames.
 * @param {number[]} shares
 */
async function scrub(shares) {
  const slider = /** @type {HTMLElement} */ (document.querySelector('[role=slider]'));
  const box = slider.getBoundingClientRect();
  slider.setPointerCapture = () => undefined;
  const shown = () => document.querySelector('[data-testid=results]')?.textContent;
  const point = (/** @type {string} */ type, /** @type {number} */ share) =>
    slider.dispatchEvent(
      new PointerEvent(type, { bubbles: true, clientX: box.left + share * box.width, clientY: box.top + 40 }),
    );
  const between = /** @type {number[]} */ ([]);
  let last = 0;
  let on = true;
  const next = (/** @type {number} */ now) => {
    if (last > 0) between.push(now - last);
    last = now;
    if (on) requestAnimationFrame(next);
  };
  point('pointerdown', 0.99);
  await new Promise((resolve) => setTimeout(resolve, 500));
  requestAnimationFrame(next);
  const moments = [];
  for (const share of shares) {
    const before = shown();
    const begun = performance.now();
    point('pointermove', share);
    while (shown() === before && performance.now() - begun < 5000)
      await new Promise((resolve) => setTimeout(resolve, 1));
    moments.push(performance.now() - begun);
  }
  point('pointerup', 0.5);
  on = false;
  return { moments, between };
}

await onThePage(async ({ url, browser }) => {
  console.log(`${machine()} ${values.lines} lines, ${path.basename(values['agents-file'])}, 1440 x 900.\n`);
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en' });
  await page.goto(url);
  await page.getByRole('radio').first().waitFor();
  const refused = await start(page, { file: path.join(root, values['agents-file']), input, engine: 'scripted' });
  if (refused.length > 0) throw new Error(refused.join('\n'));
  await page.locator('[data-phase=done]').waitFor({ timeout: 1_200_000 });
  await page.reload();
  await page.locator('[data-phase=done]').waitFor();
  const k = Array.from({ length: STEPS }, (_, step) => step);
  const rows = [];
  for (const [name, shares] of /** @type {const} */ ([
    ['across the whole run', k.map((step) => 0.1 + (0.8 * ((step * 37) % STEPS)) / STEPS)],
    ['to and fro in one place', k.map((step) => 0.5 + 0.02 * (step % 2))],
  ])) {
    const { moments, between } = await page.evaluate(scrub, [...shares]);
    const cell = (/** @type {number[]} */ list, /** @type {number} */ share) => quantile(list, share).toFixed(1);
    rows.push([name, cell(moments, 0.5), cell(moments, 0.95), cell(between, 0.5), cell(between, 0.95)]);
  }
  console.log(table(['moved', 'moment, ms, median', 'p95', 'frames, ms, median', 'p95'], rows));
});
