/**
 * The GPU device goes away again and again while the real model works: each task still ends exactly once.
 *
 * Five times in forty tasks; `PLANARIA_LOSSES=20 PLANARIA_TASKS=100` makes it twenty in a hundred, nearly three minutes on two cores: each
 * loss costs a wait (2 s from the second within two minutes on, because browsers block pages whose devices are lost in quick succession), an
 * engine, and the turns that were in flight. The wait stays: what a test could shorten, a page could. Four seats rather than twelve, so that
 * less is lost with each device. `PLANARIA_LOG=FILE` takes the lines of a log instead of invented ones.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './support/test.ts';
import { eventsOf } from '../tools/headless/fault-book.ts';
import { randomOf } from '../tools/dev/random.mjs';
import { loseDevices } from '../tools/headless/lost-devices.mjs';
import { holdRuntimes } from '../tools/headless/runtime.mjs';
import { inventLines } from './support/logs.ts';
import { exportedReport, exportedRows, inputFile, scratch } from './support/page.ts';
import { expectEveryLineOnce, expectValidOutputs, swarmFile } from './support/rows.ts';

const TASKS = Number(process.env.PLANARIA_TASKS ?? 40);
const LOSSES = Number(process.env.PLANARIA_LOSSES ?? 5);
const SEATS = 4;
const swarm = swarmFile('triage-24.yaml');
/** Another one each time; `PLANARIA_SEED=N` repeats a run that was printed. */
const seed = Number(process.env.PLANARIA_SEED ?? Date.now() % 1_000_000);

test(
  'devices lost in the middle of a run: each task ends once',
  { tag: '@model' },
  async ({ context, page, baseURL }) => {
    test.setTimeout(300_000);
    const log = process.env.PLANARIA_LOG;
    const lines =
      log === undefined ? inventLines(TASKS, seed) : readFileSync(log, 'utf8').split(/\r?\n/).slice(0, TASKS);
    const file = path.join(scratch(), 'swarm.yaml');
    writeFileSync(file, `${readFileSync(swarm, 'utf8')}\nbudget: {resident: ${SEATS}}\n`);
    await holdRuntimes(context);
    await page.goto(baseURL!);
    const { events, moments, ms } = await loseDevices(page, {
      ...{ file, input: inputFile(lines), engine: 'webllm', random: randomOf(seed), eventsOf },
      ...{ tasks: TASKS, seats: SEATS, losses: LOSSES },
    });
    const rows = await exportedRows(page);
    expectEveryLineOnce(rows, lines);
    expectValidOutputs(rows, swarm);
    const failed = rows.filter((row) => row.failure !== null).length;
    const ended = `${TASKS - failed} results, ${failed} named failures in ${(ms / 1000).toFixed(1)} s`;
    console.log(`seed ${seed}: ${ended}; devices lost with ${moments.join(', ')} tasks ended`);
    expect(await exportedReport(page)).toMatchObject({
      ...{ engine: 'webllm', batched: true, phase: 'done', tasks: TASKS, results: TASKS - failed, failed },
      engineLosses: LOSSES,
    });
    // The log says the same: so many devices lost, and one end of each task.
    const lost = events.flatMap((event) => (event.type === 'engine.lost' ? [event.code] : []));
    expect(lost).toEqual(Array(LOSSES).fill('device-lost'));
    const ends = events.flatMap((event) =>
      event.type === 'task.committed' || event.type === 'task.failed' ? [event.task] : [],
    );
    expect(ends.sort((a, b) => a - b)).toEqual(lines.map((_, task) => task));
  },
);
