/**
 * What the inference worker offers. WebLLM, 6 MB of script, is only fetched for answers that need it.
 */
import type { Clock } from '../../src/kernel/clock.ts';
import type { EngineStorage } from '../../src/engine/contract.ts';
import type { InferenceService } from '../../src/engine/serve.ts';
import { listModels, POCKET, resolveModel } from './models/catalogue.ts';
import { InferenceEngine } from './engine.ts';
import { checkGpu } from './device/gpu.ts';
import { downloadModel } from './models/model-download.ts';
import { removeStored, storedModels } from './models/stored-models.ts';
import { WarmStore } from './warm/warm-store.ts';

/** `root` is the address of the page's folder. */
export function createInferenceService(root: URL, clock: Clock): InferenceService {
  let latest: InferenceEngine | null = null;
  let background: AbortController | null = null;

  const storage: Omit<EngineStorage, 'keepPocket'> = {
    async stored() {
      const { prebuiltAppConfig } = await import('@mlc-ai/web-llm');
      return {
        models: await storedModels(prebuiltAppConfig, root),
        warmBytes: await inWarmStore((store) => store.bytes),
      };
    },
    async removeModel(folder) {
      const { prebuiltAppConfig } = await import('@mlc-ai/web-llm');
      return removeStored(folder, prebuiltAppConfig, root);
    },
    async dropWarm() {
      // The engine's own store first: it counts what it has.
      const freed = (await latest?.freeWarm(Number.MAX_SAFE_INTEGER)) ?? 0;
      return freed + (await inWarmStore((store) => store.trim(Number.MAX_SAFE_INTEGER)));
    },
  };

  const keepPocket = async (): Promise<void> => {
    background = new AbortController();
    const { signal } = background;
    try {
      const pocket = resolveModel({ id: POCKET }, { model_list: [] }, root, []);
      await downloadModel(
        pocket,
        clock,
        () => undefined,
        signal,
        () => undefined,
      );
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  };

  return {
    checkGpu,
    async models(vramMiB, occupancy) {
      const [{ prebuiltAppConfig }, gpu] = await Promise.all([import('@mlc-ai/web-llm'), checkGpu()]);
      return listModels(prebuiltAppConfig, { vramMiB, occupancy }, gpu.adapter?.features ?? null);
    },
    create: (kind) => {
      // What it loads it fetches itself, with progress that a person sees.
      background?.abort();
      return (latest = new InferenceEngine(kind, root, clock));
    },
    fault: (fault) => latest?.suffer(fault),
    storage: { ...storage, keepPocket },
  };
}

/** The store of warm pages, opened for one piece of work; 0 where there is none. */
async function inWarmStore(work: (store: WarmStore) => number | Promise<number>): Promise<number> {
  try {
    const store = await WarmStore.open({ limit: Number.MAX_SAFE_INTEGER });
    try {
      return await work(store);
    } finally {
      store.close();
    }
  } catch {
    return 0;
  }
}
