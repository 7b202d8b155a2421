/** Death of the tab, of the browser and of the runtime's worker in the middle of a run: the run is there again, goes on, and no result is lost or doubled. */
import { expect, test, type Page } from './support/test.ts';
import type { ResultRow } from '../src/store/records.ts';
import { randomOf } from '../tools/dev/random.mjs';
import { crashTab, startChromium, type LiveChromium } from './support/chromium.ts';
import { inventLines } from './support/logs.ts';
import {
  exportedReport,
  exportedRows,
  inputFile,
  phaseOf,
  endedShown,
  scratch,
  startRun,
  untilPhase,
} from './support/page.ts';
import { expectEveryLineOnce, expectValidOutputs, swarmFile } from './support/rows.ts';

const swarm = swarmFile('triage-24.yaml');
/** Another one each time; `PLANARIA_SEED=N` repeats a run that was printed. */
const seed = Number(process.env.PLANARIA_SEED ?? Date.now() % 1_000_000);

/** Numbers of ended tasks after which to kill, ascending and different. */
function killPoints(count: number, tasks: number, random: () => number): number[] {
  const points = new Set<number>();
  while (points.size < count) points.add(1 + Math.floor(random() * (tasks - 2)));
  return [...points].sort((a, b) => a - b);
}

/** What has been exported must be in every later export, to the letter. */
class Kept {
  readonly #rows = new Map<number, ResultRow>();

  async check(page: Page): Promise<void> {
    const rows = await exportedRows(page);
    expect(new Set(rows.map((row) => row.task)).size, 'no task has two rows').toBe(rows.length);
    const now = new Map(rows.map((row) => [row.task, row]));
    for (const [task, row] of this.#rows) expect(now.get(task), `task ${task} is still there`).toEqual(row);
    for (const row of rows) this.#rows.set(row.task, row);
  }

  get size(): number {
    return this.#rows.size;
  }
}

interface Plan {
  readonly engine: 'scripted' | 'webllm';
  readonly tasks: number;
  readonly kills: number;
}

async function survive(url: string, { engine, tasks, kills }: Plan): Promise<void> {
  const random = randomOf(seed + tasks);
  const points = killPoints(kills, tasks, random);
  const ways = points.map(() => (random() < 0.5 ? 'tab' : 'browser'));
  console.log(
    `seed ${seed}: ${points.map((point, k) => `${ways[k]} killed at ${point}`).join(', ')} of ${tasks} tasks`,
  );

  const lines = inventLines(tasks, seed);
  const profile = scratch();
  const kept = new Kept();
  let chromium: LiveChromium = await startChromium(profile);
  try {
    let page = await chromium.newPage();
    await page.goto(url);
    const runUrl = await startRun(page, { file: swarm, input: inputFile(lines), engine });

    for (const [k, point] of points.entries()) {
      await expect
        .poll(async () => (await endedShown(page)) >= point || (await phaseOf(page)) === 'done', { timeout: 300_000 })
        .toBe(true);
      await kept.check(page);
      if (ways[k] === 'tab') await crashTab(page);
      else {
        await chromium.kill();
        chromium = await startChromium(profile);
      }
      page = await chromium.newPage();
      if (k % 2 === 0) await page.goto(runUrl);
      else {
        // As a person who comes back finds it.
        await page.goto(url);
        await page
          .getByRole('link', { name: /^Open / })
          .first()
          .click();
      }
      await expect(page.locator('[data-phase]')).toBeVisible();
      await kept.check(page);
      expect(await page.locator('[data-run]').getAttribute('data-run')).toBe(runUrl.split('/').at(-1));
    }
    await untilPhase(page, 'done', 400_000);
    await kept.check(page);

    const rows = await exportedRows(page);
    expect(rows.length).toBe(kept.size);
    expectEveryLineOnce(rows, lines);
    expectValidOutputs(rows, swarm);
    const failed = rows.filter((row) => row.failure !== null).length;
    expect(await exportedReport(page)).toMatchObject({ engine, phase: 'done', tasks, results: tasks - failed, failed });
  } finally {
    await chromium.kill();
  }
}

test('five kills at random points of a scripted run', async ({ baseURL }) => {
  test.setTimeout(420_000);
  await survive(baseURL!, { engine: 'scripted', tasks: 400, kills: 5 });
});

test('kills at random points of a run on the real model', { tag: '@model' }, async ({ baseURL }) => {
  test.setTimeout(900_000);
  await survive(baseURL!, { engine: 'webllm', tasks: 24, kills: 2 });
});

test("the runtime's worker dies of an error of its own: a fresh one goes on, the page says so", async ({
  page,
  baseURL,
}) => {
  const lines = inventLines(400, 11);
  await page.goto(baseURL!);
  await startRun(page, { file: swarm, input: inputFile(lines), engine: 'scripted' });
  await untilPhase(page, 'running');
  await expect.poll(() => endedShown(page), { timeout: 60_000 }).toBeGreaterThan(20);
  const runtime = page.workers().find((each) => each.url().includes('runtime'));
  await runtime?.evaluate(() => {
    setTimeout(() => {
      throw new Error('broken by a test');
    });
  });

  const note = page.getByRole('region', { name: 'The runtime was started anew' });
  await expect(note).toContainText('broken by a test');
  await note.getByRole('button', { name: 'Understood' }).click();
  await expect(note).toHaveCount(0);
  await untilPhase(page, 'done', 180_000);
  expectEveryLineOnce(await exportedRows(page), lines);
});

test('of two tabs one works and one watches; when the first is gone the second takes over', async ({
  context,
  page,
  baseURL,
}) => {
  test.setTimeout(300_000);
  const lines = inventLines(400, 9);
  await page.goto(baseURL!);
  const runUrl = await startRun(page, { file: swarm, input: inputFile(lines), engine: 'scripted' });
  await untilPhase(page, 'running');
  // The buttons of the writer hold; the watcher has none of them.
  await page.getByRole('button', { name: 'Pause' }).first().click();
  await untilPhase(page, 'paused');

  const second = await context.newPage();
  await second.goto(runUrl);
  await expect(second.getByRole('region', { name: 'This tab only watches' })).toBeVisible();
  for (const name of ['Pause', 'Resume', 'Stop'])
    await expect(second.getByRole('button', { name, exact: true })).toHaveCount(0);
  await page.getByRole('button', { name: 'Resume' }).first().click();
  const atFirst = await endedShown(second);
  await expect.poll(() => endedShown(second), { timeout: 60_000 }).toBeGreaterThan(atFirst);
  expect(await phaseOf(page)).toBe('running');

  await page.close();
  await second.getByRole('button', { name: 'Work on it here' }).click();
  await expect(second.getByRole('region', { name: 'This tab only watches' })).toHaveCount(0);
  await untilPhase(second, 'done', 180_000);
  expectEveryLineOnce(await exportedRows(second), lines);
});
