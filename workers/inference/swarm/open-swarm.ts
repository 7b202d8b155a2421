/**
 * From a model that WebLLM has loaded to a pipeline that serves a batch: the pool counted out of the budget, the library put to the test.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { EngineError, LoadProgress, MemoryBudget } from '../../../src/engine/contract.ts';
import { fault } from '../device/engine-faults.ts';
import { limitBytes, MAX_RESIDENTS, mib, overBudget, type Needs } from '../device/fit.ts';
import { batchOf, calledBytes, layerWindow } from '../device/library-metadata.ts';
import type { Proofs } from '../device/proofs.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';
import { openWarm } from '../warm/open-warm.ts';
import { PIECE } from '../kv/pieces.ts';
import { KvPool, PAGE, type PoolSize } from '../kv/kv-pool.ts';
import {
  continuationDifference,
  pagesToProve,
  proveBatching,
  sequencesToProve,
  type Proven,
} from '../kv/prove-batching.ts';
import { toleranceOf } from '../kv/tolerance.ts';
import { leastNeeds, planPool, type PoolCosts, type PoolPlan, type PoolQuestion, type Workspace } from './plan-pool.ts';
import { SwarmPipeline, type SecondLook } from './swarm-pipeline.ts';
import { expectedWorkspace, pagesToWarmUp, warmUp } from './warm-up.ts';

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

/** What is known of a library before its pool is made. */
interface Tried {
  readonly plan: PoolPlan;
  readonly workspace: Workspace;
  readonly proven: Proven;
}

/**
 * @throws EngineFault `over-budget`, `out-of-memory`; any other error means that this library cannot be batched
 */
export async function openSwarm(model: ModelInternals, options: OpenOptions): Promise<SwarmPipeline> {
  const { needs, budget } = options;
  const most = Math.min(budget.resident, MAX_RESIDENTS, batchOf(model.metadata));
  if (most < 1) throw fault('over-budget', 'The budget has room for no agent.');
  model.releaseSingleCache();

  options.onProgress({ phase: 'self-test', bytes: 0, totalBytes: null, fromCache: true });
  const chunk = Math.min(model.metadata.prefill_chunk_size, MAX_CHUNK);
  const { costs, counted } = costOfPools(model, (residents, pages) => shape(residents, pages, chunk));
  const expected = expectedWorkspace(model, needs.workspaceBytes, most);
  const contextPages = Math.ceil(model.config.context_window_size / PAGE);
  const question: PoolQuestion = {
    costs,
    // What the functions that ran meanwhile hold is in the pools' costs.
    workspace: { ...expected, bytes: Math.max(0, expected.bytes - counted) },
    limit: limitBytes(budget),
    mostResidents: most,
    leastPages: Math.min(contextPages, LEAST_TOKENS / PAGE),
    contextPages,
    movingPages: PIECE / PAGE,
    scale: options.scale,
  };
  const { plan, workspace, proven } = await tryOut(model, question, chunk, options);
  const { pool, warm } = await openPool(model, { ...question, workspace }, plan, proven, chunk, options);

  const now = model.gpu.currAllocatedBytes;
  const kv = pool.size.pages * costs.perPage + plan.residents * costs.perResident;
  return new SwarmPipeline(model, pool, options.clock, {
    residents: plan.residents,
    leftovers: LEFTOVERS * plan.residents,
    proven,
    memory: { weights: needs.weightBytes, kv, workspace: Math.max(0, now - needs.weightBytes - kv) },
    notes: notesOf(pool, most, plan, proven, options, layerWindow(model.config), warm.notes),
    warm: warm.tier,
    // A set of buffers more may come in a step.
    limit: question.limit - plan.residents * workspace.sparePerRow,
    secondLook: secondLook(model, pool, plan, proven, options.proofs),
    onFatal: options.onFatal,
  });
}

/**
 * A library that has shown once that sequences may be shared shows it again after some work. Where it fails then, that is kept in the place of
 * what it showed before, and the engine ends: a fresh one finds it, and shares nothing.
 */
function secondLook(
  model: ModelInternals,
  pool: KvPool,
  { residents }: PoolPlan,
  proven: Proven,
  proofs: Proofs,
): SecondLook | undefined {
  if (!proven.continuation) return undefined;
  return {
    pages: pagesToProve(residents),
    sequences: sequencesToProve(residents),
    look: async () => {
      const difference = await continuationDifference(model, pool, residents);
      if (difference <= toleranceOf(model.config)) return;
      await proofs.keep(proofOf(residents), { ...proven, continuation: false, difference });
      throw fault(
        'worker-dead',
        "The model's library began to give other results when a prompt is shared, so it is loaded again and shares none.",
        `logits differ by ${difference.toPrecision(2)}`,
      );
    },
  };
}

function shape(residents: number, pages: number, chunk: number): PoolSize {
  return { sequences: (1 + LEFTOVERS) * residents + PREFIX_SEQUENCES, pages, chunk };
}

/**
 * A small pool, on which the library shows what it can and takes the memory that it will take; what is left of the budget is the real pool's.
 * Where that is less than was expected, it is tried again with fewer agents.
 */
