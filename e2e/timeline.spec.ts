/** Looking back: the head of the timeline is taken, and field, figures, results and stories show that moment. */
import { expect, test, type Locator, type Page } from './support/test.ts';
import { expectNoSidewaysScroll, expectSound } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { desk, inputFile, phone, startRun, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { watch } from './support/watch.ts';

/** Each by itself: a long file near the end of the run would keep one worker busy alone. */
test.describe.configure({ mode: 'parallel' });

test.use({ locale: 'en', viewport: desk });

async function begin(page: Page, baseURL: string, lines: number): Promise<void> {
  await page.goto(baseURL);
  await startRun(page, {
    file: swarmFile('triage-24.yaml'),
    input: inputFile(inventLines(lines, 71)),
    engine: 'scripted',
  });
}

const head = (page: Page): Locator => page.getByRole('slider', { name: 'Moment of the run' });
const results = async (page: Page): Promise<number> =>
  Number((await page.getByTestId('results').textContent())!.replace(/\D/g, ''));
/** What is looked at is what is on show. */
const shown = (page: Page): Promise<void> => expect(page.locator('[data-run]')).toHaveAttribute('aria-busy', 'false');
const past = (page: Page): Locator => page.getByRole('region', { name: /^Looking at / });

test('a run that goes on: by key, by hand and by command into the past, and back to live', async ({
  page,
  baseURL,
}) => {
  const seen = await watch(page.context());
  await begin(page, baseURL!, 20_000);
  await untilPhase(page, 'running');
  await page.locator('[data-break=stall]').click();
  await expect(page.locator('[data-break=stall]')).toContainText('mended', { timeout: 60_000 });
  await expect(page.getByTestId('timeline-summary')).toHaveText('1 fault injected, 1 mended');
  expect(await page.locator('.plot canvas').count(), 'a picture').toBe(1);

  // By key. What is looked at lies well before now, however soon the fault was mended.
  await expect.poll(() => results(page)).toBeGreaterThan(250);
  const now = await results(page);
  await head(page).focus();
  await page.keyboard.press('Home');
  await expect(past(page)).toContainText('Looking at 0:00.');
  await expect(page.getByTestId('results')).toHaveText('0');
  await expect(page.locator('tr[data-task]')).toHaveCount(0);
  await expect(page.locator('[data-break=stall]'), 'nothing can be broken in the past').toHaveCount(0);
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  await expect(past(page)).toContainText('Looking at 0:02.');
  await shown(page);
  const then = await results(page);
  expect(then).toBeGreaterThan(0);
  expect(then).toBeLessThan(now);
  await expect(page.getByTestId('showing')).toContainText(`of ${then}`);
  await expect(page).toHaveURL(/at=2000/);

  // The browser's own back leads to now, forward into the past again.
  await page.goBack();
  await expect(past(page)).toHaveCount(0);
  await expect.poll(() => results(page)).toBeGreaterThan(now);
  await page.goForward();
  await expect(past(page)).toContainText('Looking at 0:02.');
  await page.keyboard.press('Escape');
  await expect(past(page)).toHaveCount(0);

  // By hand.
  const box = (await head(page).boundingBox())!;
  await page.mouse.move(box.x + box.width - 20, box.y + 40);
  await page.mouse.down();
  for (let k = 1; k <= 20; k++) await page.mouse.move(box.x + box.width - 20 - (k * box.width) / 40, box.y + 40);
  await expect(past(page)).toBeVisible();
  await page.mouse.up();
  const at = Number(await page.locator('[data-at]').getAttribute('data-at'));
  expect(at).toBeGreaterThan(0);
  await expect(page).toHaveURL(new RegExp(`at=${at}`));
  await expectSound(page, 'the past');
  await past(page).getByRole('button', { name: 'Back to live' }).click();
  await expect(past(page)).toHaveCount(0);

  // By command.
  await page.keyboard.press(':');
  await page.keyboard.type('at 00:01');
  await page.keyboard.press('Enter');
  await expect(past(page)).toContainText('Looking at 0:01.');
  await page.keyboard.press(':');
  await page.keyboard.type('live');
  await page.keyboard.press('Enter');
  await expect(past(page)).toHaveCount(0);
  expect(seen.errors).toEqual([]);
  expect(seen.violations).toEqual([]);
});

test('a run that has ended: its moments after a reload, as a table and on a phone', async ({ page, baseURL }) => {
  await begin(page, baseURL!, 200);
  await untilPhase(page, 'done');
  await head(page).focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await page.keyboard.press('PageUp');
  await shown(page);
  const then = await results(page);
  expect(then).toBeGreaterThan(0);
  expect(then).toBeLessThan(200);
  const states = await page.locator('.counts b').allTextContents();

  await page.reload();
  await expect(past(page)).toBeVisible();
  await shown(page);
  expect(await results(page)).toBe(then);
  expect(await page.locator('.counts b').allTextContents()).toEqual(states);

  await page.getByRole('button', { name: 'Timeline as a table' }).click();
  const rows = page.getByRole('region', { name: 'Timeline' }).locator('tbody tr');
  expect(await rows.count()).toBeGreaterThan(2);
  await expectSound(page, 'timeline as a table');
  await rows.nth(1).getByRole('button').click();
  await expect(past(page)).toContainText('Looking at 0:01.');
  await page.getByRole('button', { name: 'Picture' }).click();

  await page.setViewportSize(phone);
  await expectNoSidewaysScroll(page, 'the past on a phone');
  await expectSound(page, 'the past on a phone');
  await past(page).getByRole('button', { name: 'Back to the end' }).click();
  await expect(page.getByTestId('results')).toHaveText('200');
  const box = (await head(page).boundingBox())!;
  await head(page).scrollIntoViewIfNeeded();
  await page.mouse.click(box.x + box.width / 2, (await head(page).boundingBox())!.y + 30);
  await expect(past(page)).toBeVisible();
});

test('one agent by one: role, shard, story and back again with the browser’s own button', async ({ page, baseURL }) => {
  await page.goto(baseURL!);
  await startRun(page, {
    file: swarmFile('triage-4882.yaml'),
    input: inputFile(inventLines(20_000, 72)),
    engine: 'scripted',
  });
  await untilPhase(page, 'running');
  await page.getByRole('button', { name: 'Only reviewer, 12 agents' }).click();
  await expect(page).toHaveURL(/in=reviewer/);
  await page.keyboard.press(':');
  await page.keyboard.type('role triager/3');
  await page.keyboard.press('Enter');
  await expect(page.getByText('shard 3', { exact: false }).first()).toBeVisible();
  await page.keyboard.press(':');
  await page.keyboard.type('agent triager.0130');
  await page.keyboard.press('Enter');
  const story = page.getByRole('complementary', { name: 'Agent story' });
  await expect(story.getByRole('heading', { level: 2 })).toHaveText('triager.0130');
  await page.goBack();
  await expect(story).toHaveCount(0);
  await page.goBack();
  await expect(page).toHaveURL(/in=reviewer$/);
  await page.keyboard.press(':');
  await page.keyboard.type('nonsense');
  await page.keyboard.press('Enter');
  await expect(page.getByRole('dialog').getByRole('alert')).toHaveText('There is no nonsense.');
  await expectSound(page, 'command line', 'dialog[open]');
  await page.keyboard.press('Escape');

  await story.waitFor({ state: 'detached' });
  await page.locator('tr[data-task]').first().getByRole('button').first().click();
  await story.getByRole('button', { name: 'Pause', exact: true }).click();
  await expect(story.getByRole('button', { name: 'Resume', exact: true })).toBeVisible();
  await story.getByRole('button', { name: 'Resume', exact: true }).click();
  await expect(story.getByRole('button', { name: 'Pause', exact: true })).toBeVisible();
});
