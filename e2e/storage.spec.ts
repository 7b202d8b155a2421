/** What the page keeps in the browser: shown by its parts, deleted part by part, protected on request. */
import { expect, test, type Page } from './support/test.ts';
import { serveHub } from './engine/harness-site.ts';
import { inventLines } from './support/logs.ts';
import { inputFile, startRun, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { modelFiles } from './support/stored.ts';

const swarm = swarmFile('triage-24.yaml');

const part = (page: Page, kind: string) => page.locator(`tr[data-kind=${kind}]`);

/** Opens the start screen and waits until page and pocket model are stored and weighed. */
async function open(page: Page, url: string): Promise<void> {
  await page.goto(`${url}#/`);
  await page.reload();
  await expect(page.locator('[data-offline=ready]')).toBeVisible({ timeout: 60_000 });
  await expect(part(page, 'model').filter({ hasText: 'Comes with this site.' })).toBeVisible();
}

/** Presses a row's button, and the one that it asks with. */
async function remove(page: Page, kind: string, name: string | RegExp, sure: string | RegExp): Promise<void> {
  await page.getByRole('button', { name }).click();
  await part(page, kind).getByRole('button', { name: sure }).click();
}

test(
  'a model from another host and the built-in one are deleted each by itself, and their bytes are free',
  { tag: '@model' },
  async ({ page, baseURL }) => {
    test.setTimeout(400_000);
    const hub = await serveHub();
    try {
      await open(page, baseURL!);
      await startRun(page, { file: swarm, input: inputFile(inventLines(1, 41)), engine: 'webllm', model: hub.url });
      await untilPhase(page, 'done', 300_000);
      await open(page, baseURL!);

      const { host } = new URL(hub.url);
      const fetched = part(page, 'model').filter({ hasText: `Fetched from ${host}.` });
      await expect(fetched).toContainText(/\d MB/);
      await fetched.getByRole('button').click();
      await expect(fetched).toContainText(/downloads 4\.\d\d MB again\. Delete\?/);
      await fetched.getByRole('button', { name: 'Keep' }).click();
      await fetched.getByRole('button').click();
      await fetched.getByRole('button', { name: 'Delete', exact: true }).click();
      await expect(page.getByText(/^4\.\d\d MB freed\.$/).first()).toBeVisible();
      await expect(fetched).toHaveCount(0);
      const left = await modelFiles(page);
      expect(left.files.filter((url) => new URL(url).host === host)).toEqual([]);
      expect(left.files).toHaveLength(5);
      expect(left.cached).toEqual([]);

      await remove(page, 'model', 'Delete pocket', 'Delete');
      await expect(part(page, 'model')).toHaveCount(0);
      expect(await modelFiles(page)).toEqual({ files: [], bytes: 0, cached: [] });
      await expect(page.getByText('Opens without a network; no model is stored to run.')).toBeVisible();
      // Back with the next visit.
      await open(page, baseURL!);
    } finally {
      await hub.close();
    }
  },
);

test('a model of an earlier version leaves Cache storage, and one bad entry hides nothing', async ({
  page,
  baseURL,
}) => {
  await open(page, baseURL!);
  // As the version before kept them: the pocket model, and what a folder with a hostile index has left.
  const pocket = await page.evaluate(async () => {
    type Buckets = { delete(name: string): Promise<void> };
    const names: string[] = [];
    for (const [cache, file] of [
      ['webllm/config', 'resolve/main/mlc-chat-config.json'],
      ['webllm/model', 'resolve/main/tensor-cache.json'],
      ['webllm/model', 'resolve/main/tokenizer.json'],
      ['webllm/model', 'resolve/main/params_shard_0.bin'],
      ['webllm/wasm', 'pocket.wasm'],
    ] as const) {
      const url = new URL(`models/pocket/${file}`, document.baseURI).href;
      await (await caches.open(cache)).put(url, await fetch(url));
      names.push(url);
    }
    await (await caches.open('webllm/model')).put('https://hub.example/%ff/resolve/main/a.bin', new Response('12345'));
    await (navigator as unknown as { storageBuckets: Buckets }).storageBuckets.delete('models');
    return names;
  });
  await page.goto('about:blank');
  const asked: string[] = [];
  page.on('request', (request) => void (request.url().includes('/models/') && asked.push(request.url())));
  await open(page, baseURL!);
  const bad = part(page, 'model').filter({ hasText: 'Files of a model, %ff' });
  await expect(bad).toContainText('5 B');
  await expect(bad).toContainText('From hub.example. No whole model: nothing can be run from them.');
  await expect.poll(async () => (await modelFiles(page)).cached).toEqual([]);
  const moved = await modelFiles(page);
  expect(moved.files.sort()).toEqual([...pocket, 'https://hub.example/%ff/resolve/main/a.bin'].sort());
  expect(moved.bytes).toBe(5_042_684 + 5);
  expect(asked.filter((url) => !url.endsWith('SHA256SUMS'))).toEqual([]);
  await bad.getByRole('button').click();
  await bad.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(bad).toHaveCount(0);
  expect((await modelFiles(page)).files.sort()).toEqual(pocket.sort());
});

test('runs are deleted one by one or all that have ended; a paused one stays', async ({ page, baseURL }) => {
  for (const seed of [42, 43, 44]) {
    await page.goto(`${baseURL!}#/`);
    await page.reload();
    await startRun(page, { file: swarm, input: inputFile(inventLines(3, seed)), engine: 'scripted' });
    await untilPhase(page, 'done');
  }
  await page.goto(`${baseURL!}#/`);
  await page.reload();
  await startRun(page, { file: swarm, input: inputFile(inventLines(4000, 45)), engine: 'scripted' });
  await untilPhase(page, 'running');
  await page.getByRole('button', { name: 'Pause' }).first().click();
  await untilPhase(page, 'paused');

  await open(page, baseURL!);
  const runs = page.getByRole('link', { name: /^Open / });
  await expect(runs).toHaveCount(4);
  await expect(part(page, 'runs')).toContainText('Runs, 4');
  await page
    .getByRole('button', { name: /^Delete Log triage/ })
    .last()
    .click();
  await page.getByRole('button', { name: 'Delete', exact: true }).first().click();
  await expect(runs).toHaveCount(3);
  await remove(page, 'runs', 'Delete all 2 ended runs', 'Delete all 2 ended runs');
  await expect(runs).toHaveCount(1);
  await expect(part(page, 'runs')).toContainText('Runs, 1');
  await expect(page.getByRole('cell', { name: 'Paused' })).toBeVisible();
  await page.reload();
  await expect(runs).toHaveCount(1);
});

test('warm pages are freed', async ({ page, baseURL }) => {
  await open(page, baseURL!);
  // The database is there since it was weighed; two records as the warm tier would leave them, but for what is in them.
  await page.evaluate(async () => {
    const settled = <T>(request: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const db = await settled(indexedDB.open('planaria-warm'));
    const change = db.transaction(['pages', 'index'], 'readwrite');
    for (const agent of [7, 8]) {
      change.objectStore('pages').put({ agent, slot: 1, data: new Uint8Array(2 ** 20) });
      change.objectStore('index').put({ agent, slot: 1, generation: 1, bytes: 2 ** 20 });
    }
    await new Promise((resolve) => (change.oncomplete = resolve));
    db.close();
  });
  await open(page, baseURL!);
  await expect(part(page, 'warm')).toContainText('2 MB');
  await remove(page, 'warm', 'Free warm pages', 'Free');
  await expect(page.getByText('2 MB freed.').first()).toBeVisible();
  await expect(part(page, 'warm')).toContainText('0 B');
  await expect(part(page, 'warm').getByRole('button')).toHaveCount(0);
});

test('the browser is asked to keep it only when a person wants that, and its answer is told', async ({
  page,
  baseURL,
}) => {
  await page.addInitScript(() => {
    const persist = navigator.storage.persist.bind(navigator.storage);
    navigator.storage.persist = () => {
      document.documentElement.dataset['asked'] = 'yes';
      return persist();
    };
  });
  await open(page, baseURL!);
  expect(await page.evaluate(() => document.documentElement.dataset['asked'])).toBeUndefined();
  await page.getByRole('button', { name: 'Ask the browser to keep it' }).click();
  await expect(page.getByText(/^(The browser keeps this until you delete it|The browser did not agree)/)).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.dataset['asked'])).toBe('yes');
});
