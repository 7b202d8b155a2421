/**
 * Before a library serves a batch it shows that it can: the same tokens must give the same logits in one pass, in two passes, and after a
 * fork. TVM's kernel that merges attention over two parts of a sequence had a race, and prebuilt libraries may carry it; with those, no
 * prefix is shared and no prefill is cut.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { ModelInternals, Tensor } from '../device/webllm-internals.ts';
import type { Extension, KvPool } from './kv-pool.ts';
import { largestDifference, read } from './logits.ts';

export interface Proven {
  /** A sequence may be continued by a second prefill, and forked. */
  readonly continuation: boolean;
  /** Largest difference of a logit seen, one pass against two passes or a fork. */
  readonly difference: number;
  /** Most sequences in one decode call: all residents, or fewer where smaller calls were faster. */
  readonly decodeRows: number;
}

/** Enough for more than a page, and for a fork within a page. */
const TOKENS = 40;
const CUT = 21;
/** Kernels order their sums differently; a race is wrong by whole units. f16 libraries round at about 1e-2. */
const TOLERANCE = 0.05;

export async function proveBatching(
  model: ModelInternals,
  pool: KvPool,
  residents: number,
  clock: Clock,
): Promise<Proven> {
  const vocabulary = model.config.vocab_size;
  // Any tokens will do, as long as neighbours differ; low ids are control tokens in most vocabularies.
  const ids = Array.from({ length: TOKENS }, (_, i) => 3 + ((i * 37 + 11) % Math.min(vocabulary - 3, 1000)));
  const head = ids.slice(0, CUT);
  const tail = ids.slice(CUT);

  const whole = pool.add();
  const wanted = await read(model, pool.prefill([{ sequence: whole, ids }]));
  const parent = pool.add();
  await read(model, pool.prefill([{ sequence: parent, ids: head }]));
  const child = pool.fork(parent);
  const both = await read(
    model,
    pool.prefill([
      { sequence: parent, ids: tail },
      { sequence: child, ids: tail },
    ]),
  );
  const difference = Math.max(
    largestDifference(wanted, both.subarray(0, vocabulary)),
    largestDifference(wanted, both.subarray(vocabulary)),
  );
  for (const sequence of [whole, parent, child]) pool.remove(sequence);
  const continuation = difference <= TOLERANCE;
  const decodeRows = residents > 8 ? await fasterRows(model, pool, residents, clock) : residents;
  return { continuation, difference, decodeRows };
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
