/** Logits as a library is put to the test with them: read back, and compared. */
import type { ModelInternals, Tensor } from '../device/webllm-internals.ts';

/** Reads logits back and disposes them. */
export async function read(model: ModelInternals, logits: Tensor): Promise<Float32Array> {
  const { tvm, gpu } = model;
  tvm.beginScope();
  const copy = tvm.detachFromCurrentScope(tvm.empty(logits.shape, logits.dtype, tvm.cpu()).copyFrom(logits));
  tvm.endScope();
  logits.dispose();
  await gpu.sync();
  const values = copy.toArray() as Float32Array;
  copy.dispose();
  return values;
}

/** Infinity where there is one that cannot be compared. */
export function largestDifference(a: Float32Array, b: Float32Array): number {
  let largest = a.length === b.length ? 0 : Infinity;
  for (let i = 0; i < a.length; i += 1) {
    const difference = Math.abs((a[i] as number) - (b[i] as number));
    // NaN compares false with everything, and must not pass for equal.
    if (!(difference <= largest)) largest = Number.isNaN(difference) ? Infinity : difference;
  }
  return largest;
}
