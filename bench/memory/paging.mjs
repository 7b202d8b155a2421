/**
 * 4,882 agents on 12 seats: how often agents are brought onto the GPU, what that stores, and what it costs in time and script memory. The
 * product's runtime on real IndexedDB in Chromium; the engine is scripted, so no model's speed is in the figures. Each row is a whole run;
 * agents without a memory, whose every turn is a page-in, are the peer of those with one.
 *
 *   node bench/memory/paging.mjs [--agents 4882] [--seats 12]
 */
import { parseArgs } from 'node:util';
import { inPage, table } from './browser.mjs';

const { values } = parseArgs({
  options: { agents: { type: 'string', default: '4882' }, seats: { type: 'string', default: '12' } },
});
const agents = Number(values.agents);
const runs = /** @type {const} */ ([
  ['one turn each, no memory', agents, 0],
  ['one turn each, memory 4', agents, 4],
  ['three turns each, no memory', 3 * agents, 0],
  ['three turns each, memory 4', 3 * agents, 4],
]);
const rows = await inPage(false, async (page) => {
  const measured = [];
  for (const [name, tasks, memory] of runs)
    measured.push(
      await page.evaluate(
        ([label, a, s, t, m]) => window.memoryBench.paging(label, a, s, t, m),
        /** @type {const} */ ([name, agents, Number(values.seats), tasks, memory]),
      ),
    );
  return measured;
});
const mib = (/** @type {number} */ bytes) => (bytes / 2 ** 20).toFixed(1);
console.log(
  table([
    [
      'run',
      'turns',
      'page-ins',
      'a turn',
      'page-outs',
      'read back',
      'peak hot',
      'stored MiB',
      'heap MiB',
      's',
      'results',
    ],
    ...rows.map((row) => [
      row.name,
      row.turns,
      row.pageIns,
      (row.pageIns / row.turns).toFixed(3),
      row.pageOuts,
      row.restores,
      row.peakResidents,
      mib(row.storedBytes),
      mib(row.heapBytes),
      row.seconds.toFixed(1),
      row.results,
    ]),
  ]),
);
