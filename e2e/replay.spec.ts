/** Incidents: what happened in one browser is seen again in another, as a replay that nobody can take for a run. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from './support/test.ts';
import { expectSoundEverywhere } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { inputFile, phone, scratch, startRun, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { withoutGpu } from './support/without-gpu.ts';

const open = withoutGpu();

let broken: Promise<Page> | null = null;

/** What is to be shared of a run in which agents were stalled and sent into a loop, and mended: one run, the same dialog for each test. */
async function sharedIncident(baseURL: string): Promise<Page> {
  const page = await (broken ??= brokenRun(baseURL));
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await page.getByRole('radio', { name: /What happened/ }).check();
  return page;
}

async function brokenRun(baseURL: string): Promise<Page> {
  const { page } = await open();
  await page.goto(baseURL);
  await startRun(page, {
    file: swarmFile('triage-24.yaml'),
    input: inputFile(inventLines(400, 3)),
    engine: 'scripted',
  });
  await untilPhase(page, 'running');
  for (const kind of ['Stall', 'Loop'])
    await page
      .getByRole('button', { name: new RegExp(`^${kind}`) })
      .first()
      .click();
  await untilPhase(page, 'done');
  return page;
}

/** Hands a file over as a drop on the page does. */
async function drop(page: Page, file: string, bytes: Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ([name, body]) => {
      const transfer = new DataTransfer();
      transfer.items.add(new File([Uint8Array.from(body as number[])], name as string));
      return transfer;
    },
    [path.basename(file), [...bytes]] as const,
  );
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
}

/** The numbers in what the page says there. */
async function numbersOf(page: Page, testId: string): Promise<number[]> {
  const text = (await page.getByTestId(testId).first().textContent()) ?? '';
  return [...text.replaceAll(',', '').matchAll(/\d+/g)].map(Number);
}

const played = async (page: Page): Promise<number> => (await numbersOf(page, 'played'))[0] ?? Number.NaN;

/** How the tasks ended, as the page says. */
async function endedOf(page: Page): Promise<{ results: number; failed: number }> {
  const [[results = Number.NaN], [failed = Number.NaN]] = await Promise.all([
    numbersOf(page, 'results'),
    numbersOf(page, 'failed'),
  ]);
  return { results, failed };
}

test('export, drop, replay, see it heal, scrub: in another browser, and nothing is stored there', async ({
  baseURL,
}) => {
  test.setTimeout(300_000);
  const page = await sharedIncident(baseURL!);
  await expect(page.getByRole('dialog')).toContainText('Placeholders of the same length');
  await expectSoundEverywhere(page, 'the share dialog, incident');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-file').click()]);
  expect(download.suggestedFilename()).toBe('triage-24-incident.planaria');
  const file = path.join(scratch(), 'triage-24-incident.planaria');
  await download.saveAs(file);
  const bytes = readFileSync(file);
  await page.keyboard.press('Escape');

  const { context: other, page: viewer, seen } = await open();
  await viewer.goto(baseURL!);
  await expect(viewer.getByRole('button', { name: 'Run the scripted demo' })).toBeVisible();
  await drop(viewer, file, bytes);
  await expect(viewer.locator('[data-shared=incident]')).toBeVisible();
  await expect(viewer.getByText('placeholders of the same length')).toBeVisible();
  await expect(viewer.getByText('Stall an agent')).toBeVisible();
  await expectSoundEverywhere(viewer, 'a shared incident');

  await viewer.getByRole('button', { name: 'Replay it' }).click();
  const bar = viewer.getByRole('region', { name: 'Replay' });
  await expect(bar).toBeVisible();
  // It plays by itself, as long as the recording took.
  await expect(bar.getByRole('radio', { name: '1x' })).toBeChecked();
  await expect(viewer.locator('[data-phase]')).toHaveAttribute('data-phase', 'running');
  await expect(viewer.getByRole('button', { name: /Break something/ })).toHaveCount(0);
  await bar.getByRole('radio', { name: '4x' }).check();
  await expect.poll(() => played(viewer)).toBeGreaterThan(20);
  await bar.getByRole('radio', { name: 'Pause' }).check();
  await expect(viewer.locator('[data-phase]')).toHaveAttribute('data-phase', 'paused');
  await viewer.waitForTimeout(500);
  const stands = await played(viewer);
  await viewer.waitForTimeout(700);
  expect(await played(viewer)).toBe(stands);
  await expectSoundEverywhere(viewer, 'a replay');

  await bar.getByRole('radio', { name: 'To the end' }).check();
  await untilPhase(viewer, 'done');
  await expect(bar).toContainText('The replay has ended');
  const [same, recorded] = (await numbersOf(viewer, 'heals')) as [number, number];
  expect(recorded).toBeGreaterThan(3);
  // A busy machine mends few, so one of them counts much.
  expect(same / recorded).toBeGreaterThan(1 / 3);
  // Look back: the field shows that moment.
  await viewer.goto(`${viewer.url().split('?')[0]!}?at=1000`);
  await expect(viewer.locator('[data-at="1000"]')).toBeVisible();
  await expectSoundEverywhere(viewer, 'a replay that has ended, looked back at');

  await viewer.goto(`${baseURL!}#/`);
  await expect(viewer.getByRole('button', { name: 'Run the scripted demo' })).toBeVisible();
  await expect(viewer.getByText('Open', { exact: true })).toHaveCount(0);
  expect(seen.violations).toEqual([]);
  expect(seen.errors).toEqual([]);
  await other.close();
});

