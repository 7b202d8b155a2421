/**
 * Counts a report of the incident room again from its input file and the rows of its run, with nothing of the product's own code.
 *
 *   node bench/report/recount.mjs INPUT ROWS.jsonl REPORT.json
 */
import { readFileSync } from 'node:fs';
import { isMain } from '../../tools/dev/is-main.mjs';

/** From low to high, as public/swarms/incident-room.yaml has them. */
const SEVERITIES = ['debug', 'info', 'notice', 'warning', 'error', 'critical'];
const PILE = 20;

/** @typedef {{ checked: number, wrong: string[] }} Check */

/**
 * @param {{ input: string, rows: string, report: string }} texts
 * @returns {Record<string, Check>} what was looked at, how often, and what of it is not so
 */
export function recount({ input, rows: rowsText, report }) {
  const file = input.split(/\r\n|\n|\r/);
  const rows = rowsText
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line));
  const { answer } = JSON.parse(report);
  /** @type {Record<string, Check>} */
  const checks = {};
  const check = (/** @type {string} */ what, /** @type {boolean} */ holds, /** @type {string} */ where) => {
    const one = (checks[what] ??= { checked: 0, wrong: [] });
    one.checked++;
    if (!holds) one.wrong.push(where);
  };
  const same = (/** @type {unknown} */ a, /** @type {unknown} */ b) => JSON.stringify(a) === JSON.stringify(b);
  const lineHas = (/** @type {number} */ line, /** @type {string} */ text) => file[line - 1]?.includes(text) ?? false;

  const items = rows.filter((row) => row.of === undefined && row.failure === null);
  const triageOf = (/** @type {any} */ row) => row.outputs?.triager ?? row.output;
  /** @type {Map<string, any[]>} */
  const groups = new Map();
  for (const row of items) {
    const { severity, kind, subject } = triageOf(row);
    if (SEVERITIES.indexOf(severity) < SEVERITIES.indexOf('warning')) continue;
    const key = JSON.stringify([kind, subject]);
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  const found = [...groups].map(([key, members]) => {
    const severities = members.map((row) => SEVERITIES.indexOf(triageOf(row).severity));
    const lines = members.map((row) => row.line).sort((a, b) => a - b);
    const task = Math.min(...members.map((row) => row.task));
    return { key, members, lines, task, worst: Math.max(...severities) };
  });
  found.sort((a, b) => b.worst - a.worst || b.lines.length - a.lines.length || a.task - b.task);
  const taken = found.filter(({ worst, lines }) => worst >= SEVERITIES.indexOf('error') || lines.length >= PILE);

  const [section] = answer.sections;
  check('incidents, in their order', answer.incidents.length === Math.min(30, taken.length), 'number');
  for (const [k, incident] of answer.incidents.entries()) {
    const where = `incident ${k + 1}, ${incident.title}`;
    const mine = taken[k];
    const [kind, subject] = mine ? JSON.parse(mine.key) : [];
    check('incidents, in their order', same(incident.key, { kind, subject }), where);
    if (!mine) continue;
    check('severity', incident.severity === SEVERITIES[mine.worst], where);
    check('count', incident.count === mine.lines.length && incident.recounted === mine.lines.length, where);
    check('first and last line', incident.first === mine.lines[0] && incident.last === mine.lines.at(-1), where);
    check('all lines', same(incident.lines, mine.lines.slice(0, 10_000)), where);
    for (const line of incident.lines) check('cited lines exist', file[line - 1] !== undefined, `${where}: ${line}`);
    for (const { line, text } of incident.quotes)
      check('quotes stand in their lines', text !== '' && lineHas(line, text), `${where}: ${line}`);
    for (const moment of [incident.began, incident.ended].filter((each) => each !== null))
      check('times stand in their lines', lineHas(moment.line, moment.text), `${where}: ${moment.line}`);
    const inAll = incident.when.reduce((/** @type {number} */ sum, /** @type {number} */ n) => sum + n, 0);
    check('times counted', incident.began === null || inAll === mine.lines.length, where);
    for (const { value, count } of incident.actions.values) {
      const n = mine.members.filter((row) => triageOf(row).action === value).length;
      check('actions', n === count, `${where}: ${value}`);
    }
    const reviews = mine.members.filter((row) => row.review !== null);
    const disputed = reviews.filter((row) => row.review.output?.agree === false);
    check('reviews', same(incident.reviews, { given: reviews.length, disputed: disputed.length }), where);
    for (const { sentence, evidence } of incident.claims) {
      for (const { line, text } of evidence)
        check('evidence stands in its line', lineHas(line, text), `${where}: ${line}`);
      for (const [, quoted] of sentence.matchAll(/"([^"]*)"/g))
        check(
          'what sentences quote',
          evidence.some((/** @type {{ text: string }} */ { text }) => text.includes(quoted)),
          `${where}: ${quoted}`,
        );
    }
  }
  const sum = (/** @type {typeof found} */ list) => list.reduce((all, { lines }) => all + lines.length, 0);
  const left = found.filter((group) => !taken.includes(group));
  check('what is not in it', same(section.other, { groups: left.length, lines: sum(left) }), 'other');
  check(
    'what is not in it',
    same(section.beyond, { groups: taken.slice(30).length, lines: sum(taken.slice(30)) }),
    'beyond',
  );
  const failed = rows.filter((row) => row.failure !== null).length;
  const told = Object.values(answer.leftOut.failures).reduce((all, n) => all + n, 0);
  check('what is not in it', failed === told, 'failures');
  for (const { field, values, total } of answer.sections.filter((/** @type {any} */ { kind }) => kind === 'counts')) {
    const of =
      field === 'agree'
        ? items.filter((row) => row.review !== null).map((row) => row.review.output)
        : items.map(triageOf);
    check('counts of values', total === of.length, `${field}: total`);
    for (const { value, count } of values)
      check('counts of values', of.filter((output) => output[field] === value).length === count, `${field}: ${value}`);
  }
  return checks;
}

if (isMain(import.meta.url)) {
  const [input = '', rows = '', report = ''] = process.argv.slice(2);
  const read = (/** @type {string} */ file) => readFileSync(file, 'utf8');
  const checks = recount({ input: read(input), rows: read(rows), report: read(report) });
  for (const [what, { checked, wrong }] of Object.entries(checks)) {
    console.log(
      `${what.padEnd(32)}${String(checked).padStart(8)}${wrong.length > 0 ? `  WRONG: ${wrong.join('; ')}` : ''}`,
    );
    if (wrong.length > 0) process.exitCode = 1;
  }
}
