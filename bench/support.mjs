/** What the benches share: the built page or the engine's harness in Chromium, the command line as a child, tables. */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { build } from 'vite';
import { serve } from '../tools/dev/serve.mjs';
import { ensureBuilt, root } from '../tools/dev/workspace.mjs';
import { launchBrowser } from '../tools/headless/browser.mjs';

/** Real logs to measure on; no part of the repository. */
export const logs = path.resolve(root, '../shared/data');

/** @param {string} name @returns {string | null} the log's path where it is there */
export function logFile(name) {
  const file = path.join(logs, name);
  return existsSync(file) ? file : null;
}

/** Lines of the real logs where they are there, else of the example. */
export function realLines() {
  const files = ['Linux_2k.log', 'OpenSSH_2k.log'].flatMap((name) => logFile(name) ?? []);
  const sources = files.length > 0 ? files : [path.join(root, 'public/swarms/inputs/mixed.log')];
  return sources.flatMap((file) => readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean));
}

/** A swarm of triagers alone, in a file of `folder`: reviews cost time and change no answer. @param {string} folder */
export function triagersOnly(folder) {
  const text = readFileSync(path.join(root, 'public/swarms/triage-24.yaml'), 'utf8');
  const withoutReview = text.replace(/\n {2}reviewer:[\s\S]*?\n\n/, '\n').replace(/^ {2}- \{role: reviewer.*\n/m, '');
  const file = path.join(folder, 'triage.yaml');
  writeFileSync(file, withoutReview);
  return file;
}

export const scratch = () => mkdtempSync(path.join(os.tmpdir(), 'planaria-bench-'));

/**
 * Serves a folder and opens it in Chromium while `work` lasts.
 * @template T
 * @param {string} folder
 * @param {(site: { url: string, browser: import('@playwright/test').Browser }) => Promise<T>} work
 * @returns {Promise<T>}
 */
async function inChromium(folder, work) {
  const server = await serve({ root: folder });
  const browser = await launchBrowser(adapter());
  try {
    return await work({ url: server.url, browser });
  } finally {
    await browser.close();
    await server.close();
  }
}

/** `--gpu` measures on the machine's GPU, otherwise SwiftShader. */
export const adapter = () => (process.argv.includes('--gpu') ? 'gpu' : 'swiftshader');

/** The production build in Chromium; PLANARIA_DIST names another folder than dist/. @template T @param {Parameters<typeof inChromium<T>>[1]} work */
export async function onThePage(work) {
  if (!process.env.PLANARIA_DIST) await ensureBuilt();
  return inChromium(process.env.PLANARIA_DIST ?? path.join(root, 'dist'), work);
}

/**
 * A page of vite's making in Chromium: the product's own code with a bench around it.
 * @template T
 * @param {string} config path of its vite.config.ts, from the repository's root
 * @param {string} folder where that builds it
 * @param {Parameters<typeof inChromium<T>>[1]} work
 */
export async function onABenchPage(config, folder, work) {
  const outDir = path.join(root, folder);
  await build({ configFile: path.join(root, config), logLevel: 'error', build: { outDir } });
  return inChromium(outDir, work);
}

/**
 * `npm run headless -- run ...` as a child, its progress on stderr.
 * @param {string[]} args
 * @returns {Promise<{ code: number | null, seconds: number, summary: Record<string, any> }>} exit code 0 or 1; rejects on any other
 */
export function headless(args) {
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [path.join(root, 'tools/headless/cli.mjs'), 'run', ...args], {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // It has a browser to end; a bench that is ended takes both along.
    const stop = () => child.kill();
    process.once('exit', stop);
    let out = '';
    child.stdout.on('data', (chunk) => (out += chunk));
    child.once('error', reject);
    child.once('close', (code) => {
      process.removeListener('exit', stop);
      const seconds = (performance.now() - begun) / 1000;
      if (code === 0 || code === 1) resolve({ code, seconds, summary: JSON.parse(out) });
      else reject(new Error(`headless ended with exit code ${code}`));
    });
  });
}

/** @param {string} file JSON lines @returns {any[]} */
export const jsonLines = (file) =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));

/**
 * A swarm over an input, with its rows. `model`: in place of the swarm's own, for the real engine.
 * @param {{ swarm: string, input: string, engine: string, out: string, model: string | undefined }} run
 */
export async function triaged({ swarm, input, engine, out, model }) {
  const named = model && engine === 'webllm' ? ['--model', model] : [];
  const run = await headless([
    swarm,
    ...['--input', input, '--engine', engine],
    ...['--adapter', adapter(), '--out', out],
    ...named,
  ]);
  return { ...run, rows: jsonLines(out) };
}

/** @param {number[]} values @param {number} share 0.5 = median */
export function quantile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN;
}

/** A Markdown table; the first column is text, the others numbers. @param {string[]} head @param {(string | number)[][]} rows */
export function table(head, rows) {
  const line = (/** @type {(string | number)[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, k) => (k === 0 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

/** What it ran on, for under the table. */
export function machine() {
  const cpus = os.cpus();
  return `${cpus.length} x ${cpus[0]?.model.trim() ?? 'unknown'}, load ${os.loadavg()[0]?.toFixed(1)} before, Node ${process.versions.node}, adapter ${adapter()}.`;
}
