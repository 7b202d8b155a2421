/**
 * What readers make of hostile inputs: 100,000 that are seeded changes of real files, and those that are known to have been too much. Prints the
 * slowest and the hungriest of each kind beside an ordinary file of that kind; ends with 1 where one takes more than 250 ms of processor time or
 * 64 MB (rows: or more than twice what an ordinary file of that size takes, where that is more). An offender is read again in a process of
 * its own, three times, before it is believed.
 *
 *   npm run bench -- hostile-inputs [--count 100000] [--seed 1] [--keep FOLDER for offenders]
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { bundled } from '../tools/headless/bundled.mjs';
import { machine, scratch, table } from './support.mjs';

const MOST_MS = 250;
const MOST_MB = 64;
const MOST_TEXT = 1000;
/** Rows: times what an ordinary file of the same size and format takes, of long rows or of short ones. */
const TIMES = 2;

const { values } = parseArgs({
  options: {
    count: { type: 'string', default: '100000' },
    seed: { type: 'string', default: '1' },
    keep: { type: 'string' },
    alone: { type: 'string' },
    bundle: { type: 'string' },
  },
});

/** @typedef {{ reader: string, given: string | Uint8Array<ArrayBuffer>, also?: string }} Input */
/** @typedef {{ ms: number, mb: number, outcome: import('./hostile-inputs/readers.ts').Outcome }} Measured */

const busy = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
};
const held = () => {
  const { heapUsed, external } = process.memoryUsage();
  return (heapUsed + external) / 2 ** 20;
};

/** @param {any} readers @param {Input} input @returns {Promise<Measured>} */
async function measure(readers, { reader, given, also }) {
  const [before, from] = [held(), busy()];
  const outcome = await readers[reader](given, also);
  return { ms: busy() - from, mb: Math.max(0, held() - before), outcome };
}

// One input in a process of its own: the reader is warm, the memory is the most that was resident at once.
if (values.alone !== undefined && values.bundle !== undefined) {
  const { readers } = await import(pathToFileURL(values.bundle).href);
  const { reader, also, bytes } = JSON.parse(readFileSync(`${values.alone}.json`, 'utf8'));
  const raw = readFileSync(values.alone);
  const given = bytes ? new Uint8Array(raw) : raw.toString('utf8');
  for (let k = 0; k < 20; k++) await readers.swarm(`planaria: 1\nname: n${k}\n`);
  await readers[reader](typeof given === 'string' ? given.slice(0, 2000) : given.slice(0, 2000), also);
  globalThis.gc?.();
  const before = process.resourceUsage().maxRSS;
  const { ms } = await measure(readers, { reader, given, also });
  console.log(JSON.stringify({ ms, mb: (process.resourceUsage().maxRSS - before) / 1024 }));
  process.exit(0);
}

const { readers, linkOf, fileOf, unpackContainer, seededRandom, hostileDefinitions, hostileInputs } = await bundled(
  'bench/hostile-inputs/readers.ts',
  'hostile-inputs',
);
const folder = values.keep ?? scratch();
mkdirSync(folder, { recursive: true });

let kept = 0;
/** @param {Input} input @returns {string} where it is kept */
function keep({ reader, given, also }) {
  const file = path.join(folder, `input-${kept++}`);
  writeFileSync(file, given);
  writeFileSync(`${file}.json`, JSON.stringify({ reader, also, bytes: typeof given !== 'string' }));
  return file;
}

/** @param {Input} input @returns {{ ms: number, mb: number }} the least of three */
function alone(input) {
  const file = keep(input);
  const bundle = path.join(root, 'node_modules/.cache/hostile-inputs/main.mjs');
  const flags = ['--expose-gc', '--max-semi-space-size=2', path.join(root, 'bench/hostile-inputs.mjs')];
  const runs = [1, 2, 3].map(() =>
    JSON.parse(execFileSync(process.execPath, [...flags, '--alone', file, '--bundle', bundle]).toString()),
  );
  return { ms: Math.min(...runs.map(({ ms }) => ms)), mb: Math.min(...runs.map(({ mb }) => mb)) };
}

