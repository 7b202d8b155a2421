/**
 * Triage quality on the hand-labelled lines of real logs (bench/labels), through the command line as a person would run it.
 *
 *   npm run bench -- quality [--model ID|URL] [--limit N] [--keep FOLDER] [--gpu]
 *
 * A line without a result counts as wrong in every column but JSON valid, where the name of its failure decides. "micro" weighs lines alike,
 * "macro" message forms alike: logs repeat themselves. The peers: answering with the most frequent label, and the scripted engine's rules.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { formOf, readLines } from './labels/choose.mjs';
import { jsonLines, logFile, machine, scratch, table, triaged, triagersOnly } from './support.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    limit: { type: 'string' },
    keep: { type: 'string' },
    gpu: { type: 'boolean' },
  },
});
const folder = values.keep ?? scratch();
mkdirSync(folder, { recursive: true });

/** Failures after which no JSON of the schema's form was there. */
const NO_JSON = new Set(['json-invalid', 'schema-mismatch', 'output-truncated', 'output-empty']);
const FIELDS = /** @type {const} */ (['severity', 'kind', 'subject']);

/** @typedef {{ severity: string, kind: string, subject: string }} Label */
/** @typedef {{ output: Label | null, failure: string | null, input: string, attempts: number, review: { output: { agree: boolean } } | null }} Row */

/** @param {boolean[]} right @param {string[]} forms @returns {[micro: number, macro: number]} */
function shares(right, forms) {
  const byForm = new Map();
  right.forEach((ok, k) => {
    const form = byForm.get(forms[k]) ?? [];
    form.push(Number(ok));
    byForm.set(forms[k], form);
  });
  const mean = (/** @type {number[]} */ numbers) => numbers.reduce((sum, n) => sum + n, 0) / numbers.length;
  return [mean(right.map(Number)), mean([...byForm.values()].map(mean))];
}

/** The most frequent value of a field. @param {Label[]} labels @param {(typeof FIELDS)[number]} field */
function mostFrequent(labels, field) {
  const counts = new Map();
  for (const label of labels) counts.set(label[field], (counts.get(label[field]) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1])[0]?.[0];
}

const percent = (/** @type {number} */ share) => `${(100 * share).toFixed(1)} %`;
const cell = (/** @type {[number, number]} */ [micro, macro]) => `${percent(micro)} / ${percent(macro)}`;

const swarm = triagersOnly(folder);
console.log(machine());
for (const name of ['OpenSSH_2k', 'Linux_2k']) {
  const log = logFile(`${name}.log`);
  if (!log) {
    console.error(`${name}.log is not there; its labels cannot be measured`);
    process.exitCode = 1;
    continue;
  }
  const all = readLines(log);
  /** @type {(Label & { line: number })[]} */
  const labels = jsonLines(path.join(root, `bench/labels/${name}.jsonl`)).slice(
    0,
    values.limit ? Number(values.limit) : undefined,
  );
  const lines = labels.map(({ line }) => all[line - 1] ?? '');
  const forms = lines.map(formOf);
  const input = path.join(folder, `${name}.input.log`);
  writeFileSync(input, lines.map((line) => `${line}\n`).join(''));

  /** @param {string} engine */
  const triage = async (engine) => {
    const run = await triaged({
      swarm,
      input,
      engine,
      model: values.model,
      out: path.join(folder, `${name}.${engine}.jsonl`),
    });
    return { ...run, rows: /** @type {Row[]} */ (run.rows) };
  };
  const right = (/** @type {Row[]} */ rows, /** @type {(typeof FIELDS)[number]} */ field) =>
    cell(
      shares(
        labels.map((label, k) => rows[k]?.output?.[field] === label[field]),
        forms,
      ),
    );

  const { rows, seconds, summary } = await triage('webllm');
  const scripted = await triage('scripted');
  const valid = shares(
    rows.map(({ failure }) => failure === null || !NO_JSON.has(failure)),
    forms,
  );
  const whole = shares(
    labels.map((label, k) => FIELDS.every((field) => rows[k]?.output?.[field] === label[field])),
    forms,
  );
  /** @type {Record<string, number>} */
  const failures = {};
  for (const { failure } of rows) if (failure !== null) failures[failure] = (failures[failure] ?? 0) + 1;

  console.log(`\n${name}: ${rows.length} lines, ${new Set(forms).size} forms, micro / macro\n`);
  console.log(
    table(
      ['', 'severity', 'kind', 'subject exact', 'all three', 'JSON valid'],
      [
        [
          `${summary.model.id ?? summary.model}`,
          ...FIELDS.map((field) => right(rows, field)),
          cell(whole),
          cell(valid),
        ],
        ['rules (scripted engine)', ...FIELDS.map((field) => right(scripted.rows, field)), '', ''],
        [
          'most frequent label',
          ...FIELDS.map((field) =>
            cell(
              shares(
                labels.map((label) => label[field] === mostFrequent(labels, field)),
                forms,
              ),
            ),
          ),
          '',
          '',
        ],
      ],
    ),
  );
  const tries = rows.reduce((sum, { attempts }) => sum + attempts, 0);
  console.log(
    `\nFailed: ${JSON.stringify(failures)}. Attempts a line: ${(tries / rows.length).toFixed(2)}. ${seconds.toFixed(0)} s, ${Number(summary.tokensPerSecond).toFixed(1)} tokens/s.`,
  );
}
