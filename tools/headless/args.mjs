import { parseArgs } from 'node:util';

import { BadInput } from './exits.mjs';
import { asInput, asOutput, STREAM } from './files.mjs';
import { USAGE } from './usage.mjs';

const OPTIONS = /** @type {const} */ ({
  input: { type: 'string' },
  limit: { type: 'string' },
  model: { type: 'string' },
  engine: { type: 'string' },
  out: { type: 'string' },
  csv: { type: 'string' },
  report: { type: 'string' },
  markdown: { type: 'string' },
  seed: { type: 'string' },
  vram: { type: 'string' },
  adapter: { type: 'string', default: 'auto' },
  timeout: { type: 'string', default: '3600' },
  faults: { type: 'string' },
  ask: { type: 'boolean' },
  remote: { type: 'string' },
  'remote-model': { type: 'string' },
  json: { type: 'boolean', default: false },
  log: { type: 'string' },
  resume: { type: 'boolean', default: false },
  overwrite: { type: 'boolean', default: false },
  state: { type: 'string' },
  quiet: { type: 'boolean', short: 'q', default: false },
  help: { type: 'boolean', short: 'h' },
});

/** @param {string} name @param {string | undefined} text @param {number} least */
function wholeNumber(name, text, least, most = Number.MAX_SAFE_INTEGER) {
  if (text === undefined) return undefined;
  const n = /^\d+$/.test(text) ? Number(text) : NaN;
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  if (!Number.isSafeInteger(n) || n < least || n > most)
    throw new BadInput(`--${name} ${text}: expected a whole number ${range}`);
  return n;
}

/** @param {string} name @param {string | undefined} text @param {string[]} allowed */
function oneOf(name, text, allowed) {
  if (text !== undefined && !allowed.includes(text))
    throw new BadInput(`--${name} ${text}: expected one of ${allowed.join(', ')}`);
  return text;
}

/** Options that go nowhere without another one. @param {Record<string, unknown>} values */
function checkTogether(values) {
  const refuse = (/** @type {string} */ what) => {
    throw new BadInput(what);
  };
  for (const [name, value] of Object.entries(values))
    if (value === '') refuse(`--${name}: expected a value that is not empty`);
  if ((values.remote === undefined) !== (values['remote-model'] === undefined))
    refuse('--remote and --remote-model: expected both, or neither');
  if (values.faults === undefined) {
    if (values.log !== undefined) refuse('--log: goes with --faults only; expected --faults as well, or no --log');
    if (values.json) refuse('--json: goes with --faults only; expected --faults as well, or no --json');
  } else {
    if (values.faults === STREAM) refuse('--faults -: a fault plan is read from a file; expected its name');
    if (values.resume) refuse('--resume: a run with --faults cannot be gone on with; expected one or the other');
    if (values.state !== undefined)
      refuse('--state: a run with --faults cannot be gone on with; expected one or the other');
  }
  if (values.resume && values.overwrite)
    refuse('--resume and --overwrite: one keeps what is there, one does not; expected one of them');
}

/** @param {string[]} positionals @param {string | undefined} named by --input @param {boolean} resume */
function readFiles([command, file, second, ...rest], named, resume) {
  const form = resume ? 'run --resume [FILE [INPUT]]' : 'run FILE [INPUT]';
  if (command !== 'run' || (file === undefined && !resume) || rest.length > 0)
    throw new BadInput(`expected: ${form}\n\n${USAGE}`);
  if (named !== undefined && second !== undefined)
    throw new BadInput(`${second} and --input ${named}: both name the input; expected one of them`);
  const files = { file: asInput(file), input: asInput(named ?? second) };
  if (files.file === STREAM && files.input === STREAM)
    throw new BadInput('-: standard input is either the swarm file or the input; expected a file for the other');
  return files;
}

/** @typedef {ReturnType<typeof readArgs>} Options */

/**
 * @param {string[]} argv arguments after the script's name
 * @throws {BadInput}
 */
export function readArgs(argv) {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new BadInput(`${/** @type {Error} */ (error).message}\n\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  if (values.help) return null;
  const { file, input } = readFiles(positionals, values.input, values.resume);
  checkTogether(values);
  return {
    file,
    input,
    out: asOutput(values.out),
    csv: asOutput(values.csv),
    report: asOutput(values.report),
    markdown: asOutput(values.markdown),
    log: asOutput(values.log),
    faults: values.faults,
    json: values.json ?? false,
    remote: values.remote === undefined ? null : { url: values.remote, model: values['remote-model'] ?? '' },
    adapter: /** @type {'auto' | 'gpu' | 'swiftshader'} */ (
      oneOf('adapter', values.adapter, ['auto', 'gpu', 'swiftshader'])
    ),
    timeoutMs: /** @type {number} */ (wholeNumber('timeout', values.timeout, 1)) * 1000,
    resume: values.resume,
    overwrite: values.overwrite,
    state: values.state,
    quiet: values.quiet,
    /** What makes a run this run, where it was given. */
    settings: {
      engine: oneOf('engine', values.engine, ['webllm', 'stock', 'scripted']),
      model: values.model,
      limit: wholeNumber('limit', values.limit, 1),
      seed: wholeNumber('seed', values.seed, 0),
      vram: wholeNumber('vram', values.vram, 512, 196_608),
      ask: values.ask,
    },
  };
}
