/** m. A tab that is hidden, frozen, kept for a way back, discarded: its run goes on, or the tab says why not, without a press. */
import path from 'node:path';
import type { CDPSession } from '@playwright/test';
import { serve } from '../tools/dev/serve.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { crashTab, type LiveChromium, startChromium } from './support/chromium.ts';
import { inventLines } from './support/logs.ts';
import { inputFile, scratch, startRun, untilPhase, untilQuiet } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { storedResults } from './support/stored.ts';
import { expect, test, type Page } from './support/test.ts';

const dist = process.env.PLANARIA_DIST ?? path.join(root, 'dist');
let server: Awaited<ReturnType<typeof serve>>;
let chromium: LiveChromium;

test.beforeEach(async () => {
  server = await serve({ root: dist });
  chromium = await startChromium(scratch(), { noDefaults: true });
});
test.afterEach(async () => {
  await chromium.kill();
  await server.close();
});

const LINES = inventLines(3000, 51);

interface Running {
  readonly page: Page;
  readonly session: CDPSession;
  /** The page's own answer, also where Playwright lost sight of it. */
  ask<T>(expression: string): Promise<T>;
  readonly address: string;
}

async function running(lines: readonly string[]): Promise<Running> {
  const page = await chromium.newPage();
  await page.goto(server.url);
  const address = await startRun(page, {
    file: swarmFile('triage-24.yaml'),
    input: inputFile(lines),
    engine: 'scripted',
  });
  await untilPhase(page, 'running');
  const session = await page.context().newCDPSession(page);
  await session.send('Page.enable');
  const ask = async <T>(expression: string): Promise<T> =>
    (await session.send('Runtime.evaluate', { expression, returnByValue: true, awaitPromise: true })).result.value as T;
  return { page, session, ask, address };
}

/** A tab beside it that shows nothing of ours, in front of it. */
async function inFront(): Promise<Page> {
  const other = await chromium.newPage();
  await other.goto(`${server.url}licenses.txt`);
  await other.bringToFront();
  return other;
}

async function untilMore(page: Page, than: number): Promise<void> {
  await expect.poll(() => storedResults(page), { timeout: 60_000 }).toBeGreaterThan(than);
}
const lifecycle = (session: CDPSession, state: 'frozen' | 'active') =>
  session.send('Page.setWebLifecycleState', { state });
/**
 * Freezes the tab while it has no transaction open: in the middle of one it would keep every other tab from reading, which is why browsers do
 * not freeze a tab then, unless they are told to as here.
 */
async function freeze(session: CDPSession, other: Page): Promise<void> {
  await expect(async () => {
    await lifecycle(session, 'frozen');
    try {
      await expect.poll(() => storedResults(other, { alone: true }), { timeout: 3000 }).toBeGreaterThan(0);
    } catch (blocked) {
      await lifecycle(session, 'active');
      throw blocked;
    }
  }).toPass();
  // Its worker stands still a moment later.
  let last = -1;
  await expect(async () => {
    const now = await storedResults(other, { alone: true });
    const stands = now === last;
    last = now;
    expect(stands).toBe(true);
  }).toPass({ intervals: [500] });
}
const shown = `Number(document.querySelector('[data-testid=results]').textContent.replace(/\\D/g, ''))`;
const phase = `document.querySelector('[data-phase]')?.dataset.phase`;

test('m. hidden, a run works on, and the page is up to date as soon as it is looked at', async () => {
  const { page, ask } = await running(LINES);
  const other = await inFront();
  await expect.poll(() => ask('document.visibilityState')).toBe('hidden');
  const before = await storedResults(other);
  // As many again, in a tab that nobody sees and whose frames stand still.
  await untilMore(other, 2 * before + 100);
  expect(await ask('document.visibilityState')).toBe('hidden');
  const now = await storedResults(other);
  await page.bringToFront();
  await expect.poll(() => ask<number>(shown)).toBeGreaterThanOrEqual(now);
  expect(await ask(phase)).toBe('running');
});

