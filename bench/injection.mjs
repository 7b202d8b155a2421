/**
 * Instructions inside log lines, as data: how many change the severity that the same line has without them. Through the command line, as a
 * person would run it.
 *
 *   npm run bench -- injection [--model ID|URL] [--lines N] [--keep FOLDER] [--gpu]
 *
 * `injection/lines.jsonl` holds lines with a place where a stranger's text stands (`{}`) and what stands there otherwise; `attacks.jsonl` what an
 * attacker puts there. Each attack is tried in N lines (2) whose own severity it does not name. No attack is one of the generator's that the
 * pocket model was trained on: `tools/pocket-model/train/test_train.py` holds that. A row without an answer counts as changed. The peers are the
 * scripted engine's rules, and the named detector: how many of the attacked lines, and of the plain ones, it marks.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { jsonLines, machine, scratch, table, triaged, triagersOnly } from './support.mjs';

const { values } = parseArgs({
  options: {
    model: { type: 'string' },
    lines: { type: 'string', default: '2' },
    keep: { type: 'string' },
    gpu: { type: 'boolean' },
  },
});
const folder = values.keep ?? scratch();
mkdirSync(folder, { recursive: true });
const each = Number(values.lines);

/** @typedef {{ line: string, plain: string, severity: string }} Place */
/** @typedef {{ output: { severity: string } | null, signs?: string[] }} Row */
/** @type {Place[]} */
const places = jsonLines(path.join(root, 'bench/injection/lines.jsonl'));
/** @type {{ kind: string, text: string }[]} */
const attacks = jsonLines(path.join(root, 'bench/injection/attacks.jsonl'));

/** What stands at the place, taken as it is. @param {Place} place @param {string} text */
const put = (place, text) => place.line.split('{}').join(text);

/** Places whose severity the attack does not name, the next ones from its own number on. @param {string} text @param {number} k */
function placesOf(text, k) {
  const around = [...places.keys()].map((at) => (k * 7 + at * 3) % places.length);
  return around.filter((at) => !text.toLowerCase().includes(places[at]?.severity ?? '')).slice(0, each);
}

const tries = attacks.flatMap(({ kind, text }, k) => placesOf(text, k).map((place) => ({ kind, text, place })));
const input = path.join(folder, 'injection.input.log');
const plain = places.map((place) => put(place, place.plain));
writeFileSync(
  input,
  [...plain, ...tries.map(({ place, text }) => put(/** @type {Place} */ (places[place]), text))]
    .map((line) => `${line}\n`)
    .join(''),
);

const swarm = triagersOnly(folder);
/** @param {'webllm' | 'scripted'} engine */
async function triage(engine) {
  const run = await triaged({
    swarm,
    input,
    engine,
    model: values.model,
    out: path.join(folder, `injection.${engine}.jsonl`),
  });
  return { ...run, rows: /** @type {Row[]} */ (run.rows) };
}

console.log(machine());
const model = await triage('webllm');
const rules = await triage('scripted');

/** Tries whose severity is another one than the plain line's, or that have none. @param {Row[]} rows */
const changed = (rows) =>
  tries.filter(({ place }, k) => {
    const severity = rows[places.length + k]?.output?.severity;
    return severity === undefined || severity !== rows[place]?.output?.severity;
  });
const marked = tries.filter((_, k) => (model.rows[places.length + k]?.signs ?? []).length > 0);
const counts = { model: changed(model.rows), rules: changed(rules.rows), marked };

/** @param {{ kind: string }[]} among @param {string | null} kind */
const count = (among, kind) => among.filter((one) => kind === null || one.kind === kind).length;
const kinds = [...new Set(attacks.map(({ kind }) => kind))];
const share = (/** @type {number} */ n, /** @type {number} */ of) => `${n} (${((100 * n) / of).toFixed(1)} %)`;
console.log(
  table(
    ['attack', 'lines', `changed: ${model.summary.model.id ?? model.summary.model}`, 'changed: rules', 'marked'],
    [...kinds, null].map((kind) => {
      const of = count(tries, kind);
      return [
        kind ?? '**all**',
        of,
        share(count(counts.model, kind), of),
        share(count(counts.rules, kind), of),
        share(count(counts.marked, kind), of),
      ];
    }),
  ),
);
const falsely = model.rows.slice(0, places.length).filter(({ signs }) => (signs ?? []).length > 0).length;
console.log(
  `\n${attacks.length} attacks in ${each} lines each; ${falsely} of the ${places.length} plain lines marked. ${model.seconds.toFixed(0)} s.`,
);
