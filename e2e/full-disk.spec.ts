/** The disk is really full: a profile on a small tmpfs, filled to the last byte under a running tab. */
import { expect, test, type Page } from './support/test.ts';
import { type LiveChromium, startChromium } from './support/chromium.ts';
import { inventLines } from './support/logs.ts';
import { endedShown, exportedRows, inputFile, startRun, untilPhase } from './support/page.ts';
import { expectEveryLineOnce, expectValidOutputs, swarmFile } from './support/rows.ts';
import { SmallDisk } from './support/small-disk.ts';

/** On half of it Chromium gives two buckets, and there is no third in which to look for room. */
const DISK_MB = 200;
/** The browser has thrown an origin away within five seconds, where it does. */
const FULL_MS = 8000;
const swarm = swarmFile('triage-24.yaml');
const lines = inventLines(400, 14);

/** The disk, with a browser on it and a run in which so many tasks have ended; null where none can be mounted, which is said. */
async function begin(url: string, ended: number, granted: boolean) {
  const disk = SmallDisk.mount(DISK_MB);
  if (!(disk instanceof SmallDisk)) {
    const why = `NOT TRIED: no tmpfs can be mounted here (${disk.why}); run as root to fill a real disk.`;
    console.warn(why);
    test.info().annotations.push({ type: 'not tried', description: why });
    return null;
  }
  const chromium = await startChromium(disk.profile);
  if (granted) await grant(chromium, url);
  const page = await chromium.newPage();
  await page.goto(url);
  const run = await startRun(page, { file: swarm, input: inputFile(lines), engine: 'scripted' });
  await expect.poll(() => endedShown(page), { timeout: 60_000 }).toBeGreaterThan(ended);
  return { disk, chromium, page, run };
}

/** As the browser does when a person agrees that the page keeps things. */
async function grant({ browser }: LiveChromium, url: string): Promise<void> {
  const session = await browser.newBrowserCDPSession();
  const permissions: 'durableStorage'[] = ['durableStorage'];
  await session.send('Browser.grantPermissions', { origin: new URL(url).origin, permissions });
}

async function expectWhole(page: Page): Promise<void> {
  await untilPhase(page, 'done', 120_000);
  const rows = await exportedRows(page);
  expectEveryLineOnce(rows, lines);
  expectValidOutputs(rows, swarm);
}

test('b: filled and held full, then room: the open tab goes on by itself, and every row is there once, also in a new browser', async ({
  baseURL,
}) => {
  const world = await begin(baseURL!, 70, true);
  if (!world) return;
  const { disk, page, run } = world;
  let { chromium } = world;
  try {
    disk.hold();
    await expect(page.locator('[data-phase=waiting]')).toBeVisible();
    await page.waitForTimeout(FULL_MS);
    disk.makeRoom();
    await expectWhole(page);
    // What went on behind a record that was cut off is taken for damage at the next start, unless it was mended.
    await chromium.kill();
    chromium = await startChromium(disk.profile);
    const again = await chromium.newPage();
    await again.goto(run);
    await expectWhole(again);
  } finally {
    await chromium.kill();
    disk.unmount();
  }
});

test('a: filled once, with a little room now and then: what was committed is not taken for broken', async ({
  baseURL,
}) => {
  const world = await begin(baseURL!, 70, true);
  if (!world) return;
  const { disk, chromium, page } = world;
  try {
    disk.fill();
    // Opened with too little room, the browser throws a database away; it has until here to do so.
    await page.waitForTimeout(FULL_MS);
    disk.makeRoom();
    await expectWhole(page);
  } finally {
    await chromium.kill();
    disk.unmount();
  }
});

test('a: killed on a full disk and opened again: with durable storage granted all that was committed is there', async ({
  baseURL,
}) => {
  const world = await begin(baseURL!, 70, true);
  if (!world) return;
  const { disk, page, run } = world;
  let { chromium } = world;
  try {
    disk.hold();
    await expect(page.locator('[data-phase=waiting]')).toBeVisible();
    await page.waitForTimeout(FULL_MS);
    // What the page says has ended is on the disk.
    const committed = await endedShown(page);
    await chromium.kill();
    disk.makeRoom();
    chromium = await startChromium(disk.profile);
    await grant(chromium, baseURL!);
    const again = await chromium.newPage();
    await again.goto(run);
    await expect(again.locator('[data-phase]')).toBeVisible({ timeout: 60_000 });
    expect(await endedShown(again)).toBeGreaterThanOrEqual(committed);
    await expectWhole(again);
  } finally {
    await chromium.kill();
    disk.unmount();
  }
});
