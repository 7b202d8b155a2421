/**
 * What the memory benches measure, on the product's own code: `activation` through the engine's contract with the product's worker behind
 * it, `codecs` on the loaded model's K/V itself.
 */
import type { Engine, PageInWay, TurnOutcome } from '../../src/engine/contract.ts';
import { createEngineHost } from '../../src/engine/host.ts';
import { ScriptedEngine } from '../../src/engine/scripted.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { webLock } from '../../src/kernel/lock.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { Worker } from '../../src/runtime/client/trusted-scripts.ts';
import { Runtime } from '../../src/runtime/host/runtime.ts';
import { openStore } from '../../src/store/dexie-store.ts';
import { Database } from '../../src/store/schema.ts';
import { findTransfers } from '../../workers/inference/kv/kv-transfer.ts';
import { KvPool } from '../../workers/inference/kv/kv-pool.ts';
import { read } from '../../workers/inference/kv/logits.ts';
import { CODECS, decode, encode, type Codec } from '../../workers/inference/kv/codec.ts';
import { openModel } from '../../workers/inference/device/webllm-internals.ts';

const clock = systemClock();
const host = createEngineHost(
  () => new Worker(new URL('../../workers/inference.worker.ts', import.meta.url), { type: 'module' }),
  clock,
);

const PREFIX = [{ role: 'system' as const, content: 'Triage this log line.' }];

interface Loaded {
  readonly engine: Engine;
  readonly ms: number;
  readonly adapter: string;
  readonly notes: readonly string[];
}

async function load(resident: number): Promise<Loaded> {
  const begun = clock.now();
  const engine = host.create('webllm');
  const report = await engine.load({ id: 'pocket' }, { vramMiB: 7168, occupancy: 0.85, resident }, () => undefined);
  const { vendor = '', architecture = '', description = '' } = report.adapter ?? {};
  return { engine, ms: clock.now() - begun, adapter: `${vendor} ${architecture} ${description}`, notes: report.notes };
}

let turns = 0;

/** One turn that computes or reads back all of its prompt and writes one token. */
function turn(engine: Engine, agent: number, text: string, pageIn: PageInWay, retain: boolean): Promise<TurnOutcome> {
  return engine.submit({
    id: String(turns++),
    agent,
    priority: 1,
    prefix: PREFIX,
    messages: [{ role: 'user', content: text }],
    maxTokens: 1,
    sampling: { temperature: 0, topP: 1, seed: 1 },
    deadlineMs: 120_000,
    retain,
    pageIn,
  }).done;
}

const WORDS = 'sshd kernel failed session root disk timeout opened closed error from for'.split(' ');

/** Text of about so many tokens: found by asking the engine how long it is. */
async function textOf(engine: Engine, tokens: number): Promise<string> {
  const word = (i: number): string => WORDS[(i * 7 + (i >> 2)) % WORDS.length] as string;
  let count = Math.round(tokens * 0.6);
  for (let tries = 0; tries < 6; tries++) {
    const text = Array.from({ length: count }, (_, i) => word(i)).join(' ');
    const { usage } = await turn(engine, 999, text, 'prefill', false);
    const own = usage.promptTokens - sharedTokens;
    if (Math.abs(own - tokens) <= Math.max(2, tokens * 0.02)) return text;
    count = Math.max(1, Math.round((count * tokens) / own));
  }
  return Array.from({ length: count }, (_, i) => word(i)).join(' ');
}

let sharedTokens = 0;

export interface ActivationRow {
  readonly tokens: number;
  readonly way: string;
  /** Milliseconds of bringing own tokens in, and from submission to the first token, one a sample. */
  readonly pageInMs: readonly number[];
  readonly firstTokenMs: readonly number[];
  readonly bytes: number;
}

/**
 * An agent with so many own tokens comes back: by reading its K/V from IndexedDB, by computing it, and with the whole engine gone (worker,
 * device and model loaded again; K/V read back or computed).
 */
