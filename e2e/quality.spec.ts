/** What an audit of the page would ask, beside axe: names, languages, nothing that jumps, what comes before the first paint, the way of the focus. */
import AxeBuilder from '@axe-core/playwright';
import { expect, test, type Page } from './support/test.ts';
import { inventLines } from './support/logs.ts';
import { desk, inputFile, phone, startRun, untilPhase, untilQuiet } from './support/page.ts';
import { swarmFile } from './support/rows.ts';

/** Screens that need no run, by their address. */
const screens = { start: '', reading: '#/read/triage-4882', 'no such run': '#/run/none' };

/** Notes what moves without anybody's doing, and what was asked for before there was something to see. */
async function note(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const noted = { shift: 0, moved: [] as string[], asked: [] as string[] };
    Object.assign(globalThis, { noted });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as (PerformanceEntry & {
        value: number;
        hadRecentInput: boolean;
        sources: { node?: Element }[];
      })[]) {
        if (entry.hadRecentInput) continue;
        noted.shift += entry.value;
        noted.moved.push(...entry.sources.map(({ node }) => String(node?.outerHTML).slice(0, 80)));
      }
    }).observe({ type: 'layout-shift', buffered: true });
    new PerformanceObserver((list) => {
      const painted = list.getEntriesByName('first-contentful-paint')[0];
      if (!painted) return;
      noted.asked = performance
        .getEntriesByType('resource')
        .filter(({ startTime }) => startTime < painted.startTime)
        .map(({ name }) => new URL(name).pathname);
    }).observe({ type: 'paint', buffered: true });
  });
}

const noted = (page: Page): Promise<{ shift: number; moved: string[]; asked: string[] }> =>
  page.evaluate(() => (globalThis as unknown as { noted: { shift: number; moved: string[]; asked: string[] } }).noted);

for (const [name, size] of Object.entries({ desk, phone })) {
  test(`nothing jumps while a screen fills in, on a ${name}`, async ({ browser, baseURL }) => {
    for (const [screen, address] of Object.entries(screens)) {
      const page = await browser.newPage({ locale: 'en', viewport: size });
      await note(page);
      await page.goto(baseURL! + address);
      await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
      if (screen === 'start') await expect(page.locator('[data-offline=ready]')).toBeAttached({ timeout: 60_000 });
      await untilQuiet(page);
      const { shift, moved } = await noted(page);
      // The bound of a good page in the web vitals.
      expect(shift, `${screen}: ${moved.join(' | ')}`).toBeLessThan(0.1);
      await page.close();
    }
  });
}

test('the first paint waits for neither the engine nor the run screen nor a service worker', async ({
  page,
  baseURL,
}) => {
  await note(page);
  await page.goto(baseURL!);
  await expect(page.getByRole('radio').first()).toBeVisible();
  const { asked } = await noted(page);
  expect(asked.length).toBeGreaterThan(1);
  expect(
    // The bundler's own helper of half a kilobyte is called rolldown-runtime.
    asked.filter((path) =>
      /engine-|inference\.worker-|(?<!rolldown-)runtime-|RunScreen|ReadScreen|models\/|sw\.js/.test(path),
    ),
  ).toEqual([]);
});

test('every screen has a title of its own, a description, a language and one heading of the first level', async ({
  browser,
  baseURL,
}) => {
  for (const [locale, language] of [
    ['en', 'en'],
    ['ko-KR', 'ko'],
  ] as const) {
    const titles = new Set<string>();
    for (const address of Object.values(screens)) {
      const page = await browser.newPage({ locale });
      await page.goto(baseURL! + address);
      await expect(page.getByRole('heading', { level: 1 })).toHaveCount(1);
      await expect(page.locator('html')).toHaveAttribute('lang', language);
      await expect(page.locator('meta[name=description]')).toHaveAttribute('content', /.{50,160}/);
      await expect(page.locator('meta[name=viewport]')).not.toHaveAttribute(
        'content',
        /user-scalable=no|maximum-scale/,
      );
      titles.add(await page.title());
      await page.close();
    }
    expect([...titles].filter((title) => title.includes('Planaria'))).toHaveLength(titles.size);
    expect(titles.size).toBeGreaterThan(1);
  }
});

