/** Links: made by the page, opened by the page, and everything that can be wrong with one; nothing runs before a person agrees. */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test, type Page } from './support/test.ts';
import { expectSoundEverywhere } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { inputFile, phone, scratch, startRun, untilPhase } from './support/page.ts';
import { swarmFile } from './support/rows.ts';
import { withoutGpu } from './support/without-gpu.ts';

const small = swarmFile('triage-24.yaml');

const open = withoutGpu({ permissions: ['clipboard-read', 'clipboard-write'] });

/** Opens an address as if it had been clicked elsewhere: a fresh page. */
async function visit(page: Page, address: string): Promise<void> {
  await page.goto('about:blank');
  await page.goto(address);
}

const linkField = (page: Page) => page.getByRole('textbox', { name: 'Link' });

async function sharedLink(page: Page): Promise<string> {
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await expect(linkField(page)).toBeVisible();
  return linkField(page).inputValue();
}

test('a swarm is shared from where it is read, copied, opened elsewhere, read, and run', async ({ baseURL }) => {
  test.setTimeout(240_000);
  const { context, page } = await open();
  await page.goto(`${baseURL!}#/read/triage-24`);
  const link = await sharedLink(page);
  expect(link).toMatch(/#s1:[\w-]+\.[0-9a-f]{8}$/);
  await expect(page.getByTestId('link-length')).toHaveText(`${String(link.length)} characters.`);
  const dialog = page.getByRole('dialog');
  await expect(dialog).toContainText('triage-24.yaml');
  await expect(dialog).toContainText('Keys, addresses of models');
  // The example is everybody's: there is no input to agree to.
  await expect(dialog.getByRole('checkbox')).toHaveCount(0);
  await dialog.getByRole('button', { name: 'Copy the link' }).click();
  await expect(dialog.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(link);
  await context.close();

  const other = await open();
  await visit(other.page, link);
  await expect(other.page.getByRole('heading', { level: 1 })).toHaveText('Log triage, 24 agents');
  const text = await other.page.locator('li[data-n]').allInnerTexts();
  expect(text.join('\n').replace(/\s+/g, ' ').trim()).toBe(readFileSync(small, 'utf8').replace(/\s+/g, ' ').trim());
  await expect(other.page.getByTestId('needs')).toContainText('pocket');
  await expect(other.page.getByTestId('needs')).toContainText('a swarm file cannot name any');
  // Read, and nothing more: no run is stored, no model was asked for.
  expect(other.seen.requests.filter((address) => /models\/|\.wasm/.test(address))).toEqual([]);
  expect(
    other.seen.requests.filter((address) => !address.startsWith(baseURL!) && !/^(about|blob|data):/.test(address)),
  ).toEqual([]);
  await expectSoundEverywhere(other.page, 'a shared swarm');
  await other.page.getByRole('button', { name: 'Run it scripted' }).click();
  await untilPhase(other.page, 'running');
  expect(other.seen.violations).toEqual([]);
  expect(other.seen.errors).toEqual([]);
  await other.context.close();
});

test('a person’s own input goes along only with a tick; what is too long for a link goes as a file', async ({
  baseURL,
}) => {
  test.setTimeout(240_000);
  const { context, page } = await open();
  await page.goto(baseURL!);
  const lines = inventLines(60, 7);
  await startRun(page, { file: small, input: inputFile(lines), engine: 'scripted' });
  await untilPhase(page, 'done');
  const plain = await sharedLink(page);
  expect(plain).toMatch(/#s1:/);
  const dialog = page.getByRole('dialog');
  await expectSoundEverywhere(page, 'the share dialog');
  await dialog.getByRole('checkbox', { name: /Include the input: input.log, 60 lines/ }).check();
  await expect(linkField(page)).toHaveValue(/#s2:/);
  const withInput = await linkField(page).inputValue();

  await visit(page, withInput);
  await expect(page.getByTestId('needs')).toContainText('input.log, 60 lines');
  await page.getByRole('button', { name: 'Run it scripted' }).click();
  await untilPhase(page, 'done');
  const row = page.locator('tr[data-task]').first();
  await expect(row).toBeVisible();
  const plainly = (text: string): string => text.replace(/\s+/g, ' ');
  const cell = plainly(await row.innerText());
  expect(lines.some((line) => cell.includes(plainly(line.slice(0, 20))))).toBe(true);

  // Far more than fits.
  await page.goto(baseURL!);
  await startRun(page, { file: small, input: inputFile(inventLines(3000, 8)), engine: 'scripted' });
  await untilPhase(page, 'running');
  await page.getByRole('button', { name: 'Share', exact: true }).click();
  await dialog.getByRole('checkbox').check();
  await expect(page.getByTestId('too-long')).toContainText('Send the file instead');
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByTestId('save-file').click()]);
  expect(download.suggestedFilename()).toBe('triage-24.planaria');
  const file = path.join(scratch(), 'triage-24.planaria');
  await download.saveAs(file);
  await page.goto(`${baseURL!}#/`);
  await page.getByLabel('Swarm file', { exact: true }).setInputFiles(file);
  await expect(page.getByTestId('needs')).toContainText('3,000 lines');
  await context.close();
});

test('each kind of broken link says which it is and what to do, in both languages', async ({ baseURL }) => {
  test.setTimeout(300_000);
  const { context, page } = await open();
  await page.goto(`${baseURL!}#/read/triage-24`);
  const link = await sharedLink(page);
  await context.close();
  const at = link.indexOf('#');
  const [home, fragment] = [link.slice(0, at), link.slice(at)];
  const middle = Math.floor(fragment.length / 2);
  const swapped = fragment[middle] === 'A' ? 'B' : 'A';
  const bomb = Buffer.from(
    await new Response(
      new Blob([new Uint8Array(32 * 1024 * 1024)]).stream().pipeThrough(new CompressionStream('deflate-raw')),
    ).arrayBuffer(),
  ).toString('base64url');
  const cases: [string, string][] = [
    [fragment.slice(0, -30), 'truncated'],
    [fragment.slice(0, middle) + swapped + fragment.slice(middle + 1), 'broken'],
    [fragment.replace('#s1', '#s7'), 'unknown-version'],
    [fragment.replace('#s1', '#i9'), 'unknown-version'],
    [`#s1:${bomb}`, 'too-long'],
    [fragment.replace('#s1', '#s2'), 'not-ours'],
    [fragment.replace('#s1', '#i1'), 'not-ours'],
    ['#s1:%3Cscript%3E', 'broken'],
  ];
  for (const locale of ['en', 'ko']) {
    const { context: other, page: reader, seen } = await open(locale);
    const titles = new Set<string>();
    for (const [broken, problem] of cases) {
      await visit(reader, home + broken);
      const said = reader.locator('[data-problem]');
      await expect(said, broken.slice(0, 40)).toHaveAttribute('data-problem', problem);
      titles.add((await said.getByRole('heading').textContent()) ?? '');
      // Nothing is offered that would run it.
      await expect(reader.getByRole('button', { name: /^Run|실행/ })).toHaveCount(0);
    }
    expect(titles.size).toBe(5);
    if (locale === 'ko') expect([...titles].join('')).toMatch(/[가-힣]/);
    await expectSoundEverywhere(reader, `a broken link, ${locale}`);
    await visit(reader, home + cases[0]![0]);
    await reader.getByRole('link', { name: /^(Start screen|시작 화면)$/ }).click();
    await expect(reader.getByRole('heading', { level: 1 })).toBeVisible();
    expect(seen.errors).toEqual([]);
    await other.close();
  }
});

test('a shared file with errors shows them; edited right it runs; declined it is gone, also for Back', async ({
  baseURL,
}) => {
  test.setTimeout(240_000);
  const { context, page } = await open();
  const bad = path.join(scratch(), 'bad.yaml');
  writeFileSync(bad, readFileSync(small, 'utf8').replace('replicas: 20', 'replicas: many'));
  await page.goto(`${baseURL!}#/read/triage-24`);
  const link = await sharedLink(page);
  await visit(page, link);
  await page.getByRole('button', { name: 'Edit first' }).click();
  const editor = page.getByRole('textbox', { name: 'Swarm file, being edited' });
  await expect(editor).toBeFocused();
  await editor.fill(readFileSync(bad, 'utf8'));
  await expect(page.getByRole('alert')).toContainText('replicas');
  await expect(page.getByRole('button', { name: 'Run it scripted' })).toBeDisabled();
  await editor.fill(readFileSync(small, 'utf8').replace('name: Log triage, 24 agents', 'name: Edited by me'));
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Edited by me');
  await expect(page.getByText('Edited: this is no longer what was shared.')).toBeVisible();
  await expectSoundEverywhere(page, 'editing a shared swarm');
  await page.getByRole('button', { name: 'Run it scripted' }).click();
  await untilPhase(page, 'running');
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Edited by me');

  await visit(page, link);
  await page.getByRole('button', { name: 'Decline' }).click();
  await expect(page.getByRole('button', { name: 'Run the scripted demo' })).toBeVisible();
  await page.goBack();
  await expect(page.locator('[data-shared]')).toHaveCount(0);
  await context.close();
});

test('a link is shared, opened and run without a mouse, on a phone', async ({ baseURL }) => {
  test.setTimeout(240_000);
  const { context, page } = await open('ko');
  await page.setViewportSize(phone);
  await page.goto(`${baseURL!}#/read/triage-24`);
  const tabTo = async (name: RegExp, most = 40): Promise<void> => {
    for (let k = 0; k < most; k++) {
      await page.keyboard.press('Tab');
      const label = await page.evaluate(() => {
        const focused = document.activeElement;
        // The page as a whole has all words in it.
        if (!focused?.matches('a, button, input')) return '';
        return `${focused.getAttribute('aria-label') ?? ''} ${focused.textContent}`;
      });
      if (name.test(label)) return;
    }
    throw new Error(`${String(name)} is not within ${String(most)} tabs`);
  };
  await expect(page.getByRole('button', { name: '공유' })).toBeVisible();
  await tabTo(/공유/);
  await page.keyboard.press('Enter');
  const field = page.getByRole('textbox', { name: '링크' });
  await expect(field).toBeVisible();
  const link = await field.inputValue();
  await tabTo(/링크 복사/);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('button', { name: '복사함' })).toBeVisible();
  await page.keyboard.press('Escape');
  await expect(page.getByRole('dialog')).toHaveCount(0);
  await expect(page.getByRole('button', { name: '공유' })).toBeFocused();

  await visit(page, link);
  await expect(page.getByText('누군가 스웜을 공유했습니다.')).toBeVisible();
  await tabTo(/스크립트로 실행/);
  await page.keyboard.press('Enter');
  await untilPhase(page, 'running');
  await context.close();
});

test('what is wrong with a swarm file is told in the language of the page', async ({ baseURL }) => {
  test.setTimeout(240_000);
  const file = path.join(scratch(), 'wrong.yaml');
  writeFileSync(file, readFileSync(small, 'utf8').replace(/^name:.*$/m, 'modle: pocket'));
  const { context, page, seen } = await open('ko');
  const wrong = page.locator('section[role=alert]');
  await page.goto(`${baseURL!}#/`);
  await page.getByLabel('스웜 파일', { exact: true }).setInputFiles(file);
  await expect(wrong).toContainText('파일에 모르는 키 "modle"이 있습니다');
  await expect(wrong).toContainText('혹시 model입니까?');
  await expect(wrong).toContainText('파일에 name이 없습니다');
  await expect(wrong).toContainText(/name: 1자에서 80자까지의 글/);
  await page.getByRole('button', { name: 'English', exact: true }).click();
  await expect(wrong).toContainText('unknown key "modle" in the file');
  expect(seen.errors).toEqual([]);
  await context.close();
});