async function activation(sizes: readonly number[], samples: number) {
  const rows: ActivationRow[] = [];
  const first = await load(12);
  const { adapter, notes } = first;
  let { engine } = first;
  // The first turns of a size compile nothing, but the first of all warms the pipeline up; the second tells the shared prefix's length.
  await turn(engine, 999, 'warm', 'prefill', false);
  sharedTokens = (await turn(engine, 999, 'warm', 'prefill', false)).usage.cachedTokens;
  for (const tokens of sizes) {
    const seen = new Map<string, { pageIn: number[]; first: number[]; bytes: number; tokens: number }>();
    const note = (way: string, outcome: TurnOutcome, extraMs = 0): void => {
      const row = seen.get(way) ?? { pageIn: [], first: [], bytes: 0, tokens: 0 };
      if (!outcome.pageIn) throw new Error(`${way}: no page-in was measured`);
      row.pageIn.push(outcome.pageIn.ms + extraMs);
      row.first.push((outcome.timing.firstTokenMs ?? 0) + extraMs);
      row.bytes = Math.max(row.bytes, outcome.pageIn.bytes);
      row.tokens = outcome.usage.promptTokens - sharedTokens;
      seen.set(way, row);
    };
    const sized = await textOf(engine, tokens);
    for (let k = 0; k < samples; k++) {
      const agent = tokens * 100 + k;
      const text = `${WORDS[k % WORDS.length] as string} ${sized}`;
      note('prefill', await turn(engine, agent, text, 'prefill', true));
      const out = await engine.pageOut(agent, 'warm');
      if (out.tier !== 'warm') throw new Error(`agent ${String(agent)} is ${out.tier}: ${out.because ?? ''}`);
      const back = await turn(engine, agent, text, 'restore', false);
      if (back.pageIn?.way !== 'restore') throw new Error('it was not read back');
      note('restore', back);
      if (k >= 2) continue;
      // Twice only: a whole load each. Its text is as long as the last one's, so that both ways have the same work.
      for (const way of ['restore', 'prefill'] as const) {
        await engine.dispose();
        const again = await load(12);
        engine = again.engine;
        const outcome = await turn(engine, agent, text, way, false);
        note(`cold load, then ${way}`, outcome, again.ms);
      }
    }
    for (const [way, { pageIn, first, bytes, tokens: own }] of seen)
      rows.push({ tokens: own, way, pageInMs: pageIn, firstTokenMs: first, bytes });
  }
  const counters = await engine.counters();
  await engine.dispose();
  return { adapter, notes, rows, counters };
}

export interface CodecRow {
  readonly way: string;
  readonly codec: Codec;
  readonly bytesPerToken: number;
  readonly encodeMs: number;
  readonly decodeMs: number;
  /** Largest difference of a logit right after the way out and back. */
  readonly difference: number;
  readonly greedyTokens: number;
  /** Of the greedy tokens, those that are not what the untouched sequence gives at the same place. */
  readonly changed: number;
  readonly promptsChanged: number;
}

/** Greedy tokens after K/V went out, through a codec, and back, against the untouched sequence; for each way that the library has. */
async function codecs(prompts: readonly string[], steps: number) {
  const webllm = await import('@mlc-ai/web-llm');
  const root = new URL('models/pocket/', location.href);
  const webllmEngine = new webllm.MLCEngine({
    logLevel: 'SILENT',
    appConfig: {
      cacheBackend: 'cache',
      model_list: [
        {
          model: new URL('resolve/main/', root).href,
          model_id: 'pocket',
          model_lib: new URL('pocket.wasm', root).href,
        },
      ],
    },
  });
  await webllmEngine.reload('pocket');
  const model = openModel(webllmEngine, 'pocket');
  model.releaseSingleCache();
  const pool = new KvPool(model, { sequences: 12, pages: 256, chunk: 256 });
  const { transfers, because } = findTransfers(model, { cache: pool.cache, chunk: pool.size.chunk });
  if (transfers.length === 0) throw new Error(because);
  const vocabulary = model.config.vocab_size;
  const best = (logits: Float32Array): number => {
    let at = 0;
    for (let i = 1; i < vocabulary; i++) if ((logits[i] as number) > (logits[at] as number)) at = i;
    return at;
  };
  const prefill = async (sequence: number, ids: readonly number[]): Promise<Float32Array> => {
    let logits = new Float32Array();
    for (let from = 0; from < ids.length; from += pool.size.chunk)
      logits = (await read(
        model,
        pool.prefill([{ sequence, ids: ids.slice(from, from + pool.size.chunk) }]),
      )) as Float32Array<ArrayBuffer>;
    return logits;
  };
  const template = (text: string): string => `<|im_start|>user\n${text}<|im_end|>\n<|im_start|>assistant\n`;
  const shared = [...model.tokenizer.encode('<|im_start|>system\nTriage this log line.<|im_end|>\n')];
  const base = pool.add();
  await prefill(base, shared);
  const trials = transfers.flatMap((transfer) =>
    CODECS.map((codec) => ({
      transfer,
      codec,
      encodeMs: 0,
      decodeMs: 0,
      bytes: 0,
      difference: 0,
      changed: 0,
      promptsChanged: 0,
    })),
  );
  let tokens = 0;
  for (const prompt of prompts) {
    const own = [...model.tokenizer.encode(template(prompt))];
    tokens += own.length - 1;
    const original = pool.fork(base);
    // The last token is computed after the way back, as in the product.
    await prefill(original, own.slice(0, -1));
    const restored: number[] = [];
    for (const trial of trials) {
      const values = await trial.transfer.read(original, shared.length, shared.length + own.length - 1);
      const begun = clock.now();
      const encoded = encode(trial.codec, values);
      const middle = clock.now();
      const back = decode(trial.codec, encoded, values.length, trial.transfer.layout.dtype);
      trial.decodeMs += clock.now() - middle;
      trial.encodeMs += middle - begun;
      trial.bytes += encoded.length;
      const sequence = pool.fork(base);
      trial.transfer.append(sequence, shared.length, back);
      restored.push(sequence);
    }
    const sequences = [original, ...restored];
    let next = sequences.map(() => own.at(-1) as number);
    const differs = new Set<number>();
    for (let step = 0; step < steps; step++) {
      const logits = await read(
        model,
        pool.decode(sequences.map((sequence, i) => ({ sequence, ids: [next[i] as number] }))),
      );
      const rowOf = (i: number): Float32Array => logits.subarray(i * vocabulary, (i + 1) * vocabulary);
      const wanted = rowOf(0);
      next = sequences.map((_, i) => best(rowOf(i)));
      for (const [k, trial] of trials.entries()) {
        const got = rowOf(k + 1);
        if (step === 0)
          for (let i = 0; i < vocabulary; i++)
            trial.difference = Math.max(trial.difference, Math.abs((got[i] as number) - (wanted[i] as number)));
        if (next[k + 1] === next[0]) continue;
        trial.changed++;
        if (!differs.has(k)) trial.promptsChanged++;
        differs.add(k);
      }
    }
    for (const sequence of sequences) pool.remove(sequence);
  }
  const rows = trials.map(
    ({ transfer, codec, encodeMs, decodeMs, bytes, difference, changed, promptsChanged }): CodecRow => ({
      way: transfer.way,
      codec,
      bytesPerToken: bytes / tokens,
      encodeMs: (encodeMs / tokens) * 256,
      decodeMs: (decodeMs / tokens) * 256,
      difference,
      greedyTokens: prompts.length * steps,
      changed,
      promptsChanged,
    }),
  );
  await webllmEngine.unload();
  return rows;
}

