/**
 * The whole browser is killed in the middle of the real model's work, after the first results of each browser: what the rows say is what they
 * say without a kill, to the letter. Two kills in 24 tasks; `npm run bench -- kills` has thirty, over real lines.
 */
import { writeFileSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from './support/test.ts';
import { randomOf } from '../tools/dev/random.mjs';
import { eventsOf } from '../tools/headless/fault-book.ts';
import { killInTheMiddle, saidIn } from '../tools/headless/killed-runs.mjs';
import { inventLines } from './support/logs.ts';
import { inputFile, scratch } from './support/page.ts';
import { expectEveryLineOnce, expectValidOutputs, swarmFile } from './support/rows.ts';

const TASKS = 24;
const KILLS = 2;
const swarm = swarmFile('triage-24.yaml');
/** Another one each time; `PLANARIA_SEED=N` repeats a run that was printed. */
const seed = Number(process.env.PLANARIA_SEED ?? Date.now() % 1_000_000);

test(
  "l: the browser killed in the middle of the model's work: the same rows as without",
  { tag: '@model' },
  async ({ baseURL }) => {
    test.setTimeout(400_000);
    const lines = inventLines(TASKS, seed);
    const file = path.join(scratch(), 'swarm.yaml');
    writeFileSync(file, `${readFileSync(swarm, 'utf8')}\nbudget: {resident: 4}\n`);
    const options = { file, input: inputFile(lines), engine: 'webllm', seed: 1 };
    const run = (kills: number) =>
      killInTheMiddle({
        ...{ url: baseURL!, profile: scratch(), adapter: 'swiftshader', options, tasks: TASKS, kills, eventsOf },
        random: randomOf(seed),
      });
    const calm = await run(0);
    const struck = await run(KILLS);
    const moments = struck.kills.map(({ at, nextMs }) => `at ${at}, next result after ${nextMs} ms`);
    console.log(`seed ${seed}: killed ${moments.join('; ')}; first result of a fresh run after ${calm.firstMs} ms`);

    for (const { before, at, kept } of struck.kills) {
      expect(at, 'killed after the first results of that browser').toBeGreaterThan(before);
      expect(kept, 'what was on the disk is there').toBeGreaterThanOrEqual(at);
    }
    expectEveryLineOnce(struck.rows, lines);
    expectValidOutputs(struck.rows, swarm);
    expect(struck.rows.map(saidIn)).toEqual(calm.rows.map(saidIn));
    expect(struck.report).toMatchObject({ engine: 'webllm', batched: true, phase: 'done', tasks: TASKS });
    // The log says the same: one end of each task.
    expect(struck.ends.toSorted((a, b) => a - b)).toEqual(lines.map((_, task) => task));
  },
);
