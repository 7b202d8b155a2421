/**
 * What must be true of a clone before anything runs: packages installed, page built.
 * Node's built-ins only, because this is what installs the rest. Each step is skipped where its outcome is already there.
 */
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { isDeepStrictEqual } from 'node:util';

/** The repository's root. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

const at = (/** @type {string[]} */ ...parts) => path.join(root, ...parts);

/**
 * Where all of a program's output goes: with `failure` to stderr and only when it fails; to a function piece by piece.
 * @typedef {'stdout' | 'stderr' | 'failure' | ((piece: Buffer) => void)} Output
 */

/**
 * Runs a program in the repository to its end, without a shell and without stdin.
 * @param {string} program
 * @param {string[]} args
 * @param {{ env?: Record<string, string>, output?: Output }} [options]
 * @returns {Promise<number>} exit code; 128 where a signal ended it, 127 where it could not start
 */
export function run(program, args, { env = {}, output = 'stdout' } = {}) {
  return new Promise((resolve) => {
    const heard = output === 'failure' || typeof output === 'function';
    const child = spawn(program, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: heard ? ['ignore', 'pipe', 'pipe'] : ['ignore', output === 'stderr' ? 2 : 1, 2],
    });
    /** @type {Buffer[]} */
    const kept = [];
    const hear = typeof output === 'function' ? output : (/** @type {Buffer} */ piece) => void kept.push(piece);
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.on('error', (error) => {
      console.error(`${program}: ${error.message}`);
      resolve(127);
    });
    child.on('close', (code) => {
      if (code !== 0) process.stderr.write(Buffer.concat(kept));
      resolve(code ?? 128);
    });
  });
}

/**
 * Runs the command of an installed package with this Node.
 * @param {string} command
 * @param {string[]} args
 * @param {Parameters<typeof run>[2]} [options]
 */
export function bin(command, args, options) {
  const owners = /** @type {Record<string, string>} */ ({ tsc: 'typescript', playwright: '@playwright/test' });
  const home = at('node_modules', owners[command] ?? command);
  const manifest = JSON.parse(readFileSync(path.join(home, 'package.json'), 'utf8'));
  const entry = typeof manifest.bin === 'string' ? manifest.bin : manifest.bin[command];
  return run(process.execPath, [path.join(home, entry), ...args], options);
}

/** Every file under the given paths, in a fixed order. @param {string[]} paths @returns {string[]} */
function filesUnder(paths) {
  return paths.flatMap((name) => {
    if (!existsSync(at(name))) return [];
    if (statSync(at(name)).isFile()) return [name];
    const inside = readdirSync(at(name)).sort();
    return filesUnder(inside.map((child) => path.join(name, child)));
  });
}

/** @param {string[]} paths files or folders @returns {string} hex SHA-256 over names and bytes of all but tests */
function digest(paths) {
  const hash = createHash('sha256');
  for (const name of filesUnder(paths)) {
    if (name.endsWith('.test.ts')) continue;
    hash.update(`${name}\0`);
    hash.update(readFileSync(at(name)));
  }
  return hash.digest('hex');
}

const readJson = (/** @type {string} */ name) => JSON.parse(readFileSync(at(name), 'utf8'));

/** Whether node_modules holds what the lockfile names: npm keeps a list of what it has installed beside the packages. */
function isInstalled() {
  if (!existsSync(at('node_modules/.package-lock.json'))) return false;
  const { dependencies, devDependencies } = readJson('package.json');
  const wanted = readJson('package-lock.json').packages;
  const installed = readJson('node_modules/.package-lock.json').packages;
  const same = isDeepStrictEqual(
    [wanted[''].dependencies, wanted[''].devDependencies],
    [dependencies, devDependencies],
  );
  return (
    same &&
    Object.keys(wanted).every((name) => {
      if (name === '') return true;
      // Optional packages are for one platform each, so most of them are rightly absent.
      if (!(name in installed)) return Boolean(wanted[name].optional);
      return installed[name].integrity === wanted[name].integrity;
    })
  );
}

/** Versions of Node that the build's tools run on; `engines` of package.json. */
function checkNode() {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
  if (major > 22 || (major === 22 && minor >= 12) || (major === 20 && minor >= 19)) return;
  throw new Error(
    `Planaria is built with Node ${readJson('package.json').engines.node}; this is ${process.versions.node}`,
  );
}

/** A folder for npm's cache where its own cannot be written, as with a home that is read-only. @returns {Record<string, string>} */
function cacheElsewhere() {
  const own = process.env.npm_config_cache ?? path.join(os.homedir(), '.npm');
  try {
    mkdirSync(own, { recursive: true });
    accessSync(own, constants.W_OK);
    return {};
  } catch {
    return { npm_config_cache: path.join(os.tmpdir(), 'planaria-npm') };
  }
}

/**
 * `npm ci`, where node_modules is missing or of another lockfile. No browser is downloaded: the system's is used.
 * @throws {Error} where Node is too old, or npm fails
 */
export async function ensureInstalled() {
  checkNode();
  if (isInstalled()) return;
  console.error('Installing packages...');
  const args = ['ci', '--no-audit', '--no-fund'];
  const env = { PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD: '1', ...cacheElsewhere() };
  const options = { env, output: /** @type {const} */ ('stderr') };
  // The npm that started us says where it is; `npm` by name is not a program that Windows can start.
  const npm = process.env.npm_execpath;
  const code = await (npm?.endsWith('npm-cli.js')
    ? run(process.execPath, [npm, ...args], options)
    : run('npm', args, options));
  if (code !== 0) throw new Error(`npm ci ended with exit code ${code}`);
}

/** What the build reads. */
const sources = [
  'index.html',
  'package.json',
  'package-lock.json',
  'vite.config.ts',
  'svelte.config.js',
  'tsconfig.base.json',
  'tsconfig.page.json',
  'tools/dev/hosting.mjs',
  'tools/dev/licenses.mjs',
  'tools/dev/page-files.mjs',
  'public',
  'src',
  'workers',
];

/** Says of what sources dist/ was built. */
const builtFrom = 'node_modules/.cache/planaria/built-from';

/**
 * Builds dist/. The sources are read before, so that one edited meanwhile makes the build stale.
 * @param {Output} [output]
 */
export async function build(output = 'stderr') {
  if (output === 'stderr') console.error('Building the page...');
  const digestBefore = digest(sources);
  rmSync(at(builtFrom), { force: true });
  const code = await bin('vite', ['build', '--logLevel', 'warn'], { output });
  if (code !== 0) throw new Error(`the build ended with exit code ${code}`);
  mkdirSync(path.dirname(at(builtFrom)), { recursive: true });
  writeFileSync(at(builtFrom), digestBefore);
}

/** Builds dist/, where it is missing or of other sources. */
export async function ensureBuilt() {
  const isBuilt = existsSync(at('dist/index.html')) && existsSync(at(builtFrom));
  if (!isBuilt || readFileSync(at(builtFrom), 'utf8') !== digest(sources)) await build();
}
