#!/usr/bin/env node
/** `npm run headless -- run FILE --input LOG`: the same page, without a person (docs/command-line.md). */
import path from 'node:path';
import { ensureChromium } from '../dev/chromium.mjs';
import { serve } from '../dev/serve.mjs';
import { ensureBuilt, ensureInstalled, root } from '../dev/workspace.mjs';
import { readArgs } from './args.mjs';
import { BadInput, EXIT, NoStart, Stopped } from './exits.mjs';
import { checkInput, checkOutputs, STREAM } from './files.mjs';
import { isStopped, mustMatch, readKept, RunFolder, stateFolder } from './folder.mjs';
import { readGiven } from './given.mjs';
import { howToGoOn } from './outcome.mjs';
import { Progress } from './progress.mjs';
import { obeySignals, Stop } from './stop.mjs';
import { USAGE } from './usage.mjs';

/** @typedef {NonNullable<import('./args.mjs').Options>} Options */

const stop = new Stop();
/** How this was started, for the line that tells how to go on. */
const command =
  process.env.npm_lifecycle_event === 'headless'
    ? 'npm run headless --'
    : `node ${path.relative(process.cwd(), process.argv[1] ?? '') || 'cli.mjs'}`;

/** @param {Options} options @param {Progress} progress @returns {Promise<number>} exit code */
async function main(options, progress) {
  for (const file of [options.file, options.input, options.faults]) checkInput(file);
  const name = options.faults === undefined ? stateFolder(options) : null;
  if (options.resume && name === null)
    throw new BadInput(
      '--resume: expected the --out, --csv, --report or --markdown that the run was begun with, or its --state',
    );
  const kept = options.resume && name !== null ? readKept(name) : null;
  const job = { options: kept ? withKept(options, kept) : options, kept, stop, progress, command };
  const { out, csv, report, markdown, log } = job.options;
  checkOutputs(
    { out, csv, report, markdown, log },
    {
      inputs: [options.file, options.input, options.faults],
      replace: options.overwrite || options.resume,
      hint: () =>
        isStopped(name)
          ? 'a run stopped here before its end: add --resume to go on with it, or --overwrite to begin anew'
          : 'choose another name, move it away, or add --overwrite to replace it',
      say: (line) => progress.say(line),
    },
  );
  const folder = RunFolder.open(name, options);
  try {
    const given = {
      swarm: await take('swarm', options.file, folder),
      input: await take('input', options.input, folder),
    };
    if (kept) mustMatch(kept, { ...given, settings: options.settings });
    await ready();
    const faults = options.faults === undefined ? null : await readPlan(options.faults);
    // PLANARIA_DIST names another build than dist/, as for the benches.
    const server = await serve({ root: process.env.PLANARIA_DIST ?? path.join(root, 'dist'), port: 0 });
    try {
      if (faults) {
        const { runWithFaults } = await import('./faults.mjs');
        return await runWithFaults({ ...job, folder, given, faults, url: server.url });
      }
      // Only now: it imports an installed package.
      const { runKept } = await import('./run.mjs');
      return await runKept({ ...job, folder, given, port: server.port });
    } finally {
      await server.close();
    }
  } catch (error) {
    if (error instanceof Stopped && folder.keep) progress.tell(`to go on: ${howToGoOn(job.options, command)}`);
    throw error;
  } finally {
    folder.leave((line) => progress.tell(line));
  }
}

/** What was left out is as the run was begun with. @param {Options} options @param {import('./folder.mjs').KeptRun} kept @returns {Options} */
function withKept(options, { outputs, settings }) {
  const { out = outputs.out, csv = outputs.csv, report = outputs.report, markdown = outputs.markdown } = options;
  return { ...options, out, csv, report, markdown, settings: { ...settings } };
}

/** @param {'swarm' | 'input'} part @param {string | undefined} file @param {RunFolder} folder */
async function take(part, file, folder) {
  if (file === undefined) return null;
  if (file === STREAM && process.stdin.isTTY) process.stderr.write('reading standard input; Ctrl-D ends it\n');
  return folder.put(part, file, await stop.guard(readGiven(file, part, process.stdin)));
}

/** Installed, built, with a browser. @returns {Promise<void>} rejects with `NoStart` */
async function ready() {
  try {
    await stop.guard(ensureInstalled());
    await stop.guard(ensureChromium());
    if (!process.env.PLANARIA_DIST) await stop.guard(ensureBuilt());
  } catch (error) {
    if (error instanceof Stopped) throw error;
    throw new NoStart(error instanceof Error ? error.message : String(error));
  }
}

/** @param {string} file */
async function readPlan(file) {
  const { readFaults } = await import('./faults.mjs');
  return stop.guard(readFaults(file));
}

/** @param {unknown} error @param {(line: string) => void} tell @returns {number} exit code */
function ended(error, tell) {
  if (error instanceof BadInput) {
    tell(error.message);
    return EXIT.badUse;
  }
  if (error instanceof Stopped) {
    tell(`stopped: ${error.message}`);
    return error.code;
  }
  // A person can do nothing with where in our code it was.
  const asked = Boolean(process.env.PLANARIA_DEBUG);
  tell(asked && error instanceof Error ? String(error.stack) : error instanceof Error ? error.message : String(error));
  return EXIT.noStart;
}

// A reader that goes away early is told to whoever writes; unheard it would end the process.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => undefined);
obeySignals(stop, {
  on: (signal, heard) => process.on(signal, heard),
  now: Date.now,
  // Who is told to end ends its browser first: that is done on `exit`.
  exit: (code) => process.exit(code),
  say: (line) => process.stderr.write(`\n${line}\n`),
});

const progress = new Progress({ stream: process.stderr });
let code;
try {
  const options = readArgs(process.argv.slice(2));
  if (options === null) process.stdout.write(`${USAGE}\n`);
  else progress.quiet = options.quiet;
  code = options === null ? EXIT.ok : await main(options, progress);
} catch (error) {
  code = ended(error, (line) => progress.tell(line));
}
// What nobody waits for any more, such as a standard input that is still open, is not to hold it.
process.exitCode = code;
process.stdout.write('', () => process.exit(code));
