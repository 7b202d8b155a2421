import type { EngineHost } from '../../engine/contract.ts';
import type { RuntimeOptions } from '../host/opener.ts';

/** The engines of a world without a GPU: what runs there is scripted. */
export const NO_GPU: EngineHost = {
  checkGpu: () => Promise.resolve({ ok: false, adapter: null, problem: null, storageFree: null }),
  models: () => Promise.resolve([]),
  create: () => {
    throw new Error('this world has no GPU');
  },
};

/** No swarm comes with such a world. */
export const NO_EXAMPLES: RuntimeOptions['examples'] = {
  list: () => Promise.resolve([]),
  swarm: () => Promise.resolve(''),
  input: () => Promise.resolve(''),
};
