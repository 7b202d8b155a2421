/**
 * The whole browser killed in the middle of the pocket model's work, again and again, and whether its rows are those of a run without a kill.
 *
 *   npm run bench -- kills [--kills 30] [--each 6] [--lines 80] [--seats 4] [--seed N] [--json FILE] [--gpu]
 *
 * Each run reads the same real lines with the same seed, greedily, and is killed `--each` times by SIGKILL to the browser and all its
 * processes, at seeded random moments after the first results of that browser and before the last of all; the next browser goes on with the
 * same profile. The peers are two runs without a kill, the second on a kept profile and with other seats: what batches are made of is
 * the one thing that a kill changes as well. A row is what it says of its task: input, output, review, failure.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { randomOf } from '../tools/dev/random.mjs';
import { serve } from '../tools/dev/serve.mjs';
import { ensureBuilt, root } from '../tools/dev/workspace.mjs';
import { faultBook } from '../tools/headless/bundled.mjs';
import { killInTheMiddle, saidIn } from '../tools/headless/killed-runs.mjs';
import { adapter, machine, quantile, realLines, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '30' },
    each: { type: 'string', default: '6' },
    lines: { type: 'string', default: '80' },
    seats: { type: 'string', default: '4' },
    seed: { type: 'string' },
    json: { type: 'string', default: path.join(root, 'node_modules/.cache/kills.json') },
    gpu: { type: 'boolean' },
  },
});
const kills = Number(values.kills);
const each = Number(values.each);
const seats = Number(values.seats);
/** Another one each time; `--seed N` repeats the moments of a run that was printed. */
const seed = Number(values.seed ?? Date.now() % 1_000_000);

/** @typedef {Awaited<ReturnType<typeof killInTheMiddle>>} KilledRun */

const folder = scratch();
const { eventsOf } = await faultBook();
const lines = realLines().slice(0, Number(values.lines));
const input = path.join(folder, 'lines.log');
writeFileSync(input, lines.map((line) => `${line}\n`).join(''));

/** @param {number} seats */
function swarmOf(seats) {
  const file = path.join(folder, `seats-${seats}.yaml`);
  const text = readFileSync(path.join(root, 'public/swarms/triage-24.yaml'), 'utf8');
  writeFileSync(
    file,
    text.replace(/^model: .*$/m, (line) => `${line}\nbudget: {resident: ${seats}}`),
  );
  return file;
}

/** @param {string} url @param {string} profile @param {number} kills @param {number} seats @param {number} seed */
function once(url, profile, kills, seats, seed) {
  const options = { file: swarmOf(seats), input, engine: 'webllm', seed: 1 };
  const given = { url, profile: path.join(folder, profile), adapter: adapter(), options, tasks: lines.length };
  const say = (/** @type {string} */ line) => process.stderr.write(`${profile}: ${line}\n`);
  return killInTheMiddle({ ...given, kills, random: randomOf(seed), eventsOf, say });
}

/** How rows differ from those of the run without a kill. @param {KilledRun} run @param {KilledRun} peer */
function differences({ rows, ends }, peer) {
  const said = new Map(peer.rows.map((row) => [row.task, saidIn(row)]));
  const tasks = new Set(rows.map(({ task }) => task));
  return {
    lost: lines.length - tasks.size,
    twice: rows.length - tasks.size + (ends.length - new Set(ends).size),
    other: rows.filter((row) => !isDeepStrictEqual(saidIn(row), said.get(row.task))).map(({ task }) => task),
  };
}

process.once('SIGTERM', () => process.exit(1));
if (!process.env.PLANARIA_DIST) await ensureBuilt();
const server = await serve({ root: process.env.PLANARIA_DIST ?? path.join(root, 'dist') });
try {
  console.log(`${machine()} ${lines.length} lines, seed ${seed}.\n`);
  const peer = await once(server.url, 'calm', 0, seats, seed);
  /** @type {{ name: string, run: KilledRun }[]} */
  const runs = [{ name: `no kill, ${seats - 1} seats`, run: await once(server.url, 'calm', 0, seats - 1, seed) }];
  const startMs = runs[0]?.run.firstMs ?? Number.NaN;
  let done = 0;
  for (let k = 1; done < kills; k += 1) {
    const run = await once(server.url, `run-${k}`, Math.min(each, kills - done), seats, seed + k);
    done += run.kills.length;
    runs.push({ name: `run ${k}`, run });
  }
  const told = runs.map(({ name, run }) => ({ name, run, ...differences(run, peer) }));
  mkdirSync(path.dirname(values.json), { recursive: true });
  writeFileSync(values.json, JSON.stringify({ machine: machine(), seed, peer, runs: told }));

  const figures = (/** @type {KilledRun} */ { rows }) => [
    rows.filter(({ failure }) => failure === null).length,
    rows.filter(({ failure }) => failure !== null).length,
  ];
  const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1);
  console.log(
    table(
      ['run', 'kills', 'after so many results', 'results', 'named failures', 'lost', 'twice', 'other rows', 's'],
      [
        [`no kill, ${seats} seats`, 0, '-', ...figures(peer), 0, 0, '-', seconds(peer.ms)],
        ...told.map(({ name, run, lost, twice, other }) => [
          ...[name, run.kills.length, run.kills.map(({ at }) => at).join(', ') || '-', ...figures(run)],
          ...[lost, twice, other.length, seconds(run.ms)],
        ]),
      ],
    ),
  );
  const struck = told.flatMap(({ run }) => run.kills);
  const fewer = struck.filter(({ at, kept }) => kept < at).length;
  const next = struck.map(({ nextMs }) => nextMs);
  const [p50, p95, most] = [quantile(next, 0.5), quantile(next, 0.95), Math.max(...next)].map(seconds);
  console.log(`\n${struck.length} kills; results that were on the disk and no longer are: after ${fewer} of them.`);
  console.log(`From a browser's start to the next result after a kill: median ${p50} s, p95 ${p95} s, most ${most} s.`);
  console.log(
    `From a browser's start to the first result of a fresh run, the model in the cache: ${seconds(startMs)} s.`,
  );
  for (const { name, run, other } of told)
    for (const task of other) {
      const [here, there] = [run, peer].map(({ rows }) => rows.find((row) => row.task === task));
      console.log(
        `${name}, task ${task}: ${JSON.stringify(here && saidIn(here))}\n  without a kill: ${JSON.stringify(there && saidIn(there))}`,
      );
    }
  const bad = told.some(({ lost, twice, other }) => lost > 0 || twice > 0 || other.length > 0) || fewer > 0;
  process.exitCode = bad ? 1 : 0;
} finally {
  await server.close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
