/**
 * `npm run bench -- NAME [options]`: one figure, as a table with its peer measured in the same run. Without a name, what there is.
 */
import { run, root } from '../tools/dev/workspace.mjs';
import { existsSync } from 'node:fs';
import path from 'node:path';

const benches = {
  shell: 'bytes over the wire before the engine is asked for',
  load: 'loading the pocket model, cold and from the cache; ms a token of prompt and of answer',
  quality: 'triage of the hand-labelled lines: severity, kind, subject, JSON',
  expansion: '4,882 agents: time from Run to the first frame, heap of the runtime worker',
  newcomer: 'from opening the page to the first result and the first healed agent, first visit and second',
  open: 'a swarm of 4,882 and of 100,000 agents opened, and the page while it is busy and scrolled',
  frames: 'the page while 4,882 cells change: frame times, long tasks',
  'health-tick': 'one look of the health monitor over 4,882 agents',
  moments: 'looking back through a run of 5,000 tasks: time until a moment is shown',
  chaos: 'every kind of fault in a real tab: mended, time to mend, results lost or twice, quality with and without',
  batched: 'the same 96 lines through the batched engine and turn by turn through stock WebLLM',
  engine: 'tokens a second for 1 to 16 agents against stock WebLLM, prompt tokens shared',
  'memory/activation': 'bringing a dormant agent back: restored, computed again, after a cold load',
  'memory/codecs': 'what storing K/V in fewer bits costs in greedy tokens',
  'memory/answers': 'the labelled lines with and without memory: answers that are equal, failures, page-outs, restores',
  'memory/agents': '200 agents on 12 seats, the pocket model: page-ins, restores, memory of the GPU, time',
  'memory/paging': '4,882 agents on 12 seats, scripted engine: page-ins, bytes, heap, time',
};

const [name, ...rest] = process.argv.slice(2);
const script = path.join(root, 'bench', `${name}.mjs`);
if (name === undefined || !(name in benches) || !existsSync(script)) {
  console.error('usage: npm run bench -- NAME [options]\n');
  for (const [each, what] of Object.entries(benches)) console.error(`  ${each.padEnd(18)} ${what}`);
  process.exit(2);
}
process.exitCode = await run(process.execPath, [script, ...rest]);
