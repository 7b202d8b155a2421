import { parseArgs } from 'node:util';

export const USAGE = `usage: npm run headless -- run FILE --input LOG [options]

  FILE              swarm file (YAML or JSON)
  --input LOG       what the agents read: lines, CSV or JSON lines, as the swarm file says
  --limit N         first N items only
  --model ID|URL    a model of the list, or a model folder in the hub's layout
  --engine NAME     webllm (default), stock (turns one by one through WebLLM's chat API) or scripted (answers by rule)
  --out FILE        results, one JSON object a line
  --csv FILE        the same as CSV
  --report FILE     the run report, JSON
  --seed N          overrides the swarm file's seed
  --vram MiB        GPU memory that may be used, before the occupancy limit
  --adapter NAME    auto (default: a real GPU where there is one), gpu or swiftshader
  --timeout SECONDS give up after so long (default 3600)
  --ask             ask about tasks that fail, as the page does for a person; without it only a swarm file that says so has it asked
  --remote URL      tasks that every model here fails at may go to this OpenAI-compatible endpoint, their text with them;
                    its key, if it wants one, is read from PLANARIA_REMOTE_KEY and kept nowhere
  --remote-model ID the model that the endpoint is to use
  --faults FILE     a fault plan (docs/faults.md) to play while the run goes on; its times count from the first loaded engine
  --log FILE        with --faults: the run's events, one JSON object a line
  --json            with --faults: no table, and what became of each fault in the last line

exit: 0 every task ended in a result, 1 some failed, 2 bad input;
      with --faults: 0 every task ended exactly once, in a result or a named failure, 1 not`;

/** Bad input of the command line: the caller prints the message and exits 2. */
export class BadInput extends Error {}

const OPTIONS = /** @type {const} */ ({
  input: { type: 'string' },
  limit: { type: 'string' },
  model: { type: 'string' },
  engine: { type: 'string', default: 'webllm' },
  out: { type: 'string' },
  csv: { type: 'string' },
  report: { type: 'string' },
  seed: { type: 'string' },
  vram: { type: 'string' },
  adapter: { type: 'string', default: 'auto' },
  timeout: { type: 'string', default: '3600' },
  faults: { type: 'string' },
  ask: { type: 'boolean', default: false },
  remote: { type: 'string' },
  'remote-model': { type: 'string' },
  json: { type: 'boolean', default: false },
  log: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
});

function wholeNumber(name, text, least, most = Number.MAX_SAFE_INTEGER) {
  if (text === undefined) return undefined;
  const n = Number(text);
  const range = most === Number.MAX_SAFE_INTEGER ? `of at least ${least}` : `from ${least} to ${most}`;
  if (!Number.isSafeInteger(n) || n < least || n > most)
    throw new BadInput(`--${name} ${text}: expected a whole number ${range}`);
  return n;
}

function oneOf(name, text, allowed) {
  if (!allowed.includes(text)) throw new BadInput(`--${name} ${text}: expected one of ${allowed.join(', ')}`);
  return text;
}

/** @param {string[]} argv arguments after the script's name; @throws {BadInput} */
export function readArgs(argv) {
  let parsed;
  try {
    parsed = parseArgs({ args: argv, options: OPTIONS, allowPositionals: true });
  } catch (error) {
    throw new BadInput(`${error.message}\n\n${USAGE}`);
  }
  const { values, positionals } = parsed;
  if (values.help) return { help: true };
  const [command, file, ...rest] = positionals;
  if (command !== 'run' || file === undefined || rest.length > 0) throw new BadInput(`expected: run FILE\n\n${USAGE}`);
  const remoteModel = values['remote-model'];
  if ((values.remote === undefined) !== (remoteModel === undefined))
    throw new BadInput('--remote and --remote-model: expected both, or neither');
  return {
    help: false,
    file,
    input: values.input,
    out: values.out,
    csv: values.csv,
    report: values.report,
    faults: values.faults,
    json: values.json,
    ask: values.ask,
    remote: values.remote === undefined ? null : { url: values.remote, model: remoteModel ?? '' },
    log: values.log,
    model: values.model,
    engine: oneOf('engine', values.engine, ['webllm', 'stock', 'scripted']),
    adapter: oneOf('adapter', values.adapter, ['auto', 'gpu', 'swiftshader']),
    limit: wholeNumber('limit', values.limit, 1),
    seed: wholeNumber('seed', values.seed, 0),
    vram: wholeNumber('vram', values.vram, 512, 196_608),
    timeoutMs: wholeNumber('timeout', values.timeout, 1) * 1000,
  };
}
