/**
 * `npm run screens [-- --out docs/screens --only run --korean]`: pictures of every screen from the built page, each light, dark and on a phone.
 * What runs is the scripted engine, and the pictures say so, unless `--engine webllm` is given. `--only` takes those whose name begins so;
 * `--korean` takes each in Korean as well.
 */
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { noGpu } from '../dev/chromium.mjs';
import { serve } from '../dev/serve.mjs';
import { ensureBuilt, ensureInstalled, root } from '../dev/workspace.mjs';
import { start } from './page.mjs';

const { values } = parseArgs({
  options: {
    out: { type: 'string', default: 'docs/screens' },
    engine: { type: 'string', default: 'scripted' },
    only: { type: 'string', default: '' },
    korean: { type: 'boolean', default: false },
  },
});

await ensureInstalled();
if (!process.env.PLANARIA_DIST) await ensureBuilt();
const { launchBrowser } = await import('./browser.mjs');
const { load } = await import('../dev/typescript.mjs');
const { chromium } = await import('@playwright/test');

const desk = { width: 1440, height: 900 };
const phone = { width: 390, height: 844 };
const out = path.resolve(root, values.out);
const scratch = await mkdtemp(path.join(os.tmpdir(), 'planaria-screens-'));
const large = path.join(root, 'public/swarms/triage-4882.yaml');
const small = path.join(root, 'public/swarms/triage-24.yaml');

/** @typedef {import('@playwright/test').Page} Page */

const server = await serve({ root: process.env.PLANARIA_DIST ?? path.join(root, 'dist') });
const home = server.url;
const browser = await launchBrowser('auto');
/** Pictures become WebP there: a fifth of the bytes of PNG. */
const darkroom = await browser.newPage();

