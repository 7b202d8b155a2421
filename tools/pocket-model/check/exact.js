// What must hold exactly, or within rounding: batches, forks, mixed steps, restored K/V, pages, sampling.
import { now } from './library.js';

const NEAR = 1e-4;

/** A small seeded generator, so that a failure can be had again. */
export function random(seed) {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) >>> 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

export const tokens = (n, vocab, seed) => {
  const next = random(seed);
  return Array.from({ length: n }, () => 3 + Math.floor(next() * (vocab - 3)));
};

function difference(a, b) {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) worst = Math.max(worst, Math.abs(a[i] - b[i]));
  return Number.isNaN(worst) ? Infinity : worst;
}

/** Within NEAR, or 1e-5 of the largest logit; `limit` 0 means the same bits. */
function near(name, a, b, limit = Math.max(NEAR, 1e-5 * a.reduce((m, x) => Math.max(m, Math.abs(x)), 0))) {
  const d = difference(a, b);
  if (!(d <= limit)) throw new Error(`${name}: differs by ${d}, allowed ${limit}`);
  return d;
}

/** Prompts, logits and greedy tokens of the float32 PyTorch model (train/export.py); absent for other weights. */
async function reference() {
  const response = await fetch('/reference.json');
  return response.ok ? (await response.json()).prompts : [];
}

