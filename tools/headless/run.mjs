/** A run on a profile that stays: begun or gone on with, followed, and left so that it can be gone on with. */
import path from 'node:path';
import { openProfile } from './browser.mjs';
import { BadInput, EXIT, NoStart, Stopped } from './exits.mjs';
import { isPlain, STREAM } from './files.mjs';
import { RowFeed } from './feed.mjs';
import { howToGoOn, outputsOf, summaryOf, takeReport, tellSummary } from './outcome.mjs';
import { allowRemote, exported, isOver, Patience, reopen, shownId, shownRun, start } from './page.mjs';
import { askRuntime, holdRuntimes } from './runtime.mjs';
import { openSinks } from './sinks.mjs';
import { within } from './stop.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('./folder.mjs').RunFolder} RunFolder */
/** @typedef {import('./folder.mjs').Given} Given */
/** @typedef {import('./folder.mjs').KeptRun} KeptRun */
/** @typedef {import('./args.mjs').Options} Options */
/** @typedef {import('./stop.mjs').Stop} Stop */
/** @typedef {import('./progress.mjs').Progress} Progress */

const POLL_MS = 500;
/** Longest wait for what is still to be had of a page that is left, ms. */
const LAST_MS = 3000;

/**
 * @typedef {object} Job
 * @property {NonNullable<Options>} options
 * @property {{ swarm: (Given & { path: string }) | null, input: (Given & { path: string }) | null }} given
 * @property {KeptRun | null} kept the run to go on with
 * @property {RunFolder} folder
 * @property {number} port
 * @property {Stop} stop
 * @property {Progress} progress
 * @property {string} command how this one was started
 * @property {{ tasks: number, results: number, failed: number } | null} [seen] what was last known of the run
 */

/**
 * @param {Job} job
 * @returns {Promise<number>} exit code; rejects with `BadInput`, `NoStart`
 */
export async function runKept(job) {
  const { options, folder, port, stop, progress } = job;
  await stop.guard(folder.browserGone());
  const { context, url } = await stop.guard(openProfile(options.adapter, folder.profile, port));
  try {
    await holdRuntimes(context);
    const page = context.pages()[0] ?? (await context.newPage());
    watch(page, job);
    const run = await stop.guard(job.kept ? goOn(page, url, job, job.kept) : begin(page, url, job));
    const sinks = await openSinks(options, { resumed: job.kept !== null, stdout: process.stdout });
    const feed = new RowFeed(sinks, (format, after) => ask(page, run, format, after));
    try {
      return await follow(page, run, feed, job);
    } catch (error) {
      if (error instanceof BadInput || error instanceof NoStart) throw error;
      return await leave(page, run, feed, stopped(error, stop), job);
    } finally {
      await feed.close();
    }
  } finally {
    progress.clear();
    await within(context.close(), LAST_MS, undefined);
  }
}

/** @param {Page} page @param {string} run @param {'jsonl' | 'csv'} format @param {number} after */
const ask = (page, run, format, after) =>
  /** @type {Promise<import('../../src/runtime/protocol/views.ts').RowTexts>} */ (
    askRuntime(page, 'rowTexts', run, format, after)
  );

/** Whatever ends a run that has begun, its results are kept. @param {unknown} error @param {Stop} stop */
function stopped(error, stop) {
  if (error instanceof Stopped) return error;
  return stop.reason ?? new Stopped(EXIT.stopped, 'fault', error instanceof Error ? error.message : String(error));
}

/** A page that is lost stops the run here; what it committed is on the disk. @param {Page} page @param {Job} job */
function watch(page, { stop, progress }) {
  const lost = (/** @type {string} */ what) => stop.ask(new Stopped(EXIT.stopped, 'page-lost', what));
  page.on('pageerror', (error) => progress.tell(`page error: ${error.message}`));
  page.on('crash', () => lost('the page crashed'));
  page.on('close', () => lost('the page was closed, or its browser ended'));
}

