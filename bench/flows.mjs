/**
 * Flows: what `dedupe` saves on real logs, what it changes, and what it costs. The peer is the same flow without it. No language model runs:
 * answers are those of the scripted engine, and beside them the labels of bench/labels, which a reader gave to each line by itself.
 *
 *     npm run bench -- flows [--rows 100000]
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { load } from '../tools/dev/typescript.mjs';
import { root } from '../tools/dev/workspace.mjs';
import { logFile, machine, table } from './support.mjs';

const { values } = parseArgs({ options: { rows: { type: 'string', default: '100000' } } });
const ROWS = Number(values.rows);
const KINDS = 100;

const { runFlow, readShape, sharedOutput } = await load('bench/flows/run.ts');

const triage = (/** @type {boolean} */ dedupe) =>
  readFileSync(path.join(root, 'public/swarms/triage-24.yaml'), 'utf8')
    .replace(/\n {2}reviewer:[\s\S]*?\n\n/, '\n')
    .replace(/^ {2}- \{role: reviewer.*\n/m, '')
    .replace('each: input}', dedupe ? 'each: input, dedupe: true}' : 'each: input}');

const percent = (/** @type {number} */ part, /** @type {number} */ whole) => `${((100 * part) / whole).toFixed(1)} %`;
const files = ['Linux_2k.log', 'OpenSSH_2k.log'].flatMap((name) => {
  const file = logFile(name);
  return file ? [{ name, lines: readFileSync(file, 'utf8').split(/\r?\n/).filter(Boolean) }] : [];
});
if (files.length === 0)
  files.push({
    name: 'mixed.log',
    lines: readFileSync(path.join(root, 'public/swarms/inputs/mixed.log'), 'utf8').split(/\r?\n/).filter(Boolean),
  });

console.log(machine());
const saved = [];
const changed = [];
for (const { name, lines } of files) {
  const [alone, deduped] = [
    await runFlow(triage(false), lines.join('\n')),
    await runFlow(triage(true), lines.join('\n')),
  ];
  const kinds = new Set(lines.map((line) => readShape(line).shape)).size;
  saved.push([
    ...[name, lines.length, kinds, deduped.asked, alone.turns, deduped.turns],
    ...[percent(alone.turns - deduped.turns, alone.turns), alone.opinions, deduped.opinions, deduped.failed],
  ]);
  const rows = deduped.rows.filter((/** @type {any} */ row) => row.shared !== undefined);
  const differ = (/** @type {string} */ field) =>
    rows.filter((/** @type {any} */ row) => row.output?.[field] !== alone.rows[row.task]?.output?.[field]).length;
  const stale = rows.filter((/** @type {any} */ row) => !row.input.includes(row.output.subject)).length;
  changed.push([
    `${name}, scripted engine`,
    rows.length,
    ...['severity', 'kind', 'subject'].map((field) => `${differ(field)} (${percent(differ(field), rows.length)})`),
    stale,
  ]);

  const labels = path.join(root, 'bench/labels', name.replace('.log', '.jsonl'));
  const labelled =
    name === 'mixed.log'
      ? []
      : readFileSync(labels, 'utf8')
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line));
  /** @type {Map<string, any>} */
  const firsts = new Map();
  const schema = { type: 'object', properties: { subject: { type: 'string', 'x-copied-from': 'input' } } };
  let [shared, stuck] = [0, 0];
  const wrong = { severity: 0, kind: 0, subject: 0 };
  for (const one of labelled) {
    const text = one.text ?? one.input ?? lines[one.line - 1];
    const shape = readShape(text);
    const first = firsts.get(shape.shape);
    if (!first) {
      firsts.set(shape.shape, { shape, label: one });
      continue;
    }
    const { severity, kind, subject } = first.label;
    const made = sharedOutput(schema, { severity, kind, subject }, [[first.shape, shape]]);
    if (!made) stuck++;
    else {
      shared++;
      for (const field of /** @type {const} */ (['severity', 'kind', 'subject']))
        if (made.output[field] !== one[field]) wrong[field]++;
    }
  }
  if (labelled.length > 0)
    changed.push([
      `${name}, ${labelled.length} labelled lines${stuck > 0 ? ` (${stuck} asked themselves)` : ''}`,
      ...[shared, ...Object.values(wrong).map((n) => `${n} (${percent(n, shared)})`), 0],
    ]);
}
console.log(
  `\n${table(['log', 'lines', 'kinds', 'asked', 'turns without dedupe', 'with it', 'saved', 'of them second opinions', 'with it', 'failed'], saved)}`,
);
console.log(
  `\nrows with a shared answer, and of how many an answer of their own is another\n\n${table(
    ['of', 'rows', 'severity', 'kind', 'subject', 'subject not in the line'],
    changed,
  )}`,
);