test('the manifest names icons that are there, in the sizes that it says', async ({ page, baseURL }) => {
  await page.goto(baseURL!);
  const address = await page.locator('link[rel=manifest]').getAttribute('href');
  const response = await page.request.get(new URL(address!, baseURL!).href);
  expect(response.headers()['content-type']).toBe('application/manifest+json');
  const manifest = (await response.json()) as { icons: { src: string; sizes: string; purpose?: string }[] };
  for (const { src, sizes } of manifest.icons.filter(({ sizes }) => sizes !== 'any')) {
    const size = await page.evaluate(async (url) => {
      const bitmap = await createImageBitmap(await (await fetch(url)).blob());
      return `${bitmap.width}x${bitmap.height}`;
    }, new URL(src, baseURL!).href);
    expect(size, src).toBe(sizes);
  }
  expect(manifest.icons.some(({ purpose }) => purpose === 'maskable')).toBe(true);
});

async function smallTargets(page: Page): Promise<string[]> {
  const { violations } = await new AxeBuilder({ page }).withRules(['target-size']).analyze();
  return violations.flatMap(({ nodes }) => nodes.map(({ html }) => html.slice(0, 120)));
}

test('whatever is pressed is large enough for a finger', async ({ browser, baseURL }) => {
  test.setTimeout(300_000);
  const context = await browser.newContext({ locale: 'en', viewport: phone, hasTouch: true, isMobile: true });
  const page = await context.newPage();
  for (const [screen, address] of Object.entries(screens)) {
    await page.goto(baseURL! + address);
    await page.reload();
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
    await untilQuiet(page);
    expect.soft(await smallTargets(page), screen).toEqual([]);
  }
  await page.goto(`${baseURL!}#/`);
  await page.reload();
  const input = inputFile(inventLines(300, 51));
  await startRun(page, { file: swarmFile('triage-24.yaml'), input, engine: 'scripted' });
  await expect(page.locator('tr[data-task]').first()).toBeVisible();
  expect.soft(await smallTargets(page), 'running').toEqual([]);
  await untilPhase(page, 'done');
  expect.soft(await smallTargets(page), 'done').toEqual([]);
  await context.close();
});

test('the focus goes down the page as it is read, and is always seen', async ({ browser, baseURL }) => {
  const page = await browser.newPage({ locale: 'en', viewport: phone });
  await page.goto(baseURL!);
  await expect(page.getByRole('radio').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Run the demo' })).toBeEnabled();
  expect(await page.locator('[tabindex]:not([tabindex="0"]):not([tabindex="-1"])').count()).toBe(0);
  let lowest = 0;
  let stops = 0;
  for (; stops < 80; stops++) {
    await page.keyboard.press('Tab');
    const stop = await page.evaluate(() => {
      const focused = document.activeElement;
      if (!focused || focused === document.body) return null;
      // A file is chosen through its label, which shows the focus.
      const shown = focused.closest('label') ?? focused;
      const { top, width, height } = shown.getBoundingClientRect();
      const style = getComputedStyle(shown);
      const outlined = style.outlineStyle !== 'none' || getComputedStyle(focused).outlineStyle !== 'none';
      return { what: focused.outerHTML.slice(0, 80), top: top + scrollY, seen: width > 0 && height > 0 && outlined };
    });
    if (stop === null) break;
    expect(stop.seen, stop.what).toBe(true);
    // Things side by side may differ by a row's height.
    expect(stop.top, stop.what).toBeGreaterThan(lowest - 60);
    lowest = Math.max(lowest, stop.top);
  }
  expect(stops).toBeGreaterThan(12);
  await page.close();
});
