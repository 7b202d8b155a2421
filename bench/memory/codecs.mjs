/**
 * What rounding K/V costs: greedy tokens of the pocket model after K/V went out of the cache, through a codec, and back, against the
 * sequence that was left alone; for each way in that the library has.
 *
 *   node bench/memory/codecs.mjs [--prompts 50] [--steps 8] [--gpu]
 *
 * Prompts are lines of the example input.
 */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { root } from '../../tools/dev/workspace.mjs';
import { inPage, table } from './browser.mjs';

const { values } = parseArgs({
  options: {
    prompts: { type: 'string', default: '50' },
    steps: { type: 'string', default: '8' },
    gpu: { type: 'boolean', default: false },
  },
});
const lines = readFileSync(path.join(root, 'public/swarms/inputs/mixed.log'), 'utf8').split('\n').filter(Boolean);
const stride = Math.max(1, Math.floor(lines.length / Number(values.prompts)));
const prompts = lines.filter((_, i) => i % stride === 0).slice(0, Number(values.prompts));
const rows = await inPage(values.gpu, (page) =>
  page.evaluate(([a, b]) => window.memoryBench.codecs(a, b), /** @type {const} */ ([prompts, Number(values.steps)])),
);
console.log(
  table([
    [
      'way in',
      'codec',
      'bytes a token',
      'encode 256 ms',
      'decode 256 ms',
      'logit difference',
      'greedy tokens changed',
      'prompts changed',
    ],
    ...rows.map((row) => [
      row.way,
      row.codec,
      row.bytesPerToken.toFixed(0),
      row.encodeMs.toFixed(2),
      row.decodeMs.toFixed(2),
      row.difference.toExponential(1),
      `${String(row.changed)} of ${String(row.greedyTokens)}`,
      `${String(row.promptsChanged)} of ${String(prompts.length)}`,
    ]),
  ]),
);
