/**
 * From a model that WebLLM has loaded to a pipeline that serves a batch: the pool counted out of the budget, the library put to the test.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { EngineError, LoadProgress, MemoryBudget } from '../../../src/engine/contract.ts';
import { fault } from '../device/engine-faults.ts';
import { limitBytes, MAX_RESIDENTS, mib, overBudget, type Needs } from '../device/fit.ts';
import type { Proofs } from '../device/proofs.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';
import { openWarm } from '../warm/open-warm.ts';
import { PIECE } from '../kv/pieces.ts';
import { KvPool, PAGE, type PoolSize } from '../kv/kv-pool.ts';
import { proveBatching } from '../kv/prove-batching.ts';
import { SwarmPipeline } from './swarm-pipeline.ts';

/** Sequences beyond the residents': shared prefixes. */
const PREFIX_SEQUENCES = 8;
/** And what ended turns left behind, so many for each resident: a second opinion waits behind as many turns as wait for a seat. */
const LEFTOVERS = 2;
/** A longer prefill would hold up the decoding of others for too long. */
const MAX_CHUNK = 512;
/** What a resident can count on at least, tokens, when the budget does not give each the whole context. */
const LEAST_TOKENS = 256;

export interface OpenOptions {
  readonly needs: Needs;
  /** Names library and weights, for K/V that is kept. */
  readonly fingerprint: string;
  /** What this library has shown on this GPU. */
  readonly proofs: Proofs;
  /** Share of the pages that the budget allows; less than 1 where the GPU refused them. */
  readonly scale: number;
  readonly budget: MemoryBudget;
  readonly clock: Clock;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly onFatal: (error: EngineError) => void;
}

/**
 * @throws EngineFault `over-budget`, `out-of-memory`; any other error means that this library cannot be batched
 */
export async function openSwarm(model: ModelInternals, options: OpenOptions): Promise<SwarmPipeline> {
  const { needs, budget, clock } = options;
  const most = Math.min(budget.resident, MAX_RESIDENTS, model.metadata.max_batch_size ?? 1);
  if (most < 1 || (most < 2 && budget.resident > 1)) throw new Error('the library takes one sequence at a time');
  model.releaseSingleCache();

  const workspace = Math.max(0, ...Object.values(model.metadata.memory_usage ?? { estimate: needs.workspaceBytes }));
  const chunk = Math.min(model.metadata.prefill_chunk_size, MAX_CHUNK);
  const shape = (pages: number): PoolSize => ({ sequences: (1 + LEFTOVERS) * most + PREFIX_SEQUENCES, pages, chunk });
  const { withoutPages, perPage } = costOfPages(model, shape);
  // K/V that is read out or brought back lies beside the pool for a moment.
  const moving = (PIECE / PAGE) * perPage;
  const left = limitBytes(budget) - withoutPages - workspace - moving;
  const contextPages = Math.ceil(model.config.context_window_size / PAGE);
  const wanted = (most + 2) * contextPages; // two contexts more for shared prefixes
  const pages = Math.floor(Math.min(wanted, left / perPage) * options.scale);
  const least = Math.min(contextPages, LEAST_TOKENS / PAGE);
  if (pages < least) {
    const sum = {
      weightBytes: needs.weightBytes,
      workspaceBytes: workspace + moving + withoutPages - needs.weightBytes,
      kvBytesPerAgent: least * perPage,
    };
    throw fault('over-budget', overBudget(sum, budget));
  }

  options.onProgress({ phase: 'self-test', bytes: 0, totalBytes: null, fromCache: true });
  const notes: string[] = [];
  if (options.scale < 1) notes.push(`The GPU refused a larger K/V pool; this one has ${String(pages * PAGE)} tokens.`);
  const residents = Math.min(most, Math.floor(pages / least));
  if (residents < budget.resident) {
    const because = residents < most ? 'the budget has K/V for no more' : 'the library takes no more in one batch';
    notes.push(`${String(residents)} agents run at once instead of ${String(budget.resident)}: ${because}.`);
  }
  const pool = new KvPool(model, shape(pages));
  const kv = model.gpu.currAllocatedBytes - needs.weightBytes;
  const proven = await options.proofs.once(`batches of ${String(residents)}`, () =>
    proveBatching(model, pool, residents, clock),
  );
  if (!proven.continuation) {
    const difference = Number(proven.difference).toPrecision(2);
    notes.push(
      `The model's library gives other results when a prompt is cut or shared (logits differ by ${difference}), so prompts are neither cut nor shared.`,
    );
  }
  if (proven.decodeRows < residents) {
    const rows = String(proven.decodeRows);
    notes.push(`Decoding runs in batches of ${rows}: measured faster than ${String(residents)} at once.`);
  }
  const warm = proven.continuation ? await openWarm(model, pool, options.fingerprint) : null;
  notes.push(...(warm?.notes ?? []));
  const now = model.gpu.currAllocatedBytes;
  if (now > limitBytes(budget)) {
    throw fault('over-budget', `The engine holds ${mib(now)}, more than ${mib(limitBytes(budget))}.`);
  }
  return new SwarmPipeline(model, pool, clock, {
    residents,
    leftovers: LEFTOVERS * most,
    proven,
    memory: { weights: needs.weightBytes, kv, workspace: Math.max(0, now - needs.weightBytes - kv) },
    notes,
    warm: warm?.tier ?? null,
    onFatal: options.onFatal,
  });
}

/**
 * GPU bytes with a pool of no pages, and so much a page, measured on two small pools. Absolute figures, because TVM keeps what a function
 * returned last until it returns the next: the pool before is only freed when another is made.
 */
function costOfPages(
  model: ModelInternals,
  shape: (pages: number) => PoolSize,
): { withoutPages: number; perPage: number } {
  const bytes = (pages: number): number => {
    const pool = new KvPool(model, shape(pages));
    const now = model.gpu.currAllocatedBytes;
    pool.dispose();
    return now;
  };
  const few = bytes(16);
  const perPage = Math.ceil((bytes(48) - few) / 32);
  return { withoutPages: few - 16 * perPage, perPage };
}