/** @param {Buffer} png @returns {Promise<Buffer>} */
async function developed(png) {
  const webp = await darkroom.evaluate(async (/** @type {string} */ data) => {
    const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${data}`)).blob());
    const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
    canvas.getContext('2d')?.drawImage(bitmap, 0, 0);
    const bytes = new Uint8Array(
      await (await canvas.convertToBlob({ type: 'image/webp', quality: 0.86 })).arrayBuffer(),
    );
    let text = '';
    for (let k = 0; k < bytes.length; k += 4096) text += String.fromCharCode(...bytes.subarray(k, k + 4096));
    return btoa(text);
  }, png.toString('base64'));
  return Buffer.from(webp, 'base64');
}

/**
 * The screen that is open: light, dark, on a phone.
 * @param {Page} page
 * @param {string} name
 * @param {{ phoned?: () => Promise<void>, whole?: boolean }} [as] `phoned`: what is done on the phone before the picture; `whole`: the whole
 *   page instead of what the window shows
 */
async function pictures(page, name, { phoned, whole = false } = {}) {
  for (const [suffix, size, colorScheme] of /** @type {const} */ ([
    ['', desk, 'light'],
    ['-dark', desk, 'dark'],
    ['-phone', phone, 'light'],
  ])) {
    await page.setViewportSize(size);
    await page.emulateMedia({ colorScheme, reducedMotion: 'reduce' });
    if (size === phone) await phoned?.();
    // The field is laid out anew after a change of size, and drawn a frame later.
    await page.waitForTimeout(500);
    await picture(page, name + suffix, whole);
    if (!values.korean) continue;
    await speak(page, 'ko');
    await picture(page, `${name}${suffix}-ko`, whole);
    await speak(page, 'en');
  }
  await page.setViewportSize(desk);
  await page.emulateMedia({ colorScheme: 'light' });
}

/** @param {Page} page @param {string} name @param {boolean} whole */
async function picture(page, name, whole) {
  const file = path.join(out, `${name}.webp`);
  await writeFile(file, await developed(await page.screenshot({ fullPage: whole })));
  console.log(path.relative(root, file));
}

/** The button lies behind an open dialog at times. @param {Page} page @param {'en' | 'ko'} language */
async function speak(page, language) {
  await page
    .locator(`.preferences button[lang=${language}]`)
    .first()
    .evaluate((button) => button.click());
  await page.locator(`html[lang=${language}]`).waitFor();
  await page.waitForTimeout(200);
}

const fresh = async (/** @type {Page} */ page) => {
  await page.goto(`${home}#/`);
  await page.reload();
  await page.getByRole('radio').first().waitFor();
};
/** @param {number} lines @returns {Promise<string>} an input file of so many lines */
async function inputOf(lines) {
  const file = path.join(scratch, `${lines}.log`);
  const hosts = ['alder', 'birch-2', 'cedar'];
  const says = [
    'sshd[412]: Failed password for root from 10.0.3.7 port 40122 ssh2',
    'kernel: nvme1n1: I/O error at sector 81920, command READ',
    'cron[99]: (deploy) CMD (/opt/ledgerd/nightly --batch 12)',
    'mosaic[77]: WARN request /v2/orders/881 took 4100 ms',
  ];
  const text = Array.from(
    { length: lines },
    (_, k) => `Feb  3 04:${String(k % 60).padStart(2, '0')}:07 ${hosts[k % 3]} ${says[k % 4]?.replace('[', `[${k}`)}\n`,
  );
  await writeFile(file, text.join(''));
  return file;
}
const row = (/** @type {Page} */ page, n = 0) => page.locator('tr[data-task]').nth(n);

/** Stories of pictures, by name; each begins on a page of its own. @type {Record<string, (page: Page) => Promise<void>>} */
const stories = {
  async start(page) {
    await fresh(page);
    await page
      .getByRole('link', { name: /^Read / })
      .first()
      .waitFor();
    await page.locator('[data-offline=ready]').waitFor();
    await pictures(page, 'start');
  },

  async 'bad-file'(page) {
    await fresh(page);
    const bad = path.join(scratch, 'broken.yaml');
    await writeFile(
      bad,
      'planaria: 1\nname: Broken\nmodle: pocket\nroles:\n  reader:\n    kind: worcker\n    replicas: 0\n',
    );
    await start(page, { file: bad, engine: 'webllm' });
    const alert = page.locator('section[role=alert]');
    await alert.scrollIntoViewIfNeeded();
    await pictures(page, 'bad-file', { phoned: () => alert.scrollIntoViewIfNeeded() });
  },

  async reading(page) {
    await page.goto(`${home}#/read/triage-4882`);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await pictures(page, 'reading');
  },

  async shared(page) {
    await page.goto(`${home}#/read/triage-24`);
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
    await pictures(page, 'share');
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await pictures(page, 'shared');
  },

  async run(page) {
    await fresh(page);
    // Long enough to be there while it is looked at from all sides.
    await start(page, { file: large, input: await inputOf(20_000), engine: values.engine });
    await row(page, 20).waitFor({ timeout: 600_000 });
    for (const kind of ['stall', 'all-residents-crash', 'poisoned-output']) {
      await page.locator(`[data-break=${kind}]`).click();
      await page.waitForTimeout(2000);
    }
    await pictures(page, 'run');
    await page.keyboard.press('b');
    await pictures(page, 'break');
    await page.keyboard.press('Escape');
    await page.locator('[data-break=stall]').waitFor();
    await page.keyboard.press('t');
    await pictures(page, 'run-table');
    await page.keyboard.press('t');
    // The story of one that was broken and mended.
    await page.keyboard.press('b');
    await page.locator('tr[data-fault] td .link.mono').last().click();
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await pictures(page, 'run-story', {
      phoned: () => page.getByRole('complementary', { name: 'Agent story' }).scrollIntoViewIfNeeded(),
    });
    await page.keyboard.press('Escape');
    const head = page.getByRole('slider', { name: 'Moment of the run' });
    await head.focus();
    await page.keyboard.press('Home');
    for (let k = 0; k < 4; k += 1) await page.keyboard.press('ArrowRight');
    await pictures(page, 'past', { phoned: () => head.scrollIntoViewIfNeeded() });
  },

  async done(page) {
    await fresh(page);
    await start(page, { file: large, engine: values.engine });
    await row(page).waitFor({ timeout: 600_000 });
    await page.locator('[data-break=stall]').click();
    await page.locator('[data-phase=done]').waitFor({ timeout: 1_200_000 });
    await pictures(page, 'done');
    await page.goto(`${home}#/`);
    await page.reload();
    await page.locator('[data-offline=ready]').waitFor();
    const storage = page.getByRole('region', { name: 'Storage' });
    await storage.getByRole('row').nth(3).waitFor();
    const toStorage = () => page.evaluate(() => scrollTo(0, document.documentElement.scrollHeight));
    await toStorage();
    await pictures(page, 'storage', { phoned: toStorage });
  },

  async replay(page) {
    await fresh(page);
    const input = await inputOf(400);
    await start(page, { file: small, input, engine: 'scripted' });
    await row(page).waitFor();
    for (const kind of ['stall', 'loop']) await page.locator(`[data-break=${kind}]`).click();
    await page.locator('[data-phase=done]').waitFor({ timeout: 300_000 });
    await page.getByRole('button', { name: 'Share', exact: true }).first().click();
    await page.getByRole('radio').nth(1).check();
    const link = await page.getByRole('textbox', { name: 'Link' }).inputValue();
    await page.goto('about:blank');
    await page.goto(link);
    await page.getByRole('heading', { level: 1 }).waitFor();
    await pictures(page, 'incident');
    await page.getByRole('button', { name: 'Replay it' }).click();
    const bar = page.getByRole('region', { name: 'Replay' });
    await bar.getByRole('radio', { name: '4x' }).check();
    await row(page, 5).waitFor({ timeout: 120_000 });
    await bar.getByRole('radio', { name: 'Pause' }).check();
    await pictures(page, 'replay');
  },

  async endpoint(page) {
    const { listen } = await load('tools/endpoints/loopback.ts');
    const { OpenAiServer } = await load('tools/endpoints/openai.ts');
    const { systemClock } = await load('src/kernel/clock.ts');
    const server = new OpenAiServer({
      clock: systemClock(),
      key: 'sk-of-the-pictures',
      model: 'tiny',
      firstMs: 300,
      pieceMs: 40,
    });
    const loopback = await listen(server);
    try {
      const swarm = path.join(scratch, 'remote.yaml');
      await writeFile(swarm, (await readFile(small, 'utf8')).replace(/^model: .*$/m, 'model: remote'));
      await fresh(page);
      await page.getByLabel('Swarm file', { exact: true }).setInputFiles(swarm);
      await page.getByLabel('Input file', { exact: true }).setInputFiles(await inputOf(400));
      const fields = page.locator('[data-endpoint]').first();
      const asked = () => fields.scrollIntoViewIfNeeded();
      await fields.getByLabel('Address').fill('http://host.example/v1');
      await fields.getByLabel('Address').blur();
      await asked();
      await pictures(page, 'endpoint-asked', { phoned: asked });
      const name = async (/** @type {string} */ key) => {
        await fields.getByLabel('Address').fill(loopback.url);
        await fields.getByLabel('Model', { exact: true }).fill('tiny');
        await fields.getByLabel('Key', { exact: true }).fill(key);
      };
      await name('sk-of-the-pictures');
      await page.getByRole('button', { name: 'Run', exact: true }).click();
      await row(page, 5).waitFor();
      await pictures(page, 'endpoint-run');
      await page.reload();
      await page.locator('[data-phase=waiting]').waitFor();
      await name('sk-wrong');
      await page.keyboard.press('Enter');
      await page.locator('[data-problem=remote-key]').waitFor({ timeout: 60_000 });
      await pictures(page, 'endpoint-refused');
    } finally {
      await loopback.close();
    }
  },

  async input(page) {
    const table = path.join(scratch, 'orders.csv');
    await writeFile(table, 'id;text;amount\n1;"one; two";3,5\n2;late delivery, again;1.250,00\n3;"not closed;7\n');
    await fresh(page);
    await page.getByLabel('Input file', { exact: true }).setInputFiles(table);
    await page.getByLabel('Swarm file', { exact: true }).setInputFiles(small);
    const bring = page.getByRole('region', { name: /own/i }).first();
    await bring.scrollIntoViewIfNeeded();
    await pictures(page, 'input', { phoned: () => bring.scrollIntoViewIfNeeded() });
  },

  async waiting(page) {
    await fresh(page);
    // Port 9 of this computer, where nobody listens.
    await start(page, { file: large, engine: 'webllm', model: 'http://127.0.0.1:9/model' });
    await page.locator('[data-phase=waiting]').waitFor();
    await pictures(page, 'waiting');
  },
};

let failed = 0;
/** @param {string} name @param {import('@playwright/test').Browser} on @param {(page: Page) => Promise<void>} story */
async function tell(name, on, story) {
  if (!name.startsWith(values.only)) return;
  const page = await on.newPage({ locale: 'en', viewport: desk });
  try {
    await story(page);
  } catch (error) {
    failed += 1;
    console.error(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    await page.close();
  }
}

try {
  await mkdir(out, { recursive: true });
  for (const [name, story] of Object.entries(stories)) await tell(name, browser, story);
  const blind = await chromium.launch(noGpu);
  try {
    await tell('no-gpu', blind, async (page) => {
      await page.goto(home);
      await page.getByRole('button', { name: 'Run the scripted demo' }).waitFor();
      await pictures(page, 'no-gpu');
    });
  } finally {
    await blind.close();
  }
} finally {
  await browser.close();
  await server.close();
  await rm(scratch, { recursive: true, force: true });
}
process.exitCode = failed === 0 ? 0 : 1;
