/** Every screen as people meet it: light and dark, desk and phone, by keyboard, without motion, under the policy. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { chromium, expect, test, type Browser, type Page } from './support/test.ts';
import { baseFlags, executablePath, swiftShader } from '../tools/dev/chromium.mjs';
import { start } from '../tools/headless/page.mjs';
import { expectSound } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { desk, inputFile, phone, scratch, startRun, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { watch, type Watch } from './support/watch.ts';

const large = swarmFile('triage-4882.yaml');
const small = swarmFile('triage-24.yaml');

/** From the smallest phone in use to a large desk, and both sides of every width at which a layout changes. */
const WIDTHS = [
  320, 344, 360, 375, 390, 412, 480, 481, 600, 760, 761, 900, 1000, 1001, 1120, 1121, 1239, 1240, 1440, 1699,
];
WIDTHS.push(1700, 1920);

/** What passes the right edge of the window, at any width; what its own box clips or scrolls does not count. */
async function expectNoSidewaysScroll(page: Page, name: string): Promise<void> {
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: width < 761 ? phone.height : desk.height });
    const wide = await page.evaluate(async () => {
      await new Promise(requestAnimationFrame);
      const { scrollWidth, clientWidth } = document.documentElement;
      if (scrollWidth <= clientWidth) return [];
      const past = [...document.querySelectorAll('body *')].filter(
        (element) => element.getBoundingClientRect().right > clientWidth + 0.5,
      );
      return [`${scrollWidth} px`, ...past.slice(-3).map((element) => element.outerHTML.slice(0, 100))];
    });
    expect.soft(wide, `${name} scrolls sideways at ${width}`).toEqual([]);
  }
}

/** The screen that is open, in both themes and both sizes. */
async function expectGoodScreen(page: Page, name: string): Promise<void> {
  for (const size of [desk, phone]) {
    await page.setViewportSize(size);
    await expectSound(page, `${name}, ${size.width} wide`);
  }
  await expectNoSidewaysScroll(page, name);
  await page.setViewportSize(desk);
}

const expectQuiet = (seen: Watch, baseURL: string): void => {
  expect(seen.violations).toEqual([]);
  expect(seen.errors).toEqual([]);
  expect(
    seen.requests.filter((address) => !address.startsWith(baseURL) && !/^(blob|data|about):/.test(address)),
  ).toEqual([]);
};

