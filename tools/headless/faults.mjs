/** A run with a fault plan: what is done to the page from outside needs a browser that can be killed, so nothing is kept to go on with. */
import { readFile } from 'node:fs/promises';
import { faultBook } from './bundled.mjs';
import { playPlan, Tab } from './chaos.mjs';
import { BadInput, EXIT, Stopped } from './exits.mjs';
import { RowFeed } from './feed.mjs';
import { outputsOf, summaryOf, takeReport, tellSummary } from './outcome.mjs';
import { exported, shownId, start } from './page.mjs';
import { allow, withKey } from './run.mjs';
import { askRuntime } from './runtime.mjs';
import { openSinks, writeTo } from './sinks.mjs';
import { STREAM } from './files.mjs';

/** @typedef {import('./run.mjs').Job} Job */

/** The plan, and what is needed to keep book of it. @param {string} file */
export async function readFaults(file) {
  const tools = await faultBook();
  const text = await readFile(file, 'utf8');
  const read = tools.readPlan(file, text);
  if ('errors' in read) throw new BadInput(read.errors.join('\n'));
  return { ...tools, file, text, plan: read.plan };
}

/**
 * @param {Omit<Job, 'kept' | 'port' | 'command'> & { url: string, faults: Awaited<ReturnType<typeof readFaults>> }} job
 * @returns {Promise<number>} exit code; rejects with `BadInput`, `Stopped`
 */
export async function runWithFaults({ url, faults, options, given, stop, progress }) {
  const { file, text, plan, FaultBook, faultTable, eventsOf } = faults;
  const onPage = (/** @type {import('@playwright/test').Page} */ page) =>
    page.on('pageerror', (error) => progress.tell(`page error: ${error.message}`));
  const tab = await stop.guard(Tab.open(options.adapter, onPage));
  const outputs = new Outputs(options);
  try {
    await stop.guard(begin(tab, url, options, given));
    const run = await shownId(tab.page);
    const ask = (/** @type {'jsonl' | 'csv'} */ format, /** @type {number} */ after) =>
      /** @type {Promise<any>} */ (askRuntime(tab.page, 'rowTexts', run, format, after));
    const { phase, book, refused } = await stop.guard(
      playPlan(tab, {
        ...(options.log !== undefined && { onEvent: (event) => outputs.hear(event) }),
        ...{ file, text, eventsOf, say: (line) => progress.say(line), timeoutMs: options.timeoutMs },
        makeBook: (seed) => new FaultBook(plan, seed),
        // Nothing that is there is replaced before the plan is known to be a good one.
        onPoll: () => outputs.write(ask),
      }),
    );
    if (refused.length > 0) throw new BadInput(refused.join('\n'));
    progress.say(`the run ended as ${phase}`);
    const feed = await outputs.write(ask);
    await feed.pullAgain();
    const whole = await exported(tab.page, 'jsonl');
    const remarks = phase === 'done' ? await feed.finish((format) => exported(tab.page, format)) : [];
    for (const remark of remarks) progress.tell(remark);
    const report = await takeReport(tab.page, options);
    const ends = endsOf(whole, report.tasks);
    const figures = book.figures();
    const named = [...outputsOf(options), options.log];
    if (!options.json && !named.includes(STREAM)) await writeTo(process.stdout, `${faultTable(figures)}\n\n`);
    const told = options.json ? { ...figures, entries: book.entries, turns: book.turns } : figures.injected;
    const summary = { ...summaryOf(report, options), phase, ...ends, faults: told };
    await tellSummary(summary, named, (line) => progress.tell(line));
    if (phase !== 'done') return EXIT.stopped;
    return ends.lost === 0 && ends.twice === 0 ? EXIT.ok : EXIT.failed;
  } catch (error) {
    if (!outputs.begun || error instanceof BadInput || error instanceof Stopped) throw error;
    throw new Stopped(EXIT.stopped, 'fault', error instanceof Error ? error.message : String(error));
  } finally {
    await outputs.close();
    await tab.close();
  }
}

/** Rows and events of the run, written as they come; opened with the first. */
class Outputs {
  #options;
  /** @type {RowFeed | null} */
  #feed = null;
  /** @type {import('./sinks.mjs').Sink | null} */
  #log = null;
  #heard = '';

  /** @param {Job['options']} options */
  constructor(options) {
    this.#options = options;
  }

  /** What the run has given is in them. */
  get begun() {
    return this.#feed !== null;
  }

  /** @param {object} event */
  hear(event) {
    this.#heard += `${JSON.stringify(event)}\n`;
  }

  /** Rejects with `Stopped`. @param {import('./feed.mjs').AskRows} ask */
  async write(ask) {
    const how = { resumed: false, stdout: process.stdout };
    const feed = (this.#feed ??= new RowFeed(await openSinks(this.#options, how), ask));
    const [log = null] = this.#log ? [this.#log] : await openSinks({ out: this.#options.log }, how);
    this.#log = log;
    const heard = this.#heard;
    this.#heard = '';
    if (heard !== '') await log?.write(heard);
    await feed.pull();
    return feed;
  }

  async close() {
    await this.#feed?.close();
    await this.#log?.close();
  }
}

/** @param {Tab} tab @param {string} url @param {Job['options']} options @param {Job['given']} given */
async function begin(tab, url, options, { swarm, input }) {
  if (!swarm) throw new BadInput('expected: run FILE [INPUT]');
  const names = new Map([swarm, input].flatMap((part) => (part ? [[part.path, part.shown]] : [])));
  const { engine = 'webllm', ask, ...settings } = options.settings;
  await tab.page.goto(url);
  const refused = await start(tab.page, {
    ...{ ...settings, engine, ask: ask ?? false, file: swarm.path, input: input?.path },
    shownAs: (path) => names.get(path) ?? path,
    remote: withKey(options),
  });
  if (refused.length > 0) throw new BadInput(refused.join('\n'));
  await allow(tab.page, options);
}

/** Tasks without a row, and rows too many. @param {Uint8Array} rows as JSON lines @param {number} tasks */
function endsOf(rows, tasks) {
  const ids = Buffer.from(rows)
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line).task);
  const unique = new Set(ids).size;
  return { lost: tasks - unique, twice: ids.length - unique };
}