// Real files of each kind.
const read = (/** @type {string} */ file) => readFileSync(path.join(root, file), 'utf8');
const swarms = readdirSync(path.join(root, 'public/swarms')).filter((name) => name.endsWith('.yaml'));
const texts = swarms.map((name) => read(`public/swarms/${name}`));
const golden = 'src/runtime/testing/golden';
const files = ['v1', 'v2'].flatMap((version) =>
  readdirSync(path.join(root, golden, version))
    .filter((name) => name.endsWith('.planaria'))
    .map((name) => new Uint8Array(readFileSync(path.join(root, golden, version, name)))),
);
const inside = [];
for (const file of files) {
  const opened = await unpackContainer(file);
  if (opened.ok && opened.value.kind === 'incident') inside.push(opened.value.text);
}
const log = read('public/swarms/inputs/mixed.log');
const rows = log.split('\n').slice(0, 400);
const table400 = `level,message\n${rows.map((row) => `info,"${row.replaceAll('"', '""')}"`).join('\n')}\n`;
const jsonl = rows.map((row, n) => JSON.stringify({ n, log: { message: row } })).join('\n');
const head = 'planaria: 1\nname: n\nroles: {a: {prompt: p}}\nflow: [{role: a, each: input}]\n';
const plan =
  'planaria-faults: 1\nname: n\nseed: 3\nfaults:\n  - {kind: stall, at: [1s, 2s]}\n  - {kind: worker-kill, rate: 2, until: 60s}\n';
const settings = JSON.stringify({ theme: 'dark', language: 'en', vramMiB: 8192, storageAsked: true });

/** @type {Readonly<Record<string, readonly Input[]>>} */
const real = {
  swarm: texts.map((given) => ({ reader: 'swarm', given })),
  plan: [{ reader: 'plan', given: plan }],
  grammar: texts.map((given) => ({ reader: 'grammar', given })),
  link: await Promise.all(texts.map(async (text) => ({ reader: 'link', given: await linkOf(text, 's1') }))),
  file: files.map((given) => ({ reader: 'file', given })),
  incident: inside.map((given) => ({ reader: 'incident', given })),
  input: [
    { reader: 'input', given: log.slice(0, 40_000), also: `${head}input: {format: lines, join: traces}\n` },
    { reader: 'input', given: table400, also: `${head}input: {format: csv, column: message, bad: skip}\n` },
    { reader: 'input', given: jsonl, also: `${head}input: {format: jsonl, field: log.message, bad: skip}\n` },
    {
      reader: 'input',
      given: `[${jsonl.replaceAll('\n', ',\n')}]`,
      also: `${head}input: {format: json, field: log.message}\n`,
    },
  ],
  settings: [{ reader: 'settings', given: settings }],
  endpoint: [{ reader: 'endpoint', given: 'https://host.example/v1' }],
};
/** Of a hundred inputs, so many are of each kind. */
const SHARES = { swarm: 30, plan: 8, grammar: 8, link: 12, file: 8, incident: 10, input: 20, settings: 2, endpoint: 2 };

