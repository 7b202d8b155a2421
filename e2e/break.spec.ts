/** Breaking things from the page, as a person does it: press, see it struck, noticed, mended and by what. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Locator, type Page } from './support/test.ts';
import { expectNoSidewaysScroll, expectSound } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { desk, endedShown, inputFile, phone, scratch, startRun, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { watch } from './support/watch.ts';

test.use({ locale: 'en', viewport: desk });

/** More work than the test has time for. */
const PLENTY = 20_000;

/** As the small demo, with more agents than have turns at once: those who are struck have others to stand in for them. */
function manyAgents(deadline: string): string {
  const file = path.join(scratch(), 'triage-160.yaml');
  const text = readFileSync(swarmFile('triage-24.yaml'), 'utf8');
  writeFileSync(
    file,
    text
      .replace('replicas: 20', 'replicas: 120')
      .replace('replicas: 4', 'replicas: 40')
      .replaceAll('deadline: 60s', `deadline: ${deadline}`),
  );
  return file;
}

/** A run that goes on; nothing of it depends on a model's speed. */
async function begin(page: Page, baseURL: string, deadline = '60s'): Promise<void> {
  await page.goto(baseURL);
  await startRun(page, {
    file: manyAgents(deadline),
    input: inputFile(inventLines(PLENTY, 61)),
    engine: 'scripted',
  });
  await untilPhase(page, 'running');
  await expect(page.locator('tr[data-task]').first()).toBeVisible();
}

const panel = (page: Page): Locator => page.getByRole('dialog', { name: 'Break something' });
const line = (page: Page, kind: string): Locator => panel(page).locator(`tr[data-fault=${kind}]`).first();

/** Chooses a kind in the panel and presses. */
async function strike(page: Page, kind: string): Promise<void> {
  await panel(page).locator(`[data-kind=${kind}] input`).check();
  await panel(page).locator('button[type=submit]').click();
}

async function expectMended(page: Page, kind: string, timeout = 60_000): Promise<void> {
  await expect(line(page, kind), `${kind} struck`).toBeVisible({ timeout: 30_000 });
  await expect(line(page, kind), `${kind} was mended`).toHaveAttribute('data-mended', 'true', { timeout });
}

const NOTICED = ['stall', 'poisoned-output', 'loop', 'all-residents-crash', 'worker-kill', 'device-lost'];
const REST = ['lying-voter', 'device-lost-twice', 'out-of-memory', 'quota', 'supervisor-crash', 'clock-jump'];
const MESSAGES = ['message-lost', 'message-doubled', 'message-reordered'];
const RECORDS = ['corrupt-record', 'old-version'];

test('agents and engine: each fault is struck, noticed and mended, and the page says by what', async ({
  page,
  baseURL,
}) => {
  const seen = await watch(page.context());
  await begin(page, baseURL!);
  await page.keyboard.press('b');
  await expectSound(page, 'panel before anything broke', '.panel');
  for (const kind of NOTICED) {
    await strike(page, kind);
    await expectMended(page, kind);
    const cells = await line(page, kind).locator('td').allTextContents();
    expect(cells[2], `${kind}: noticed after a time`).toMatch(/\d (ms|s)$/);
    expect(cells[3], `${kind}: mended after a time`).toMatch(/\d (ms|s)$/);
    expect(cells[4], `${kind}: by a step`).not.toBe('');
  }
  await expectSound(page, 'panel with outcomes', '.panel');
  await page.keyboard.press('Escape');
  await expect(page.getByRole('button', { name: 'Break something' })).toBeFocused();
  await expect(page.getByTestId('heal')).toContainText('p50');
  expect(seen.errors).toEqual([]);
  expect(seen.violations).toEqual([]);
});

test('the rest that a tab can have passes or is mended', async ({ page, baseURL }) => {
  await begin(page, baseURL!);
  await page.keyboard.press('b');
  for (const kind of [...REST, ...MESSAGES]) {
    await strike(page, kind);
    await expectMended(page, kind, 90_000);
  }
});

test('a stored record is damaged, and the run comes back without it', async ({ page, baseURL }) => {
  await begin(page, baseURL!);
  for (const kind of RECORDS) {
    if (!(await panel(page).isVisible())) await page.keyboard.press('b');
    await strike(page, kind);
    await expectMended(page, kind, 90_000);
  }
});

test('reloading the page is a fault like any other', async ({ page, baseURL }) => {
  await begin(page, baseURL!);
  const loaded = page.waitForEvent('load');
  await page.locator('[data-break=reload-mid-write]').click();
  await loaded;
  await untilPhase(page, 'running');
  await page.keyboard.press('b');
  await expectMended(page, 'reload-mid-write');
});

test('one press in the bar, the agent from its story, and what cannot strike says why', async ({ page, baseURL }) => {
  await begin(page, baseURL!);
  await page.locator('[data-break=stall]').click();
  await expect(page.locator('[data-break=stall]')).toContainText('mended', { timeout: 60_000 });

  await page.locator('tr[data-task]').first().getByRole('button').first().click();
  const story = page.getByRole('complementary', { name: 'Agent story' });
  const name = (await story.getByRole('heading', { level: 2 }).textContent())!.trim();
  await story.getByRole('button', { name: 'Break this one' }).click();
  await expect(panel(page).locator('select')).toHaveValue('chosen');
  await strike(page, 'loop');
  await expectMended(page, 'loop', 90_000);
  await expect(line(page, 'loop')).toContainText(name);
  await page.keyboard.press('Escape');
  await expect(story.getByText('Fault: Send an agent into a loop').first()).toBeVisible();
  await expect(story.getByText(/from fault to result|since the fault/)).toBeVisible();
  await expectSound(page, 'story of a broken agent', 'aside');

  await page.keyboard.press('b');
  await panel(page).locator('[data-kind=stall] input').check();
  await panel(page).locator('select').selectOption('named');
  await panel(page).getByRole('textbox', { name: 'Agent' }).fill('nobody.7');
  await expect(panel(page).getByRole('alert')).toHaveText('There is no agent nobody.7.');

  await page.keyboard.press('Escape');
  await page.keyboard.press('p');
  await untilPhase(page, 'paused');
  await page.keyboard.press('b');
  await panel(page).locator('select').selectOption('random');
  await strike(page, 'stall');
  await expect(panel(page).getByText(/Did not strike: nothing was there to strike/)).toBeVisible({ timeout: 40_000 });
});