test.describe('with WebGPU', () => {
  /** Whatever a process of the browser asks of any other host would come here, workers included. */
  let proxy: Server;
  let asked: string[];
  let browser: Browser;

  test.beforeAll(async () => {
    asked = [];
    proxy = createServer((request, response) => {
      asked.push(request.url ?? '');
      response.writeHead(502).end();
    });
    proxy.on('connect', (request, socket) => {
      asked.push(request.url ?? '');
      socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
    });
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as AddressInfo;
    browser = await chromium.launch({
      executablePath,
      // This computer itself is reached without a proxy.
      args: [...baseFlags, swiftShader, `--proxy-server=http://127.0.0.1:${port}`],
    });
  });
  test.afterAll(async () => {
    await browser.close();
    proxy.closeAllConnections();
    await new Promise((resolve) => proxy.close(resolve));
  });

  /** A page of its own with nothing stored, on the start screen. */
  async function open(baseURL: string): Promise<{ page: Page; seen: Watch }> {
    const context = await browser.newContext({ locale: 'en', viewport: desk, reducedMotion: 'reduce' });
    context.setDefaultTimeout(60_000);
    const seen = await watch(context);
    const page = await context.newPage();
    await page.goto(baseURL);
    await expect(page.getByRole('radio').first()).toBeVisible();
    return { page, seen };
  }

  test('start, reading and a bad file are sound in every theme and size', async ({ baseURL }) => {
    test.setTimeout(300_000);
    const { page, seen } = await open(baseURL!);
    await expect(page.getByRole('link', { name: /^Read / }).first()).toBeVisible();
    await expectGoodScreen(page, 'start');

    await page.goto(`${baseURL!}#/read/triage-4882`);
    await expect(page.getByRole('heading', { level: 1 })).toHaveText('Log triage, 4,882 agents');
    await expectGoodScreen(page, 'reading');

    await page.goto(`${baseURL!}#/`);
    const bad = path.join(scratch(), 'bad.yaml');
    writeFileSync(
      bad,
      'planaria: 1\nname: Broken\nmodle: pocket\nroles:\n  reader:\n    kind: worcker\n    replicas: 0\n',
    );
    expect((await start(page, { file: bad, engine: 'webllm' })).length).toBeGreaterThan(1);
    await expectGoodScreen(page, 'bad swarm file');
    await expect(page.getByText('Mend the swarm file, then choose it again.')).toBeVisible();

    // An input without a line: told by its own name, and with no line of the swarm file under it.
    await page.goto(`${baseURL!}#/`);
    await page.reload();
    const empty = inputFile([]);
    const told = await start(page, { file: large, input: empty, engine: 'webllm' });
    expect(told.join()).toContain('no items');
    await expect(page.locator('section[role=alert] pre')).toHaveCount(0);
    expectQuiet(seen, baseURL!);
    await page.context().close();
  });

  test('a run of 4,882 agents is sound in every theme and size, as field, table and story', async ({ baseURL }) => {
    test.setTimeout(300_000);
    const { page, seen } = await open(baseURL!);
    await startRun(page, { file: large, input: inputFile(inventLines(20_000, 20)), engine: 'scripted' });
    await untilPhase(page, 'running');
    await expect(page.locator('tr[data-task]').first()).toBeVisible();
    await expectGoodScreen(page, 'running');
    expect(
      await page.evaluate(() => document.documentElement.scrollHeight - innerHeight),
      'on a desk the run screen fills the window and only its parts scroll',
    ).toBe(0);
    for (const width of [1240, 1280, 1366, 1440]) {
      await page.setViewportSize({ width, height: 900 });
      const cut = page.locator('.figures :is(.label, .value, .counts, .key)');
      const names = await cut.evaluateAll((all) =>
        all.filter((one) => one.scrollWidth > one.clientWidth + 1).map((one) => one.textContent),
      );
      expect(names, `figures that are cut off at ${width}`).toEqual([]);
    }
    await page.setViewportSize(desk);
    await page.getByRole('button', { name: 'Table', exact: true }).click();
    await page.getByRole('button', { name: 'Pause' }).first().click();
    await untilPhase(page, 'paused');
    await page.locator('tr[data-task]').first().getByRole('button').first().click();
    await expect(page.getByRole('complementary', { name: 'Agent story' })).toBeVisible();
    await expectGoodScreen(page, 'paused, table and story');
    await page.getByRole('button', { name: 'Stop', exact: true }).first().click();
    await expect(page.getByRole('dialog')).toBeVisible();
    await expectGoodScreen(page, 'stop?');
    await page.getByRole('button', { name: 'Stop the run' }).click();
    await untilPhase(page, 'cancelled');
    expectQuiet(seen, baseURL!);
    await page.context().close();
  });

  test('a run that is done, stored, missing or waiting is sound in every theme and size', async ({ baseURL }) => {
    test.setTimeout(300_000);
    const { page, seen } = await open(baseURL!);
    await startRun(page, { file: small, input: inputFile(inventLines(12, 21)), engine: 'scripted' });
    await untilPhase(page, 'done');
    await expectGoodScreen(page, 'done');

    await page.goto(`${baseURL!}#/`);
    await expect(page.getByRole('heading', { name: 'Stored runs' })).toBeVisible();
    await expectGoodScreen(page, 'start with stored runs');

    await page.goto(`${baseURL!}#/run/run-that-never-was`);
    await expect(page.getByRole('heading', { name: 'There is no such run in this browser.' })).toBeVisible();
    await expectGoodScreen(page, 'no such run');
    expectQuiet(seen, baseURL!);

    await page.goto(`${baseURL!}#/`);
    await page.reload();
    // Port 9 of this computer: nobody listens.
    await startRun(page, {
      file: small,
      input: inputFile(['one line']),
      engine: 'webllm',
      model: 'http://127.0.0.1:9/model',
    });
    await untilPhase(page, 'waiting', 60_000);
    await expectGoodScreen(page, 'waiting');
    expect(seen.violations).toEqual([]);
    await page.context().close();
  });

  test('nothing was asked of another host by any process of the browser', () => {
    // Chromium asks its maker for updates and for help with forms, whatever page is open.
    const ofItsOwn = /^(http:\/\/)?[\w-]+\.(google|googleapis|gvt1)\.com[:/]/;
    expect(asked.filter((address) => !ofItsOwn.test(address))).toEqual([]);
  });

  test('nothing moves for those who ask for that', async ({ baseURL }) => {
    const { page } = await open(baseURL!);
    const moving = (): Promise<number> =>
      page.evaluate(() => document.getAnimations().filter((animation) => animation.playState === 'running').length);
    expect(await moving()).toBe(0);
    const canvas = page.locator('canvas').first();
    const before = await canvas.screenshot();
    await page.waitForTimeout(1500);
    expect(before.equals(await canvas.screenshot()), 'the worm keeps still').toBe(true);
    await page.context().close();
  });
});

