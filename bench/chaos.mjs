/**
 * A run in a real tab under every kind of fault, on the real model and the production build, and what it costs: in parts, each a run of its
 * own over the hand-labelled lines, so that a machine can be shared between them.
 *
 *   npm run bench -- chaos [--parts 8] [--part K] [--lines N] [--seats 4] [--results FILE] [--logs FOLDER] [--gpu]
 *
 * Part 0 is the same run without faults: the peer, whose quality on the same tasks stands in brackets. In part 8 faults come while those
 * before them are being mended, in the others each meets a run that is well, as far as chance lets it. With --part only that part is run;
 * parts that the results file has already are not run again. The table is over all parts that are there. Lines come from the first again
 * when all were read; a part reads so many that its run lasts as long as its faults at part 0's pace, where that is known. --logs keeps each
 * part's events, one JSON object a line.
 */
import { mkdirSync, readFileSync, rmSync, writeFileSync, existsSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { faultBook } from '../tools/headless/bundled.mjs';
import { chaosPlan, CROWDED, planMs } from './chaos/plan.mjs';
import { readLines } from './labels/choose.mjs';
import { adapter, headless, jsonLines, logFile, machine, scratch, table } from './support.mjs';

const { values } = parseArgs({
  options: {
    parts: { type: 'string', default: '8' },
    part: { type: 'string' },
    lines: { type: 'string' },
    seats: { type: 'string', default: '4' },
    results: { type: 'string', default: path.join(root, 'node_modules/.cache/chaos/results.jsonl') },
    logs: { type: 'string' },
    gpu: { type: 'boolean' },
  },
});

const FIELDS = /** @type {const} */ (['severity', 'kind', 'subject']);
const LOGS = ['Linux_2k', 'OpenSSH_2k'];
/** What part 0 reads: as much as the longest of the others, so that each of their tasks has its peer. The logs have 400 labels together. */
const CALM_LINES = 900;

/**
 * @typedef {object} Part
 * @property {number} part
 * @property {string} machine
 * @property {any} summary what headless says in its last line
 * @property {any[]} entries faults, as the ledger has them
 * @property {number[]} turns ms of turns that passed
 * @property {Record<(typeof FIELDS)[number], string>} right by field, a 1 or 0 for each line: the label's answer or not
 * @property {number} lines
 */

/** Pace under faults as a share of the pace without, and a little more, so that the run does not end before its faults. */
const PACE = 0.85;
/** Where part 0's pace is not known. */
const LINES = 600;

/** So many lines keep the part's run going for as long as its faults take. @param {number} part */
function linesOf(part) {
  if (values.lines !== undefined) return Number(values.lines);
  const calm = parts.find((each) => each.part === 0);
  if (part === 0 || !calm) return part === 0 ? CALM_LINES : LINES;
  return Math.ceil((PACE * planMs(part) * calm.lines) / calm.summary.timings.elapsedMs);
}

/** So many of the labelled lines of both logs with their labels, in the order of the input, and from the first again where there are fewer. @param {number} count */
function labelled(count) {
  const known = LOGS.flatMap((name) => {
    const log = logFile(`${name}.log`);
    if (!log) throw new Error(`${name}.log is not there; this bench runs over its labelled lines`);
    const all = readLines(log);
    return jsonLines(path.join(root, `bench/labels/${name}.jsonl`)).map((label) => ({
      label,
      text: all[label.line - 1] ?? '',
    }));
  });
  return Array.from({ length: count }, (_, k) => /** @type {(typeof known)[number]} */ (known[k % known.length]));
}

/** @param {number} part @returns {Promise<Part>} */
async function runPart(part) {
  const folder = scratch();
  const at = (/** @type {string} */ name) => path.join(folder, name);
  const lines = labelled(linesOf(part));
  writeFileSync(at('lines.log'), lines.map(({ text }) => `${text}\n`).join(''));
  const swarm = readFileSync(path.join(root, 'public/swarms/triage-24.yaml'), 'utf8');
  writeFileSync(
    at('swarm.yaml'),
    swarm.replace(/^model: .*$/m, (line) => `${line}\nbudget: {resident: ${values.seats}}`),
  );
  writeFileSync(at('plan.yaml'), chaosPlan(part));
  const log = values.logs === undefined ? [] : ['--log', path.join(values.logs, `part-${part}.jsonl`)];
  const faults = part === 0 ? [] : ['--faults', at('plan.yaml'), '--json', ...log];
  const { summary, seconds } = await headless([
    ...[at('swarm.yaml'), '--input', at('lines.log'), '--adapter', adapter(), '--out', at('rows.jsonl')],
    ...['--report', at('report.json'), ...faults],
  ]);
  const rows = jsonLines(at('rows.jsonl'));
  const report = JSON.parse(readFileSync(at('report.json'), 'utf8'));
  const output = new Map(rows.map((row) => [row.task, row.output]));
  const right = Object.fromEntries(
    FIELDS.map((field) => [
      field,
      lines.map(({ label }, task) => Number(output.get(task)?.[field] === label[field])).join(''),
    ]),
  );
  rmSync(folder, { recursive: true });
  const { entries = [], turns = [] } = summary.faults ?? {};
  const { vram, timings, engineLosses, peakResidents } = report;
  const kept = {
    ...summary,
    faults: undefined,
    out: undefined,
    report: undefined,
    seconds,
    vram,
    timings,
    engineLosses,
    peakResidents,
  };
  return {
    part,
    machine: machine(),
    summary: kept,
    entries,
    turns,
    right: /** @type {any} */ (right),
    lines: lines.length,
  };
}

// As on a terminal, so that headless and its browser end with it.
process.once('SIGTERM', () => process.exit(1));

mkdirSync(path.dirname(values.results), { recursive: true });
if (values.logs !== undefined) mkdirSync(values.logs, { recursive: true });
/** @type {Part[]} */
const parts = existsSync(values.results) ? jsonLines(values.results) : [];
const wanted =
  values.part === undefined ? Array.from({ length: Number(values.parts) + 1 }, (_, k) => k) : [Number(values.part)];
for (const part of wanted) {
  if (parts.some((each) => each.part === part)) continue;
  parts.push(await runPart(part));
  writeFileSync(values.results, parts.map((each) => `${JSON.stringify(each)}\n`).join(''));
}
parts.sort((a, b) => a.part - b.part);

const { figuresOf, faultTable } = await faultBook();
const struck = parts.filter(({ part }) => part > 0);
const figures = figuresOf(
  struck.flatMap(({ entries }) => entries),
  struck.flatMap(({ turns }) => turns),
  0,
  struck.reduce((sum, { summary }) => sum + summary.engineLosses, 0),
);
console.log(`${machine()}\n\n${faultTable(figures)}\n`);
for (const crowded of [false, true]) {
  const some = struck.filter(({ part }) => (part % CROWDED === 0) === crowded).flatMap(({ entries }) => entries);
  const { mendMs, injected } = figuresOf(some, [], 0, 0);
  const [p50, p95] = [mendMs.p50, mendMs.p95].map((ms) => (ms === null ? '-' : (ms / 1000).toFixed(2)));
  console.log(`${crowded ? 'Crowded' : 'Spaced'}: ${injected} faults, to mend p50 ${p50} s, p95 ${p95} s.`);
}
/** Of so many answers. @param {string} right @param {number} lines */
function share(right, lines) {
  const ones = right.slice(0, lines).replaceAll('0', '').length;
  return `${((100 * ones) / Math.min(lines, right.length)).toFixed(1)} %`;
}
const calm = parts.find(({ part }) => part === 0);
/** The same tasks without faults beside it. @param {Part} of @param {(typeof FIELDS)[number]} field */
const quality = ({ part, right, lines }, field) =>
  part > 0 && calm ? `${share(right[field], lines)} (${share(calm.right[field], lines)})` : share(right[field], lines);
console.log(
  table(
    [
      'part',
      'faults',
      'mended',
      'engines lost',
      'tasks',
      'results',
      'named failures',
      'lost',
      'twice',
      'severity',
      'kind',
      'subject',
      'run, s',
    ],
    parts.map((each) => {
      const { part, entries, summary } = each;
      return [
        part === 0 ? 'none' : part,
        entries.length,
        entries.filter(({ mendedAt }) => mendedAt !== null).length,
        summary.engineLosses,
        summary.tasks,
        summary.results,
        summary.failed,
        summary.lost ?? summary.tasks - summary.results - summary.failed,
        summary.twice ?? 0,
        ...FIELDS.map((field) => quality(each, field)),
        (summary.timings.elapsedMs / 1000).toFixed(0),
      ];
    }),
  ),
);
for (const { part, entries } of struck)
  for (const { kind, at, mendedAt } of entries)
    if (mendedAt === null) console.log(`part ${part}: ${kind} at ${new Date(at).toISOString()} was not mended`);
const over = parts.reduce((sum, { summary }) => sum + (summary.vram?.overLimit ?? 0), 0);
console.log(`\nVRAM samples over the limit: ${over}.`);
