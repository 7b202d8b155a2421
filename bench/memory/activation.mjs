/**
 * How long it takes until an agent that left the GPU is back: its K/V read back from IndexedDB, against computing the same tokens, against
 * loading the whole engine again; in one run, on the pocket model, through the engine's contract.
 *
 *   node bench/memory/activation.mjs [--tokens 64,256,768] [--samples 8] [--gpu]
 */
import { parseArgs } from 'node:util';
import { inPage, quantile, table } from './browser.mjs';

const { values } = parseArgs({
  options: {
    tokens: { type: 'string', default: '64,256,768' },
    samples: { type: 'string', default: '8' },
    gpu: { type: 'boolean', default: false },
  },
});
const sizes = values.tokens.split(',').map(Number);
const result = await inPage(values.gpu, (page) =>
  page.evaluate(
    ([a, b]) => window.memoryBench.activation(a, b),
    /** @type {const} */ ([sizes, Number(values.samples)]),
  ),
);
const ms = (/** @type {number} */ value) => value.toFixed(value < 100 ? 1 : 0);
const rows = [['own tokens', 'way', 'samples', 'page-in p50 ms', 'p95 ms', 'first token p50 ms', 'p95 ms', 'bytes']];
for (const { tokens, way, pageInMs, firstTokenMs, bytes } of result.rows)
  rows.push([
    String(tokens),
    way,
    String(pageInMs.length),
    ms(quantile(pageInMs, 0.5)),
    ms(quantile(pageInMs, 0.95)),
    ms(quantile(firstTokenMs, 0.5)),
    ms(quantile(firstTokenMs, 0.95)),
    String(bytes),
  ]);
console.log(`adapter: ${result.adapter}\n${result.notes.join('\n')}\n\n${table(rows)}`);
