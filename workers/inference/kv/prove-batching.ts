/**
 * Before a library serves a batch it shows that it can: the same tokens must give the same logits in one pass, in two passes, and on forks,
 * with every row of the batch at it. TVM's kernel that merges attention over two parts of a sequence had a race, and prebuilt libraries may
 * carry it; with those, no prefix is shared and no prefill is cut. A race shows now and then, so it is looked for several times, in several
 * places, and once more after some work (`docs/decisions/0024`).
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { ModelInternals, Tensor } from '../device/webllm-internals.ts';
import { ownPages, type Extension, type KvPool } from './kv-pool.ts';
import { largestDifference, read } from './logits.ts';
import { toleranceOf } from './tolerance.ts';

export interface Proven {
  /** A sequence may be continued by a second prefill, and forked. */
  readonly continuation: boolean;
  /** Largest difference of a logit seen, one pass against two passes or a fork. */
  readonly difference: number;
  /** Most sequences in one decode call: all residents, or fewer where smaller calls were faster. */
  readonly decodeRows: number;
}

/** Enough for more than two pages. */
const TOKENS = 40;
/** Within the first page, at its end, within the second, just into the third. */
const CUTS = [5, 16, 21, 33] as const;
/** Sequences at it at once, beside the one they are forked from. */
const MOST_FORKS = 3;
/** Decoded after a cut: attention over two parts of a sequence is merged there too. */
const SAID = 7;

/** Of the pool, while batching is shown. */
export function pagesToProve(residents: number): number {
  const alone = ownPages(TOKENS + 1, 0);
  return Math.max(residents, 2 * alone + forksOf(residents) * alone);
}
export function sequencesToProve(residents: number): number {
  return Math.max(residents, 2 + forksOf(residents));
}
const forksOf = (residents: number): number => Math.max(1, Math.min(MOST_FORKS, residents - 1));

/** Needs `sequencesToProve` and `pagesToProve`. A library that takes one sequence at a time shows them one after another. */
export async function proveBatching(
  model: ModelInternals,
  pool: KvPool,
  residents: number,
  clock: Clock,
): Promise<Proven> {
  const difference = await continuationDifference(model, pool, residents);
  const continuation = difference <= toleranceOf(model.config);
  const decodeRows = residents > 8 ? await fasterRows(model, pool, residents, clock) : residents;
  return { continuation, difference, decodeRows };
}

/** The largest difference of a logit, over every cut and every row. */
export async function continuationDifference(model: ModelInternals, pool: KvPool, residents: number): Promise<number> {
  // Any tokens will do, as long as neighbours differ; low ids are control tokens in most vocabularies.
  const usual = Math.min(model.config.vocab_size - 3, 1000);
  const ids = Array.from({ length: TOKENS }, (_, i) => 3 + ((i * 37 + 11) % usual));
  const whole = pool.add();
  const wanted = await read(model, pool.prefill([{ sequence: whole, ids }]));
  const wantedNext = await read(model, pool.decode([{ sequence: whole, ids: [SAID] }]));
  pool.remove(whole);
  let difference = 0;
  const compare = (logits: Float32Array, right: Float32Array): void => {
    for (let at = 0; at < logits.length; at += right.length)
      difference = Math.max(difference, largestDifference(right, logits.subarray(at, at + right.length)));
  };
  for (const cut of CUTS) {
    const parent = pool.add();
    await read(model, pool.prefill([{ sequence: parent, ids: ids.slice(0, cut) }]));
    const sequences = [parent, ...Array.from({ length: forksOf(residents) }, () => pool.fork(parent))];
    const most = Math.min(residents, Math.max(1, Math.floor(pool.size.chunk / TOKENS)));
    for (let at = 0; at < sequences.length; at += most) {
      const rows = sequences.slice(at, at + most);
      compare(await read(model, pool.prefill(rows.map((sequence) => ({ sequence, ids: ids.slice(cut) })))), wanted);
      compare(await read(model, pool.decode(rows.map((sequence) => ({ sequence, ids: [SAID] })))), wantedNext);
    }
    // The parent is forked within what all of them share by now.
    const late = pool.fork(parent, cut - 1);
    compare(await read(model, pool.prefill([{ sequence: late, ids: ids.slice(cut - 1) }])), wanted);
    for (const sequence of [...sequences, late]) pool.remove(sequence);
  }
  return difference;
}

/** One call has less to do around it; two must be faster by more than a measurement errs. */
const CLEARLY = 0.9;

/** Libraries specialise for small batches: is one call for all faster than one of 8 and one of the rest? */
async function fasterRows(model: ModelInternals, pool: KvPool, residents: number, clock: Clock): Promise<number> {
  const sequences = Array.from({ length: residents }, () => pool.add());
  const step = (rows: readonly number[]): Extension[] => rows.map((sequence) => ({ sequence, ids: [5] }));
  const time = async (calls: readonly (readonly number[])[]): Promise<number> => {
    const begun = clock.now();
    let logits: Tensor | null = null;
    for (const rows of calls) {
      logits?.dispose();
      logits = pool.decode(step(rows));
    }
    logits?.dispose();
    await model.gpu.sync();
    return clock.now() - begun;
  };
  const whole = [sequences];
  const split = [sequences.slice(0, 8), sequences.slice(8)];
  await time(whole);
  await time(split);
  // Alternating, best of three: other work on the machine disturbs both alike.
  let wholeMs = Infinity;
  let splitMs = Infinity;
  for (let i = 0; i < 3; i += 1) {
    wholeMs = Math.min(wholeMs, await time(whole));
    splitMs = Math.min(splitMs, await time(split));
  }
  for (const sequence of sequences) pool.remove(sequence);
  return splitMs < CLEARLY * wholeMs ? 8 : residents;
}
