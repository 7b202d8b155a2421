/**
 * Libraries of every make over a toy model that counts its memory as TVM does: what they state of themselves, what they really take, and
 * budgets from far too small to ample.
 */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EngineFault, type EngineError, type TurnRequest } from '../../../src/engine/contract.ts';
import { systemClock, type Clock } from '../../../src/kernel/clock.ts';
import { SimulatedClock } from '../../../src/kernel/simulated-clock.ts';
import { MIB } from '../device/fit.ts';
import type { Proofs } from '../device/proofs.ts';
import { toyModel, type ToyLimits, type ToyMemory } from '../testing/toy-model.ts';
import { openSwarm } from './open-swarm.ts';

/** Keeps nothing. */
const fresh: Proofs = { once: (_name, prove) => prove(), keep: () => Promise.resolve() };
/** Keeps what was shown. */
function shelf(): Proofs & { readonly names: string[] } {
  const kept = new Map<string, unknown>();
  const names: string[] = [];
  return {
    names,
    async once<T>(name: string, prove: () => Promise<T>): Promise<T> {
      if (!kept.has(name)) {
        kept.set(name, await prove());
        names.push(name);
      }
      return kept.get(name) as T;
    },
    keep: (name, value) => Promise.resolve(void kept.set(name, value)),
  };
}

/** MLC's shape: the largest entry is of a function that is never called. */
const USAGE = {
  embed: 4 * MIB,
  prefill: 30 * MIB,
  batch_prefill: 40 * MIB,
  decode: 0,
  batch_decode: 20 * MIB,
  batch_verify: 600 * MIB,
  create_tir_paged_kv_cache: 0,
  softmax_with_temperature: 0,
};
const MEMORY: ToyMemory = {
  weights: 100 * MIB,
  page: 0.25 * MIB,
  sequence: 0.5 * MIB,
  functions: { embed: 4 * MIB, batch_prefill: 40 * MIB, batch_decode: 20 * MIB },
  row: 0.5 * MIB,
};

interface Case extends Omit<ToyLimits, 'chunk' | 'rows'> {
  readonly vramMiB: number;
  readonly resident?: number;
  readonly rows?: number;
  readonly proofs?: Proofs;
  readonly clock?: Clock;
  readonly onFatal?: (error: EngineError) => void;
}

async function open({
  vramMiB,
  resident = 8,
  proofs = fresh,
  rows = 128,
  clock = systemClock(),
  onFatal = () => undefined,
  ...limits
}: Case) {
  const { model, cache } = toyModel({
    chunk: 160,
    rows,
    memory: MEMORY,
    stock: true,
    metadata: { memory_usage: USAGE },
    ...limits,
  });
  const limit = vramMiB * MIB;
  const pipeline = await openSwarm(model, {
    needs: { weightBytes: MEMORY.weights, workspaceBytes: 50 * MIB, kvBytesPerAgent: 3.25 * MIB },
    fingerprint: 'toy',
    proofs,
    scale: 1,
    budget: { vramMiB, occupancy: 1, resident },
    clock,
    onProgress: () => undefined,
    onFatal,
  });
  return { pipeline, model, cache, limit };
}

const codeOf = (opened: Promise<unknown>): Promise<string> =>
  opened.then(
    () => 'loaded',
    (thrown: unknown) => (thrown instanceof EngineFault ? thrown.error.code : `broken: ${String(thrown)}`),
  );

const turn = (id: string): TurnRequest => ({
  id,
  agent: Number(id),
  priority: 0,
  prefix: [{ role: 'system', content: 'A role.' }],
  messages: [{ role: 'user', content: `line ${id}` }],
  maxTokens: 5,
  sampling: { temperature: 0, topP: 1, seed: 1 },
  deadlineMs: 60_000,
});

test('a huge batch_verify, which is never called, costs nothing', async () => {
  const { pipeline, model, limit } = await open({ vramMiB: 260 });
  expect(pipeline.residents).toBe(8);
  expect(model.gpu.peakAllocatedBytes).toBeLessThanOrEqual(limit);
  expect(pipeline.memory().workspace).toBeLessThan(100 * MIB);
});

test('the functions that are called are summed, not the largest taken', async () => {
  // 128 MiB beside the weights would be enough for the largest alone.
  const most = { ...USAGE, batch_verify: 0 };
  const memory = { ...MEMORY, functions: { embed: 30 * MIB, batch_prefill: 40 * MIB, batch_decode: 40 * MIB } };
  const stated = { ...most, embed: 30 * MIB, batch_decode: 40 * MIB };
  const { model, limit, pipeline } = await open({ vramMiB: 250, memory, metadata: { memory_usage: stated } });
  expect(model.gpu.peakAllocatedBytes).toBeLessThanOrEqual(limit);
  expect(pipeline.residents).toBeGreaterThan(0);
});