export interface PagingRow {
  readonly name: string;
  readonly agents: number;
  readonly turns: number;
  readonly pageIns: number;
  readonly pageOuts: number;
  readonly restores: number;
  readonly peakResidents: number;
  /** Bytes of storage that the run took up, by the browser's own estimate, and of script memory after it. */
  readonly storedBytes: number;
  readonly heapBytes: number;
  readonly seconds: number;
  readonly results: number;
}

const swarmOf = (agents: number, seats: number, memory: number): string => `
planaria: 1
name: paging
budget: {resident: ${String(seats)}}
roles:
  reader:
    replicas: ${String(agents)}
    prompt: Read this line.
    memory: {turns: ${String(memory)}}
    limits: {tokens: 24}
flow: [{role: reader, each: input}]
`;

const storage = async (): Promise<number> => (await navigator.storage.estimate()).usage ?? 0;

/** A whole run of the product's runtime on real IndexedDB with the scripted engine, which counts what the runtime tells it to page. */
async function paging(name: string, agents: number, seats: number, tasks: number, memory: number): Promise<PagingRow> {
  const store = await openStore(new Database(`paging-${name}`));
  const before = await storage();
  const random = seededRandom(1);
  let engine: ScriptedEngine | null = null;
  const runtime = new Runtime({
    clock,
    random,
    store,
    lock: webLock(navigator.locks),
    engines: host,
    examples: { list: () => Promise.resolve([]), swarm: () => Promise.resolve(''), input: () => Promise.resolve('') },
    version: 'bench',
    tab: 'bench',
    scripted: (seed) =>
      (engine = new ScriptedEngine({ clock, seed, prefillMs: 0.005, decodeMs: 0.2, pagingMs: 0.005 })),
  });
  const begun = clock.now();
  const text = Array.from({ length: tasks }, (_, i) => `sshd[${String(i)}]: Failed password for user${String(i)}`).join(
    '\n',
  );
  const reply = await runtime.start({
    swarm: { file: 'paging.yaml', text: swarmOf(agents, seats, memory) },
    input: { name: 'paging.log', text },
    engine: 'scripted',
  });
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  const results = await new Promise<number>((resolve) => {
    void runtime.watch(reply.runId, ({ status }) => {
      if (status.phase === 'done') resolve(status.results);
    });
  });
  const seconds = (clock.now() - begun) / 1000;
  const { turns, pageIns, pageOuts, restores, peakResidents } = await (engine as unknown as ScriptedEngine).counters();
  const heapBytes = (performance as { memory?: { usedJSHeapSize: number } }).memory?.usedJSHeapSize ?? 0;
  await runtime.unwatch();
  const storedBytes = (await storage()) - before;
  store.close();
  return { name, agents, turns, pageIns, pageOuts, restores, peakResidents, storedBytes, heapBytes, seconds, results };
}

const bench = { activation, codecs, paging };

declare global {
  interface Window {
    memoryBench: typeof bench;
  }
}

window.memoryBench = bench;
