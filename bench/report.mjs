/**
 * The incident room on two real logs, its report counted again by code that shares nothing with the product; then with faults while it runs.
 *
 *   npm run bench -- report [--engine scripted] [--limit N] [--faults FILE] [--gpu]
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { isDeepStrictEqual, parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { recount } from './report/recount.mjs';
import { adapter, headless, logFile, machine, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    engine: { type: 'string', default: 'scripted' },
    limit: { type: 'string' },
    faults: { type: 'string', default: path.join(root, 'public/faults/a-bit-of-everything.yaml') },
    gpu: { type: 'boolean' },
  },
});
const folder = scratch();
const read = (/** @type {string} */ file) => readFileSync(file, 'utf8');

/** @param {string} log @param {boolean} faults */
async function reported(log, faults) {
  const [rows, report] = ['jsonl', 'json'].map((kind) => path.join(folder, `${log}.${faults ? 'faults.' : ''}${kind}`));
  const { seconds } = await headless([
    ...[path.join(root, 'public/swarms/incident-room.yaml'), logFile(log)],
    ...['--engine', values.engine, '--adapter', adapter(), '--out', String(rows), '--report', String(report)],
    ...(values.limit === undefined ? [] : ['--limit', values.limit]),
    ...(faults ? ['--faults', values.faults, '--json'] : []),
  ]);
  const checks = recount({ input: read(logFile(log)), rows: read(String(rows)), report: read(String(report)) });
  return { seconds, checks, answer: JSON.parse(read(String(report))).answer };
}

/** Without what names the run. @param {Record<string, any>} answer */
const content = ({ run: _, ...answer }) => answer;

const told = [];
let sound = true;
for (const log of ['Linux_2k.log', 'OpenSSH_2k.log']) {
  const plain = await reported(log, false);
  const broken = await reported(log, true);
  for (const [name, { seconds, checks, answer }] of Object.entries({ '': plain, ', faults': broken })) {
    const all = Object.values(checks);
    const wrong = all.flatMap((each) => each.wrong);
    const number = (/** @type {string} */ what) => checks[what]?.checked ?? 0;
    const same = name === '' ? '' : isDeepStrictEqual(content(answer), content(plain.answer)) ? 'yes' : 'no';
    sound &&= wrong.length === 0;
    for (const each of wrong) console.error(`${log}${name}: ${each}`);
    told.push([
      `${log}${name}`,
      answer.items,
      answer.incidents.length,
      number('cited lines exist'),
      number('quotes stand in their lines'),
      all.reduce((sum, { checked }) => sum + checked, 0),
      wrong.length,
      same,
      seconds.toFixed(0),
    ]);
  }
}
console.log(
  table(
    ['log', 'lines', 'incidents', 'lines cited', 'quotes', 'checks in all', 'wrong', 'same as without faults', 's'],
    told,
  ),
);
console.log(`\n${machine()}`);
process.exitCode = sound ? 0 : 1;
