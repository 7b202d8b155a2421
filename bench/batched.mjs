/**
 * The same command twice: the batched engine, and stock WebLLM turn by turn (`--engine stock`). Same lines, model, schema, seed, browser.
 *
 *   npm run bench -- batched [--limit 96] [--gpu]
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../tools/dev/workspace.mjs';
import { adapter, headless, logFile, machine, scratch, table } from './support.mjs';

const { values } = parseArgs({ options: { limit: { type: 'string', default: '96' }, gpu: { type: 'boolean' } } });
const folder = scratch();
// Without the real log, the example that comes with the swarm.
const log = logFile('Linux_2k.log');
const input = log ? ['--input', log] : [];
console.log(`${machine()} Input: ${log ? 'Linux_2k.log' : 'mixed.log'}, ${values.limit} lines.\n`);

/** @param {string} engine */
async function once(engine) {
  const file = path.join(folder, `${engine}.json`);
  const swarm = path.join(root, 'public/swarms/triage-24.yaml');
  const run = await headless([
    swarm,
    ...input,
    '--limit',
    values.limit,
    '--engine',
    engine,
    '--adapter',
    adapter(),
    '--report',
    file,
  ]);
  /** @type {import('../src/telemetry/report.ts').RunReport} */
  const report = JSON.parse(readFileSync(file, 'utf8'));
  return { engine, seconds: run.seconds, report };
}

const runs = [await once('webllm'), await once('stock')];
const slowest = runs[1];
console.log(
  table(
    [
      'engine',
      'run, s',
      'with start and load, s',
      'tokens/s',
      'ms a turn',
      'turns',
      'results',
      'failed',
      'residents',
      'prefix hits',
      'times faster',
    ],
    runs.map(({ engine, seconds, report }) => [
      report.batched ? `${engine}, batched` : `${engine}, one by one`,
      (report.timings.elapsedMs / 1000).toFixed(1),
      seconds.toFixed(1),
      report.tokensPerSecond.toFixed(1),
      (report.timings.elapsedMs / report.turns).toFixed(0),
      report.turns,
      report.results,
      report.failed,
      report.peakResidents,
      report.prefixHits,
      (slowest.report.timings.elapsedMs / report.timings.elapsedMs).toFixed(2),
    ]),
  ),
);
for (const { engine, report } of runs) {
  const { busyMs = 0, starvedMs = 0 } = report.counters ?? {};
  const waited = busyMs + starvedMs > 0 ? ((100 * starvedMs) / (busyMs + starvedMs)).toFixed(1) : '0';
  const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(0);
  const { peak = 0, limit = 0, overLimit = 0 } = report.vram ?? {};
  console.log(
    `\n${engine}: GPU waited although turns were ready ${waited} % of the time; VRAM peak ${mib(peak)} of ${mib(limit)} MiB, ${overLimit} samples over; ${report.notes.join(' ')}`,
  );
}
