/**
 * Far more agents than seats, on the real model in a real tab: 200 agents on 12 seats, two turns each, without memory and with the last
 * exchanges kept (then an agent's own K/V is worth paging out and in again).
 *
 *   npm run bench -- memory/agents [--turns 2] [--gpu]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../tools/dev/workspace.mjs';
import { adapter, headless, logFile, machine, scratch, table } from '../support.mjs';

const { values } = parseArgs({ options: { turns: { type: 'string', default: '2' }, gpu: { type: 'boolean' } } });
const AGENTS = 200;
const folder = scratch();
const log = logFile('Linux_2k.log');
console.log(`${machine()} Input: ${log ? 'Linux_2k.log' : 'mixed.log'}.\n`);

/** One role of the example, so that every turn is a triage. @param {number} memory exchanges that an agent sees again */
function swarm(memory) {
  const file = path.join(folder, `memory-${memory}.yaml`);
  const text = readFileSync(path.join(root, 'public/swarms/triage-24.yaml'), 'utf8');
  const triager = text
    .slice(0, text.indexOf('\n  reviewer:'))
    .replace(/replicas: \d+/, `replicas: ${AGENTS}\n    memory: {turns: ${memory}}`);
  writeFileSync(file, `${triager}\nflow:\n  - {role: triager, each: input}\n`);
  return file;
}

/** @param {number} memory */
async function once(memory) {
  const file = path.join(folder, `${memory}.json`);
  const input = log ? ['--input', log] : [];
  const limit = ['--limit', String(AGENTS * Number(values.turns))];
  await headless([swarm(memory), ...input, ...limit, '--adapter', adapter(), '--report', file]);
  /** @type {import('../../src/telemetry/report.ts').RunReport} */
  const report = JSON.parse(readFileSync(file, 'utf8'));
  const { turns, results, failed, counters, vram, residents, timings } = report;
  const { pageIns = 0, restores = 0, warmBytes = 0 } = counters ?? {};
  const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(1);
  return [
    memory === 0 ? 'no memory' : `memory of ${memory}`,
    ...[residents, turns, results, failed, pageIns, (pageIns / turns).toFixed(3), restores, mib(warmBytes)],
    ...[mib(vram?.peak ?? 0), vram?.overLimit ?? 0, (timings.elapsedMs / 1000).toFixed(1)],
  ];
}

const head = ['run', 'seats', 'turns', 'results', 'failed', 'page-ins', 'a turn', 'restores', 'warm, MiB'];
console.log(table([...head, 'VRAM peak, MiB', 'samples over', 's'], [await once(0), await once(2)]));
