/**
 * The product's inference worker, plus what a test needs and a person must not have: a way to make the GPU's memory small.
 */
import '../../workers/inference.worker.ts';

/** Bytes of the largest buffer the GPU gives. */
let largest = Infinity;
const createBuffer = GPUDevice.prototype.createBuffer;
GPUDevice.prototype.createBuffer = function (descriptor) {
  // Asked for more than there is, the device itself refuses, as it would when its memory is used up.
  return createBuffer.call(this, descriptor.size > largest ? { ...descriptor, size: 2 ** 52 } : descriptor);
};

addEventListener('message', (event: MessageEvent<unknown>) => {
  const refuse = (event.data as { refuseBuffersOver?: number }).refuseBuffersOver;
  if (refuse !== undefined) largest = refuse;
});
