/** A flow that branches: what each line comes to, the counts at each step, and how both are shown. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './support/test.ts';
import { expectSoundEverywhere } from './support/axe.ts';
import { inventLines } from './support/logs.ts';
import { exportedRows, inputFile, scratch, startRun, untilPhase } from './support/page.ts';
import { expectEveryLineOnce } from './support/rows.ts';
import { withoutGpu } from './support/without-gpu.ts';

const open = withoutGpu();

const SWARM = `planaria: 1
name: Triage that looks twice
seed: 3
roles:
  triager:
    replicas: 8
    prompt: Triage this log line.
    output:
      type: object
      properties:
        severity: {enum: [debug, info, notice, warning, error, critical]}
        subject: {type: string, minLength: 1, maxLength: 96, x-copied-from: input}
      required: [severity, subject]
      additionalProperties: false
  explainer: {replicas: 2, prompt: Say what this means.}
  reviewer:
    kind: specialist
    prompt: Review this triage.
    output: {type: object, properties: {agree: {type: boolean}}, required: [agree], additionalProperties: false}
flow:
  - {role: triager, each: input}
  - {name: bad, each: triager, where: {severity: {gte: error}}}
  - {role: explainer, each: bad, with: input}
  - {role: reviewer, reviews: bad}
`;

interface Triage {
  readonly severity: string;
}

test('lines go where their triage sends them; rows, counts and the drawing say so', async ({ baseURL }) => {
  test.setTimeout(240_000);
  const { context, page } = await open();
  const file = path.join(scratch(), 'twice.yaml');
  writeFileSync(file, SWARM);
  const lines = inventLines(120, 9);
  await page.goto(baseURL!);
  await startRun(page, { file, input: inputFile(lines), engine: 'scripted' });
  await untilPhase(page, 'done');
  const rows = await exportedRows(page);
  expectEveryLineOnce(rows, lines);
  const severityOf = (row: (typeof rows)[number]): string =>
    ((row.step === undefined ? row.outputs?.triager : row.output) as Triage).severity;
  const bad = rows.filter((row) => ['error', 'critical'].includes(severityOf(row)));
  expect(bad.length).toBeGreaterThan(5);
  expect(bad.length).toBeLessThan(rows.length);
  for (const row of rows) {
    const through = bad.includes(row);
    expect(row.step).toBe(through ? undefined : 'triager');
    expect(row.review !== null).toBe(through);
    // It read the line itself, with the triage below it.
    if (through)
      expect(row.output).toBe(`Read: ${`${row.input}\n${JSON.stringify(row.outputs?.triager)}`.slice(0, 120)}`);
  }

  expect(rows.filter((row) => row.attempts !== (bad.includes(row) ? 2 : 1))).toEqual([]);
  await page.getByRole('combobox').filter({ hasText: 'retried' }).selectOption('retried');
  await expect(page.locator('tr[data-task]')).toHaveCount(0);
  await page.getByRole('combobox').filter({ hasText: 'retried' }).selectOption('all');

  const steps = page.locator('[data-step]');
  const counts = [rows.length, bad.length, bad.length, bad.length];
  await expect(steps.locator('.num')).toHaveText(counts.map(String));
  await expect(steps.first()).toBeVisible();
  await expect(
    page
      .getByRole('cell')
      .filter({ hasText: /explainer\s+Read: [^]*triager\s+\{/ })
      .first(),
  ).toBeVisible();
  await expectSoundEverywhere(page, 'a flow that branches');

  // What was counted is counted still when the run is opened anew.
  await page.reload();
  await untilPhase(page, 'done');
  await expect(steps.locator('.num')).toHaveText(counts.map(String));
  await context.close();
});

const PLANNED = `planaria: 1
name: One program
input: {fields: syslog}
roles:
  triager:
    replicas: 4
    prompt: Triage this log line.
    output: {type: object, properties: {severity: {enum: [info, warning, error]}}, required: [severity], additionalProperties: false}
flow:
  - {role: triager, each: input, dedupe: true}
  - {name: kernel, each: triager, where: {input.program: kernel}, group: {by: [severity]}}
report: {title: The kernel, sections: [{groups: kernel}]}
`;

test('the plan is shown before the run: what comes to each step, and what it saves', async ({ baseURL }) => {
  const { page } = await open();
  const file = path.join(scratch(), 'one-program.yaml');
  writeFileSync(file, PLANNED);
  const lines = Array.from(
    { length: 60 },
    (_, k) =>
      `Jun 14 15:16:${String(k).padStart(2, '0')} web ${k % 3 === 0 ? 'kernel' : 'cron'}[${k}]: job ${k} is late`,
  );
  await page.goto(baseURL!);
  await page.getByLabel('Swarm file', { exact: true }).setInputFiles(file);
  await page.getByLabel('Input file', { exact: true }).setInputFiles(inputFile(lines));
  const plan = page.getByTestId('run-plan');
  await expect(plan).toContainText('About 1 turns for 60 items.');
  await expect(plan).toContainText('As the file is written it would be 60');
  await expect(plan).toContainText('triager works on 20 of 60, where input.program = kernel');
  await expect(plan).toContainText('19 of 20 are like another');
  await expectSoundEverywhere(page, 'the plan');
});
