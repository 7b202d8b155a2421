/**
 * The path of somebody who has never been here, by the page's own buttons: open the page, run the demo on the pocket model, see the first
 * result, break something, see it healed. A new browser profile each round; the peer is the second visit with the same profile.
 *
 *   npm run bench -- newcomer [--rounds 3] [--fault KIND] [--gpu]
 *
 * Without --fault it is what the page offers first.
 * Nobody reads here: each button is pressed as soon as it can be. A person needs these times and their own.
 */
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';
import { launchOptions } from '../tools/headless/browser.mjs';
import { adapter, machine, onThePage, quantile, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '3' },
    fault: { type: 'string' },
    gpu: { type: 'boolean' },
  },
});
const PATIENCE = 240_000;

const steps = /** @type {const} */ ({
  painted: 'something to see',
  offered: 'the demo can be pressed',
  opened: 'run screen',
  first: 'first result committed',
  struck: `broken: ${values.fault ?? 'what is offered first'}`,
  healed: 'healed: the fault’s line says so',
  fifty: 'fifty results committed',
});
/** @typedef {keyof typeof steps} Step */

/**
 * @param {import('@playwright/test').BrowserContext} context
 * @param {string} url
 */
async function walk(context, url) {
  const page = await context.newPage();
  const begun = performance.now();
  /** @type {Partial<Record<Step, number>>} */
  const at = {};
  const reached = (/** @type {Step} */ step) => (at[step] = performance.now() - begun);
  await page.goto(url, { waitUntil: 'commit' });
  const demo = page.locator('.hero .btn.solid');
  await demo.waitFor();
  await page.locator('.hero .btn.solid:enabled').waitFor({ timeout: PATIENCE });
  reached('offered');
  await demo.click();
  await page.locator('[data-phase]').waitFor({ timeout: PATIENCE });
  reached('opened');
  await page.locator('tr[data-task]').first().waitFor({ timeout: PATIENCE });
  reached('first');
  await page
    .getByRole('button', { name: /^Break something/ })
    .first()
    .click();
  if (values.fault) await page.locator(`label[data-kind=${values.fault}] input`).check();
  const fault = await page.locator('label[data-kind] input:checked').inputValue();
  await page.locator('.panel button[type=submit]').click();
  await page.locator(`tr[data-fault=${fault}]`).first().waitFor({ timeout: PATIENCE });
  reached('struck');
  await page.locator(`tr[data-fault=${fault}][data-mended=true]`).first().waitFor({ timeout: PATIENCE });
  reached('healed');
  // The browser tells of its first paint a little after it.
  at.painted = await page.evaluate(
    () => performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Number.NaN,
  );
  const told = await page.locator(`tr[data-fault=${fault}]`).last().innerText();
  await page.waitForFunction(
    () => Number(document.querySelector('[data-testid=results]')?.textContent?.replace(/\D/g, '')) >= 50,
    undefined,
    { timeout: PATIENCE },
  );
  reached('fifty');
  await page.close();
  return { at: /** @type {Record<Step, number>} */ (at), told: told.replace(/\s+/g, ' ') };
}

await onThePage(async ({ url }) => {
  console.log(`${machine()} Rounds: ${values.rounds}. Seconds from the opening of the page.\n`);
  /** @type {Record<'first' | 'second', Record<Step, number>[]>} */
  const visits = { first: [], second: [] };
  for (let round = 0; round < Number(values.rounds); round += 1) {
    const context = await chromium.launchPersistentContext(scratch(), {
      ...launchOptions(adapter()),
      locale: 'en',
      viewport: { width: 1440, height: 900 },
    });
    for (const visit of /** @type {const} */ (['first', 'second'])) {
      const { at, told } = await walk(context, url);
      visits[visit].push(at);
      console.error(`${visit}: ${told}`);
    }
    await context.close();
  }
  const figure = (/** @type {Record<Step, number>[]} */ all, /** @type {Step} */ step, /** @type {number} */ share) =>
    (
      quantile(
        all.map((at) => at[step]),
        share,
      ) / 1000
    ).toFixed(2);
  console.log(
    table(
      ['step', 'first visit, median', 'worst', 'second visit, median', 'worst'],
      /** @type {Step[]} */ (Object.keys(steps)).map((step) => [
        steps[step],
        figure(visits.first, step, 0.5),
        figure(visits.first, step, 1),
        figure(visits.second, step, 0.5),
        figure(visits.second, step, 1),
      ]),
    ),
  );
});
