/**
 * What this browser's GPU is and whether models can run on it.
 */
import type { AdapterInfo, GpuCheck } from '../../../src/engine/contract.ts';
import { fault, toEngineError } from './engine-faults.ts';

/** Limits worth showing: those that decide whether a model fits. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
] as const;

/** What WebLLM 0.2.86 asks of a device at least (detectGPUDevice in its runtime). */
const REQUIRED: Readonly<Partial<Record<(typeof LIMITS)[number], number>>> = {
  maxBufferSize: 2 ** 28,
  maxStorageBufferBindingSize: 2 ** 27,
  maxStorageBuffersPerShaderStage: 10,
  maxComputeWorkgroupStorageSize: 2 ** 15,
};

/**
 * @throws EngineFault `no-webgpu`, `no-adapter`
 */
export async function describeAdapter(): Promise<AdapterInfo> {
  // Typed as always there; in fact absent on insecure pages and in older browsers.
  const gpu = (navigator as Partial<Pick<WorkerNavigator, 'gpu'>>).gpu;
  if (!gpu) {
    throw isSecureContext
      ? fault('no-webgpu', 'This browser offers no WebGPU.')
      : fault('no-webgpu', 'WebGPU is only offered to pages served over HTTPS or from this computer.');
  }
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' });
  if (!adapter) throw fault('no-adapter', 'The browser found no GPU it may use.');
  const limits = Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]]));
  for (const [name, least] of Object.entries(REQUIRED)) {
    const has = limits[name] ?? 0;
    if (has < least) {
      throw fault('no-adapter', `The GPU's ${name} is ${String(has)}; models need at least ${String(least)}.`);
    }
  }
  const { vendor, architecture, description } = adapter.info;
  return {
    vendor,
    architecture,
    description,
    // Chrome names its CPU renderer SwiftShader; `isFallbackAdapter` moved from the adapter to its info.
    isFallback:
      (adapter.info as { isFallbackAdapter?: boolean }).isFallbackAdapter === true ||
      /swiftshader/i.test(`${architecture} ${description}`),
    features: [...adapter.features].sort(),
    limits,
  };
}

export async function checkGpu(): Promise<GpuCheck> {
  const storageFree = await freeStorage();
  try {
    return { ok: true, adapter: await describeAdapter(), problem: null, storageFree };
  } catch (thrown) {
    return { ok: false, adapter: null, problem: toEngineError(thrown), storageFree };
  }
}

/** Bytes, by the browser's estimate; null where it gives none. */
export async function freeStorage(): Promise<number | null> {
  try {
    const { quota, usage } = await navigator.storage.estimate();
    return quota === undefined ? null : quota - (usage ?? 0);
  } catch {
    return null;
  }
}
