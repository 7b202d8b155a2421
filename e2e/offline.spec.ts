/** After the first visit the page opens and runs without a network, and a newer version waits until a person wants it. */
import { cpSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, expect, test, type BrowserContext, type Page } from './support/test.ts';
import { baseFlags, executablePath, swiftShader } from '../tools/dev/chromium.mjs';
import { serve } from '../tools/dev/serve.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { inventLines } from './support/logs.ts';
import { exportedRows, inputFile, scratch, startRun, untilPhase } from './support/page.ts';
import { expectEveryLineOnce, swarmFile } from './support/rows.ts';
import { secondBuild } from './support/second-build.ts';
import { modelFiles } from './support/stored.ts';
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
  const { files, bytes, cached } = await modelFiles(page);
  expect(cached).toEqual([]);
  expect(bytes).toBe(5_042_684);
  const model = files.map((url) => new URL(url).pathname);
  expect(model.map((address) => path.posix.basename(address)).sort()).toEqual([
    'mlc-chat-config.json',
    'params_shard_0.bin',
    'pocket.wasm',
    'tensor-cache.json',
    'tokenizer.json',
  ]);
  await context.close();
});

/** The page under its version as it is served now, in a folder of its own, and how to put a second build in its place. */
async function changingSite(): Promise<{ url: string; deploySecond(): void; close(): Promise<void> }> {
  const site = path.join(scratch(), 'site');
  cpSync(dist, site, { recursive: true });
  const server = await serve({ root: site });
  return { url: server.url, deploySecond: () => secondBuild(site), close: server.close };
}
const versionOf = (page: Page): Promise<string | null> => page.locator('meta[name=version]').getAttribute('content');
const lookForUpdate = (page: Page): Promise<void> =>
  page.evaluate(async () => void (await (await navigator.serviceWorker.getRegistration())?.update()));
function startLong(page: Page, text = readFileSync(swarmFile('triage-4882.yaml'), 'utf8')): Promise<string> {
  const file = path.join(scratch(), 'long.yaml');
  writeFileSync(file, text);
  return startRun(page, {
    file,
    input: inputFile(inventLines(20_000, 32)),
    engine: 'scripted',
  });
}

test('a. what the page keeps for use without a network is small, and none of it is in Cache storage', async ({
  browser,
  baseURL,
}) => {
  // The pocket model is not the page's: without WebGPU nobody fetches it.
  const context = await browser.newContext({ locale: 'en' });
  const page = await context.newPage();
  await page.addInitScript(() => Object.defineProperty(navigator, 'gpu', { value: undefined }));
  await page.goto(baseURL!);
  await page.evaluate(async () => void (await navigator.serviceWorker.ready));
  const {
    caches: names,
    bytes,
    count,
  } = await page.evaluate(async () => {
    const db = await new Promise<IDBDatabase>((resolve, reject) => {
      const asked = indexedDB.open('planaria-page/');
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    });
    const all = await new Promise<{ bytes: ArrayBuffer }[]>((resolve) => {
      const asked = db.transaction('files').objectStore('files').getAll();
      asked.onsuccess = () => resolve(asked.result as { bytes: ArrayBuffer }[]);
    });
    db.close();
    const size = all.reduce((sum, file) => sum + file.bytes.byteLength, 0);
    return { caches: await caches.keys(), bytes: size, count: all.length };
  });
  expect(names.filter((name) => !name.startsWith('webllm'))).toEqual([]);
  expect(count).toBeGreaterThan(40);
  // Without a model there is no engine among it.
  expect(bytes).toBeLessThan(1_200_000);
  await context.close();
});

test('i. one tab changes to a new version; the others go on with theirs, its files and its run', async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const site = await changingSite();
  const context = await browser.newContext({ locale: 'en' });
  const seen = await watch(context);
  try {
    const page = await firstVisit(context, site.url);
    const first = await versionOf(page);
    const runner = await context.newPage();
    await runner.goto(site.url);
    const address = await startLong(runner);
    await untilPhase(runner, 'running');
    // It watches, and has not opened all that it may need.
    const watcher = await context.newPage();
    await watcher.goto(address);
    await expect(watcher.getByText('This tab only watches', { exact: true })).toBeVisible();
    const reader = await context.newPage();
    await reader.goto(site.url);

    site.deploySecond();
    await lookForUpdate(page);
    const bar = (tab: Page) => tab.getByRole('region', { name: 'A new version is ready.' });
    await expect(bar(page)).toBeVisible();
    // Each is told what its own reload means.
    await expect(bar(runner)).toContainText('This tab works on');
    await expect(bar(runner)).not.toContainText('Only this tab');
    for (const tab of [page, watcher]) {
      await expect(bar(tab)).toContainText('Only this tab is reloaded');
      await expect(bar(tab)).toContainText('goes on in its own tab');
      await expect(bar(tab)).not.toContainText('This tab works on');
    }

    await bar(watcher).getByRole('button', { name: 'Reload now' }).click();
    await expect.poll(() => versionOf(watcher).catch(() => first)).not.toBe(first);
    await expect(watcher.getByText('This tab only watches', { exact: true })).toBeVisible();
    // Nobody else was reloaded, and the run is still the same tab's.
    for (const tab of [page, runner, reader]) {
      await expect(tab.getByText('Another tab has changed to a new version.')).toBeVisible();
      expect(await versionOf(tab)).toBe(first);
    }
    await untilPhase(runner, 'running');
    await expect(runner.getByText('This tab only watches', { exact: true })).toHaveCount(0);

    // What the host has no more is still there for tabs of the older version: a screen, and a fresh worker.
    await reader.goto(address);
    await expect(reader.getByText('This tab only watches', { exact: true })).toBeVisible();
    expect(await versionOf(reader)).toBe(first);
    await runner.getByRole('button', { name: 'Pause' }).first().click();
    await untilPhase(runner, 'paused');
    expect(seen.errors).toEqual([]);
    await runner.getByText('Another tab has changed').waitFor();
    await runner.getByRole('button', { name: 'Reload now' }).click();
    await expect.poll(() => versionOf(runner).catch(() => first)).not.toBe(first);
    await untilPhase(runner, 'paused');
  } finally {
    await context.close();
    await site.close();
  }
});