test('as a link, by keyboard, in Korean, on a phone; then live with the same faults', async ({ baseURL }) => {
  test.setTimeout(300_000);
  const page = await sharedIncident(baseURL!);
  const field = page.getByRole('textbox', { name: 'Link' });
  await expect(field).toHaveValue(/#i2:[\w-]+\.[0-9a-f]{8}$/);
  const link = await field.inputValue();

  const { context: other, page: viewer, seen } = await open('ko');
  await viewer.setViewportSize(phone);
  await viewer.goto(link);
  await expect(viewer.getByText('누군가 있었던 일을 공유했습니다.')).toBeVisible();
  const tabTo = async (name: RegExp, most = 60): Promise<void> => {
    for (let k = 0; k < most; k++) {
      await viewer.keyboard.press('Tab');
      if (name.test((await viewer.evaluate(() => document.activeElement?.textContent ?? '')).trim())) return;
    }
    throw new Error(`${String(name)} is not within ${String(most)} tabs`);
  };
  await tabTo(/^재생$/);
  await viewer.keyboard.press('Enter');
  await expect(viewer.getByRole('region', { name: '재생' })).toBeVisible();
  await viewer.keyboard.press('3');
  await expect(viewer.locator('[data-replay="16"]')).toBeVisible();
  await viewer.keyboard.press('4');
  await untilPhase(viewer, 'done');

  await viewer.getByRole('button', { name: '실제로 실행' }).click();
  await viewer.getByRole('checkbox', { name: /같은 것을 다시 고장 내기/ }).check();
  await viewer.getByRole('button', { name: '실제로 실행' }).click();
  await expect(viewer.locator('[data-run^="run-"]')).toBeVisible();
  await untilPhase(viewer, 'done');
  expect(seen.errors).toEqual([]);

  // A replay lives in its tab only.
  await viewer.goto(`${baseURL!}#/run/replay-000000000abcdefgh`);
  await expect(viewer.getByText('이 재생은 끝났습니다.')).toBeVisible();
  await other.close();
});

test(
  'what the model said, what broke and what a person did is seen again where there is no GPU',
  { tag: '@model' },
  async ({ page, baseURL }) => {
    test.setTimeout(300_000);
    await page.goto(baseURL!);
    await startRun(page, { file: swarmFile('triage-24.yaml'), input: inputFile(inventLines(24, 4)), engine: 'webllm' });
    await expect(page.locator('tr[data-task]').first()).toBeVisible({ timeout: 120_000 });
    await page.locator('tr[data-task]').first().getByRole('button').first().click();
    const story = page.getByRole('complementary', { name: 'Agent story' });
    await story.getByRole('button', { name: 'Pause', exact: true }).click();
    await page.locator('[data-break=worker-kill]').click();
    await untilPhase(page, 'done');
    const ended = await endedOf(page);
    expect(ended.results + ended.failed).toBe(24);
    await page.getByRole('button', { name: 'Share', exact: true }).click();
    await page.getByRole('radio', { name: /What happened/ }).check();
    const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-file').click()]);
    const file = path.join(scratch(), download.suggestedFilename());
    await download.saveAs(file);

    const { context, page: viewer, seen } = await open();
    await viewer.goto(baseURL!);
    await viewer.getByLabel('Swarm file', { exact: true }).setInputFiles(file);
    await expect(viewer.getByText('Kill the worker')).toBeVisible();
    await expect(viewer.getByText('did something to agents, 1 time')).toBeVisible();
    await viewer.getByRole('button', { name: 'Replay it' }).click();
    await viewer.getByRole('region', { name: 'Replay' }).getByRole('radio', { name: 'To the end' }).check();
    await untilPhase(viewer, 'done');
    // A clock that trembles may have a supervisor take a turn that the record lacks; what is made up there may end its task otherwise.
    const [madeUp = 0] = await numbersOf(viewer, 'improvised');
    const again = await endedOf(viewer);
    expect(again.results + again.failed).toBe(24);
    expect(Math.abs(again.results - ended.results)).toBeLessThanOrEqual(madeUp);
    const [turns, recorded] = await numbersOf(viewer, 'played');
    expect(turns! / recorded!).toBeGreaterThan(0.8);
    const [same, heals] = await numbersOf(viewer, 'heals');
    expect(same! / heals!).toBeGreaterThan(0.5);
    expect(seen.requests.filter((address) => /models\/|\.wasm/.test(address))).toEqual([]);
    expect(seen.errors).toEqual([]);
    await context.close();
  },
);