/** @param {Page} page @param {string} url @param {Job} job @returns {Promise<string>} the run's id */
async function begin(page, url, { options, given, folder, progress }) {
  const { swarm, input } = given;
  if (!swarm) throw new BadInput('expected: run FILE [INPUT]');
  const names = new Map([swarm, input].flatMap((file) => (file ? [[file.path, file.shown]] : [])));
  await page.goto(url);
  const { engine = 'webllm', ask, ...settings } = options.settings;
  const refused = await start(page, {
    ...{ ...settings, engine, ask: ask ?? false, file: swarm.path, input: input?.path },
    shownAs: (file) => names.get(file) ?? file,
    onNote: (note) => progress.say(`${input?.shown ?? 'input'}: ${note}`),
    remote: withKey(options),
  });
  if (refused.length > 0) throw new BadInput(refused.join('\n'));
  const run = await shownId(page);
  await allow(page, options);
  folder.dropGiven();
  folder.begun({
    run,
    swarm: plain(swarm),
    input: input && plain(input),
    settings: { ...settings, engine, ask: ask ?? false },
    outputs: absolute(options),
  });
  return run;
}

/** @param {Given & { path: string }} given @returns {Given} */
const plain = ({ shown, bytes, sha256 }) => ({ shown, bytes, sha256 });

/** Wherever the next command is started; pipes are gone by then. @param {NonNullable<Options>} options */
function absolute({ out, csv, report, markdown }) {
  const full = (/** @type {string | undefined} */ file) =>
    file === undefined || file === STREAM || !isPlain(file) ? undefined : path.resolve(file);
  return { out: full(out), csv: full(csv), report: full(report), markdown: full(markdown) };
}

/**
 * A key stands in no command line, where others can read it.
 * @param {Pick<NonNullable<Options>, 'remote'>} options
 */
export const withKey = ({ remote }) => remote && { ...remote, key: process.env.PLANARIA_REMOTE_KEY ?? '' };

/** @param {Page} page @param {Pick<NonNullable<Options>, 'remote'>} options */
export async function allow(page, options) {
  const remote = withKey(options);
  if (remote === null) return;
  const wrong = await allowRemote(page, remote);
  if (wrong.length > 0) throw new BadInput(wrong.join('\n'));
}

/** @param {Page} page @param {string} url @param {Job} job @param {KeptRun} kept */
async function goOn(page, url, { options, folder }, { run }) {
  if (!(await reopen(page, url, run)))
    throw new BadInput(
      `${folder.name}: the browser's profile in it no longer holds the run; begin anew with --overwrite`,
    );
  await allow(page, options);
  return run;
}

/** @param {Page} page @param {string} run @returns {Promise<{ tasks: number, results: number, failed: number }>} rows that are on the disk */
async function counts(page, run) {
  const runs = /** @type {{ id: string, tasks: number, results: number, failed: number }[]} */ (
    await askRuntime(page, 'runs')
  );
  const found = runs.find(({ id }) => id === run);
  if (!found) throw new Error(`the page has no run ${run}`);
  return found;
}

/** @param {Page} page @param {string} run @param {RowFeed} feed @param {Job} job @returns {Promise<number>} exit code; rejects with `Stopped` */
async function follow(page, run, feed, job) {
  const { options, stop, progress } = job;
  const end = Date.now() + options.timeoutMs;
  const patience = new Patience();
  let caughtUp = false;
  for (;;) {
    const shown = await stop.guard(shownRun(page));
    const had = await stop.guard(feed.pull());
    if (had && !caughtUp) for (const remark of await feed.caughtUp()) progress.tell(remark);
    caughtUp ||= had;
    const now = await stop.guard(counts(page, run).catch(() => null));
    job.seen = now ?? job.seen ?? null;
    if (now) progress.update({ ...shown, tasks: now.tasks, results: now.results, failed: now.failed });
    if (shown.phase === 'failed') throw await cannotRun(now, shown.notices, job);
    if (isOver(shown.phase) && now && caughtUp) return finish(page, feed, now, job);
    if (patience.isOut(shown.phase, JSON.stringify(shown)))
      throw new Stopped(EXIT.stopped, 'waiting', `the run waits for something that does not come: ${shown.notices}`);
    if (Date.now() > end)
      throw new Stopped(EXIT.stopped, 'timeout', `the time is up (--timeout ${options.timeoutMs / 1000})`);
    await stop.guard(page.waitForTimeout(POLL_MS));
  }
}