test.describe('without WebGPU', () => {
  let browser: Browser;
  test.beforeAll(async () => {
    const args = baseFlags.filter((flag) => flag !== '--enable-unsafe-webgpu');
    browser = await chromium.launch({ executablePath, args: [...args, '--disable-features=WebGPU,WebGPUService'] });
  });
  test.afterAll(() => browser.close());

  test('the page says why, what to do, and offers the scripted engine under its label', async ({ baseURL }) => {
    test.setTimeout(300_000);
    // Colours that are still on their way from the other theme have no contrast worth measuring.
    const context = await browser.newContext({ locale: 'en', reducedMotion: 'reduce' });
    const seen = await watch(context);
    const page = await context.newPage();
    await page.goto(baseURL!);
    await expect(
      page.getByRole('heading', { name: /This browser has no WebGPU|The browser gave no GPU/ }),
    ).toBeVisible();
    await expect(page.getByText('No model runs. Answers come from fixed rules')).toBeVisible();
    await expect(page.getByRole('button', { name: 'Run the scripted demo' })).toBeEnabled();
    await expectGoodScreen(page, 'no WebGPU');
    expectQuiet(seen, baseURL!);
    await context.close();
  });

  test('from start to an agent’s story and the export without a mouse', async ({ baseURL }) => {
    test.setTimeout(300_000);
    const context = await browser.newContext({ locale: 'en', viewport: desk });
    const page = await context.newPage();
    await page.goto(baseURL!);
    const demo = page.getByRole('button', { name: 'Run the scripted demo' });
    await expect(demo).toBeEnabled();
    /** Tab until this has the focus: it must be within reach, and the focus must show. */
    const tabTo = async (locator: ReturnType<Page['locator']>, most: number): Promise<void> => {
      for (let k = 0; k < most; k++) {
        await page.keyboard.press('Tab');
        if (await locator.evaluate((element) => element === document.activeElement)) {
          expect(await locator.evaluate((element) => element.matches(':focus-visible'))).toBe(true);
          return;
        }
      }
      throw new Error(`not reached within ${most} tabs`);
    };
    await tabTo(demo, 12);
    await page.keyboard.press('Enter');
    await untilPhase(page, 'running');
    await expect(page.getByText('Scripted', { exact: true }).first()).toBeVisible();
    await expect(page.locator('tr[data-task]').first()).toBeVisible();

    // Held, so that rows stay where they are and nothing ends meanwhile.
    await page.keyboard.press('p');
    await untilPhase(page, 'paused');
    await page.keyboard.press('t');
    await expect(page.getByRole('button', { name: 'Table', exact: true })).toHaveAttribute('aria-pressed', 'true');
    await page.keyboard.press('t');

    await page.keyboard.press('/');
    const filter = page.getByRole('searchbox', { name: 'Filter results' });
    await expect(filter).toBeFocused();
    await page.keyboard.press('p'); // a letter now, not a command
    await expect(filter).toHaveValue('p');
    await untilPhase(page, 'paused');
    await page.keyboard.press('Escape');
    await expect(filter).toHaveValue('');
    // By its task: what was being written when the run was paused may still come in above it.
    const task = await page.locator('tr[data-task]').first().getAttribute('data-task');
    const opener = page.locator(`tr[data-task="${task}"]`).getByRole('button').first();
    await tabTo(opener, 12);
    await page.keyboard.press('Enter');
    const story = page.getByRole('complementary', { name: 'Agent story' });
    await expect(story.getByRole('heading', { level: 2 })).toBeFocused();
    await expect(story.getByText(/^Task \d+ committed/).first()).toBeVisible();
    await page.keyboard.press('Escape');
    await expect(story).toHaveCount(0);
    await expect(opener).toBeFocused();

    await page.keyboard.press('e');
    const jsonLines = page.locator('#exports [data-export=jsonl]');
    await expect(jsonLines).toBeVisible();
    await tabTo(jsonLines, 3);
    const [download] = await Promise.all([page.waitForEvent('download'), page.keyboard.press('Enter')]);
    expect(download.suggestedFilename()).toMatch(/results\.jsonl$/);

    await page.keyboard.press('?');
    await expect(page.getByRole('dialog')).toContainText('pause or resume');
    await page.keyboard.press('Escape');
    await page.keyboard.press('p');
    await untilPhase(page, 'done');
    await context.close();
  });
});