// Seeded changes.
const random = seededRandom(Number(values.seed));
const int = (/** @type {number} */ n) => random.int(Math.max(1, n));
const pick = (/** @type {readonly any[]} */ list) => list[int(list.length)];
const PIECES = [
  ...[
    '[',
    ']',
    '{',
    '}',
    ',',
    ':',
    '"',
    "'",
    '\n',
    '- ',
    '? ',
    '&a ',
    '*a ',
    '!t ',
    '|\n',
    '>\n',
    '#',
    '\t',
    '\\',
    '\\u0000',
    '%',
    '@',
    '`',
  ],
  ...[
    'null',
    '1e999',
    '-0',
    '.nan',
    '<<: *a',
    '__proto__: 1',
    '$ref: "#/$defs/a"',
    'pattern: "(a{1000}){1000}"',
    'enum: [1]',
    '---\n',
    '\u202E',
    '\uD800',
  ],
];
/** @param {string} text */
function changedText(text) {
  let changed = text;
  for (let k = 1 + int(4); k > 0; k--) {
    const [at, to] = [int(changed.length + 1), int(changed.length + 1)].sort((a, b) => a - b);
    const slice = changed.slice(at, Math.min(to, at + 400));
    switch (int(7)) {
      case 0:
        changed = changed.slice(0, at) + changed.slice(Math.min(to, at + 200));
        break;
      case 1:
        changed = changed.slice(0, at) + pick(PIECES) + changed.slice(at);
        break;
      case 2:
        changed = changed.slice(0, at) + slice.repeat(1 + int(8)) + changed.slice(at);
        break;
      case 3:
        // Now and then to the limit of what a reader takes.
        changed =
          changed.slice(0, at) +
          pick(PIECES).repeat(int(50) === 0 ? 20_000 + int(200_000) : 1 + int(200)) +
          changed.slice(at);
        break;
      case 4:
        changed = changed.slice(0, at) + pick(texts).slice(int(2000), int(2000)) + changed.slice(at);
        break;
      case 5:
        changed = changed.slice(0, at) + String(pick([-1, 0, 1e9, 2 ** 53, 0.5, 1e308])) + changed.slice(at + int(4));
        break;
      default:
        changed = slice === '' ? changed : changed.replaceAll(slice.slice(0, 3), pick(PIECES));
    }
    if (changed.length > 1_500_000) changed = changed.slice(0, 1_500_000);
  }
  return changed;
}
/** @param {Uint8Array<ArrayBuffer>} bytes */
function changedBytes(bytes) {
  const changed = bytes.slice(0, int(8) === 0 ? int(bytes.length) : bytes.length);
  for (let k = int(4); k > 0; k--) changed[int(changed.length)] = int(256);
  return changed;
}
/** @param {Input} input @returns {Promise<Input>} */
async function hostile(input) {
  const { given } = input;
  if (typeof given !== 'string') {
    if (int(3) > 0) return { ...input, given: changedBytes(given) };
    // What is in it is changed, and packed well.
    return { ...input, given: await fileOf('incident', changedText(pick(inside))) };
  }
  if (input.reader === 'link' && int(3) > 0) {
    const codec = pick(['s1', 's2', 'i1', 'i2']);
    return {
      ...input,
      given: await linkOf(changedText(codec === 's1' ? pick(texts) : pick(inside)).slice(0, 1_000_000), codec),
    };
  }
  return { ...input, given: changedText(given) };
}

/** @type {Map<string, { count: number, taken: number, slowest: Measured & { input: Input }, hungriest: Measured & { input: Input }, ordinary: Measured }>} */
const kinds = new Map();
const troubles = [];
const count = Number(values.count);
const lot = Object.entries(SHARES).flatMap(([kind, share]) => Array(share).fill(kind));

console.log(machine());
for (const [kind, inputs] of Object.entries(real)) {
  for (let k = 0; k < 5; k++) await measure(readers, inputs[0]);
  const ordinary = await measure(readers, inputs[0]);
  kinds.set(kind, {
    count: 0,
    taken: 0,
    slowest: { ...ordinary, input: inputs[0] },
    hungriest: { ...ordinary, input: inputs[0] },
    ordinary,
  });
}
for (let n = 0; n < count; n++) {
  const kind = lot[n % lot.length];
  const input = await hostile(pick(real[kind]));
  const of = kinds.get(kind);
  if (!of) continue;
  let measured;
  try {
    measured = await measure(readers, input);
  } catch (error) {
    troubles.push(`${kind} ${n}: it threw ${error instanceof Error ? error.stack : String(error)}`);
    troubles.push(`  kept as ${keep(input)}`);
    continue;
  }
  of.count++;
  if (measured.outcome.taken) of.taken++;
  if (measured.outcome.longest > MOST_TEXT || measured.outcome.told > 50)
    troubles.push(`${kind} ${n}: ${measured.outcome.told} remarks, one of ${measured.outcome.longest} characters`);
  if (measured.ms > of.slowest.ms) of.slowest = { ...measured, input };
  if (measured.mb > of.hungriest.mb) of.hungriest = { ...measured, input };
}

/** @param {string} name @param {Input} input @param {{ ms: number, mb: number }} measured @param {{ ms: number, mb: number }} most */
function believed(name, input, measured, most = { ms: MOST_MS, mb: MOST_MB }) {
  if (measured.ms <= most.ms && measured.mb <= most.mb) return measured;
  const again = alone(input);
  if (again.ms > most.ms || again.mb > most.mb)
    troubles.push(
      `${name}: ${again.ms.toFixed(0)} ms, ${again.mb.toFixed(0)} MB; at most ${most.ms.toFixed(0)} ms, ${most.mb.toFixed(0)} MB`,
    );
  return again;
}
const shown = ({ ms, mb }) => [ms.toFixed(1), mb.toFixed(1)];
const size = (/** @type {Input} */ { given }) => `${(given.length / 1024).toFixed(0)} k`;

