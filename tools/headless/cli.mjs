#!/usr/bin/env node
/** `npm run headless -- run FILE --input LOG`: the same page, without a person. */
import { open, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { ensureChromium } from '../dev/chromium.mjs';
import { serve } from '../dev/serve.mjs';
import { ensureBuilt, ensureInstalled, root } from '../dev/workspace.mjs';
import { BadInput, readArgs, USAGE } from './args.mjs';
import { allowRemote, exported, runToEnd, start } from './page.mjs';

const EXIT = { ok: 0, failed: 1, badInput: 2 };
const say = (line) => process.stderr.write(`${line}\n`);
const onPage = (page) => page.on('pageerror', (error) => say(`page error: ${error.message}`));

async function mustExist(file) {
  const handle = await open(file).catch(() => null);
  const isFile = (await handle?.stat())?.isFile() ?? false;
  await handle?.close();
  if (!isFile) {
    throw new BadInput(`${file}:1:1: cannot read this file; expected a readable file; check the path`);
  }
}

async function main() {
  const options = readArgs(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT.ok;
  }
  for (const file of [options.file, options.input, options.faults]) if (file !== undefined) await mustExist(file);
  await ensureInstalled();
  const faults = options.faults === undefined ? null : await readFaults(options.faults);
  await ensureChromium();
  // PLANARIA_DIST names another build than dist/, as for the benches.
  if (!process.env.PLANARIA_DIST) await ensureBuilt();
  const server = await serve({ root: process.env.PLANARIA_DIST ?? path.join(root, 'dist'), port: 0 });
  try {
    return faults ? await runWithFaults(server.url, options, faults) : await run(server.url, options);
  } finally {
    await server.close();
  }
}

async function run(url, options) {
  // Only now: it imports an installed package.
  const { launchBrowser } = await import('./browser.mjs');
  const browser = await launchBrowser(options.adapter);
  try {
    // The words on the page are how its parts are found.
    const page = await browser.newPage({ locale: 'en', acceptDownloads: true });
    onPage(page);
    await begin(page, url, options);
    const phase = await runToEnd(page, options.timeoutMs, say);
    if (phase !== 'done') {
      say(`the run ended as ${phase}`);
      if (phase === 'timeout' || phase === 'waiting') return EXIT.failed;
    }
    const { summary } = await kept(page, options);
    process.stdout.write(`${JSON.stringify(summary)}\n`);
    return phase === 'done' && summary.failed === 0 && summary.results === summary.tasks ? EXIT.ok : EXIT.failed;
  } finally {
    await browser.close();
  }
}

/** The plan, and what is needed to keep book of it. */
async function readFaults(file) {
  const { faultBook } = await import('./bundled.mjs');
  const tools = await faultBook();
  const text = await readFile(file, 'utf8');
  const read = tools.readPlan(file, text);
  if ('errors' in read) throw new BadInput(read.errors.join('\n'));
  return { ...tools, text, plan: read.plan };
}

async function runWithFaults(url, options, { text, plan, FaultBook, faultTable, eventsOf }) {
  const { playPlan, Tab } = await import('./chaos.mjs');
  const tab = await Tab.open(options.adapter, onPage);
  try {
    await begin(tab.page, url, options);
    const events = [];
    const { phase, book, refused } = await playPlan(tab, {
      ...(options.log && { onEvent: (event) => events.push(JSON.stringify(event)) }),
      ...{ file: options.faults, text, eventsOf, say, timeoutMs: options.timeoutMs },
      makeBook: (seed) => new FaultBook(plan, seed),
    });
    if (refused.length > 0) throw new BadInput(refused.join('\n'));
    say(`the run ended as ${phase}`);
    if (options.log) await writeFile(options.log, events.map((event) => `${event}\n`).join(''));
    const figures = book.figures();
    const { summary, rows } = await kept(tab.page, options);
    const unique = new Set(rows.map(({ task }) => task)).size;
    const ends = { lost: summary.tasks - unique, twice: rows.length - unique };
    if (!options.json) process.stdout.write(`${faultTable(figures)}\n\n`);
    const faults = options.json ? { ...figures, entries: book.entries, turns: book.turns } : figures.injected;
    process.stdout.write(`${JSON.stringify({ ...summary, phase, ...ends, faults })}\n`);
    return phase === 'done' && ends.lost === 0 && ends.twice === 0 ? EXIT.ok : EXIT.failed;
  } finally {
    await tab.close();
  }
}

/** Starts the run on the start screen. @throws BadInput what the page refuses */
async function begin(page, url, options) {
  await page.goto(url);
  const refused = await start(page, options);
  if (refused.length > 0) throw new BadInput(refused.join('\n'));
  if (options.remote === null) return;
  // A key stands in no command line, where others can read it.
  const wrong = await allowRemote(page, { ...options.remote, key: process.env.PLANARIA_REMOTE_KEY ?? '' });
  if (wrong.length > 0) throw new BadInput(wrong.join('\n'));
}

/** Takes the exports, writes those that were asked for. */
async function kept(page, { out, csv, report: reportFile }) {
  const results = await exported(page, 'jsonl');
  const report = JSON.parse((await exported(page, 'report')).toString('utf8'));
  if (out) await writeFile(out, results);
  if (csv) await writeFile(csv, await exported(page, 'csv'));
  if (reportFile) await writeFile(reportFile, `${JSON.stringify(report, null, 2)}\n`);
  const { engine, batched, model, tasks, results: committed, failed, tokensPerSecond, seed } = report;
  const rows = results
    .toString('utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const summary = {
    ...{ engine, batched, model, tasks, results: committed, failed, tokensPerSecond, seed },
    ...{ out: out ?? null, report: reportFile ?? null },
  };
  return { summary, rows };
}

// Who is told to end ends its browser first: that is done on `exit`.
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(EXIT.failed));

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT.badInput;
}