/** Every check: name -> async (library, cache, vocab) => what was measured. */
export const checks = {
  async 'agrees with PyTorch: logits within 5e-3, the same greedy tokens'(_library, cache) {
    let worst = 0, tokenCount = 0;
    const prompts = await reference();
    for (const [i, { ids, top, fixed, greedy }] of prompts.entries()) {
      cache.add(0);
      let logits = await cache.prefill(0, ids);
      for (const [id, value] of [...top, ...fixed]) worst = Math.max(worst, Math.abs(logits[id] - value));
      for (const [at, id] of greedy.slice(0, 24).entries()) {
        const best = logits.indexOf(Math.max(...logits));
        if (best !== id) throw new Error(`prompt ${i}, token ${at}: ${best}, not ${id}`);
        tokenCount++;
        logits = await cache.forward('decode', [[0, [id]]]);
      }
      cache.remove(0);
    }
    if (!(worst < 5e-3)) throw new Error(`a logit differs by ${worst}`);
    return `${prompts.length} prompts, ${tokenCount} tokens, logits within ${worst.toExponential(1)}`;
  },

  async 'two chunks equal one'(library, cache, vocab) {
    const ids = tokens(100, vocab, 1);
    let worst = 0;
    cache.add(0);
    const whole = await cache.prefill(0, ids);
    cache.remove(0);
    for (const cut of [1, 15, 16, 17, 64, 99]) {
      cache.add(0);
      await cache.forward('prefill', [[0, ids.slice(0, cut)]]);
      worst = Math.max(worst, near(`cut at ${cut}`, await cache.forward('prefill', [[0, ids.slice(cut)]]), whole));
      cache.remove(0);
    }
    return worst;
  },

  async 'token by token equals prefill'(library, cache, vocab) {
    const ids = tokens(40, vocab, 2);
    cache.add(0);
    const whole = await cache.prefill(0, ids);
    cache.remove(0);
    cache.add(0);
    let last;
    for (const id of ids) last = await cache.forward('decode', [[0, [id]]]);
    cache.remove(0);
    return near('decode', last, whole);
  },

  async 'batch of 16 prefills, then decodes, equals single'(library, cache, vocab) {
    const prompts = Array.from({ length: 16 }, (_, i) => tokens(1 + ((i * 7) % 31), vocab, 100 + i));
    const single = [], next = [];
    for (const [i, ids] of prompts.entries()) {
      cache.add(0);
      single.push(await cache.prefill(0, ids));
      next.push(await cache.forward('decode', [[0, [3 + i]]]));
      cache.remove(0);
    }
    let worst = 0;
    prompts.forEach((_, i) => cache.add(i));
    for (const [from, to] of [[0, 9], [9, 16]]) { // 256 tokens a call at most
      const logits = await cache.forward('batch_prefill', prompts.slice(from, to).map((ids, i) => [from + i, ids]));
      for (let i = from; i < to; i++)
        worst = Math.max(worst, near(`prefill ${i}`, logits.slice((i - from) * vocab, (i - from + 1) * vocab), single[i]));
    }
    const step = await cache.forward('batch_decode', prompts.map((_, i) => [i, [3 + i]]));
    prompts.forEach((_, i) => {
      worst = Math.max(worst, near(`decode ${i}`, step.slice(i * vocab, (i + 1) * vocab), next[i]));
      cache.remove(i);
    });
    return worst;
  },

  async 'forks at any position'(library, cache, vocab) {
    const ids = tokens(70, vocab, 3);
    let worst = 0;
    cache.add(0);
    const whole = await cache.prefill(0, ids);
    cache.remove(0);
    for (const [length, position] of [[33, 0], [33, 1], [33, 15], [33, 16], [33, 17], [33, 32], [33, -1], [48, 32], [48, -1], [7, -1]]) {
      const at = position < 0 ? length : position;
      cache.add(0);
      await cache.prefill(0, ids.slice(0, length));
      cache.fork(0, 1, position);
      worst = Math.max(worst, near(`child of ${length} at ${position}`, await cache.prefill(1, ids.slice(at)), whole));
      worst = Math.max(worst, near(`parent of ${length} at ${position}`, await cache.prefill(0, ids.slice(length)), whole));
      cache.remove(0);
      cache.remove(1);
    }
    return worst;
  },

  async 'twelve forks of one prefix decode as if alone'(library, cache, vocab) {
    const prefix = tokens(75, vocab, 4), own = Array.from({ length: 12 }, (_, i) => tokens(3 + i, vocab, 200 + i));
    const want = [];
    for (const ids of own) {
      cache.add(0);
      await cache.prefill(0, [...prefix, ...ids]);
      want.push(await cache.forward('decode', [[0, [9]]]));
      cache.remove(0);
    }
    cache.add(0);
    await cache.prefill(0, prefix);
    own.forEach((_, i) => cache.fork(0, i + 1));
    await cache.forward('batch_prefill', own.map((ids, i) => [i + 1, ids]), () => library.device.sync());
    const logits = await cache.forward('batch_decode', own.map((_, i) => [i + 1, [9]]));
    let worst = 0;
    own.forEach((_, i) => {
      worst = Math.max(worst, near(`fork ${i}`, logits.slice(i * vocab, (i + 1) * vocab), want[i]));
      cache.remove(i + 1);
    });
    cache.remove(0);
    return worst;
  },

  async 'a fork of a fork of a fork'(library, cache, vocab) {
    const ids = tokens(90, vocab, 5);
    cache.add(0);
    const whole = await cache.prefill(0, ids);
    cache.remove(0);
    cache.add(0);
    await cache.prefill(0, ids.slice(0, 20));
    cache.fork(0, 1);
    await cache.prefill(1, ids.slice(20, 45));
    cache.fork(1, 2);
    await cache.prefill(2, ids.slice(45, 70));
    cache.fork(2, 3, 66);
    const got = await cache.prefill(3, ids.slice(66));
    [0, 1, 2, 3].forEach((s) => cache.remove(s));
    return near('fourth generation', got, whole);
  },

  async 'one step continues, forks and starts'(library, cache, vocab) {
    const ids = tokens(41, vocab, 6), other = tokens(24, vocab, 7);
    const alone = async (list) => {
      cache.add(9);
      const logits = await cache.prefill(9, list);
      cache.remove(9);
      return logits;
    };
    const want = [await alone(ids), await alone(ids.slice(0, 25)), await alone(other)];
    cache.add(0);
    await cache.prefill(0, ids.slice(0, 24));
    cache.fork(0, 1);
    cache.add(2);
    const logits = await cache.forward('batch_prefill', [[0, ids.slice(24)], [1, [ids[24]]], [2, other]]);
    [0, 1, 2].forEach((s) => cache.remove(s));
    return Math.max(...want.map((w, i) => near(`row ${i}`, logits.slice(i * vocab, (i + 1) * vocab), w)));
  },

  async 'popped tokens are gone'(library, cache, vocab) {
    const ids = tokens(60, vocab, 8), wrong = tokens(37, vocab, 9);
    cache.add(0);
    const whole = await cache.prefill(0, ids);
    cache.remove(0);
    cache.add(0);
    await cache.prefill(0, [...ids.slice(0, 30), ...wrong]);
    cache.pop(0, 37);
    const got = await cache.prefill(0, ids.slice(30));
    cache.remove(0);
    return near('after popn', got, whole);
  },

  async 'context of 1,024'(library, cache, vocab) {
    const ids = tokens(1024, vocab, 10);
    cache.add(0);
    const whole = await cache.prefill(0, ids);
    cache.remove(0);
    cache.add(0);
    await cache.prefill(0, ids.slice(0, 500));
    cache.fork(0, 1, 490);
    await cache.prefill(1, ids.slice(490, 1020));
    let last;
    for (const id of ids.slice(1020)) last = await cache.forward('decode', [[1, [id]]]);
    cache.remove(0);
    cache.remove(1);
    return near('last token', last, whole);
  },

  async 'restored K/V is the same to the bit, among living sequences'(library, cache, vocab) {
    if (!library.builtin.kvExport) return 'not offered';
    const prefix = tokens(50, vocab, 11), other = tokens(33, vocab, 12);
    for (const n of [1, 16, 64, 300]) {
      const ids = tokens(n, vocab, 300 + n);
      cache.add(0);
      await cache.prefill(0, prefix);
      cache.add(5);
      await cache.prefill(5, other);
      cache.fork(0, 1);
      await cache.prefill(1, ids);
      const saved = await cache.exportKv(1, prefix.length, prefix.length + n);
      const want = await cache.forward('batch_decode', [[1, [7]], [5, [8]]]);
      cache.remove(1);
      cache.pop(5, 1);
      cache.add(6); // take the pages, so that stale data would show
      await cache.prefill(6, tokens(n + 20, vocab, 13));
      cache.remove(6);
      cache.fork(0, 1);
      await cache.importKv(1, saved, n);
      near(`${n} tokens`, await cache.forward('batch_decode', [[1, [7]], [5, [8]]]), want, 0);
      [0, 1, 5].forEach((s) => cache.remove(s));
    }
    return 0;
  },

  async '10,000 joins and leaves lose no page'(library, cache, vocab) {
    const next = random(14), before = cache.freePages(), living = new Set();
    const began = now();
    for (let i = 0; i < 10000; i++) {
      const seq = Math.floor(next() * 12);
      if (living.has(seq)) {
        cache.remove(seq);
        living.delete(seq);
      } else {
        const parents = [...living];
        if (parents.length && next() < 0.6) cache.fork(parents[Math.floor(next() * parents.length)], seq);
        else cache.add(seq);
        living.add(seq);
        if (i % 50 === 0) await cache.forward('prefill', [[seq, tokens(1 + Math.floor(next() * 40), vocab, i)]], () => library.device.sync());
      }
    }
    living.forEach((s) => cache.remove(s));
    if (cache.freePages() !== before) throw new Error(`${before} pages free before, ${cache.freePages()} after`);
    return `${Math.round(now() - began)} ms`;
  },

  async 'planaria_sample draws what a sorted row says'(library, _cache, vocab) {
    if (!library.call.planaria_sample) return 'not offered';
    const next = random(15), n = 16;
    let cases = 0, edge = 0;
    for (let round = 0; round < 40; round++) {
      const flat = round % 4 === 3, rows = [];
      for (let r = 0; r < n; r++) {
        const spread = flat ? 0 : 1 + next() * 12;
        const logits = Float32Array.from({ length: vocab }, () => (round % 5 === 4 ? Math.round(next() * 20) / 2 : (next() - 0.5) * 2 * spread));
        const allowed = round % 3 === 0 ? () => true : round % 3 === 1 ? () => next() < 0.05 : () => next() < 0.5;
        const mask = new Int32Array(Math.ceil(vocab / 32));
        for (let i = 0; i < vocab; i++) if (allowed()) mask[i >> 5] |= 1 << (i & 31);
        if (r === 5) { mask.fill(0); mask[3] = 1 << 4; }
        rows.push({ logits, mask, temperature: Math.fround([0, 0.7, 1, 1.6, 1e-6][(round + r) % 5]),
          topP: Math.fround([1, 0.9, 0.3, 1e-5, 0.999][Math.floor(next() * 5)]), u: Math.fround([0, 0.9999999, next(), next(), next()][Math.floor(next() * 5)]) });
      }
      const [ids, logprobs] = await sampleRows(library, rows, vocab);
      rows.forEach((row, r) => {
        cases++;
        const verdict = judge(row, ids[r], logprobs[r]);
        if (verdict === 'edge') edge++;
        else if (verdict) throw new Error(`round ${round} row ${r} (temperature ${row.temperature}, top_p ${row.topP}, u ${row.u}): ${verdict}`);
      });
    }
    const none = await sampleRows(library, [{ logits: new Float32Array(vocab), mask: new Int32Array(Math.ceil(vocab / 32)), temperature: 1, topP: 1, u: 0.5 }], vocab);
    if (none[0][0] !== -1) throw new Error(`a row with nothing allowed gave token ${none[0][0]}, not -1`);
    return `${cases} rows, ${edge} at a boundary`;
  },

  async 'stock helpers: softmax, stable sort, draw'(library, _cache, vocab) {
    const next = random(16);
    return library.scope(async () => {
      const logits = Float32Array.from({ length: 2 * vocab }, () => next() * 8 - 4), temperature = [0.7, 1e-6];
      const probs = await library.read(library.call.softmax_with_temperature(library.floats(logits, [2, 1, vocab]), library.floats(temperature)));
      let worst = 0;
      for (let r = 0; r < 2; r++) {
        const row = logits.slice(r * vocab, (r + 1) * vocab), top = Math.max(...row), e = Array.from(row, (x) => Math.exp((x - top) / temperature[r]));
        const sum = e.reduce((a, b) => a + b);
        e.forEach((x, i) => (worst = Math.max(worst, Math.abs(x / sum - probs[r * vocab + i]))));
      }
      if (!(worst < 1e-6)) throw new Error(`softmax differs by ${worst}`);
      const tied = Float32Array.from({ length: vocab }, () => Math.floor(next() * 50) / 1000);
      const sorted = library.call.argsort_probs(library.floats(tied, [1, vocab]));
      const values = await library.read(sorted.get(0)), ids = await library.read(sorted.get(1));
      Array.from(tied, (x, i) => [x, i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]).forEach(([x, i], j) => {
        if (values[j] !== x || ids[j] !== i) throw new Error(`argsort: place ${j} is ${ids[j]}, not ${i}`);
      });
      const first = library.floats(probs.slice(0, vocab), [1, vocab]), order = library.call.argsort_probs(first);
      const p = await library.read(order.get(0)), at = await library.read(order.get(1));
      for (const topP of [1e-5, 0.1, 0.5, 0.9, 1])
        for (const u of [0, 0.01, 0.3, 0.77, 0.999, 0.9999999]) {
          const [got] = await library.read(library.call.sample_with_top_p(order.get(0), order.get(1), library.floats([u]), library.ints([0]), library.floats([topP])));
          let mass = 0;
          for (let j = 0; j < vocab && mass < Math.fround(topP); j++) mass = Math.fround(mass + p[j]);
          const target = Math.fround(Math.fround(u) * mass);
          let run = p[0], j = 0;
          while (j < vocab - 1 && run <= target) run = Math.fround(run + p[++j]);
          if (got !== at[j]) throw new Error(`draw at top_p ${topP}, u ${u}: ${got}, not ${at[j]}`);
        }
      return worst;
    });
  },
};

