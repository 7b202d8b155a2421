/**
 * One tab at work for long: memory of page, workers and processes, log, storage, DOM and frames over time, while faults strike all the time.
 *
 *   npm run bench -- soak [--minutes 60] [--calm 5] [--every 10] [--agents 4882] [--pocket] [--seed N] [--json FILE] [--gpu]
 *
 * Scripted answers over 4,882 agents; `--pocket`: the pocket model (20 minutes where none are named). One tab, four runs after each other:
 * a short one that loads all code, the same work without faults for `--calm` minutes (the peer), with faults for `--minutes`, and a short
 * one again. Every `--every` seconds all threads are collected and weighed; frames are not counted meanwhile. What a run keeps of each
 * task grows with it by design and is told per 1,000 tasks; what a tab keeps when it has left the run is the difference between the two
 * short ones. Buffers of the runtime are its columns and up to 48 MiB of checkpoints, which it halves when they are full. Slopes are Theil and Sen's, of the samples after the first minutes (a fifth, five at most), with 95 % intervals.
 * Everything that was sampled goes to `--json`.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { serve } from '../tools/dev/serve.mjs';
import { ensureBuilt, root } from '../tools/dev/workspace.mjs';
import { startBrowser } from '../tools/headless/browser.mjs';
import { faultBook } from '../tools/headless/bundled.mjs';
import { isOver, shownId, shownRun, start } from '../tools/headless/page.mjs';
import { askRuntime, holdRuntimes, RunLog, storedBytes } from '../tools/headless/runtime.mjs';
import { manyLines, soakPlan } from './soak/plan.mjs';
import { trendOf } from './soak/trend.mjs';
import { fileSetter, FrameTimes, Scale } from './soak/weigh.mjs';
import { adapter, machine, realLines, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    minutes: { type: 'string' },
    calm: { type: 'string' },
    every: { type: 'string', default: '10' },
    agents: { type: 'string', default: '4882' },
    seed: { type: 'string', default: '1' },
    pocket: { type: 'boolean', default: false },
    json: { type: 'string' },
    gpu: { type: 'boolean' },
  },
});
const engine = values.pocket ? 'webllm' : 'scripted';
const minutes = Number(values.minutes ?? (values.pocket ? 20 : 60));
const calmMinutes = Number(values.calm ?? Math.min(5, minutes / 3));
const everyMs = Number(values.every) * 1000;
const seed = Number(values.seed);
/** More than any machine that we have seen ends in a second. */
const MOST_A_SECOND = values.pocket && !values.gpu ? 25 : 70;
const SHORT_TASKS = values.pocket ? 60 : 300;
const ENDS_WITHIN_MS = 300_000;
const MB = 1e6;
const json = path.resolve(
  values.json ?? path.join(root, `node_modules/.cache/soak/${engine}-${String(minutes)}m.json`),
);

/** @typedef {import('./soak/weigh.mjs').Weight} Weight */
/** @typedef {Awaited<ReturnType<FrameTimes['off']>>} Frames */
/**
 * @typedef {Weight & { at: number, ended: number, failed: number, faults: number, mended: number, open: number, losses: number,
 *   records: number, logBytes: number, stored: number, vram: { now: number, peak: number } | null, frames: Frames, work: number }} Sample
 *   `at`: s since the run began; `work`: processor time of the page's thread a frame, ms; `records`, `logBytes`: of the log so far, as written
 */

const folder = scratch();
const { FaultBook, eventsOf, readPlan, faultTable } = await faultBook();

/** @param {string} name @param {number} count */
function inputOf(name, count) {
  const file = path.join(folder, name);
  writeFileSync(
    file,
    manyLines(realLines(), count, seed)
      .map((line) => `${line}\n`)
      .join(''),
  );
  return file;
}

/** The example with another number of agents. */
function swarmFile() {
  const file = path.join(folder, 'swarm.yaml');
  const text = readFileSync(path.join(root, 'public/swarms/triage-4882.yaml'), 'utf8');
  writeFileSync(file, text.replace('replicas: 4870', `replicas: ${Number(values.agents) - 12}`));
  return file;
}

