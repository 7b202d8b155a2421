/** The browser throws away what a run has stored, under the open tab; and the file that is safe from that. */
import { readFileSync } from 'node:fs';
import { expect, test, type Page } from './support/test.ts';
import { findings } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { endedShown, exportedRows, inputFile, startRun, untilPhase } from './support/page.ts';
import { expectEveryLineOnce, rowsOf, swarmFile } from './support/rows.ts';

/** Each by itself: a long file near the end of the run would keep one worker busy alone. */
test.describe.configure({ mode: 'parallel' });

const swarm = swarmFile('triage-24.yaml');
const LINES = 1500;

/** As a browser does it when the disk is full, from another page of the same site: the database goes, wherever runs are. */
async function throwAway(page: Page, baseURL: string): Promise<void> {
  const other = await page.context().newPage();
  await other.goto(`${baseURL}licenses.txt`);
  await other.evaluate(async () => {
    interface Buckets {
      keys(): Promise<string[]>;
      open(name: string): Promise<{ readonly indexedDB: IDBFactory }>;
    }
    const { storageBuckets } = navigator as unknown as { readonly storageBuckets?: Buckets };
    const names = (await storageBuckets?.keys()) ?? [];
    const buckets = await Promise.all(names.map((name) => storageBuckets!.open(name)));
    for (const factory of [indexedDB, ...buckets.map((bucket) => bucket.indexedDB)])
      await new Promise<void>((resolve, reject) => {
        const request = factory.deleteDatabase('planaria');
        request.onsuccess = () => resolve();
        request.onerror = () => reject(new Error(request.error?.message));
      });
  });
  await other.close();
}

test('a: what was stored is thrown away: an alert within seconds, all that was committed in a download, nothing says saved; then it is stored anew', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(300_000);
  const lines = inventLines(LINES, 61);
  await page.goto(`${baseURL!}#/`);
  await startRun(page, { file: swarm, input: inputFile(lines), engine: 'scripted' });
  await expect.poll(() => endedShown(page), { timeout: 60_000 }).toBeGreaterThan(100);
  await throwAway(page, baseURL!);
  const alert = page.getByRole('alert').filter({ hasText: 'The browser threw away what was stored' });
  await expect(alert).toBeVisible({ timeout: 15_000 });
  const text = (await page.locator('.screen').innerText()).toLowerCase();
  expect(text).not.toContain('saved');
  expect(text).not.toContain('results committed');
  const ended = await endedShown(page);
  const download = page.waitForEvent('download');
  await page.locator('.notices [data-export=jsonl]').first().click();
  const rows = rowsOf(readFileSync(await (await download).path()));
  expect(new Set(rows.map(({ task }) => task)).size).toBe(rows.length);
  expect(rows.length).toBeGreaterThanOrEqual(ended);
  expect(await findings(page)).toEqual([]);

  await expect(page.getByText(/were stored anew from this tab/)).toBeVisible({ timeout: 60_000 });
  await expect(alert).toHaveCount(0);
  await untilPhase(page, 'done', 200_000);
  const all = await exportedRows(page);
  expectEveryLineOnce(all, lines);
  expect(all).toEqual(expect.arrayContaining(rows));
  // As stored as ever.
  await page.reload();
  await untilPhase(page, 'done');
  expect(await exportedRows(page)).toEqual(all);
});

/** A picker that gives the page a real file handle, of its private file system; no test can press the browser's own. */
async function pickPrivately(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const pick = async ({ suggestedName }: { suggestedName: string }) =>
      (await navigator.storage.getDirectory()).getFileHandle(suggestedName, { create: true });
    (globalThis as unknown as { showSaveFilePicker: typeof pick }).showSaveFilePicker = pick;
  });
}

const inFile = (page: Page, end: string): Promise<string> =>
  page.evaluate(async (end) => {
    const folder = await navigator.storage.getDirectory();
    for await (const [name, handle] of (
      folder as unknown as { entries(): AsyncIterable<[string, FileSystemFileHandle]> }
    ).entries())
      if (name.endsWith(end)) return (await handle.getFile()).text();
    return '';
  }, end);

async function exportAsItGoes(page: Page, format: 'jsonl' | 'csv'): Promise<void> {
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await page.locator(`[data-file=${format}]`).click();
}

