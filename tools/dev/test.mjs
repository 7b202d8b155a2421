/**
 * `npm test`: every check of the project on a fresh clone, on Node's built-ins alone until packages are installed.
 * `--quick` (npm run check) leaves out what needs a build or a browser.
 *
 * Each stage says how it ended; all run even where one fails. The last line is `N passed, N failed`: the tests of vitest
 * and Playwright, counted from their JSON reports, and one for every other stage.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { ensureChromium } from './chromium.mjs';
import { bin, build, ensureInstalled } from './workspace.mjs';

/**
 * @typedef {{ passed: number, failed: number, skipped?: number }} Count
 * @typedef {import('./workspace.mjs').Output} Output
 * @typedef {{ name: string, work: (output: Output) => Promise<Count> }} Stage throwing counts as one failure
 */

const quick = process.argv.includes('--quick');
const reports = mkdtempSync(path.join(os.tmpdir(), 'planaria-test-'));
const total = { passed: 0, failed: 0 };

/**
 * Runs one stage and adds it to the total.
 * @param {Stage} stage
 * @param {Output} output what its programs say
 * @param {(line: string) => void} say
 * @returns {Promise<boolean>} whether nothing failed
 */
async function run({ name, work }, output, say) {
  const started = performance.now();
  say(`\n== ${name}`);
  /** @type {Count} */
  let count;
  try {
    count = await work(output);
  } catch (error) {
    say(String(error instanceof Error ? error.message : error));
    count = { passed: 0, failed: 1 };
  }
  total.passed += count.passed;
  total.failed += count.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const skipped = count.skipped ? `, ${count.skipped} skipped` : '';
  say(
    `\n-- ${name}: ${count.failed === 0 ? 'ok' : 'FAILED'} (${count.passed} passed, ${count.failed} failed${skipped}; ${seconds} s)`,
  );
  return count.failed === 0;
}

/** Runs a stage that has the machine to itself. @param {Stage} stage */
const alone = (stage) => run(stage, 'stdout', (line) => console.log(line));

/** Runs a stage that keeps quiet meanwhile. @param {Stage} stage @returns {Promise<Buffer>} all that it says */
async function quietly(stage) {
  /** @type {Buffer[]} */
  const said = [];
  await run(
    stage,
    (piece) => void said.push(piece),
    (line) => void said.push(Buffer.from(`${line}\n`)),
  );
  return Buffer.concat(said);
}

/**
 * Runs lanes of stages at the same time, for what keeps one core busy and no more. Each stage is printed whole, lane after lane.
 * @param {Stage[][]} lanes
 */
async function together(...lanes) {
  const said = lanes.map((lane) => {
    /** @type {Promise<unknown>} */
    let before = Promise.resolve();
    return lane.map((stage) => {
      const block = before.then(() => quietly(stage));
      before = block;
      return block;
    });
  });
  for (const each of said.flat()) process.stdout.write(await each);
}

/** A stage that holds or does not. @param {string} name @param {string[]} command @returns {Stage} */
const holds = (name, ...[command = '', ...args]) => ({
  name,
  work: async (output) => {
    const ok = (await bin(command, args, { output })) === 0;
    return { passed: Number(ok), failed: Number(!ok) };
  },
});

/**
 * The counts of a test runner's report. A runner that ends in error without naming a failed test (a file that does not
 * load, a crash) has failed all the same.
 * @param {number} code its exit code
 * @param {Count} count
 * @returns {Count}
 */
const withExit = (code, count) => (code !== 0 && count.failed === 0 ? { ...count, failed: 1 } : count);

const readReport = (/** @type {string} */ name) => JSON.parse(readFileSync(path.join(reports, name), 'utf8'));

async function unit() {
  const file = path.join(reports, 'unit.json');
  const code = await bin('vitest', ['run', '--reporter=default', '--reporter=json', `--outputFile.json=${file}`]);
  const { numPassedTests, numFailedTests, numPendingTests } = readReport('unit.json');
  return withExit(code, { passed: numPassedTests, failed: numFailedTests, skipped: numPendingTests });
}

async function endToEnd() {
  await ensureChromium();
  const env = { PLANARIA_E2E_REPORT: path.join(reports, 'e2e.json') };
  const code = await bin('playwright', ['test'], { env });
  const { expected, unexpected, flaky, skipped } = readReport('e2e.json').stats;
  return withExit(code, { passed: expected, failed: unexpected + flaky, skipped });
}

async function all() {
  const installed = await alone({
    name: 'install',
    work: async () => {
      await ensureInstalled();
      return { passed: 1, failed: 0 };
    },
  });
  if (!installed) return;

  const eslint = holds('eslint', 'eslint', '.', '--max-warnings', '0');
  const svelte = holds('svelte-check', 'svelte-check', '--tsconfig', './tsconfig.page.json', '--fail-on-warnings');
  const types = holds('types', 'tsc', '--build');
  const prettier = holds('prettier', 'prettier', '--check', '--log-level', 'warn', '.');
  const unitTests = { name: 'unit and simulation', work: unit };
  if (quick) {
    await together([eslint, svelte], [types, prettier]);
    await alone(unitTests);
    return;
  }

  let built = false;
  /** @type {Stage} */
  const page = {
    name: 'build',
    work: async (output) => {
      await build(output);
      built = true;
      return { passed: 1, failed: 0 };
    },
  };
  /** @param {Stage} stage @returns {Stage} */
  const ofTheBuild = ({ name, work }) => ({
    name,
    work: (output) => {
      if (!built) throw new Error('there is no build to look at');
      return work(output);
    },
  });
  // About as long as each other.
  await together(
    [eslint, svelte, holds('knip', 'knip')],
    [types, prettier, page, ofTheBuild(holds('size', 'size-limit'))],
  );
  await alone(unitTests);
  await alone(ofTheBuild({ name: 'end to end', work: endToEnd }));
}

try {
  await all();
} catch (error) {
  console.error(error);
  total.failed += 1;
} finally {
  rmSync(reports, { recursive: true, force: true });
}
console.log(`\n${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;