const [traces, swarmOfTraces] = hostileInputs()['ordinary traces of short rows'];
const perMillion = alone({ reader: 'input', given: traces, also: swarmOfTraces }).ms;
console.log(`\n${count} changed files, seed ${values.seed}\n`);
console.log(
  table(
    ['kind', 'inputs', 'taken', 'ordinary ms', 'slowest ms', 'its size', 'hungriest MB', 'its size'],
    Array.from(kinds, ([kind, of]) => {
      // Rows, as below: a line takes what it takes in an ordinary file of short ones.
      const lines = String(of.slowest.input.given).split('\n').length;
      const ms = kind === 'input' ? Math.max(MOST_MS, (TIMES * lines * perMillion) / 1e6) : MOST_MS;
      const slowest = believed(`${kind}, slowest`, of.slowest.input, of.slowest, { ms, mb: MOST_MB });
      const hungriest = believed(`${kind}, hungriest`, of.hungriest.input, of.hungriest);
      return [
        kind,
        String(of.count),
        String(of.taken),
        of.ordinary.ms.toFixed(1),
        slowest.ms.toFixed(1),
        size(of.slowest.input),
        hungriest.mb.toFixed(1),
        size(of.hungriest.input),
      ];
    }),
  ),
);

/** @type {string[][]} */
const named = [];
for (const [name, text] of Object.entries(hostileDefinitions())) {
  for (const input of [
    { reader: 'swarm', given: text },
    { reader: 'plan', given: text },
    { reader: 'grammar', given: text },
    { reader: 'link', given: await linkOf(text, 's1') },
    { reader: 'link', given: await linkOf(text, 'i2') },
  ]) {
    const measured = await measure(readers, input);
    const { outcome } = measured;
    if (outcome.longest > MOST_TEXT || outcome.told > 50)
      troubles.push(`${name}: ${outcome.told} remarks, one of ${outcome.longest} characters`);
    named.push([
      `${input.reader}: ${name}`,
      size(input),
      ...shown(believed(`${input.reader}: ${name}`, input, measured)),
      outcome.first,
    ]);
  }
}
/** @type {Record<string, { ms: number, mb: number }>} */
const ordinary = {};
for (const [name, [given, also]] of Object.entries(hostileInputs())) {
  const input = { reader: 'input', given, also };
  const format = name.split(' ')[0] ?? '';
  const like = ordinary[format] ?? ordinary.lines ?? { ms: 0, mb: 0 };
  const measured = await measure(readers, input);
  if (name.startsWith('ordinary ')) {
    const { ms, mb } = alone(input);
    const of = name.split(' ')[1] ?? '';
    const other = ordinary[of] ?? { ms: 0, mb: 0 };
    ordinary[of] = { ms: Math.max(ms, other.ms), mb: Math.max(mb, other.mb) };
    named.push([name, size(input), ...shown({ ms, mb }), '']);
    continue;
  }
  const most = { ms: Math.max(MOST_MS, TIMES * like.ms), mb: Math.max(MOST_MB, TIMES * like.mb) };
  named.push([
    `input: ${name}`,
    size(input),
    ...shown(believed(`input: ${name}`, input, measured, most)),
    measured.outcome.first,
  ]);
}
console.log('\nnamed ones, the slowest first\n');
console.log(
  table(
    ['input', 'size', 'ms', 'MB', 'told'],
    named
      .toSorted((a, b) => Number(b[2]) - Number(a[2]))
      .slice(0, 25)
      .map((row) => row.map((cell) => cell.slice(0, 60))),
  ),
);
for (const trouble of troubles) console.log(`TOO MUCH ${trouble}`);
if (troubles.length === 0)
  console.log(
    `\nnone takes more than ${MOST_MS} ms and ${MOST_MB} MB, or is told in more than ${MOST_TEXT} characters`,
  );
process.exitCode = troubles.length === 0 ? 0 : 1;