async function tryOut(
  model: ModelInternals,
  question: PoolQuestion,
  chunk: number,
  { needs, proofs, budget, clock }: OpenOptions,
): Promise<Tried> {
  const tooLittle = (asked: PoolQuestion): Error =>
    fault('over-budget', overBudget(leastNeeds(asked, needs.weightBytes), budget));
  const { base, perResident, perPage } = question.costs;
  /** A step on a small pool; what is held then that is not pool, whoever took it first, and what a row of it takes. */
  const tried = async (residents: number, tokens: number, prove: (pool: KvPool) => Promise<Proven>) => {
    const step = { rows: residents, decodeRows: residents, tokens };
    const pages = Math.max(pagesToProve(residents), pagesToWarmUp(step));
    const pool = new KvPool(model, shape(residents, pages, chunk));
    const proven = await prove(pool);
    const held = model.gpu.currAllocatedBytes - base - residents * perResident - pages * perPage;
    const { bytes, ...rows } = await warmUp(model, pool, { ...step, decodeRows: proven.decodeRows });
    pool.dispose();
    return { proven, workspace: { ...rows, bytes: Math.max(0, held) + bytes } };
  };

  let asked = question;
  // Stated buffers are planned for the largest shapes, so that one token shows them all; others grow with the prompt.
  if (calledBytes(model.metadata) === null) {
    const unproven: Proven = { continuation: false, difference: 0, decodeRows: 1 };
    const { workspace } = await tried(1, chunk - 1, () => Promise.resolve(unproven));
    asked = { ...question, workspace };
  }
  const known = asked.workspace;
  // What is only guessed refuses nothing: one agent at least is tried.
  let plan =
    planPool(asked) ??
    planPool({ ...asked, mostResidents: 1, workspace: { bytes: known.bytes, perRow: 0, sparePerRow: 0 } });
  if (!plan) throw tooLittle(asked);
  for (;;) {
    const { residents } = plan;
    const { proven, workspace } = await tried(residents, 1, (pool) =>
      proofs.once(proofOf(residents), () => proveBatching(model, pool, residents, clock)),
    );
    const bytes = asked === question ? workspace.bytes : Math.max(workspace.bytes, known.bytes);
    const measured: PoolQuestion = {
      ...question,
      mostResidents: residents,
      workspace: { ...workspace, bytes },
    };
    const next = planPool(measured);
    if (!next) throw tooLittle(measured);
    if (next.residents === residents) return { plan: next, workspace: measured.workspace, proven };
    // The buffers of more rows than there will be are given back.
    model.releaseUnused();
    plan = next;
  }
}

/** Under this name the proof is kept; another one than that of versions which tried one cut once. */
const proofOf = (residents: number): string => `batches of ${String(residents)}, at several cuts`;

/** The pool, and the warm tier over it; with fewer pages where the GPU holds more than was counted. */
async function openPool(
  model: ModelInternals,
  { costs, limit, leastPages }: PoolQuestion,
  plan: PoolPlan,
  proven: Proven,
  chunk: number,
  { fingerprint, budget }: OpenOptions,
): Promise<{ readonly pool: KvPool; readonly warm: Awaited<ReturnType<typeof openWarm>> }> {
  let { pages } = plan;
  for (;;) {
    const pool = new KvPool(model, shape(plan.residents, pages, chunk));
    const warm = proven.continuation ? await openWarm(model, pool, fingerprint) : { tier: null, notes: [] };
    if (model.gpu.currAllocatedBytes > limit) model.releaseUnused();
    const over = model.gpu.currAllocatedBytes - limit;
    if (over <= 0) return { pool, warm };
    warm.tier?.close();
    pool.dispose();
    pages -= Math.ceil(over / costs.perPage);
    if (pages < leastPages) {
      const held = mib(limit + over);
      throw fault('over-budget', `The engine holds ${held}, more than ${mib(limitBytes(budget))}.`);
    }
  }
}

function notesOf(
  pool: KvPool,
  most: number,
  { residents }: PoolPlan,
  proven: Proven,
  { budget, scale }: OpenOptions,
  window: number | null,
  more: readonly string[],
): readonly string[] {
  const notes: string[] = [];
  if (scale < 1)
    notes.push(`The GPU refused a larger K/V pool; this one has ${String(pool.size.pages * PAGE)} tokens.`);
  if (residents < budget.resident) {
    const because = residents < most ? 'the budget has K/V for no more' : 'the library takes no more in one batch';
    notes.push(`${String(residents)} agents run at once instead of ${String(budget.resident)}: ${because}.`);
  }
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
  if (window !== null && proven.continuation)
    notes.push(`Some layers look back ${String(window)} tokens only, so longer turns share no prompt.`);
  return [...notes, ...more];
}

/**
 * What a pool costs, measured on small ones; `counted`: what the functions hold that this has called for the first time.
 */
function costOfPools(
  model: ModelInternals,
  shape: (residents: number, pages: number) => PoolSize,
): { readonly costs: PoolCosts; readonly counted: number } {
  const bytes = (residents: number, pages: number): number => {
    const pool = new KvPool(model, shape(residents, pages));
    const now = model.gpu.currAllocatedBytes;
    pool.dispose();
    return now;
  };
  const first = bytes(1, FEW_PAGES);
  const few = bytes(1, FEW_PAGES);
  const perPage = Math.ceil((bytes(1, 2 * FEW_PAGES) - few) / FEW_PAGES);
  const perResident = Math.max(0, bytes(2, FEW_PAGES) - few);
  return {
    costs: { base: few - FEW_PAGES * perPage - perResident, perResident, perPage },
    counted: Math.max(0, few - first),
  };
}
const FEW_PAGES = 16;