test('m. frozen and thawed, a run goes on by itself, and every line comes to its result', async () => {
  const lines = LINES.slice(0, 600);
  const { page, session, ask } = await running(lines);
  await ask(`globalThis.happened = [];
    for (const name of ['freeze', 'resume']) document.addEventListener(name, () => happened.push(name)); 0`);
  const other = await inFront();
  await expect.poll(() => ask('document.visibilityState')).toBe('hidden');
  for (let nap = 0; nap < 3; nap++) {
    await freeze(session, other);
    // It stands still, while another page of ours is loaded.
    const before = await storedResults(other);
    await other.reload();
    await untilQuiet(other);
    expect(await storedResults(other)).toBe(before);
    await lifecycle(session, 'active');
    await untilMore(other, Math.min(before, lines.length - 1));
  }
  expect(await ask<string[]>('happened')).toEqual(expect.arrayContaining(['freeze', 'resume']));
  await page.bringToFront();
  await untilPhase(page, 'done');
  // A result is stored by its task, so there are no two of one.
  expect(await storedResults(other)).toBe(lines.length);
  expect(await ask(shown)).toBe(lines.length);
});

test('m. another tab takes the run while this one is frozen: thawed, it says so and watches', async () => {
  const { page, session, ask, address } = await running(LINES);
  const other = await inFront();
  await expect.poll(() => ask('document.visibilityState')).toBe('hidden');
  await freeze(session, other);
  // As a browser does that gives a frozen tab's locks away.
  await other.evaluate(async () => {
    const { held = [] } = await navigator.locks.query();
    const name = held.map((lock) => lock.name ?? '').find((each) => /^planaria:run-/.test(each))!;
    await navigator.locks.request(name, { steal: true }, () => undefined);
  });
  const before = await storedResults(other);
  await other.goto(address);
  await untilPhase(other, 'running');
  await untilMore(other, before);
  await lifecycle(session, 'active');
  await page.bringToFront();
  await expect(page.getByText('This tab only watches', { exact: true })).toBeVisible();
  // It works on where it is now, and the one who lost it sees it.
  const now = await storedResults(other);
  await expect.poll(() => ask<number>(shown)).toBeGreaterThan(now);
  await expect(other.getByText('This tab only watches', { exact: true })).toHaveCount(0);
});

test('m. gone to another page and back again, the run goes on where it was', async () => {
  const { page, session, ask } = await running(LINES);
  const other = await chromium.newPage();
  await other.goto(`${server.url}licenses.txt`);
  await page.bringToFront();
  await ask('globalThis.same = true');
  await session.send('Page.navigate', { url: `${server.url}licenses.txt` });
  await expect.poll(() => ask('location.pathname')).toBe('/licenses.txt');
  const before = await storedResults(other);
  await ask('history.back()');
  await expect.poll(() => ask(phase)).toBe('running');
  await untilMore(other, before);
  await expect.poll(() => ask<number>(shown)).toBeGreaterThan(before);
  // Kept as it was, or loaded anew where the browser does not keep such pages: either way nobody pressed anything.
  expect([true, undefined]).toContain(await ask('globalThis.same'));
});

test('m. the way back to a run that another tab has taken meanwhile ends in watching', async () => {
  const { page, session, ask, address } = await running(LINES);
  const other = await chromium.newPage();
  await other.goto(`${server.url}licenses.txt`);
  await page.bringToFront();
  await session.send('Page.navigate', { url: `${server.url}licenses.txt` });
  await expect.poll(() => ask('location.pathname')).toBe('/licenses.txt');
  const before = await storedResults(other);
  // A page that only the way back leads to gives the run up to whoever wants it.
  await other.goto(address);
  await untilMore(other, before);
  await expect(other.getByText('This tab only watches', { exact: true })).toHaveCount(0);
  await ask('history.back()');
  await expect.poll(() => ask(`document.body.innerText.includes('This tab only watches')`)).toBe(true);
});

test('m. discarded, a run opens by itself at its address and goes on', async () => {
  const { page, address } = await running(LINES);
  const other = await chromium.newPage();
  await other.goto(`${server.url}licenses.txt`);
  await untilMore(other, 0);
  // What discarding is to a tab: its processes end without a word, and its address is loaded when it is shown again.
  await crashTab(page);
  const before = await storedResults(other);
  const again = await chromium.newPage();
  await again.goto(address);
  await untilPhase(again, 'running');
  await untilMore(other, before);
});
