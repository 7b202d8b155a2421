/**
 * The product's inference worker, plus what a test needs and a person must not have: ways to lose the GPU and to run it out of memory.
 */
import '../../workers/inference.worker.ts';

const devices: GPUDevice[] = [];
const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};

/** Bytes of the largest buffer the GPU gives. */
let largest = Infinity;
const createBuffer = GPUDevice.prototype.createBuffer;
GPUDevice.prototype.createBuffer = function (descriptor) {
  // Asked for more than there is, the device itself refuses, as it would when its memory is used up.
  return createBuffer.call(this, descriptor.size > largest ? { ...descriptor, size: 2 ** 52 } : descriptor);
};

addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.data === 'lose the device') for (const device of devices) device.destroy();
  const refuse = (event.data as { refuseBuffersOver?: number }).refuseBuffersOver;
  if (refuse !== undefined) largest = refuse;
});
