/** What healing cannot mend by itself it asks a person, above the figures; the words given there end the task. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './support/test.ts';
import { expectNoSidewaysScroll, expectSound } from './support/axe.ts';
import { exportedRows, inputFile, phone, scratch, startRun, untilPhase } from './support/page.ts';

test.use({ locale: 'en', viewport: { width: 1440, height: 900 } });

/** Three tokens are too few for any answer, so every line fails all its attempts and a person is asked. */
const SWARM = `
planaria: 1
name: Too short
model: pocket
input: {from: dropped, format: lines}
roles:
  triager:
    kind: worker
    replicas: 6
    attempts: 1
    prompt: Triage this line.
    output:
      type: object
      properties: {severity: {enum: [info, warning, error]}}
      required: [severity]
      additionalProperties: false
    limits: {tokens: 3, deadline: 20s}
supervision: {ask: 10m}
flow:
  - {role: triager, each: input}
`;

test('a person skips, writes a result, and gives up; a wrong result is refused with the reason', async ({
  page,
  baseURL,
}) => {
  await page.goto(baseURL!);
  const file = path.join(scratch(), 'short.yaml');
  writeFileSync(file, SWARM);
  await startRun(page, {
    file,
    input: inputFile(['sshd[1]: Failed password', 'sshd[2]: Failed password', 'sshd[3]: Failed password']),
    engine: 'scripted',
  });
  const asked = page.getByRole('region', { name: 'Asked of you' });
  await expect(asked).toContainText('failed all its attempts', { timeout: 60_000 });
  await expect(asked).toContainText('2 more', { timeout: 60_000 });
  await asked.getByText('The whole story').click();
  await expectSound(page, 'a question', '.notices');

  await asked.getByRole('button', { name: 'Write the result' }).click();
  const output = asked.getByRole('textbox');
  await output.fill('{"severity": "loud"}');
  await asked.getByRole('button', { name: 'Use this result' }).click();
  await expect(asked.getByRole('alert')).toContainText('That is not what triager has to give');
  await expectSound(page, 'a refused result', '.notices');
  await output.fill('{"severity": "error"}');
  await asked.getByRole('button', { name: 'Use this result' }).click();
  await expect(page.getByTestId('results')).toHaveText('1');

  await page.setViewportSize({ width: 390, height: 844 });
  await expectNoSidewaysScroll(page, 'a question on a phone');
  await expectSound(page, 'a question on a phone', '.notices');
  await page.setViewportSize({ width: 1440, height: 900 });
  await asked.getByRole('button', { name: 'Skip the task' }).click();
  await expect(page.getByTestId('failed')).toHaveText('1');
  await asked.getByRole('button', { name: 'Give up' }).click();
  await untilPhase(page, 'done');
  await expect(asked).toHaveCount(0);
  const rows = await exportedRows(page);
  expect(rows).toHaveLength(3);
  expect(
    rows
      .map(({ failure }) => failure)
      .filter((failure) => failure !== null)
      .sort(),
  ).toContain('skipped');
  expect(rows.find(({ failure }) => failure === null)?.output).toEqual({ severity: 'error' });
});

test('a person at the page is asked without a word in the file, and may let failed tasks go to an endpoint', async ({
  page,
  baseURL,
}) => {
  const sent: string[] = [];
  await page.route('https://far.example/**', (route) => {
    sent.push(route.request().headers()['authorization'] ?? '');
    return route.abort();
  });
  await page.goto(baseURL!);
  const file = path.join(scratch(), 'silent.yaml');
  writeFileSync(file, SWARM.replace('supervision: {ask: 10m}\n', ''));
  await page.getByLabel('Swarm file', { exact: true }).setInputFiles(file);
  await page.getByLabel('Input file', { exact: true }).setInputFiles(inputFile(['sshd[1]: Failed password']));
  await page.getByText('Limit, seed, engine').press('Enter');
  await page.getByLabel('Engine').selectOption('scripted');
  await expect(page.getByLabel('Ask me about failed tasks')).toBeChecked();
  await expectSound(page, 'options', 'main');
  await page.getByRole('button', { name: 'Run', exact: true }).click();
  const asked = page.getByRole('region', { name: 'Asked of you' });
  await expect(asked).toContainText('failed all its attempts', { timeout: 60_000 });

  await page.getByText('A model elsewhere').click();
  const allow = page.getByRole('button', { name: 'Allow for this run' });
  await page.getByLabel('Address').fill('http://far.example/v1');
  await page.getByLabel('Model', { exact: true }).fill('big');
  await page.getByLabel('Key', { exact: true }).fill('sk-secret');
  await expect(allow).toBeDisabled();
  await expect(page.getByText('The address must begin with https://')).toBeVisible();
  await expectSound(page, 'a refused address', 'aside');
  await page.getByLabel('Address').fill('https://far.example/v1');
  await page.getByLabel('Model', { exact: true }).press('Enter');
  await expect(page.locator('aside')).toContainText('Tasks that fail here may go to big at far.example');
  await expect(page.getByLabel('Key', { exact: true })).toHaveCount(0);
  await page.setViewportSize(phone);
  await expectNoSidewaysScroll(page, 'an allowed endpoint on a phone');
  await expectSound(page, 'an allowed endpoint', 'aside');
  await asked.getByRole('button', { name: 'Try again' }).click();
  await expect.poll(() => sent, { timeout: 30_000 }).toContain('Bearer sk-secret');
  await page.getByRole('button', { name: 'Withdraw' }).click();
  await expect(page.locator('aside')).toContainText('none allowed');
  await asked.getByRole('button', { name: 'Give up' }).click();
  await untilPhase(page, 'done');
  expect(await exportedRows(page)).toHaveLength(1);
  expect(await page.evaluate(() => JSON.stringify({ ...localStorage, ...sessionStorage }))).not.toContain('sk-secret');
});
