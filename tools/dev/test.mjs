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

/** @typedef {{ passed: number, failed: number, skipped?: number }} Count */

const quick = process.argv.includes('--quick');
const reports = mkdtempSync(path.join(os.tmpdir(), 'planaria-test-'));
const total = { passed: 0, failed: 0 };

/**
 * Runs one stage, prints how it ended and adds it to the total.
 * @param {string} name
 * @param {() => Promise<Count>} work throwing counts as one failure
 * @returns {Promise<boolean>} whether nothing failed
 */
async function stage(name, work) {
  const started = performance.now();
  console.log(`\n== ${name}`);
  /** @type {Count} */
  let count;
  try {
    count = await work();
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    count = { passed: 0, failed: 1 };
  }
  total.passed += count.passed;
  total.failed += count.failed;
  const seconds = ((performance.now() - started) / 1000).toFixed(1);
  const skipped = count.skipped ? `, ${count.skipped} skipped` : '';
  console.log(
    `\n-- ${name}: ${count.failed === 0 ? 'ok' : 'FAILED'} (${count.passed} passed, ${count.failed} failed${skipped}; ${seconds} s)`,
  );
  return count.failed === 0;
}

/** A stage that holds or does not. @param {string} command @param {string[]} args @returns {() => Promise<Count>} */
const holds =
  (command, ...args) =>
  async () => {
    const ok = (await bin(command, args)) === 0;
    return { passed: Number(ok), failed: Number(!ok) };
  };

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
  const installed = await stage('install', async () => {
    await ensureInstalled();
    return { passed: 1, failed: 0 };
  });
  if (!installed) return;

  await stage('eslint', holds('eslint', '.', '--max-warnings', '0'));
  await stage('prettier', holds('prettier', '--check', '--log-level', 'warn', '.'));
  await stage('types', holds('tsc', '--build'));
  await stage('svelte-check', holds('svelte-check', '--tsconfig', './tsconfig.page.json', '--fail-on-warnings'));
  await stage('unit and simulation', unit);
  if (quick) return;

  await stage('knip', holds('knip'));

  const built = await stage('build', async () => {
    await build();
    return { passed: 1, failed: 0 };
  });
  /** @param {() => Promise<Count>} work @returns {() => Promise<Count>} */
  const ofTheBuild = (work) => async () => {
    if (!built) throw new Error('there is no build to look at');
    return work();
  };
  await stage('size', ofTheBuild(holds('size-limit')));
  await stage('end to end', ofTheBuild(endToEnd));
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