/** Bytes of all files in a folder that is written to meanwhile; 0 where there is none. @param {string} folder */
function sizeOf(folder) {
  if (!existsSync(folder)) return 0;
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((each) => each.isFile());
  return files.reduce((sum, { parentPath, name }) => {
    const found = statSync(path.join(parentPath, name), { throwIfNoEntry: false });
    return sum + (found?.size ?? 0);
  }, 0);
}

const swarm = swarmFile();
const say = (/** @type {string} */ line) => process.stderr.write(`${line}\n`);

/** One tab from its first run to its last. */
class Tab {
  #page;
  #scale;
  #frames;
  #setFile;
  #profile;

  /** @param {import('@playwright/test').Page} page @param {Scale} scale @param {Awaited<ReturnType<typeof fileSetter>>} setFile @param {string} profile */
  constructor(page, scale, setFile, profile) {
    this.#page = page;
    this.#scale = scale;
    this.#setFile = setFile;
    this.#profile = profile;
    this.#frames = new FrameTimes(page);
  }

  /** @param {string} input @returns {Promise<string>} the run's id */
  async #start(input) {
    await this.#page.evaluate(() => (location.hash = '#/'));
    await this.#page.getByRole('radio').first().waitFor();
    const refused = await start(this.#page, { file: swarm, input, engine, setFile: this.#setFile });
    if (refused.length > 0) throw new Error(refused.join('\n'));
    return shownId(this.#page);
  }

  /** A short run to its end, then the start screen: what the tab weighs with nothing to do. @returns {Promise<Weight>} */
  async short() {
    await this.#start(inputOf('short.log', SHORT_TASKS));
    for (const end = Date.now() + ENDS_WITHIN_MS; !isOver((await shownRun(this.#page)).phase);) {
      if (Date.now() > end) throw new Error('the short run did not end');
      await this.#page.waitForTimeout(200);
    }
    await this.#page.evaluate(() => (location.hash = '#/'));
    await this.#page.getByRole('radio').first().waitFor();
    await this.#page.waitForTimeout(2000);
    return this.#scale.weigh();
  }

  /**
   * @param {string} name @param {number} minutes @param {string | null} plan faults
   */
  async work(name, minutes, plan) {
    const run = await this.#start(inputOf(`${name}.log`, Math.ceil(minutes * 60 * MOST_A_SECOND) + 500));
    const log = new RunLog(run, eventsOf);
    const read = plan === null ? null : readPlan('soak.yaml', plan);
    if (read && 'errors' in read) throw new Error(read.errors.join('\n'));
    const book = new FaultBook(read?.plan ?? { 'planaria-faults': 1, name: 'none', faults: [] }, seed);
    // By run time, which goes on while there is an engine: faults move the other clock.
    const still = { since: 0, now: 0, longest: 0 };
    const hear = async () => {
      const { events } = await log.next(this.#page);
      for (const event of events) {
        book.hear(event);
        still.now = event.at;
        still.longest = Math.max(still.longest, still.now - still.since);
        if (event.type === 'task.committed' || event.type === 'task.failed') still.since = event.at;
      }
      return events;
    };
    for (let going = false; !going; await this.#page.waitForTimeout(200))
      going = (await hear()).some(({ type }) => type === 'engine.loaded');
    if (plan !== null) {
      const wrong = await askRuntime(this.#page, 'playFaults', run, 'soak.yaml', plan, 0);
      if (/** @type {unknown[]} */ (wrong).length > 0) throw new Error(JSON.stringify(wrong));
    }
    const begun = Date.now();
    /** @type {Sample[]} */
    const samples = [];
    while (Date.now() - begun < minutes * 60_000) {
      const before = await this.#scale.work();
      await this.#frames.on();
      await this.#page.waitForTimeout(everyMs);
      const frames = await this.#frames.off();
      const work = ((await this.#scale.work()) - before) / Math.max(1, frames.frames);
      await hear();
      const at = (Date.now() - begun) / 1000;
      const sample = { at, ...(await this.#figures(run, book, log)), frames, work, ...(await this.#scale.weigh()) };
      samples.push(sample);
      say(`${name} ${line(sample)}`);
      if (isOver((await shownRun(this.#page)).phase)) throw new Error(`the ${name} run had too little to do`);
    }
    await hear();
    return { samples, book, stillMs: still.longest, stored: await storedBytes(this.#page, run) };
  }

  /** @param {string} run @param {InstanceType<typeof FaultBook>} book @param {RunLog} log */
  async #figures(run, book, log) {
    const page = this.#page;
    const runs = /** @type {{ id: string, results: number, failed: number }[]} */ (await askRuntime(page, 'runs'));
    const { results = 0, failed = 0 } = runs.find(({ id }) => id === run) ?? {};
    const report = JSON.parse(/** @type {string} */ (await askRuntime(page, 'export', run, 'report')));
    const stored =
      sizeOf(path.join(this.#profile, 'Default/IndexedDB')) + sizeOf(path.join(this.#profile, 'Default/WebStorage'));
    const { injected, mended, engineLosses } = book.figures();
    return {
      ended: results + failed,
      failed,
      ...{ faults: injected, mended, open: book.open, losses: engineLosses },
      ...{ records: log.records, logBytes: log.bytes, stored },
      vram: report.vram && { now: report.vram.now, peak: report.vram.peak },
    };
  }
}

const whole = (/** @type {import('./soak/weigh.mjs').Heap | undefined} */ heap) =>
  heap ? heap.js + heap.dom + heap.buffers : Number.NaN;
const mb = (/** @type {number} */ bytes, digits = 1) => (Number.isFinite(bytes) ? (bytes / MB).toFixed(digits) : '-');

/** What is followed over time, bytes. @type {Record<string, (sample: Sample) => number>} */
const FOLLOWED = {
  'page: JS heap': ({ heaps }) => heaps.page?.js ?? Number.NaN,
  'page: DOM and buffers': ({ heaps }) => (heaps.page ? heaps.page.dom + heaps.page.buffers : Number.NaN),
  'runtime worker: JS heap': ({ heaps }) => heaps.runtime?.js ?? Number.NaN,
  'runtime worker: buffers': ({ heaps }) => heaps.runtime?.buffers ?? Number.NaN,
  'inference worker: heap and buffers': ({ heaps }) => whole(heaps.inference),
  "tab's process: resident": ({ resident }) => resident.tab,
  'GPU process: resident': ({ resident }) => resident.gpu,
  "browser's process: resident": ({ resident }) => resident.browser,
  'databases on the disk': ({ stored }) => stored,
};

/** @param {Sample} sample */
function line(sample) {
  const { at, ended, faults, mended, frames, dom } = sample;
  const parts = Object.entries(FOLLOWED).map(([name, of]) => `${name.split(':')[0]} ${mb(of(sample))}`);
  return `${at.toFixed(0)} s, ${ended} tasks, ${mended}/${faults} faults mended, ${parts.join(', ')} MB, ${dom.nodes} nodes, frame p95 ${frames.p95}`;
}

/** Samples spread over the whole, the last one among them. @param {Sample[]} samples @param {number} most */
function spread(samples, most) {
  const step = Math.max(1, (samples.length - 1) / (most - 1));
  const chosen = new Set(
    Array.from({ length: most }, (_, k) => samples[Math.min(samples.length - 1, Math.round(k * step))]),
  );
  return samples.filter((sample) => chosen.has(sample));
}

/** @param {Sample[]} samples */
function curve(samples) {
  const head = ['min', 'tasks', 'failed', 'faults', 'mended', 'engines lost'];
  const bytes = [
    'page JS',
    'page DOM',
    'runtime JS',
    'buffers',
    'inference',
    'tab RSS',
    'GPU RSS',
    'browser RSS',
    'disk',
  ];
  const rest = ['log KB / 1,000 tasks', 'nodes', 'listeners', 'frame p50', 'p95', 'max, ms', 'work, ms'];
  return table(
    [...head, ...bytes.map((name) => `${name}, MB`), ...rest],
    spread(samples, 20).map((sample) => {
      const { at, ended, failed, faults, mended, losses, heaps, resident, stored, logBytes, dom, frames, work } =
        sample;
      return [
        ...[(at / 60).toFixed(1), ended, failed, faults, mended, losses],
        ...[heaps.page?.js, heaps.page && heaps.page.dom + heaps.page.buffers].map((each) => mb(each ?? Number.NaN)),
        ...[heaps.runtime?.js, heaps.runtime?.buffers].map((each) => mb(each ?? Number.NaN)),
        ...[whole(heaps.inference), resident.tab, resident.gpu, resident.browser, stored].map((each) => mb(each)),
        (logBytes / Math.max(1, ended)).toFixed(0),
        ...[dom.nodes, dom.listeners, frames.p50, frames.p95, frames.max.toFixed(1), work.toFixed(2)],
      ];
    }),
  );
}

/** Of the samples after the first minutes. @param {Sample[]} samples */
const settled = (samples) => {
  const from = Math.min(5 * 60, (samples.at(-1)?.at ?? 0) / 5);
  return samples.filter(({ at }) => at >= from);
};

/** @param {Sample[]} samples @param {(sample: Sample) => number} of @param {(sample: Sample) => number} along */
function trend(samples, of, along) {
  const points = settled(samples).flatMap((sample) =>
    Number.isFinite(of(sample)) ? [{ x: along(sample), y: of(sample) }] : [],
  );
  return trendOf(points);
}

/** @param {ReturnType<typeof trendOf>} found @param {number} unit @param {number} digits */
const told = (found, unit, digits) =>
  found
    ? `${(found.slope / unit).toFixed(digits)} (${(found.low / unit).toFixed(digits)} to ${(found.high / unit).toFixed(digits)})`
    : '-';

/** @param {Record<string, { samples: Sample[] }>} runs */
function slopes(runs) {
  const names = Object.keys(runs);
  const rows = Object.entries(FOLLOWED).map(([what, of]) => [
    what,
    ...Object.values(runs).flatMap(({ samples }) => [
      told(
        trend(samples, of, ({ at }) => at / 3600),
        MB,
        1,
      ),
      told(
        trend(samples, of, ({ ended }) => ended / 1000),
        1000,
        1,
      ),
    ]),
  ]);
  return table(['', ...names.flatMap((name) => [`${name}: MB an hour`, `KB per 1,000 tasks`])], rows);
}

/** @param {Weight} before @param {Weight} after */
function left(before, after) {
  const threads = Object.keys(before.heaps).filter((name) => after.heaps[name]);
  const rows = threads.flatMap((name) =>
    /** @type {const} */ (['js', 'dom', 'buffers']).map((part) => {
      const [a, b] = [before, after].map(({ heaps }) => heaps[name]?.[part] ?? 0);
      return [`${name}: ${part}`, mb(a ?? 0, 2), mb(b ?? 0, 2), mb((b ?? 0) - (a ?? 0), 2)];
    }),
  );
  const counts = /** @type {const} */ (['nodes', 'listeners', 'documents']).map((name) => [
    name,
    before.dom[name],
    after.dom[name],
    after.dom[name] - before.dom[name],
  ]);
  return table(
    ['on the start screen, after a short run', 'before, MB', 'after, MB', 'difference'],
    [...rows, ...counts],
  );
}

/** Frames of all samples together. @param {Sample[]} samples */
function frameFigures(samples) {
  /** @type {Map<number, number>} */
  const times = new Map();
  for (const { frames } of samples)
    for (const [slot, count] of Object.entries(frames.times))
      times.set(Number(slot), (times.get(Number(slot)) ?? 0) + count);
  const sorted = [...times].sort(([a], [b]) => a - b);
  const all = sorted.reduce((sum, [, count]) => sum + count, 0);
  const at = (/** @type {number} */ share) => {
    let rest = share * all;
    return (sorted.find(([, count]) => (rest -= count) < 0)?.[0] ?? Number.NaN) / 10;
  };
  const longest = Math.max(...samples.map(({ frames }) => frames.max));
  return `${all} frames, p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, longest ${longest.toFixed(1)} ms`;
}

/**
 * What may be kept, bytes: an hour, and of each task. The page keeps nothing of a task, the runtime an entry of its result index and who said
 * what; compiled code and learned baselines come late, so shorter soaks are told and not judged.
 */
const LIMITS = {
  'page: JS heap': { hour: 6 * MB, task: 0 },
  'page: DOM and buffers': { hour: 6 * MB, task: 0 },
  'runtime worker: JS heap': { hour: 6 * MB, task: 200 },
};
const JUDGED_MINUTES = 10;

/** @param {Record<string, { samples: Sample[] }>} runs @returns {string[]} what grows more than it may, its whole interval */
function growing(runs) {
  return Object.entries(runs).flatMap(([name, { samples }]) => {
    const last = samples.at(-1);
    if (!last || last.at < JUDGED_MINUTES * 55) return [];
    return Object.entries(LIMITS).flatMap(([what, { hour, task }]) => {
      const of = FOLLOWED[what];
      const found = of && trend(samples, of, ({ at }) => at / 3600);
      const allowed = hour + (task * last.ended * 3600) / last.at;
      if (!found || found.low <= allowed) return [];
      return [`${name}: ${what} grows by ${mb(found.slope)} MB an hour, ${mb(allowed)} are allowed`];
    });
  });
}

const { url, close } = await (async () => {
  if (!process.env.PLANARIA_DIST) await ensureBuilt();
  return serve({ root: process.env.PLANARIA_DIST ?? path.join(root, 'dist') });
})();
// A profile on the disk: without one a browser keeps databases in its memory.
const profile = path.join(folder, 'profile');
const { browser, kill } = await startBrowser(adapter(), profile);
try {
  const [context] = browser.contexts();
  if (!context) throw new Error('the browser has no context');
  await holdRuntimes(context);
  const page = await context.newPage();
  await page.setViewportSize({ width: 1440, height: 900 });
  page.on('pageerror', (error) => say(`page error: ${error.message}`));
  await page.goto(url);
  const tab = new Tab(page, await Scale.under(page), await fileSetter(page), profile);
  console.log(`${machine()} ${values.agents} agents, ${engine}, seed ${seed}, 1440 x 900.\n`);
  const before = await tab.short();
  const calm = await tab.work('calm', calmMinutes, null);
  const struck = await tab.work('faults', minutes, soakPlan(minutes, seed, values.pocket ? 1 / 3 : 1));
  const after = await tab.short();
  mkdirSync(path.dirname(json), { recursive: true });
  const kept = { engine, minutes, calmMinutes, seed, agents: Number(values.agents), machine: machine() };
  const runs = { calm, faults: struck };
  const told = Object.fromEntries(
    Object.entries(runs).map(([name, { samples, book, stored, stillMs }]) => [
      name,
      { samples, stored, stillMs, faults: book.entries.length, figures: book.figures() },
    ]),
  );
  writeFileSync(json, JSON.stringify({ ...kept, before, after, ...told }));

  for (const [name, { samples, stored, stillMs }] of Object.entries(runs)) {
    const last = samples.at(-1);
    const seconds = last ? last.at : 1;
    console.log(`### ${name}: ${(seconds / 60).toFixed(1)} minutes\n\n${curve(samples)}\n`);
    console.log(
      `${((last?.ended ?? 0) / seconds).toFixed(1)} tasks a second, ${(stillMs / 1000).toFixed(1)} s of run time at most between two that ended; ${frameFigures(samples)}.`,
    );
    const parts = Object.entries(stored).map(
      ([part, { records, bytes }]) => `${part} ${records} records, ${mb(bytes)} MB`,
    );
    console.log(`Stored of the run at its end: ${parts.join('; ')}.\n`);
  }
  console.log(`${slopes(runs)}\n`);
  console.log(`${left(before, after)}\n`);
  console.log(`${faultTable(struck.book.figures())}\n`);
  const found = growing(runs);
  console.log(
    found.length === 0
      ? `Nothing that went on for ${JUDGED_MINUTES} minutes grows more than it may.`
      : found.join('\n'),
  );
  console.log(`All samples: ${json}`);
  process.exitCode = found.length === 0 ? 0 : 1;
} finally {
  await kill();
  await close();
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}
