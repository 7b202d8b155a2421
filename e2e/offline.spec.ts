/** After the first visit the page opens and runs without a network, and a newer version waits until a person wants it. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, expect, test, type BrowserContext, type Page } from '@playwright/test';
import { baseFlags, executablePath, swiftShader } from '../tools/dev/chromium.mjs';
import { serve } from '../tools/dev/serve.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { inventLines } from './support/logs.ts';
import { exportedRows, inputFile, scratch, startRun, untilPhase } from './support/page.ts';
import { expectEveryLineOnce, swarmFile } from './support/rows.ts';
import { watch } from './support/watch.ts';

const dist = process.env.PLANARIA_DIST ?? path.join(root, 'dist');

/** The first visit, until the page and the pocket model are in the browser. */
async function firstVisit(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  await expect(page.locator('[data-offline=ready]')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByText('Opens and runs without a network.')).toBeVisible();
  return page;
}

test('visited once, the page runs a swarm on the pocket model with its server gone', { tag: '@model' }, async () => {
  test.setTimeout(400_000);
  const server = await serve({ root: dist, basePath: '/some/where/' });
  // A context on the disk, as people have: what is stored survives the closing of every tab.
  const context = await chromium.launchPersistentContext(scratch(), {
    executablePath,
    args: [...baseFlags, swiftShader],
    locale: 'en',
  });
  try {
    await (await firstVisit(context, server.url)).close();
    await server.close();

    const seen = await watch(context);
    const page = await context.newPage();
    await page.goto(server.url);
    await expect(page.getByRole('heading', { level: 1 })).toContainText('4,882 agents');
    await expect(page.getByText('Opens and runs without a network.')).toBeVisible();
    const lines = inventLines(4, 31);
    await startRun(page, { file: swarmFile('triage-24.yaml'), input: inputFile(lines), engine: 'webllm' });
    await untilPhase(page, 'done', 300_000);
    expectEveryLineOnce(await exportedRows(page), lines);
    await page.reload();
    await untilPhase(page, 'done');
    expect(seen.violations).toEqual([]);
  } finally {
    await context.close();
    await server.close().catch(() => undefined);
  }
});

test('the demo starts offline with one press', { tag: '@model' }, async ({ browser, baseURL }) => {
  test.setTimeout(300_000);
  const context = await browser.newContext({ locale: 'en' });
  const page = await firstVisit(context, baseURL!);
  await context.setOffline(true);
  await page.reload();
  await page.getByRole('button', { name: 'Run the demo' }).click();
  await untilPhase(page, 'running', 120_000);
  await expect(page.locator('tr[data-task]').first()).toBeVisible({ timeout: 120_000 });
  await context.close();
});

test('nothing of the pocket model is stored twice', async ({ browser, baseURL }) => {
  const context = await browser.newContext({ locale: 'en' });
  const page = await firstVisit(context, baseURL!);
  const stored = await page.evaluate(async () => {
    const addresses: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys()) addresses.push(new URL(url).pathname);
    return addresses;
  });
  const model = stored.filter((address) => address.includes('/models/'));
  expect(model.map((address) => path.posix.basename(address)).sort()).toEqual([
    'mlc-chat-config.json',
    'params_shard_0.bin',
    'pocket.wasm',
    'tensor-cache.json',
    'tokenizer.json',
  ]);
  expect(new Set(stored).size).toBe(stored.length);
  await context.close();
});

test('a new version waits for a person, and for runs in other tabs', async ({ browser }) => {
  test.setTimeout(300_000);
  const site = path.join(scratch(), 'site');
  cpSync(dist, site, { recursive: true });
  const server = await serve({ root: site });
  const context = await browser.newContext({ locale: 'en' });
  try {
    const page = await firstVisit(context, server.url);
    const runner = await context.newPage();
    await runner.goto(server.url);
    await startRun(runner, {
      file: swarmFile('triage-4882.yaml'),
      input: inputFile(inventLines(20_000, 32)),
      engine: 'scripted',
    });
    await untilPhase(runner, 'running');

    // The same build with one more word in it.
    const index = path.join(site, 'index.html');
    writeFileSync(
      index,
      readFileSync(index, 'utf8').replace('<title>', '<meta name="release" content="next" /><title>'),
    );
    const worker = path.join(site, 'sw.js');
    writeFileSync(worker, readFileSync(worker, 'utf8').replace(/(url:"index\.html",revision:")/, '$1next'));
    await page.evaluate(async () => (await navigator.serviceWorker.getRegistration())?.update());

    const bar = page.getByRole('region', { name: 'A new version is ready.' });
    await expect(bar).toBeVisible();
    await expect(bar).toContainText('A run is going in another tab.');
    await expect(bar.getByRole('button', { name: 'Reload now' })).toBeDisabled();
    await expect(page.locator('meta[name=release]')).toHaveCount(0);
    // The tab with the run hears of it too, and may reload: its run goes on afterwards.
    await expect(runner.getByRole('region', { name: 'A new version is ready.' })).toContainText('goes on afterwards');

    await runner.getByRole('button', { name: 'Pause' }).first().click();
    await untilPhase(runner, 'paused');
    await page.bringToFront();
    await page.evaluate(() => dispatchEvent(new Event('focus')));
    await bar.getByRole('button', { name: 'Reload now' }).click();
    await expect(page.locator('meta[name=release]')).toHaveCount(1);
    await expect(bar).toHaveCount(0);
    // The other tab is not reloaded behind anybody's back.
    await expect(runner.locator('meta[name=release]')).toHaveCount(0);
    await expect(runner.getByText('Another tab has changed to a new version.')).toBeVisible();
    await untilPhase(runner, 'paused');
  } finally {
    await context.close();
    await server.close();
  }
});
