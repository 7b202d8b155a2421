/**
 * The heaviest step there can be, once: TVM keeps the buffers of a function from its first call on, so afterwards the GPU holds what it will
 * hold. Metadata states the buffers of some functions; of sampling none, whose sizes go by the vocabulary and the rows.
 */
import { calledBytes } from '../device/library-metadata.ts';
import type { ModelInternals, Tensor } from '../device/webllm-internals.ts';
import { ownPages, type KvPool } from '../kv/kv-pool.ts';
import { Sampler, samplerBytes, type RowSampling } from './sampler.ts';
import type { Workspace } from './plan-pool.ts';

const PENALTIES = { presence: 0, frequency: 0, repetition: 1, counts: new Map([[5, 1]]) };

/** One step's shape. */
export interface Step {
  /** Sequences at once. */
  readonly rows: number;
  /** Of them in one call that decodes, at most. */
  readonly decodeRows: number;
  /** Of each sequence's prompt. */
  readonly tokens: number;
}

/** Pages of a pool that the step runs in. */
export function pagesToWarmUp({ rows, tokens }: Step): number {
  return rows * ownPages(tokens + 1, 0) + 1;
}

/**
 * @returns GPU bytes that are held from now on, beside the pool
 */
export async function warmUp(
  model: ModelInternals,
  pool: KvPool,
  { rows, decodeRows, tokens }: Step,
): Promise<Workspace> {
  const { gpu, config } = model;
  const before = gpu.currAllocatedBytes;
  const sampler = new Sampler(model);
  const sequences = Array.from({ length: rows }, () => pool.add());
  const passes: Tensor[] = [];
  const decode = (of: readonly number[]): void => {
    passes.push(pool.decode(of.map((sequence) => ({ sequence, ids: [5] }))));
  };
  for (let at = 0; at < rows; at += decodeRows) decode(sequences.slice(at, at + decodeRows));
  const ids = Array<number>(tokens).fill(5);
  passes.push(pool.prefill(sequences.map((sequence) => ({ sequence, ids }))));
  let single: Tensor | null = null;
  // The function for a batch of one, where there is one, has buffers of its own.
  if (rows > 1) {
    const alone = pool.add();
    single = pool.decode([{ sequence: alone, ids: [5] }]);
    pool.remove(alone);
  }
  const forwards = gpu.currAllocatedBytes - before;
  const mask = new Int32Array(Math.ceil(config.vocab_size / 32)).fill(-1);
  const row: RowSampling = {
    temperature: 0.8,
    topP: 0.9,
    uniform: 0.5,
    mask,
    penalties: model.find('apply_penalty_inplace') ? PENALTIES : null,
  };
  for (const [slot, logits] of passes.entries()) {
    sampler.sample(logits, Array<RowSampling>(logits.shape[0] as number).fill(row), String(slot));
    logits.dispose();
  }
  await gpu.sync();
  const sampling = Math.max(0, gpu.currAllocatedBytes - before - forwards);
  const perRow = Math.ceil(sampling / rows);
  let sparePerRow = 0;
  if (single) {
    // Buffers of another number of rows come beside those that are there, where their sizes go by it.
    sampler.sample(single, [row], 'single');
    single.dispose();
    await gpu.sync();
    if (gpu.currAllocatedBytes - before - forwards - sampling > perRow / 4) sparePerRow = perRow;
  }
  sampler.dispose();
  for (const sequence of sequences) pool.remove(sequence);
  return { bytes: Math.max(0, forwards) + samplerBytes(rows, config.vocab_size), perRow, sparePerRow };
}

/** Tensors of a row of logits that the helpers which every library has make of it: masked, softmax, sorted with their ids, what sorting takes. */
const HELPER_TENSORS = 12;

/** Before anything is measured: as the library states it, or `estimate` where it states nothing. */
export function expectedWorkspace(model: ModelInternals, estimate: number, rows: number): Workspace {
  const { vocab_size: vocabulary } = model.config;
  const perRow = model.find('planaria_sample') ? 0 : HELPER_TENSORS * 4 * vocabulary;
  return { bytes: (calledBytes(model.metadata) ?? estimate) + samplerBytes(rows, vocabulary), perRow, sparePerRow: 0 };
}
