/**
 * Bytes that the page loads before anything of the engine is asked for, as a host with gzip sends them. The peer is what stays out of it: the
 * engine's chunk.
 *
 *   npm run bench -- shell
 */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { root } from '../tools/dev/workspace.mjs';
import { onThePage, table } from './support.mjs';

const LIMIT = 150_000;
const dist = process.env.PLANARIA_DIST ?? path.join(root, 'dist');

const paths = await onThePage(async ({ url, browser }) => {
  // Workers included: what they fetch is the context's, not the page's.
  // The service worker fetches all of the page once more, later, for use without a network.
  const context = await browser.newContext({ locale: 'en', serviceWorkers: 'block' });
  /** @type {Set<string>} */
  const asked = new Set();
  context.on(
    'request',
    (request) => request.url().startsWith(url) && asked.add(new URL(request.url()).pathname.slice(1) || 'index.html'),
  );
  const page = await context.newPage();
  await page.goto(url);
  await page.getByRole('button', { name: 'Run the demo' }).waitFor();
  await page.waitForLoadState('networkidle');
  return [...asked].sort();
});

const sizeOf = (/** @type {string} */ name) => {
  const bytes = readFileSync(path.join(dist, name));
  return { name, raw: bytes.length, gzip: gzipSync(bytes, { level: 9 }).length };
};
// The check of the GPU starts the inference worker's entry and chunk; they are the engine's, asked for after the page stands.
const isEngine = (/** @type {string} */ name) => /assets\/(engine|inference\.worker)-/.test(name);
const shell = paths.filter((name) => !isEngine(name)).map(sizeOf);
const engine = readdirSync(path.join(dist, 'assets'))
  .map((name) => `assets/${name}`)
  .filter(isEngine)
  .map(sizeOf);
const sum = (/** @type {{ raw: number, gzip: number }[]} */ files) =>
  files.reduce((all, { raw, gzip }) => [all[0] + raw, all[1] + gzip], [0, 0]);
const kb = (/** @type {number} */ bytes) => (bytes / 1000).toFixed(1);

console.log(
  table(
    ['file', 'KB', 'KB gzip'],
    [
      ...shell.map(({ name, raw, gzip }) => [name.replace(/-[\w-]{8}\./, '.'), kb(raw), kb(gzip)]),
      ['**shell**', ...sum(shell).map(kb)],
      ['engine, loaded with the model', ...sum(engine).map(kb)],
    ],
  ),
);
const [, total] = sum(shell);
console.log(`\nLimit ${kb(LIMIT)} KB gzip: ${total <= LIMIT ? 'kept' : 'PASSED'}.`);
process.exitCode = total <= LIMIT ? 0 : 1;