test('what no metadata states is measured: none at all, nonsense, and sampling', async () => {
  for (const metadata of [
    { memory_usage: undefined },
    { memory_usage: {} },
    { memory_usage: { embed: Number.NaN, batch_prefill: -1, batch_decode: 'much' as unknown as number } },
    { memory_usage: { ...USAGE, embed: 1 } },
  ]) {
    const { model, limit, pipeline } = await open({
      vramMiB: 230,
      metadata: metadata as ToyLimits['metadata'] & object,
    });
    expect(model.gpu.peakAllocatedBytes).toBeLessThanOrEqual(limit);
    expect(pipeline.memory().workspace).toBeGreaterThan(64 * MIB);
  }
});

test('the workspace is measured too where the proofs are remembered', async () => {
  const proofs = shelf();
  const first = await open({ vramMiB: 260, proofs });
  const second = await open({ vramMiB: 260, proofs });
  expect(proofs.names).toHaveLength(1);
  expect(second.pipeline.memory()).toEqual(first.pipeline.memory());
  expect(second.model.gpu.peakAllocatedBytes).toBeLessThanOrEqual(second.limit);
});

test('over budgets and residents: none passes its limit, and none is refused that one agent fits', async () => {
  const outcome = new Map<boolean, number>();
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 100, max: 320 }),
      fc.integer({ min: 1, max: 16 }),
      fc.boolean(),
      fc.boolean(),
      async (vramMiB, resident, stock, states) => {
        const metadata = { memory_usage: states ? USAGE : undefined } as ToyLimits['metadata'] & object;
        // Weights, one resident's sequences, functions, a row, the masks, and pages for a context and for what is on its way.
        const masks = (resident * (resident + 1) * 3 * 12) / 2;
        const { weights, sequence, page, row } = MEMORY;
        const least = weights + 11 * sequence + 64 * MIB + 4 * row + masks + 29 * page;
        const opened = await open({ vramMiB, resident, stock, metadata }).catch((thrown: unknown) => thrown);
        if (opened instanceof Error) {
          expect(opened).toBeInstanceOf(EngineFault);
          expect((opened as EngineFault).error.code).toBe('over-budget');
          expect(vramMiB * MIB).toBeLessThan(least + 2 * MIB);
        } else {
          const { model, limit, pipeline } = opened as Awaited<ReturnType<typeof open>>;
          expect(model.gpu.peakAllocatedBytes).toBeLessThanOrEqual(limit);
          expect(pipeline.residents).toBeLessThanOrEqual(resident);
        }
        outcome.set(opened instanceof Error, (outcome.get(opened instanceof Error) ?? 0) + 1);
      },
    ),
    { numRuns: 120 },
  );
  expect(outcome.size).toBe(2);
});

test('a library that takes one sequence at a time runs one agent, and says so', async () => {
  for (const rows of [1, Number.NaN]) {
    const { pipeline, cache } = await open({ vramMiB: 400, rows: 1, metadata: { max_batch_size: rows } });
    expect(pipeline.residents).toBe(1);
    expect(pipeline.notes.join(' ')).toContain('the library takes no more in one batch');
    const outcomes = await Promise.all(['1', '2', '3'].map((id) => pipeline.submit(turn(id)).done));
    expect(outcomes.map(({ error }) => error)).toEqual([undefined, undefined, undefined]);
    expect(cache.passes).toBeGreaterThan(0);
  }
});

test('where the budget is short of the agents that were asked for, fewer run, down to one', async () => {
  const residents: number[] = [];
  for (let vramMiB = 360; vramMiB > 150; vramMiB -= 3) {
    // On a clock that stands still: how many rows a call decodes, and so what it holds, goes by what was faster.
    const opened = await open({ vramMiB, resident: 16, clock: new SimulatedClock() }).catch(() => null);
    residents.push(opened?.pipeline.residents ?? 0);
  }
  expect(residents).toEqual([...residents].sort((a, b) => b - a));
  expect(residents).toContain(1);
  expect(residents[0]).toBe(16);
  expect(residents.at(-1)).toBe(0);
});

test('what fits no agent is refused with the sum', async () => {
  expect(await codeOf(open({ vramMiB: 150 }))).toBe('over-budget');
});

test('a race at any one cut, or only with several rows, takes sharing away', async () => {
  for (const at of [5, 16, 21, 33]) {
    const { pipeline } = await open({ vramMiB: 400, race: (has, count) => has === at && count > 1 });
    expect(pipeline.notes.join(' '), String(at)).toContain('neither cut nor shared');
  }
  const { pipeline } = await open({ vramMiB: 400, race: (has, count) => has > 33 && count === 1 && has !== 40 });
  expect(pipeline.notes.join(' ')).not.toContain('neither cut nor shared');
});

