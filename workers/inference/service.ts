/**
 * What the inference worker offers. WebLLM, 6 MB of script, is only fetched for answers that need it.
 */
import type { Clock } from '../../src/kernel/clock.ts';
import type { InferenceService } from '../../src/engine/serve.ts';
import { listModels } from './catalogue.ts';
import { InferenceEngine } from './engine.ts';
import { checkGpu } from './gpu.ts';

/** `root` is the address of the page's folder. */
export function createInferenceService(root: URL, clock: Clock): InferenceService {
  let latest: InferenceEngine | null = null;
  return {
    checkGpu,
    async models(vramMiB, occupancy) {
      const [{ prebuiltAppConfig }, gpu] = await Promise.all([import('@mlc-ai/web-llm'), checkGpu()]);
      return listModels(prebuiltAppConfig, { vramMiB, occupancy }, gpu.adapter?.features ?? null);
    },
    create: (kind) => (latest = new InferenceEngine(kind, root, clock)),
    fault: (fault) => latest?.suffer(fault),
  };
}
