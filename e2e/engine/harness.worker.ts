/**
 * The product's inference worker, plus one thing a test needs and a person must not have: a way to lose the GPU on purpose.
 */
import '../../workers/inference.worker.ts';

const devices: GPUDevice[] = [];
const requestDevice = GPUAdapter.prototype.requestDevice;
GPUAdapter.prototype.requestDevice = async function (descriptor) {
  const device = await requestDevice.call(this, descriptor);
  devices.push(device);
  return device;
};

addEventListener('message', (event) => {
  if (event.data === 'lose the device') for (const device of devices) device.destroy();
});