/** @param {{ results: number, failed: number } | null} now @param {string} notices @param {Job} job @returns {Promise<Error>} */
async function cannotRun(now, notices, { folder, kept }) {
  const words = `the model cannot run here: ${notices}`;
  if (kept !== null || (now && now.results + now.failed > 0)) return new Stopped(EXIT.stopped, 'failed', words);
  folder.keep = false;
  return new NoStart(words);
}

/** @param {Page} page @param {RowFeed} feed @param {{ results: number, failed: number }} now @param {Job} job */
async function finish(page, feed, now, { options, folder, stop, progress }) {
  if (!feed.has(now.results + now.failed)) await stop.guard(feed.pullAgain());
  const remarks = await stop.guard(feed.finish((format) => exported(page, format)));
  for (const remark of remarks) progress.tell(remark);
  const report = await stop.guard(takeReport(page, options));
  if (options.markdown !== undefined && !report.answer)
    progress.tell('--markdown: nothing is written, for the swarm file has no report');
  folder.keep = false;
  progress.clear();
  await tellSummary(summaryOf(report, options), outputsOf(options), (text) => progress.tell(text));
  const { phase, tasks, results, failed } = report;
  return phase === 'done' && failed === 0 && results === tasks ? EXIT.ok : EXIT.failed;
}

/**
 * Stopped before the end: what can still be had is written, and how to go on is told.
 * @param {Page} page @param {string} run @param {RowFeed} feed @param {Stopped} reason @param {Job} job
 */
async function leave(page, run, feed, reason, job) {
  const { options, folder, progress, command } = job;
  const outputs = outputsOf(options);
  // An output that takes no more is not asked again, nor a page that is gone.
  const takes = reason.why !== 'output' && reason.why !== 'reader';
  if (reason.why !== 'page-lost') {
    if (takes) await within(takeRest(page, feed, options), LAST_MS, undefined);
    // Only now: meanwhile more tasks have ended, and their rows are written.
    job.seen = await within(
      counts(page, run).catch(() => null),
      LAST_MS,
      null,
    );
  }
  const { tasks = 0, results = 0, failed = 0 } = job.seen ?? {};
  const ended = job.seen ? `: ${results + failed} of ${tasks} tasks have ended` : '';
  progress.tell(`stopped: ${reason.message}${ended}; what has ended is kept`);
  if (folder.name === null)
    progress.tell('it cannot be gone on with: that takes a file to write to, or --state FOLDER');
  else progress.tell(`to go on: ${howToGoOn(options, command)}`);
  if (!takes) return reason.code;
  const summary = { tasks, results, failed, stopped: reason.why, out: options.out ?? null, resume: folder.name };
  await within(
    tellSummary(summary, outputs, () => undefined).catch(() => undefined),
    LAST_MS,
    undefined,
  );
  return reason.code;
}

/** Rows that came last, and the report of a run that is not over. @param {Page} page @param {RowFeed} feed @param {NonNullable<Options>} options */
async function takeRest(page, feed, options) {
  try {
    if (await feed.pull()) await feed.caughtUp();
    const ends = [options.report, options.markdown].filter((file) => file !== undefined);
    if (ends.length > 0 && !ends.includes(STREAM)) await takeReport(page, options);
  } catch {
    // The run is kept, and with it all of this.
  }
}
