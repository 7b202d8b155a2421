/**
 * A million committed rows in memory (src/runtime/storage/kept-rows.ts), against each row's JSON in a Map; and what it costs a browser to put
 * into a chosen file what was written (src/ui/file/row-file.ts), by the size of the file, against a write alone.
 *
 *     npm run bench -- kept-rows [--rows 1000000]
 */
import { createServer } from 'node:http';
import { once } from 'node:events';
import { parseArgs } from 'node:util';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { chromium } from '@playwright/test';
import { baseFlags, executablePath } from '../tools/dev/chromium.mjs';
import { load } from '../tools/dev/typescript.mjs';
import { machine, table } from './support.mjs';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '1000000' } } });
const ROWS = Number(values.rows);
setFlagsFromString('--expose-gc');
/** @type {() => void} */
const gc = runInNewContext('gc');
const { KeptRows } = await load('src/runtime/storage/kept-rows.ts');
const { seededRandom } = await load('src/kernel/random.ts');

const WORDS =
  'failed password for invalid user root from address port connection closed disk write error timeout'.split(' ');
const inputOf = (/** @type {number} */ task) => ({ line: task + 1, input: `sshd[${task}]: a line of the log` });

/** Rows as a run commits them: short labels, or a sentence each. @param {boolean} long */
function* rows(long) {
  const random = seededRandom('kept-rows');
  const word = () => random.pick(WORDS);
  for (let task = 0; task < ROWS; task++) {
    const label = { severity: random.pick(['info', 'warning', 'error']), subject: `${word()}${random.int(100)}` };
    const output = long ? { ...label, summary: Array.from({ length: 12 }, word).join(' ') } : label;
    const review = random.chance(0.25) ? { agent: `reviewer.${random.int(60)}`, output: { agree: true } } : null;
    const agent = `triager.${random.int(600)}`;
    const figures = { attempts: 1, tokens: 100 + random.int(300), durationMs: 200 + random.int(2000) };
    yield {
      order: 7 * task + random.int(5),
      row: { task, ...inputOf(task), output, failure: null, agent, ...figures, review },
    };
  }
}

const held = () => {
  gc();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return (heapUsed + arrayBuffers) / 1e6;
};
const cpu = () => process.cpuUsage().user / 1000;

console.log(`${machine()} ${ROWS} rows; CPU time of the whole process, what makes the rows taken off.\n`);
const figures = [];
for (const long of [false, true]) {
  const before = cpu();
  let made = 0;
  for (const { row } of rows(long)) made += row.tokens;
  const making = cpu() - before;
  let start = held();
  let from = cpu();
  const kept = new KeptRows(inputOf, Infinity);
  for (const each of rows(long)) {
    kept.add([each]);
    if (each.row.task % 512 === 511) await kept.settled();
  }
  await kept.settled();
  const adding = cpu() - from - making;
  const keptMB = held() - start;
  from = cpu();
  let read = 0;
  await kept.eachRow((/** @type {unknown[]} */ piece) => void (read += piece.length));
  const reading = cpu() - from;
  if (read !== ROWS || made === 0) throw new Error('rows are missing');
  start = held();
  const peer = new Map();
  for (const { row } of rows(long)) peer.set(row.task, JSON.stringify(row));
  const peerMB = held() - start;
  figures.push([
    long ? 'a label and a sentence of 12 words' : 'a label',
    (kept.bytes / ROWS).toFixed(1),
    keptMB.toFixed(0),
    peer.size === ROWS ? peerMB.toFixed(0) : '',
    (adding / 1000).toFixed(1),
    (reading / 1000).toFixed(1),
  ]);
}
console.log(table(['output', 'bytes a row', 'held, MB', 'JSON in a Map, MB', 'packing, s', 'reading all, s'], figures));

const server = createServer((_, response) =>
  response.setHeader('content-type', 'text/html').end('<title>bench</title>'),
);
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const browser = await chromium.launch({ executablePath, args: baseFlags });
try {
  const page = await browser.newPage();
  const { port } = /** @type {import('node:net').AddressInfo} */ (server.address());
  await page.goto(`http://127.0.0.1:${port}/`);
  const costs = await page.evaluate(async () => {
    const folder = await navigator.storage.getDirectory();
    const megabyte = new Uint8Array(2 ** 20).fill(97);
    const found = [];
    for (const size of [1, 10, 100, 300]) {
      const handle = await folder.getFileHandle(`file-${size}`, { create: true });
      let writer = await handle.createWritable();
      const begun = performance.now();
      for (let at = 0; at < size; at++) await writer.write(megabyte);
      const written = performance.now();
      await writer.close();
      const closed = performance.now();
      writer = await handle.createWritable({ keepExistingData: true });
      await writer.seek(size * megabyte.length);
      const opened = performance.now();
      await writer.write(megabyte);
      await writer.close();
      found.push([size, (written - begun) / size, closed - written, opened - closed]);
      await folder.removeEntry(`file-${size}`);
    }
    return found;
  });
  const digits = (/** @type {number[]} */ [size, ...ms]) => [String(size), ...ms.map((one) => one.toFixed(1))];
  console.log(
    `\n${table(['file, MB', 'writing a MB, ms', 'closing, ms', 'opening to write on, ms'], costs.map(digits))}`,
  );
} finally {
  await browser.close();
  server.close();
}