test('a plan from a file plays, its mistakes are told with line and column, and the same is done again', async ({
  page,
  baseURL,
}) => {
  await begin(page, baseURL!);
  await page.keyboard.press('b');
  const folder = scratch();
  const bad = path.join(folder, 'bad.yaml');
  writeFileSync(bad, 'planaria-faults: 1\nname: x\nfaults:\n  - {kind: stal, at: 1s}\n');
  const choose = panel(page).locator('input[type=file]');
  await choose.setInputFiles(bad);
  await expect(panel(page).getByRole('alert')).toContainText('line 4, column 12');
  await expect(panel(page).getByRole('alert')).toContainText('did you mean stall?');
  await expectSound(page, 'panel with a bad plan', '.panel');

  const good = path.join(folder, 'good.yaml');
  writeFileSync(
    good,
    'planaria-faults: 1\nname: two\nfaults:\n  - {kind: stall, at: 0s}\n  - {kind: worker-kill, at: 1s}\n',
  );
  await choose.setInputFiles(good);
  await expect(panel(page).getByText('Playing good.yaml.')).toBeVisible();
  await expectMended(page, 'stall');
  await expectMended(page, 'worker-kill');
  await panel(page).getByRole('button', { name: 'Repeat these faults' }).click();
  await expect(panel(page).locator('tr[data-fault=stall][data-mended=true]')).toHaveCount(2, { timeout: 60_000 });
  await expect(panel(page).locator('tr[data-fault=worker-kill][data-mended=true]')).toHaveCount(2, { timeout: 60_000 });
  await expect(panel(page).locator('tr[data-fault]'), 'nothing else was broken').toHaveCount(4);
});

test('without a mouse, and on a phone', async ({ page, baseURL }) => {
  await begin(page, baseURL!);
  await page.keyboard.press('b');
  // What is seen and mended soonest is offered first.
  await expect(panel(page).locator('[data-kind=worker-kill] input')).toBeFocused();
  await page.keyboard.press('ArrowDown');
  await expect(panel(page).locator('[data-kind=device-lost] input')).toBeChecked();
  await page.keyboard.press('ArrowUp');
  await page.keyboard.press('Enter');
  await expectMended(page, 'worker-kill');
  // The key that opened it closes it, and who was in it goes on where it was opened.
  await page.keyboard.press('b');
  await expect(panel(page)).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Break something' }).first()).toBeFocused();

  await page.keyboard.press(':');
  await page.keyboard.type('break worker');
  await page.keyboard.press('Enter');
  await expect(page.locator('[data-break=worker-kill]')).toContainText('mended', { timeout: 60_000 });

  await page.setViewportSize(phone);
  await page.getByRole('button', { name: 'Break something' }).last().click();
  await expect(panel(page)).toBeVisible();
  await expectNoSidewaysScroll(page, 'panel on a phone');
  await expectSound(page, 'panel on a phone', '.panel');
  await strike(page, 'all-residents-crash');
  await expectMended(page, 'all-residents-crash');
});

test('a tab whose timers stood still for longer than any deadline accuses nobody', async ({ page, baseURL }) => {
  await begin(page, baseURL!, '8s');
  await page.keyboard.press('b');
  // Pressed, it lasts a minute; a plan says how long.
  const plan = path.join(scratch(), 'hidden.yaml');
  writeFileSync(plan, 'planaria-faults: 1\nname: hidden\nfaults:\n  - {kind: hidden-tab, at: 0s, for: 15s}\n');
  await panel(page).locator('input[type=file]').setInputFiles(plan);
  // No frame comes while the runtime's timers stand still; afterwards the run tells of it and goes on.
  await expectMended(page, 'hidden-tab');
  await page.keyboard.press('Escape');
  await expect(page.locator('[data-state=failed] b')).toHaveText('0');
  await expect(page.getByTestId('failed')).toHaveText('0');
});

test(
  'with a model: its worker is killed from the page, another one comes, and every line is done',
  { tag: '@model' },
  async ({ page, baseURL }) => {
    test.setTimeout(400_000);
    await page.goto(baseURL!);
    await startRun(page, {
      file: swarmFile('triage-24.yaml'),
      input: inputFile(inventLines(24, 62)),
      engine: 'webllm',
    });
    await untilPhase(page, 'running');
    await expect(page.locator('tr[data-task]').first()).toBeVisible({ timeout: 120_000 });
    // A model takes its time to load: meanwhile the log beside the field names the step that is tried.
    const tried = page.getByRole('complementary').getByText('now restart: fresh worker');
    const named = tried.waitFor({ timeout: 60_000 });
    await page.locator('[data-break=worker-kill]').click();
    await named;
    await expect(page.locator('[data-break=worker-kill]')).toContainText('mended', { timeout: 180_000 });
    await expect(tried).toHaveCount(0);
    await untilPhase(page, 'done');
    // A small model may fail at a line; then that is what the line ends in, by name.
    expect(await endedShown(page)).toBe(24);
  },
);