/**
 * A chain of three: the flow as it runs, where a row goes on as soon as it can, and its steps one after the other, each over all rows, as where
 * every operator is a pass over the table. Virtual time, of agents that write 40 tokens a second.
 */
const chain = (/** @type {number} */ steps) => `planaria: 1
name: chain
roles:
  triager:
    replicas: 12
    prompt: Triage this log line.
    output:
      type: object
      properties: { severity: { enum: [debug, info, notice, warning, error, critical] }, subject: { type: string, x-copied-from: input } }
      required: [severity, subject]
      additionalProperties: false
  explainer: { replicas: 12, prompt: Say in a sentence what went wrong. }
  adviser: { replicas: 12, prompt: Say in a sentence what to do. }
flow:
  - { role: triager, each: input }
${[
  '  - { role: explainer, each: triager, where: { severity: { gte: notice } } }',
  '  - { role: adviser, each: explainer }',
]
  .slice(0, steps - 1)
  .join('\n')}
`;
const waited = [];
for (const { name, lines } of files) {
  const text = lines.join('\n');
  const own = (/** @type {number} */ steps) =>
    runFlow(
      chain(steps)
        .split('\n')
        .filter((line) => steps >= 3 || !line.startsWith('  adviser:'))
        .filter((line) => steps >= 2 || !line.startsWith('  explainer:'))
        .join('\n'),
      text,
      { keep: false, through: steps - 1, decodeMs: 25 },
    );
  const [one, two, whole] = [await own(1), await own(2), await own(3)];
  // The passes before the last take as long as the flow up to there; of the last, one turn is enough.
  const turn = whole.firstThrough - two.firstThrough;
  const naive = two.end + turn;
  const seconds = (/** @type {number} */ ms) => (ms / 1000).toFixed(1);
  waited.push([
    ...[name, lines.length, seconds(whole.first), seconds(whole.firstThrough), seconds(naive)],
    ...[`${(naive / whole.firstThrough).toFixed(0)} times`, seconds(whole.end), one.failed + two.failed + whole.failed],
  ]);
}
console.log(
  `\nseconds of virtual time until rows are there\n\n${table(['log', 'lines', 'first row', 'first row through all three steps', 'the same, pass by pass', 'later by', 'end of the run', 'failed'], waited)}`,
);

/** So many lines of a hundred kinds, each with numbers of its own. */
const words = 'alpha beta gamma delta epsilon zeta eta theta iota kappa'.split(' ');
const many = Array.from(
  { length: ROWS },
  (_, k) =>
    `${words[k % 10]} ${words[Math.floor(k / 10) % 10]} 10.0.${k % 250}.${(7 * k) % 250} ${(k * 37) % 1000} ms u${k % 999}`,
).join('\n');
const run = await runFlow(triage(true), many, { real: true, keep: false });
let shaping = process.cpuUsage();
for (const line of many.split('\n').slice(0, 20_000)) readShape(line);
shaping = process.cpuUsage(shaping);
console.log(
  `\n${table(
    [
      'lines',
      'kinds',
      'turns',
      'shared',
      'CPU, s',
      'CPU a line, µs',
      'of it its shape, µs',
      'at a stretch, p99, ms',
      'at most',
      'heap, MB',
    ],
    [
      [
        ...[run.results.toLocaleString('en'), KINDS, run.turns, run.shared.toLocaleString('en')],
        ...[
          (run.cpuMs / 1000).toFixed(1),
          ((1000 * run.cpuMs) / ROWS).toFixed(0),
          ((shaping.user + shaping.system) / 20_000).toFixed(1),
        ],
        ...[...run.stretchMs.map((/** @type {number} */ ms) => ms.toFixed(0)), run.heapMb.toFixed(0)],
      ],
    ],
  )}`,
);
process.exit(0);
