// Checks the hand labels against their logs. Exits 1 and names every fault.
//
//   node bench/labels/check.mjs [FOLDER]     FOLDER holds the logs (default: ../shared/data beside the repository)
//
// It decides no label. Checked: the row's fields and enum values, the subject is an exact trimmed piece of its line, the rows
// are the lines that choose.mjs chooses, once each and in order, and lines of one message form share severity and kind.
import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { choose, formOf, readLines, TOTAL } from './choose.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const folder = resolve(process.argv[2] ?? join(here, '../../../shared/data'));

const FIELDS = 'line,severity,kind,subject';
const SEVERITIES = ['debug', 'info', 'notice', 'warning', 'error', 'critical'];
const KINDS = [
  'auth', 'permission', 'network', 'storage', 'memory', 'process', 'config', 'request', 'scheduler', 'other',
];

/** How many rows have each value of a field, as "a 3, b 1". */
function tally(rows, field) {
  const counts = new Map();
  for (const row of rows) counts.set(row[field], (counts.get(row[field]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1]).map(([value, n]) => `${value} ${n}`).join(', ');
}

function check(name) {
  const faults = [];
  const log = readLines(join(folder, `${name}.log`));
  const rows = readLines(join(here, `${name}.jsonl`)).map((text) => JSON.parse(text));

  const wanted = choose(log);
  if (rows.length !== TOTAL) faults.push(`${rows.length} rows, not ${TOTAL}`);
  if (new Set(rows.map((row) => row.line)).size !== rows.length) faults.push('a line is labelled twice');
  if (rows.map((row) => row.line).join() !== wanted.join()) faults.push('the rows are not the chosen lines in order');

  const byForm = new Map();
  for (const row of rows) {
    const fault = (what) => faults.push(`line ${row.line}: ${what}`);
    if (Object.keys(row).join() !== FIELDS) fault(`fields are not ${FIELDS}`);
    if (!SEVERITIES.includes(row.severity)) fault(`severity ${row.severity}`);
    if (!KINDS.includes(row.kind)) fault(`kind ${row.kind}`);
    const line = log[row.line - 1];
    if (line === undefined) {
      fault('not in the log');
      continue;
    }
    if (typeof row.subject !== 'string' || row.subject === '' || row.subject !== row.subject.trim()) fault('subject is empty or not trimmed');
    else if (!line.includes(row.subject)) fault('subject is no piece of the line');
    const form = formOf(line);
    const first = byForm.get(form) ?? row;
    byForm.set(form, first);
    if (first.severity !== row.severity || first.kind !== row.kind) fault(`differs from line ${first.line}, which has the same form`);
  }
  return { rows, forms: byForm.size, faults };
}

let failed = false;
for (const name of ['OpenSSH_2k', 'Linux_2k']) {
  if (!existsSync(join(folder, `${name}.log`))) {
    console.error(`${name}: no log in ${folder}`);
    failed = true;
    continue;
  }
  const { rows, forms, faults } = check(name);
  console.log(`${name}: ${rows.length} rows, ${forms} forms, ${faults.length} faults`);
  console.log(`  severity: ${tally(rows, 'severity')}\n  kind: ${tally(rows, 'kind')}`);
  for (const fault of faults) console.log(`  ${fault}`);
  failed ||= faults.length > 0;
}
process.exitCode = failed ? 1 : 0;