/** Each look at it is half a second later. */
function fastClock(): Clock {
  const clock = systemClock();
  let now = 0;
  return { ...clock, now: () => (now += 500), sleep: () => Promise.resolve() };
}

async function work(pipeline: Awaited<ReturnType<typeof open>>['pipeline'], turns: number): Promise<void> {
  for (let i = 0; i < turns; i += 1) await pipeline.submit(turn(String(i))).done;
}

test('a race that comes with work is found at a second look, kept, and ends the engine; the next shares nothing', async () => {
  const proofs = shelf();
  const fatal: EngineError[] = [];
  let racing = false;
  const race = (has: number, count: number): boolean => racing && has > 0 && count > 1;
  const onFatal = (error: EngineError): void => void fatal.push(error);
  const first = await open({ vramMiB: 400, proofs, race, clock: fastClock(), onFatal });
  expect(first.pipeline.notes.join(' ')).not.toContain('neither cut nor shared');
  racing = true;
  await work(first.pipeline, 100);
  expect(fatal).toMatchObject([{ code: 'worker-dead' }]);
  const second = await open({ vramMiB: 400, proofs, race, clock: fastClock(), onFatal });
  expect(second.pipeline.notes.join(' ')).toContain('neither cut nor shared');
  await work(second.pipeline, 100);
  expect(fatal).toHaveLength(1);
});

test('a second look at a sound library disturbs no turn and leaves nothing in the pool', async () => {
  const fatal: EngineError[] = [];
  const { pipeline, cache, model } = await open({
    vramMiB: 400,
    clock: fastClock(),
    onFatal: (error) => void fatal.push(error),
  });
  const { passes } = cache;
  const said = await Promise.all(Array.from({ length: 60 }, (_, i) => pipeline.submit(turn(String(i))).done));
  await work(pipeline, 60);
  expect(fatal).toEqual([]);
  expect(cache.passes).toBeGreaterThan(passes);
  expect(said.every(({ error }) => error === undefined)).toBe(true);
  // Leftovers and a prompt that is shared stay; nothing else does.
  expect(cache.sequences.size).toBeLessThanOrEqual(2 * 8 + 8);
  expect(model.gpu.peakAllocatedBytes).toBeGreaterThan(0);
});

test('with windows by layer, turns that stay within share their prompt; longer ones, and those that grew, share nothing', async () => {
  const config = { model_config: { text_config: { sliding_window: 64 } } };
  const { pipeline } = await open({ vramMiB: 400, config });
  expect(pipeline.notes.join(' ')).toContain('look back 64 tokens only');
  const role = [{ role: 'system' as const, content: 'A role of twenty letters.' }];
  const say = (id: string, text: string, more = {}) =>
    pipeline.submit({ ...turn(id), prefix: role, messages: [{ role: 'user', content: text }], ...more }).done;
  await say('1', 'short');
  const short = await say('2', 'short too');
  expect(short.usage.cachedTokens).toBeGreaterThan(0);
  const long = await say('3', 'x'.repeat(60));
  expect(long.error).toBeUndefined();
  expect(long.usage.cachedTokens).toBe(0);
  const again = await say('4', 'x'.repeat(60));
  expect(again.usage.cachedTokens).toBe(0);
  // An agent that stays grows out of the window: what it shared is left behind.
  const stays = await say('5', 'an agent', { retain: true });
  expect(stays.retained).toBe(true);
  const grown = await say('6', `an agent${'y'.repeat(60)}`, { agent: 5, retain: true });
  expect(grown.error).toBeUndefined();
  expect(grown.usage.cachedTokens).toBe(0);
});

test('16-bit libraries are held to what 16 bits can do, 32-bit ones to more', async () => {
  // A rounding of a fifth of a logit on four layers.
  const off = (has: number): boolean => has === 21;
  const shares = async (quantization: string, size: number): Promise<boolean> => {
    const config = { quantization, model_config: { num_hidden_layers: 4 } };
    const { pipeline } = await open({ vramMiB: 400, config, race: off, raceSize: size });
    return !pipeline.notes.join(' ').includes('neither cut nor shared');
  };
  expect(await shares('q4f32_1', 0.2)).toBe(false);
  expect(await shares('q4f16_1', 0.2)).toBe(true);
  expect(await shares('q4f16_1', 5)).toBe(false);
});

test('buffers of sizes that come and go are given back before they add up past the limit', async () => {
  const memory = { ...MEMORY, row: 4 * MIB };
  const { pipeline, model, limit } = await open({ vramMiB: 330, memory });
  for (let many = 1; many <= 8; many += 1)
    await Promise.all(
      Array.from({ length: many }, (_, i) => pipeline.submit(turn(`${String(many)}${String(i)}`)).done),
    );
  expect(model.gpu.peakAllocatedBytes).toBeLessThanOrEqual(limit);
});
