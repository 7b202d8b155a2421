/** The report of a run: while it goes on, at its end, by keyboard, on a phone, as files. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { exported } from '../tools/headless/page.mjs';
import { expectSoundEverywhere } from './support/axe.ts';
import { startHeadless } from './support/headless.ts';
import { inventLines } from './support/logs.ts';
import { exportedReport, exportedRows, inputFile, phone, scratch, startRun, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { expect, test } from './support/test.ts';
import { withoutGpu } from './support/without-gpu.ts';

const open = withoutGpu();
const room = swarmFile('incident-room.yaml');

interface Incident {
  readonly title: string;
  readonly count: number;
  readonly lines: readonly number[];
  readonly quotes: readonly { readonly line: number; readonly text: string }[];
}

test('the incident room says what happened, each claim beside its lines', async ({ baseURL }) => {
  test.setTimeout(240_000);
  const { context, page } = await open();
  const lines = inventLines(400, 5);
  await page.goto(baseURL!);
  await startRun(page, { file: room, input: inputFile(lines), engine: 'scripted' });

  // It is there while the run goes on, and says that it is not whole.
  await page.getByRole('button', { name: 'Report', exact: true }).click();
  await expect(page.getByRole('heading', { level: 2, name: 'What happened' })).toBeVisible();
  await untilPhase(page, 'done');
  await expect(page.locator('[data-complete=true]')).toBeVisible();

  const { answer } = (await exportedReport(page)) as unknown as {
    answer: { incidents: Incident[]; complete: boolean };
  };
  const { incidents } = answer;
  expect(answer.complete).toBe(true);
  expect(incidents.length).toBeGreaterThan(2);
  const views = page.locator('[data-incident]');
  await expect(views).toHaveCount(incidents.length);
  for (const [k, { title, count, lines: named, quotes }] of incidents.slice(0, 5).entries()) {
    await expect(views.nth(k).getByRole('heading', { level: 4 })).toContainText(title);
    expect(named).toHaveLength(count);
    for (const { line, text } of quotes) expect(lines[line - 1]).toBe(text);
    await expect(views.nth(k)).toContainText(`${count.toLocaleString('en-US')} line`);
  }
  const made = incidents.reduce((sum, { count }) => sum + count, 0);
  await expect(page.locator('article')).toContainText(
    `${incidents.length} incidents in 400 lines, made of ${made} of them.`,
  );
  // Rows of the run are counted anew, by hand.
  const rows = await exportedRows(page);
  for (const { title, lines: named } of incidents)
    for (const line of named) {
      const { kind, subject } = rows[line - 1]!.output as { kind: string; subject: string };
      expect(`${kind}: ${subject}`).toBe(title);
    }
  await expectSoundEverywhere(page, 'a report');
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: 'test-results/report-light.png' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: 'test-results/report-dark.png' });
  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: 'light' });
  await page.screenshot({ path: 'test-results/report-phone.png' });
  await page.setViewportSize({ width: 1440, height: 900 });

  // A line opens in its place, by keyboard, and from there among the results.
  const button = views
    .first()
    .getByRole('button', { name: /^Line .*, show in its place$/ })
    .first();
  await button.focus();
  await page.keyboard.press('Enter');
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText(incidents[0]!.quotes[0]!.text);
  await expect(dialog.locator('[aria-current]')).toHaveCount(1);
  await expectSoundEverywhere(page, 'a line in its place');
  await page.screenshot({ path: 'test-results/report-place.png' });
  await page.keyboard.press('Escape');
  await expect(dialog).toHaveCount(0);
  await expect(button).toBeFocused();
  await page.keyboard.press('Enter');
  await dialog.getByRole('button', { name: 'Open in the results' }).click();
  await expect(page.locator('tr[data-task]').first()).toBeVisible();
  await page.goBack();
  await expect(views.first()).toBeVisible();

  // A jump within the report goes to the incident and leaves the address alone.
  const address = page.url();
  await page.getByRole('navigation', { name: 'In this report' }).getByRole('button').nth(1).click();
  await expect(views.nth(1).getByRole('heading', { level: 4 })).toBeFocused();
  expect(page.url()).toBe(address);

  const markdown = (await exported(page, 'markdown')).toString('utf8');
  expect(markdown).toMatch(/^# What happened\n/);
  expect(markdown).toContain('## What is not in here');
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.locator('main').getByRole('button', { name: 'Answer, JSON' }).click(),
  ]);
  expect(download.suggestedFilename()).toMatch(/answer\.json$/);

  // Opened anew it says the same; Escape goes back to the swarm.
  await page.reload();
  await expect(views).toHaveCount(incidents.length);
  await page.keyboard.press('Escape');
  await expect(views).toHaveCount(0);
  await expect(page.getByRole('button', { name: 'Report', exact: true })).toBeVisible();
  await context.close();
});

test('the command line writes the answer into the report, and as Markdown', async () => {
  test.setTimeout(240_000);
  const folder = scratch();
  const lines = inventLines(60, 8);
  const [report, markdown] = [path.join(folder, 'r.json'), path.join(folder, 'r.md')];
  const given = [
    'run',
    room,
    inputFile(lines, folder),
    '--engine',
    'scripted',
    '--report',
    report,
    '--markdown',
    markdown,
  ];
  const { code, stderr } = await startHeadless(given).ended;
  expect(code, stderr).toBe(0);
  const { answer } = JSON.parse(readFileSync(report, 'utf8')) as { answer: { version: number; incidents: Incident[] } };
  expect(answer.version).toBe(1);
  for (const { quotes } of answer.incidents) for (const { line, text } of quotes) expect(lines[line - 1]).toBe(text);
  const text = readFileSync(markdown, 'utf8');
  for (const { title } of answer.incidents) expect(text).toContain(`### ${title} (`);
});

test('in Korean, with what a stranger wrote shown and not obeyed; a swarm without a report has none', async ({
  baseURL,
}) => {
  test.setTimeout(240_000);
  const { context, page } = await open();
  await page.goto(baseURL!);
  await startRun(page, { file: swarmFile('triage-24.yaml'), input: inputFile(inventLines(5, 1)), engine: 'scripted' });
  await untilPhase(page, 'done');
  await expect(page.locator('[data-command=report]')).toHaveCount(0);

  const swarm = path.join(scratch(), 'small.yaml');
  writeFileSync(
    swarm,
    `planaria: 1
name: Small
roles: {reader: {prompt: Read this line.}}
flow: [{role: reader, each: input}]
report:
  title: Was <b>geschah</b>
  sections: [{text: reader}, {title: All, table: reader, columns: [line, text]}]
`,
  );
  const lines = ['sshd: failed <img src=x onerror=alert(1)> login', 'kernel: out of memory \u202E evil'];
  await page.goto(baseURL!);
  await startRun(page, { file: swarm, input: inputFile(lines), engine: 'scripted' });
  await untilPhase(page, 'done');
  await page.locator('[data-command=report]').click();
  await expect(page.getByRole('heading', { level: 2, name: 'Was <b>geschah</b>' })).toBeVisible();
  await page.evaluate(() => localStorage.setItem('planaria.settings', JSON.stringify({ language: 'ko' })));
  await page.reload();
  await expect(page.getByRole('heading', { level: 2, name: 'Was <b>geschah</b>' })).toBeVisible();
  await expect(page.getByRole('heading', { level: 3, name: '여기에 없는 것' })).toBeVisible();
  await expect(page.locator('[data-by=model]').first()).toContainText('<img src=x onerror=alert(1)>');
  expect(await page.locator('main img').count()).toBe(0);
  await expectSoundEverywhere(page, 'a report of strangers');
  await page.screenshot({ path: 'test-results/report-ko.png' });
  await context.close();
});