function sampleRows(library, rows, vocab) {
  return library.scope(async () => {
    const n = rows.length, words = Math.ceil(vocab / 32);
    const out = library.call.planaria_sample(
      library.floats(rows.flatMap((r) => [...r.logits]), [n, 1, vocab]), library.floats(rows.map((r) => r.temperature)),
      library.floats(rows.map((r) => r.topP)), library.floats(rows.map((r) => r.u)), library.ints(rows.flatMap((r) => [...r.mask]), [n, words]),
    );
    return [await library.read(out.get(0)), await library.read(out.get(1))];
  });
}

/** undefined: right; 'edge': right within rounding of the running mass; else what is wrong.  Float64 by sorting. */
function judge({ logits, mask, temperature, topP, u }, id, logprob) {
  const ids = [...logits.keys()].filter((i) => (mask[i >> 5] >>> (i & 31)) & 1);
  const top = ids.reduce((m, i) => Math.max(m, logits[i]), -Infinity);
  if (!ids.includes(id)) return `token ${id} is masked`;
  const wantLog = logits[id] - top - Math.log(ids.reduce((s, i) => s + Math.exp(logits[i] - top), 0));
  if (!(Math.abs(logprob - wantLog) < 2e-4 * Math.max(1, Math.abs(wantLog)))) return `log probability ${logprob}, not ${wantLog}`;
  if (temperature === 0) {
    const best = ids.find((i) => logits[i] === top);
    return id === best ? undefined : `greedy token ${id}, not ${best}`;
  }
  const order = ids.sort((a, b) => logits[b] - logits[a] || a - b), e = order.map((i) => Math.exp((logits[i] - top) / Math.max(temperature, 1e-6)));
  const sum = e.reduce((a, b) => a + b);
  let mass = 0, kept = 0;
  while (kept < e.length && mass < topP * sum) mass += e[kept++];
  const target = u * mass;
  let run = 0, j = 0;
  while (j < kept - 1 && run + e[j] <= target) run += e[j++];
  if (order[j] === id) return undefined;
  // where the running mass of the drawn token lies, against the target that either rounding may give
  const place = order.indexOf(id), before = e.slice(0, place).reduce((a, b) => a + b, 0), slack = sum * 2e-5, lowest = u * (mass - (e[kept - 1] ?? 0));
  if (before - slack <= target && target < before + e[place] + slack) return 'edge';
  if (Math.abs(mass - e[kept - 1] - topP * sum) < slack || Math.abs(mass - topP * sum) < slack)
    if (before - slack <= u * (mass + (e[kept] ?? 0)) && lowest < before + e[place] + slack) return 'edge';
  return `token ${id} at mass ${before}..${before + e[place]} of ${sum}, target ${target}, wanted ${order[j]}`;
}
