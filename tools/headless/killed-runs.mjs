/** A run whose whole browser is killed again and again, at moments of chance in the middle of its work. For the test and the bench of that. */
import { startBrowser } from './browser.mjs';
import { exported, reopen, shownId, start } from './page.mjs';
import { askRuntime, holdRuntimes, RunLog } from './runtime.mjs';

/** @typedef {import('@playwright/test').Page} Page */
/** @typedef {import('../../src/store/records.ts').ResultRow} ResultRow */

const POLL_MS = 50;
/** Longer than a browser, an engine and a turn take together beside other work. */
const PATIENCE_MS = 180_000;
/** Within a turn, about. */
const WITHIN_MS = 300;

/**
 * @typedef {object} Kill
 * @property {number} before tasks that had ended on the disk when this browser opened the run
 * @property {number} at tasks that had ended on the disk at the last look before the kill: more than `before`
 * @property {number} kept tasks that had ended as the next browser found them
 * @property {number} nextMs from the start of the next browser's process to the first task that ended in it
 */

/**
 * @typedef {object} KilledRun
 * @property {ResultRow[]} rows as exported at the end
 * @property {Kill[]} kills
 * @property {number} firstMs from the start of the first browser's process to the first task that ended
 * @property {number} ms from there to the end
 * @property {Record<string, any>} report
 * @property {number[]} ends tasks as the log tells their ends, in its order: each must be there once
 */

/** @param {() => Promise<boolean>} holds @param {string} what */
async function until(holds, what) {
  for (const end = Date.now() + PATIENCE_MS; !(await holds());) {
    if (Date.now() > end) throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s`);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** One browser's time with the run. */
class Session {
  #browser;
  #eventsOf;
  #begun;
  /** @type {Page | null} */
  #page = null;
  /** @type {RunLog | null} */
  #log = null;
  #seen = { ends: /** @type {number[]} */ ([]), over: false };

  /** @param {Awaited<ReturnType<typeof startBrowser>>} browser @param {number} begun @param {typeof import('./fault-book.ts').eventsOf} eventsOf */
  constructor(browser, begun, eventsOf) {
    this.#browser = browser;
    this.#begun = begun;
    this.#eventsOf = eventsOf;
  }

  /** @param {Parameters<typeof startBrowser>[0]} adapter @param {string} profile @param {typeof import('./fault-book.ts').eventsOf} eventsOf */
  static async open(adapter, profile, eventsOf) {
    const begun = Date.now();
    return new Session(await startBrowser(adapter, profile), begun, eventsOf);
  }

  async #newPage() {
    const [context] = this.#browser.browser.contexts();
    if (!context) throw new Error('the browser has no context');
    await holdRuntimes(context);
    return (this.#page = await context.newPage());
  }

  /** @param {string} url @param {Parameters<typeof start>[1]} options @returns {Promise<string>} the run's id */
  async begin(url, options) {
    const page = await this.#newPage();
    await page.goto(url);
    const refused = await start(page, options);
    if (refused.length > 0) throw new Error(refused.join('\n'));
    const run = await shownId(page);
    this.#log = new RunLog(run, this.#eventsOf);
    return run;
  }

  /** @param {string} url @param {string} run @returns {Promise<number>} tasks that have ended */
  async goOn(url, run) {
    const page = await this.#newPage();
    // Before the run goes on: what the disk has is what the killed browser left.
    await page.goto(new URL('licenses.txt', url).href);
    this.#log = new RunLog(run, this.#eventsOf);
    const kept = await this.ended();
    if (!(await reopen(page, url, run))) throw new Error(`the run is gone after ${kept} tasks`);
    return kept;
  }

  get page() {
    if (!this.#page) throw new Error('there is no page');
    return this.#page;
  }

  /** Tasks that have ended on the disk. */
  async ended() {
    const { events } = (await this.#log?.next(this.page)) ?? { events: [] };
    for (const event of events) {
      if (event.type === 'task.committed' || event.type === 'task.failed') this.#seen.ends.push(event.task);
      this.#seen.over ||= event.type === 'run.ended';
    }
    return this.#seen.ends.length;
  }

  get ends() {
    return this.#seen.ends;
  }

  get over() {
    return this.#seen.over;
  }

  /** Since the start of the browser's process, ms. */
  get age() {
    return Date.now() - this.#begun;
  }

  kill() {
    return this.#browser.kill();
  }
}

/**
 * Starts a run and kills its browser, with all its processes, up to `kills` times: after the first tasks that ended in that browser, and before
 * the last one of all. Each next browser goes on with the same profile.
 * @param {object} with_
 * @param {string} with_.url of the page
 * @param {string} with_.profile folder
 * @param {Parameters<typeof startBrowser>[0]} with_.adapter
 * @param {Parameters<typeof start>[1]} with_.options swarm file, input, engine
 * @param {number} with_.tasks of the input
 * @param {number} with_.kills fewer where the run ends before
 * @param {() => number} with_.random
 * @param {typeof import('./fault-book.ts').eventsOf} with_.eventsOf
 * @param {(line: string) => void} [with_.say]
 * @returns {Promise<KilledRun>} rejects where the run is gone, or makes no progress for three minutes
 */
export async function killInTheMiddle({
  url,
  profile,
  adapter,
  options,
  tasks,
  kills: wanted,
  random,
  eventsOf,
  say = () => undefined,
}) {
  let session = await Session.open(adapter, profile, eventsOf);
  try {
    const run = await session.begin(url, options);
    await until(async () => (await session.ended()) > 0, 'the first task');
    const firstMs = session.age;
    const begun = Date.now();
    /** @type {Kill[]} */
    const kills = [];
    let before = 0;
    while (kills.length < wanted) {
      // The first of as many moments as are still to come, all alike likely in what is left; then anywhere within a turn.
      const now = await session.ended();
      const left = Math.max(0, tasks - now - 1);
      const gap = Math.floor(left * (1 - random() ** (1 / (wanted - kills.length))));
      await until(async () => (await session.ended()) >= now + gap, `${gap} more tasks after ${now}`);
      await session.page.waitForTimeout(WITHIN_MS * random());
      const at = await session.ended();
      if (session.over || at >= tasks) break;
      await session.kill();
      session = await Session.open(adapter, profile, eventsOf);
      const kept = await session.goOn(url, run);
      await until(async () => (await session.ended()) > kept || session.over, `a task after ${kept}`);
      kills.push({ before, at, kept, nextMs: session.age });
      say(`killed at ${at} of ${tasks} tasks, ${kept} kept, next one after ${session.age} ms`);
      before = kept;
    }
    await until(async () => (await session.ended()) >= tasks && session.over, 'the end of the run');
    const ms = Date.now() - begun;
    await session.page.locator('[data-phase=done]').waitFor({ timeout: PATIENCE_MS });
    const rows = (await exported(session.page, 'jsonl')).toString('utf8').split('\n').filter(Boolean);
    const report = JSON.parse(/** @type {string} */ (await askRuntime(session.page, 'export', run, 'report')));
    return { rows: rows.map((row) => JSON.parse(row)), kills, firstMs, ms, report, ends: session.ends };
  } finally {
    await session.kill();
  }
}

/** What a row says of its task, without who wrote it, when and at what cost. @param {ResultRow} row */
export function saidIn({ task, line, input, output, failure, review }) {
  return { task, line, input, output, failure, review: review && { output: review.output } };
}
