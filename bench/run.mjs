/**
 * `npm run bench -- NAME [options]`: one figure, as a table with its peer measured in the same run. Without a name, what there is.
 */
import { run, root } from '../tools/dev/workspace.mjs';
import { existsSync } from 'node:fs';
import path from 'node:path';

/** What each measures, and its peer in the same run. @type {Record<string, readonly [figure: string, peer: string]>} */
const benches = {
  shell: ['bytes over the wire before the engine is asked for', "the engine's chunk"],
  load: ['loading the pocket model; ms a token of prompt and of answer', 'from the cache; stock WebLLM'],
  quality: ['triage of the hand-labelled lines: severity, kind, subject, JSON', 'rules; the most frequent label'],
  injection: [
    'instructions inside lines: how many change the severity, by kind of attack',
    'rules; the named detector',
  ],
  expansion: ['4,882 agents: time from Run to the first frame, heap of the worker', 'one object an agent'],
  newcomer: ['from opening the page to the first result and the first healed agent', 'the second visit'],
  open: ['4,882 and 100,000 agents opened; the page while busy and scrolled', 'the other size; at rest'],
  frames: ['the page while 4,882 cells change: frame times, long tasks', 'no cell changes; twelve do'],
  'health-tick': ['one look of the health monitor over 4,882 agents', 'a bare pass over 4,882 scores'],
  moments: ['looking back through a run of 5,000 tasks: time until a moment is shown', 'steps in one place'],
  flows: [
    'calls that dedupe saves on real logs, answers that it changes; many lines of few kinds',
    'the same flow without it',
  ],
  'flow-growth': [
    'the incident room at 20,000 lines, groups of 1,000,000: frames, memory, time',
    'the same without groups and report',
  ],
  growth: ['10,000 to 1,000,000 items: time to open and to reopen, memory, log', 'the fold of the whole log'],
  chaos: ['every kind of fault in a real tab: mended, time to mend, quality; in parts', 'the same run without faults'],
  soak: [
    'one tab for an hour under constant faults: memory, log, DOM, frames over time',
    'without faults; what stays behind',
  ],
  'kept-rows': ['a million committed rows in memory; putting rows into a chosen file', 'JSON in a Map; a write alone'],
  kills: ["the browser killed 30 times in the middle of the pocket model's work: rows", 'the same run without a kill'],
  report: [
    'the report of the incident room on two real logs: lines, quotes and counts that hold',
    'a recount; with faults',
  ],
  'hostile-inputs': ['100,000 fuzzed inputs and named ones: processor time, memory', 'an ordinary file of each kind'],
  endpoints: ['turns at servers as people run them, with faults: right answers, requests', 'a client by the book'],
  copying: [
    'text that is copied: beginning with an item, the mask of a token',
    "the grammar's mask; rules for each item",
  ],
  batched: ['96 lines through the batched engine', 'stock WebLLM turn by turn'],
  engine: ['tokens a second for 1 to 16 agents, prompt tokens shared', 'stock WebLLM one by one'],
  libraries: [
    "the pocket library and those of MLC's shape: path, self-test, memory, tokens a second; budgets",
    'stock WebLLM; the sum that is stated',
  ],
  'full-disk': ['a disk that is really full under a run: results left', "the page's files in Cache storage besides"],
  'memory/activation': ['bringing a dormant agent back: restored', 'computed again; after a cold load'],
  'memory/codecs': ['what storing K/V in fewer bits costs in greedy tokens', 'the sequence left alone'],
  'memory/answers': ['the labelled lines with memory: equal answers, failures, page-outs, restores', 'without memory'],
  'memory/agents': ['200 agents on 12 seats, the pocket model: page-ins, memory of the GPU, time', 'without memory'],
  'memory/paging': [
    '4,882 agents on 12 seats, scripted engine: page-ins, bytes, heap, time',
    'agents without a memory',
  ],
};

const [name, ...rest] = process.argv.slice(2);
const script = path.join(root, 'bench', `${name}.mjs`);
if (name === undefined || !(name in benches) || !existsSync(script)) {
  console.error('usage: npm run bench -- NAME [options]\n');
  for (const [each, [figure, peer]] of Object.entries(benches))
    console.error(`  ${each.padEnd(18)} ${figure}\n${''.padEnd(21)}beside: ${peer}`);
  process.exit(2);
}
process.exitCode = await run(process.execPath, [script, ...rest]);
