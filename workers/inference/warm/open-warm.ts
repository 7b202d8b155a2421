/** The warm tier of a loaded model, or why it has none. */
import { anyKept } from '../device/buckets.ts';
import { freeStorage } from '../device/gpu.ts';
import type { KvPool } from '../kv/kv-pool.ts';
import type { ModelInternals } from '../device/webllm-internals.ts';
import type { Codec } from '../kv/codec.ts';
import { inPieces } from '../kv/pieces.ts';
import { proveTransfer } from '../kv/prove-transfer.ts';
import { WarmStore } from './warm-store.ts';
import { WarmTier } from './warm-tier.ts';

/** Half the bytes of a 32-bit cache, and greedy tokens stay the same: docs/decisions says how that was measured. */
const CODEC: Codec = 'f16';
/** Of the storage that is free; results and models come first. */
const SHARE = 0.25;
const MOST_BYTES = 4 * 2 ** 30;
/**
 * Where the browser may delete runs when the disk is full: it does so only once all pages together have a gibibyte (on disks of 20 GB and
 * more), and this page is not to bring that about by a cache.
 */
const UNKEPT_BYTES = 256 * 2 ** 20;
/** Where the browser gives no estimate. */
const UNKNOWN_BYTES = 256 * 2 ** 20;

/** `fingerprint` names library and weights. The pool's sequences must be such as can be forked. */
export async function openWarm(
  model: ModelInternals,
  pool: KvPool,
  fingerprint: string,
): Promise<{ readonly tier: WarmTier | null; readonly notes: readonly string[] }> {
  const none = (because: string) => ({
    tier: null,
    notes: [`Agents that leave the GPU are computed again when they come back: ${because}.`],
  });
  const { transfer, difference, because } = await proveTransfer(model, pool);
  if (!transfer) return none(because);
  const free = await freeStorage();
  const limit =
    free === null ? UNKNOWN_BYTES : Math.min((await anyKept()) ? MOST_BYTES : UNKEPT_BYTES, Math.floor(free * SHARE));
  try {
    const tier = new WarmTier(inPieces(transfer), await WarmStore.open({ limit }), CODEC, fingerprint);
    // The library's own functions are exact; of another way it is told that it passed, and by how much.
    const notes = transfer.exact
      ? []
      : [`Agents that leave the GPU come back by ${transfer.way} (logits differ by ${difference.toPrecision(2)}).`];
    return { tier, notes };
  } catch (thrown) {
    return none(`the browser gives no storage (${thrown instanceof Error ? thrown.message : String(thrown)})`);
  }
}