test('i. the tab that works on a run changes version from any screen, and the run goes on by itself', async ({
  browser,
}) => {
  test.setTimeout(300_000);
  const site = await changingSite();
  const context = await browser.newContext({ locale: 'en' });
  try {
    const page = await firstVisit(context, site.url);
    const first = await versionOf(page);
    const text = readFileSync(swarmFile('triage-4882.yaml'), 'utf8');
    const strange = text.replace(/^name: .*$/m, String.raw`name: "Triage \u202Enoisrev wen"`);
    const address = await startLong(page, strange);
    await untilPhase(page, 'running');
    await page.evaluate(() => (location.hash = '#/'));
    await expect(page.getByRole('heading', { level: 1 })).toContainText('4,882 agents');
    site.deploySecond();
    await lookForUpdate(page);
    const bar = page.getByRole('region', { name: 'A new version is ready.' });
    await expect(bar).toContainText('it then opens here and goes on by itself');
    // What it is called cannot turn what the bar says.
    await expect(bar).toContainText('“Triage ⟨U+202E⟩noisrev wen”');
    await bar.getByRole('button', { name: 'Reload now' }).click();
    await expect.poll(() => versionOf(page).catch(() => first)).not.toBe(first);
    await untilPhase(page, 'running');
    expect(page.url()).toBe(address);
  } finally {
    await context.close();
    await site.close();
  }
});

test('i. files of a version go once no tab runs it any more', async ({ browser }) => {
  test.setTimeout(300_000);
  const site = await changingSite();
  const context = await browser.newContext({ locale: 'en' });
  const versions = (page: Page): Promise<number> =>
    page.evaluate(
      () =>
        new Promise<number>((resolve) => {
          const asked = indexedDB.open('planaria-page/');
          asked.onsuccess = () => {
            const count = asked.result.transaction('versions').objectStore('versions').count();
            count.onsuccess = () => {
              asked.result.close();
              resolve(count.result);
            };
          };
        }),
    );
  try {
    const page = await firstVisit(context, site.url);
    const old = await context.newPage();
    await old.goto(site.url);
    await old.waitForLoadState('load');
    expect(await versions(page)).toBe(1);
    site.deploySecond();
    await lookForUpdate(page);
    const first = await versionOf(page);
    await page.getByRole('button', { name: 'Reload now' }).click();
    await expect.poll(() => versionOf(page).catch(() => first)).not.toBe(first);
    await expect(old.getByText('Another tab has changed to a new version.')).toBeVisible();
    expect(await versions(page)).toBe(2);
    await old.close();
    await page.reload();
    await expect.poll(() => versions(page)).toBe(1);
  } finally {
    await context.close();
    await site.close();
  }
});

test('a. what an older version left in Cache storage is cleared when the new one takes over', async ({ browser }) => {
  const site = await changingSite();
  const context = await browser.newContext({ locale: 'en' });
  try {
    const page = await context.newPage();
    // Before its first script, as if it had been there all along.
    await page.route('**/*', (route) => route.fulfill({ contentType: 'text/html', body: '<p>before' }));
    await page.goto(site.url);
    await page.evaluate(async () => {
      const cache = await caches.open(`workbox-precache-v2-${location.origin}/`);
      await cache.put('/assets/older-12345678.js', new Response('older()'));
      await cache.put('/index.html?__WB_REVISION__=1', new Response('<p>older'));
      await caches.open('somebody-elses');
    });
    await page.unroute('**/*');
    await page.goto(site.url);
    await expect.poll(() => page.evaluate(() => caches.keys())).not.toContain(`workbox-precache-v2-${site.url}`);
    expect(await page.evaluate(() => caches.keys())).toContain('somebody-elses');
  } finally {
    await context.close();
    await site.close();
  }
});