test('a: rows go into a chosen file as they come, each once, over a pause, a reload and storage that is thrown away', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(300_000);
  await pickPrivately(page);
  const lines = inventLines(LINES, 62);
  await page.goto(`${baseURL!}#/`);
  await startRun(page, { file: swarm, input: inputFile(lines), engine: 'scripted' });
  await expect.poll(() => endedShown(page), { timeout: 60_000 }).toBeGreaterThan(20);
  await exportAsItGoes(page, 'jsonl');
  // By its own name: another run's file is not offered for replacing.
  const id = await page.locator('[data-run]').getAttribute('data-run');
  await expect(page.getByText(`Writing to planaria-${id!}.jsonl.`, { exact: true })).toBeVisible();
  // Long before the end.
  await expect.poll(async () => rowsOf(await inFile(page, '.jsonl')).length, { timeout: 60_000 }).toBeGreaterThan(50);
  await page.getByRole('button', { name: 'Pause' }).first().click();
  await untilPhase(page, 'paused');
  // Turns that were on their way may end yet.
  await expect
    .poll(async () => rowsOf(await inFile(page, '.jsonl')).length - (await endedShown(page)), { timeout: 60_000 })
    .toBe(0);
  const paused = await endedShown(page);
  expect(paused).toBeLessThan(LINES);
  await page.reload();
  await untilPhase(page, 'paused');
  // What was written is there; the file itself has to be chosen again, and is written from its beginning.
  expect(rowsOf(await inFile(page, '.jsonl')).length).toBeGreaterThanOrEqual(paused);
  await exportAsItGoes(page, 'jsonl');
  await page.getByRole('button', { name: 'Resume' }).first().click();
  await throwAway(page, baseURL!);
  await untilPhase(page, 'done', 200_000);
  await expect(page.getByText(/^planaria-.*\.jsonl holds every row\.$/)).toBeVisible();
  const rows = rowsOf(await inFile(page, '.jsonl'));
  expectEveryLineOnce(
    rows.toSorted((a, b) => a.line - b.line),
    lines,
  );
  expect(rows.toSorted((a, b) => a.task - b.task)).toEqual(await exportedRows(page));
});

test('a: a file that is taken away is told, with what to do, and the run goes on; chosen again it has every row', async ({
  page,
  baseURL,
}) => {
  test.setTimeout(300_000);
  await pickPrivately(page);
  const lines = inventLines(LINES, 63);
  await page.goto(`${baseURL!}#/`);
  await startRun(page, { file: swarm, input: inputFile(lines), engine: 'scripted' });
  await exportAsItGoes(page, 'csv');
  await expect
    .poll(async () => (await inFile(page, '.csv')).split('\r\n').length, { timeout: 60_000 })
    .toBeGreaterThan(20);
  await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    for await (const name of (folder as unknown as { keys(): AsyncIterable<string> }).keys())
      if (name.endsWith('.csv'))
        for (let left = true; left;)
          left = await folder.removeEntry(name).then(
            () => false,
            () => true,
          );
  });
  const alert = page.getByRole('alert').filter({ hasText: 'cannot be written' });
  await expect(alert).toBeVisible({ timeout: 60_000 });
  expect(await findings(page)).toEqual([]);
  await page.getByRole('button', { name: 'Choose a file' }).click();
  await untilPhase(page, 'done', 200_000);
  await expect(page.getByText(/^planaria-.*\.csv holds every row\.$/)).toBeVisible();
  expect((await inFile(page, '.csv')).trim().split('\r\n')).toHaveLength(LINES + 1);
});

test('a: a browser that cannot write to chosen files offers no such thing', async ({ page, baseURL }) => {
  await page.addInitScript(() => {
    delete (globalThis as { showSaveFilePicker?: unknown }).showSaveFilePicker;
  });
  await page.goto(`${baseURL!}#/`);
  await startRun(page, { file: swarm, input: inputFile(inventLines(3, 64)), engine: 'scripted' });
  await page.getByRole('button', { name: 'Export', exact: true }).click();
  await expect(page.locator('#exports [data-export=jsonl]')).toBeVisible();
  await expect(page.locator('[data-file]')).toHaveCount(0);
});
