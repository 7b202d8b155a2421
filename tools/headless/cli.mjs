#!/usr/bin/env node
/** `npm run headless -- run FILE --input LOG`: the same page, without a person. */
import { access, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { serve } from '../dev/serve.mjs';
import { ensureBuilt, ensureInstalled, root } from '../dev/workspace.mjs';
import { BadInput, readArgs, USAGE } from './args.mjs';
import { exported, runToEnd, start } from './page.mjs';

const EXIT = { ok: 0, failed: 1, badInput: 2 };
const say = (line) => process.stderr.write(`${line}\n`);

async function mustExist(file) {
  try {
    await access(file);
  } catch {
    throw new BadInput(`${file}:1:1: cannot read this file; expected a readable file; check the path`);
  }
}

async function main() {
  const options = readArgs(process.argv.slice(2));
  if (options.help) {
    process.stdout.write(`${USAGE}\n`);
    return EXIT.ok;
  }
  await mustExist(options.file);
  if (options.input !== undefined) await mustExist(options.input);
  await ensureInstalled();
  await ensureBuilt();
  // Only now: it imports an installed package.
  const { launchBrowser } = await import('./browser.mjs');

  const server = await serve({ root: path.join(root, 'dist'), port: 0 });
  const browser = await launchBrowser(options.adapter);
  try {
    // The words on the page are how its parts are found.
    const page = await browser.newPage({ locale: 'en', acceptDownloads: true });
    page.on('pageerror', (error) => say(`page error: ${error.message}`));
    await page.goto(server.url);
    const refused = await start(page, options);
    if (refused.length > 0) throw new BadInput(refused.join('\n'));

    const phase = await runToEnd(page, options.timeoutMs, say);
    if (phase !== 'done') {
      say(`the run ended as ${phase}`);
      if (phase === 'timeout' || phase === 'waiting') return EXIT.failed;
    }
    const results = await exported(page, 'jsonl');
    const report = JSON.parse((await exported(page, 'report')).toString('utf8'));
    if (options.out) await writeFile(options.out, results);
    if (options.csv) await writeFile(options.csv, await exported(page, 'csv'));
    if (options.report) await writeFile(options.report, `${JSON.stringify(report, null, 2)}\n`);
    const { engine, batched, model, tasks, results: committed, failed, tokensPerSecond, seed } = report;
    process.stdout.write(
      `${JSON.stringify({ engine, batched, model, tasks, results: committed, failed, tokensPerSecond, seed, out: options.out ?? null, report: options.report ?? null })}\n`,
    );
    return phase === 'done' && failed === 0 && committed === tasks ? EXIT.ok : EXIT.failed;
  } finally {
    await browser.close();
    await server.close();
  }
}

try {
  process.exitCode = await main();
} catch (error) {
  if (!(error instanceof BadInput)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = EXIT.badInput;
}
