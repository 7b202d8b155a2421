// Check the committed pocket library in headless Chromium on SwiftShader WebGPU, and time it.
// usage: node tools/pocket-model/check/run.mjs [--lib FILE.wasm] [--peer FILE.wasm] [--model FOLDER] [--only exact|timing] [--json FILE]
// FOLDER holds resolve/main/; --peer times a second library with the same weights in the same run.
import { createReadStream, existsSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { chromium } from '@playwright/test';

const here = dirname(fileURLToPath(import.meta.url));
const root = resolve(here, '../../..');
const own = join(root, 'public/models/pocket');
const { values: options } = parseArgs({
  options: {
    lib: { type: 'string', default: join(own, 'pocket.wasm') },
    model: { type: 'string', default: own },
    peer: { type: 'string' }, only: { type: 'string' }, match: { type: 'string' }, json: { type: 'string' },
  },
});

const types = { '.html': 'text/html', '.js': 'text/javascript', '.json': 'application/json', '.wasm': 'application/wasm' };
function fileFor(path) {
  if (path === '/web-llm.js') return join(root, 'node_modules/@mlc-ai/web-llm/lib/index.js');
  if (path === '/lib.wasm') return options.lib;
  if (path === '/reference.json') return options.model === own ? join(root, 'tools/pocket-model/reference.json') : undefined;
  if (path === '/peer.wasm') return options.peer;
  if (path.startsWith('/model/')) return join(options.model, path.slice(7));
  return join(here, path);
}
const server = createServer((request, response) => {
  const file = fileFor(decodeURIComponent(new URL(request.url, 'http://localhost').pathname));
  if (!file || !existsSync(file) || statSync(file).isDirectory()) return response.writeHead(404).end();
  response.writeHead(200, { 'content-type': types[extname(file)] ?? 'application/octet-stream', 'content-length': statSync(file).size });
  createReadStream(file).pipe(response);
}).listen(0);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
  args: ['--headless=new', '--no-sandbox', '--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader', '--disable-quic', '--no-first-run',
    '--disable-background-networking', '--disable-component-update', '--disable-sync'],
});
let report;
try {
  const page = await browser.newPage();
  page.on('console', (m) => /^(ok|FAIL) |rror/.test(m.text()) && !m.text().includes('404') && console.log(m.text().slice(0, 1000)));
  page.on('pageerror', (e) => console.log(String(e.stack ?? e)));
  const query = new URLSearchParams({ model: '/model/', lib: '/lib.wasm' });
  if (options.peer) query.set('peer', '/peer.wasm');
  if (options.only) query.set('only', options.only);
  if (options.match) query.set('match', options.match);
  await page.goto(`http://localhost:${server.address().port}/index.html?${query}`);
  for (const end = Date.now() + 900_000; !report && Date.now() < end; ) {
    report = await page.evaluate(() => window.report);
    if (!report) await new Promise((r) => setTimeout(r, 300));
  }
} finally {
  await browser.close();
  server.close();
}
if (!report) throw new Error('the page gave no report within 15 minutes');
if (report.error) console.error(report.error);
const columns = Object.keys(report.timing);
if (columns.length) {
  console.log(`\n| ms | ${columns.map((c) => (c === '/lib.wasm' ? 'this' : 'peer')).join(' | ')} |\n|---|${columns.map(() => '--:|').join('')}`);
  for (const row of Object.keys(report.timing[columns[0]])) console.log(`| ${row} | ${columns.map((c) => report.timing[c][row] ?? '').join(' | ')} |`);
}
const passed = Object.keys(report.checks).length - Object.values(report.checks).filter((v) => String(v).startsWith('FAILED')).length;
console.log(`${passed} passed, ${report.failed} failed`);
if (options.json) writeFileSync(options.json, JSON.stringify(report, null, 1));
process.exitCode = report.failed ? 1 : 0;
