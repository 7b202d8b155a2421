/**
 * A disk that is really full, under a run: how many of its committed results are left when the browser is killed on it and opened again, with
 * the page's own files kept as they are. The peer: the same, with those files in Cache storage besides, as versions before this one kept them.
 *
 *   npm run bench -- full-disk [--times 3]      as root, on Linux: a tmpfs of 100 MB is the disk
 */
import { execFileSync } from 'node:child_process';
import {
  closeSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statfsSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { noGpu } from '../tools/dev/chromium.mjs';
import { serve } from '../tools/dev/serve.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { startProcess } from '../tools/headless/browser.mjs';
import { start } from '../tools/headless/page.mjs';
import { table } from './support.mjs';

const { values } = parseArgs({ options: { times: { type: 'string', default: '3' } } });
const DISK = '100m';
const dist = process.env.PLANARIA_DIST ?? path.join(root, 'dist');
const folder = mkdtempSync(path.join(os.tmpdir(), 'planaria-full-disk-'));
const disk = path.join(folder, 'disk');
const profile = path.join(disk, 'profile');
const ballast = path.join(disk, 'ballast');

/** Fills the disk to its last byte. */
function fill() {
  const file = openSync(ballast, 'a');
  try {
    for (;;) {
      const { bavail, bsize } = statfsSync(disk);
      if (bavail <= 0) break;
      writeSync(file, Buffer.alloc(Math.min(2 ** 20, bavail * bsize)));
    }
  } catch {
    // Full.
  }
  closeSync(file);
}

/** Results in the database, wherever this version keeps runs. */
const results = `(async () => {
  const inBucket = (await navigator.storageBuckets.keys()).includes('runs');
  const factory = inBucket ? (await navigator.storageBuckets.open('runs')).indexedDB : indexedDB;
  if (!(await factory.databases()).some(({ name }) => name === 'planaria')) return 0;
  const db = await new Promise((resolve, reject) => {
    const asked = factory.open('planaria');
    asked.onsuccess = () => resolve(asked.result);
    asked.onerror = () => reject(asked.error);
  });
  if (!db.objectStoreNames.contains('results')) return 0;
  return new Promise((resolve) => {
    const count = db.transaction('results').objectStore('results').count();
    count.onsuccess = () => (db.close(), resolve(count.result));
  });
})()`;

async function open() {
  // Without WebGPU nobody fetches the pocket model: what is measured is the page's own.
  const { browser, kill } = await startProcess(noGpu.args, profile);
  return {
    kill,
    page: await /** @type {import('@playwright/test').BrowserContext} */ (browser.contexts()[0]).newPage(),
  };
}

/** @param {boolean} cached the page's files in Cache storage besides */
async function once(cached) {
  mkdirSync(profile, { recursive: true });
  const server = await serve({ root: dist });
  let tab = await open();
  try {
    await tab.page.goto(server.url);
    await tab.page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined));
    await tab.page.waitForFunction(() => document.querySelector('[data-offline=ready]') !== null);
    if (cached)
      await tab.page.evaluate(
        async (names) => (await caches.open('as-before')).addAll(names.map((name) => `./assets/${name}`)),
        readdirSync(path.join(dist, 'assets')),
      );
    const input = path.join(folder, 'input.log');
    const lines = Array.from({ length: 4000 }, (_, k) => `sshd[${k}]: Failed password for user${k}`);
    writeFileSync(input, `${lines.join('\n')}\n`);
    await start(tab.page, { file: path.join(root, 'public/swarms/triage-24.yaml'), input, engine: 'scripted' });
    const run = tab.page.url();
    while (Number(await tab.page.evaluate(results)) < 70) await sleep(200);
    const estimate = await tab.page.evaluate(() => navigator.storage.estimate());
    const usage = estimate.usage ?? 0;
    fill();
    const full = setInterval(fill, 300);
    await sleep(5000);
    const said = Number(((await tab.page.getByTestId('results').first().textContent()) ?? '').replace(/\D/g, ''));
    await tab.kill();
    clearInterval(full);
    rmSync(ballast, { force: true });
    tab = await open();
    await tab.page.goto(run.replace(/#.*/, '#/'));
    const left = Number(await tab.page.evaluate(results));
    return { said, left, usage };
  } finally {
    await tab.kill();
    await server.close();
    rmSync(profile, { recursive: true, force: true });
  }
}

mkdirSync(disk);
try {
  execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK}`, 'tmpfs', disk], { stdio: 'pipe' });
} catch (error) {
  console.log(`NOT TRIED: no tmpfs can be mounted here (${String(error).split('\n')[0]}); run as root on Linux.`);
  process.exit(0);
}
try {
  const bytes = readFileSync(path.join(dist, 'sw.js')).length;
  const rows = [];
  for (const cached of [false, true])
    for (let k = 0; k < Number(values.times); k++) {
      const { said, left, usage } = await once(cached);
      rows.push([
        cached ? 'in Cache storage besides' : 'as the product keeps them',
        (usage / 1e6).toFixed(1),
        said,
        left,
        left >= said ? 'all' : left === 0 ? '**none**' : 'some',
      ]);
    }
  console.log(table(["the page's files", 'MB of the origin', 'results said to be saved', 'results left', ''], rows));
  console.log(
    `\nA disk of ${DISK}, held full for 5 s; service worker of ${String(bytes)} bytes; scripted engine, no model stored.`,
  );
} finally {
  execFileSync('umount', ['-l', disk]);
  rmSync(folder, { recursive: true, force: true });
}
