/**
 * `npm run screens [-- --out docs/screens]`: pictures of every screen from the built page, light and dark, desk and phone. What runs is the
 * scripted engine, and the pictures say so, unless `--engine webllm` is given.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '../dev/serve.mjs';
import { ensureBuilt, ensureInstalled, root } from '../dev/workspace.mjs';
import { start } from './page.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'docs/screens' },
    engine: { type: 'string', default: 'scripted' },
  },
});

await ensureInstalled();
await ensureBuilt();
const { launchBrowser } = await import('./browser.mjs');

const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
const out = path.resolve(root, values.out);
const scratch = await mkdtemp(path.join(os.tmpdir(), 'planaria-screens-'));
const large = path.join(root, 'public/swarms/triage-4882.yaml');

/**
 * One picture of the screen that is open.
 * @param {import('@playwright/test').Page} page
 * @param {string} name
 * @param {{ size?: typeof desk, colorScheme?: 'light' | 'dark' }} [as]
 */
async function picture(page, name, { size = desk, colorScheme = 'light' } = {}) {
  await page.setViewportSize(size);
  await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
  // The field is laid out anew after a change of size, and drawn a frame later.
  await page.waitForTimeout(600);
  const file = path.join(out, `${name}.png`);
  await page.screenshot({ path: file });
  console.log(path.relative(root, file));
}

const server = await serve({ root: path.join(root, 'dist') });
const browser = await launchBrowser('auto');
try {
  await mkdir(out, { recursive: true });
  const page = await browser.newPage({ locale: 'en' });
  const home = server.url;
  const fresh = async () => {
    await page.goto(`${home}#/`);
    await page.reload();
    await page.getByRole('radio').first().waitFor();
  };

  await fresh();
  await picture(page, 'start');
  await picture(page, 'start-dark', { colorScheme: 'dark' });
  await picture(page, 'start-phone', { size: phone });

  const bad = path.join(scratch, 'broken.yaml');
  await writeFile(
    bad,
    'planaria: 1\nname: Broken\nmodle: pocket\nroles:\n  reader:\n    kind: worcker\n    replicas: 0\n',
  );
  await start(page, { file: bad, engine: 'webllm' });
  await page.locator('section[role=alert]').scrollIntoViewIfNeeded();
  await picture(page, 'bad-file');

  await page.goto(`${home}#/read/triage-4882`);
  await page.getByRole('heading', { level: 1 }).waitFor();
  await picture(page, 'reading');

  await fresh();
  await start(page, { file: large, engine: values.engine });
  await page.locator('tr[data-task]').nth(20).waitFor({ timeout: 600_000 });
  await picture(page, 'run');
  await picture(page, 'run-dark', { colorScheme: 'dark' });
  await page.locator('tr[data-task]').first().getByRole('button').first().click();
  await picture(page, 'run-story');
  await page.keyboard.press('Escape');
  await picture(page, 'run-phone', { size: phone });
  await picture(page, 'run-phone-dark', { size: phone, colorScheme: 'dark' });
  await page.setViewportSize(desk);
  await page.keyboard.press('t');
  await picture(page, 'run-table');
  await page.locator('[data-phase=done]').waitFor({ timeout: 1_200_000 });
  await page.keyboard.press('t');
  await picture(page, 'done');
  await picture(page, 'done-phone', { size: phone });

  await fresh();
  // Port 9 of this computer, where nobody listens.
  await start(page, { file: large, engine: 'webllm', model: 'http://127.0.0.1:9/model' });
  await page.locator('[data-phase=waiting]').waitFor();
  await picture(page, 'waiting');
} finally {
  await browser.close();
  await server.close();
  await rm(scratch, { recursive: true, force: true });
}
