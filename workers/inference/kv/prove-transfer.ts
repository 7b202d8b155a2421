/** Before K/V of a library is kept, the library shows that a sequence that was written back goes on as the one it was read from. */
import { findTransfers, type KvTransfer } from './kv-transfer.ts';
import { largestDifference, read } from './logits.ts';
import type { KvPool } from './kv-pool.ts';
import { toleranceOf } from './tolerance.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';

/** A beginning that ends within a page, and enough behind it for another page. */
const SHARED = 21;
const TOKENS = 45;

export interface ProvenTransfer {
  /** Null when no way passed. */
  readonly transfer: KvTransfer | null;
  /** Largest difference of a logit after the way that passed. */
  readonly difference: number;
  /** Why there is none, else empty. */
  readonly because: string;
}

/** The first way that passes. Needs four free sequences and a pool whose sequences may be forked. */
export async function proveTransfer(model: ModelInternals, pool: KvPool): Promise<ProvenTransfer> {
  const { transfers, because } = findTransfers(model, { cache: pool.cache, chunk: pool.size.chunk });
  let reason = because;
  for (const transfer of transfers) {
    const difference = await differenceAfter(model, pool, transfer);
    if (difference <= toleranceOf(model.config)) return { transfer, difference, because: '' };
    reason = `logits differ by ${difference.toPrecision(2)} after K/V went out and back (${transfer.way})`;
  }
  return { transfer: null, difference: 0, because: reason };
}

async function differenceAfter(model: ModelInternals, pool: KvPool, transfer: KvTransfer): Promise<number> {
  const vocabulary = model.config.vocab_size;
  const ids = Array.from({ length: TOKENS }, (_, i) => 3 + ((i * 53 + 7) % Math.min(vocabulary - 3, 1000)));
  const parent = pool.add();
  await read(model, pool.prefill([{ sequence: parent, ids: ids.slice(0, SHARED) }]));
  const original = pool.fork(parent);
  await read(model, pool.prefill([{ sequence: original, ids: ids.slice(SHARED) }]));
  const kept = await transfer.read(original, SHARED, TOKENS);
  // Something else writes to fresh pages in between, so that what was never written shows.
  const other = pool.add();
  await read(model, pool.prefill([{ sequence: other, ids: [...ids].reverse() }]));
  pool.remove(other);
  const back = pool.fork(parent);
  transfer.append(back, SHARED, kept);
  const logits = await read(
    model,
    pool.decode([
      { sequence: original, ids: [5] },
      { sequence: back, ids: [5] },
    ]),
  );
  for (const sequence of [parent, original, back]) pool.remove(sequence);
  return largestDifference(logits.subarray(0, vocabulary), logits.subarray(vocabulary));
}
