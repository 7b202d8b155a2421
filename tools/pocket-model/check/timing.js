// Times of one library, in milliseconds: the median of several.
import { now } from './library.js';
import { random, tokens } from './exact.js';

const median = (list) => [...list].sort((a, b) => a - b)[list.length >> 1];

async function times(n, work, reset = () => {}) {
  const list = [];
  for (let i = 0; i < n; i++) {
    const began = now();
    await work(i);
    list.push(now() - began);
    await reset(i);
  }
  return +median(list).toFixed(2);
}

/** A step as an engine runs it: forward, then only the tokens come back. */
function sampled(library, vocab, n) {
  const words = Math.ceil(vocab / 32), mask = new Int32Array(n * words).fill(-1);
  const fill = (x) => new Float32Array(n).fill(x);
  if (library.call.planaria_sample)
    return (logits) =>
      library.read(library.call.planaria_sample(logits.view([n, 1, vocab]), library.floats(fill(0.7)), library.floats(fill(0.9)), library.floats(fill(0.4)),
        library.ints(mask, [n, words])).get(0));
  return (logits) => {
    const probs = library.call.softmax_with_temperature(logits.view([n, 1, vocab]), library.floats(fill(0.7)));
    const sorted = library.call.argsort_probs(probs.view([n, vocab]));
    return library.read(library.call.sample_with_top_p(sorted.get(0), sorted.get(1), library.floats(fill(0.4)), library.ints(fill(0).map((_, i) => i)), library.floats(fill(0.9))));
  };
}

export async function measure(library, cache, vocab) {
  const out = { 'load': Math.round(library.loadMs) };
  for (const n of [40, 256]) {
    const ids = tokens(n, vocab, n);
    out[`prefill ${n}`] = await times(n < 100 ? 5 : 3, async () => {
      cache.add(0);
      await cache.forward('prefill', [[0, ids]]);
    }, () => cache.remove(0));
  }
  for (const [context, sizes] of [[40, [1, 4, 8, 12, 16]], [300, [12]]]) {
    for (let i = 0; i < sizes.at(-1); i++) {
      cache.add(i);
      await cache.prefill(i, tokens(context, vocab, 50 + i));
    }
    out[`decode 1, context ${context}`] = await times(9, () => cache.forward('decode', [[0, [5]]]));
    for (const n of sizes) {
      const batch = Array.from({ length: n }, (_, i) => [i, [5 + i]]);
      out[`batch_decode ${n}, context ${context}`] = await times(7, () => cache.forward('batch_decode', batch));
      if (n === 12) out[`batch_decode 12 + sampling, context ${context}`] = await times(7, () => cache.forward('batch_decode', batch, sampled(library, vocab, 12)));
    }
    for (let i = 0; i < sizes.at(-1); i++) cache.remove(i);
  }
  // twelve agents on one role prompt
  cache.add(0);
  await cache.prefill(0, tokens(300, vocab, 70));
  for (let i = 1; i <= 12; i++) cache.fork(0, i);
  await cache.forward('batch_prefill', Array.from({ length: 12 }, (_, i) => [i + 1, tokens(20, vocab, 80 + i)]));
  out['batch_decode 12, 300 shared'] = await times(7, () => cache.forward('batch_decode', Array.from({ length: 12 }, (_, i) => [i + 1, [5]])));
  for (let i = 0; i <= 12; i++) cache.remove(i);
  const next = random(1), logits = Float32Array.from({ length: 12 * vocab }, () => next() * 8 - 4);
  await library.scope(async () => {
    const on = library.floats(logits, [12, 1, vocab]), use = sampled(library, vocab, 12);
    out['sampling 12'] = await times(9, () => library.scope(() => use(on)));
    const one = library.floats(logits.slice(0, vocab), [1, 1, vocab]);
    out['read 12 logits rows'] = await times(9, () => library.read(on));
    const temperature = library.floats([1]);
    out['stock softmax 1'] = await times(9, () => library.scope(() => library.read(library.call.softmax_with_temperature(one, temperature))));
    const probs = library.call.softmax_with_temperature(one, temperature).view([1, vocab]);
    out['stock argsort 1'] = await times(9, () => library.scope(() => library.read(library.call.argsort_probs(probs).get(1))));
    const sorted = library.call.argsort_probs(probs), u = library.floats([0.7]), row = library.ints([0]), p = library.floats([0.95]);
    out['stock draw 1'] = await times(9, () => library.scope(() => library.read(library.call.sample_with_top_p(sorted.get(0), sorted.get(1), u, row, p))));
  });
  for (const n of library.builtin.kvExport ? [64, 256, 768] : []) {
    const ids = tokens(n, vocab, n + 1);
    cache.add(0);
    out[`own ${n}: prefill`] = await times(n > 300 ? 1 : 3, () => cache.prefill(0, ids), () => n <= 300 && (cache.remove(0), cache.add(0)));
    if (n <= 300) await cache.prefill(0, ids);
    let saved;
    out[`own ${n}: export`] = await times(5, async () => (saved = await cache.exportKv(0, 0, n)));
    out[`own ${n}: restore`] = await times(5, (i) => (cache.add(1 + i), cache.importKv(1 + i, saved, n)), (i) => cache.remove(1 + i));
    cache.remove(0);
  }
  return out;
}

export async function chat(library) {
  const ask = async (options) => {
    const stamps = [];
    const stream = await library.engine.chat.completions.create({
      messages: [{ role: 'user', content: 'sshd[24200]: Failed password for root from 10.0.0.7' }], stream: true, ignore_eos: true, max_tokens: 24, ...options });
    for await (const _ of stream) stamps.push(now());
    return +median(stamps.slice(1).map((t, i) => t - stamps[i])).toFixed(2);
  };
  await ask({ temperature: 0 });
  return { 'stock chat, greedy, a token': await ask({ temperature: 0 }), 'stock chat, sampled, a token': await ask({ temperature: 1, top_p: 0.9, seed: 5 }) };
}
