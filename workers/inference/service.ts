/**
 * What the inference worker offers. WebLLM, 6 MB of script, is only fetched for answers that need it.
 */
import type { Clock } from '../../src/kernel/clock.ts';
import type { EngineStorage } from '../../src/engine/contract.ts';
import type { InferenceService } from '../../src/engine/serve.ts';
import { listModels, POCKET, resolveModel } from './models/catalogue.ts';
import { InferenceEngine } from './engine.ts';
import { bucketBytes } from './device/buckets.ts';
import { checkGpu } from './device/gpu.ts';
import { downloadModel } from './models/model-download.ts';
import { MODELS_BUCKET, type ModelStore } from './models/model-store.ts';
import { removeStored, storedModels } from './models/stored-models.ts';
import { WarmStore } from './warm/warm-store.ts';

/** `root` is the address of the page's folder; `models` is where files of models lie. */
export function createInferenceService(root: URL, clock: Clock, store: ModelStore): InferenceService {
  let latest: InferenceEngine | null = null;
  let background: AbortController | null = null;
  /** Files of an earlier version are found where they are until they have moved; nobody waits for that. */
  const moveOld = (): void => void store.moveOld().catch(() => undefined);

  const storage: Omit<EngineStorage, 'keepPocket'> = {
    async stored() {
      const { prebuiltAppConfig } = await import('@mlc-ai/web-llm');
      const report = {
        models: await storedModels(store, prebuiltAppConfig, root),
        modelUsage: await bucketBytes(MODELS_BUCKET),
        cachedModelBytes: await store.oldBytes(),
        warmBytes: await inWarmStore((warm) => warm.bytes),
      };
      moveOld();
      return report;
    },
    async removeModel(folder) {
      const { prebuiltAppConfig } = await import('@mlc-ai/web-llm');
      return removeStored(store, folder, prebuiltAppConfig, root);
    },
    async dropWarm() {
      // The engine's own store first: it counts what it has.
      const freed = (await latest?.freeWarm(Number.MAX_SAFE_INTEGER)) ?? 0;
      return freed + (await inWarmStore((warm) => warm.trim(Number.MAX_SAFE_INTEGER)));
    },
  };

  const keepPocket = async (): Promise<void> => {
    background = new AbortController();
    const { signal } = background;
    try {
      const pocket = resolveModel({ id: POCKET }, { model_list: [] }, root, []);
      await downloadModel(pocket, {
        store,
        clock,
        onProgress: () => undefined,
        signal,
        admit: () => undefined,
      });
    } catch (thrown) {
      if (!signal.aborted) throw thrown;
    }
  };

  return {
    checkGpu,
    async models(vramMiB, occupancy) {
      const [{ prebuiltAppConfig }, gpu, stored] = await Promise.all([
        import('@mlc-ai/web-llm'),
        checkGpu(),
        // Where nothing can be stored, nothing is.
        store.files().catch(() => []),
      ]);
      const urls = new Set(stored.map(({ url }) => url));
      return listModels(prebuiltAppConfig, { vramMiB, occupancy }, gpu.adapter?.features ?? null, urls);
    },
    create: (kind) => {
      // What it loads it fetches itself, with progress that a person sees.
      background?.abort();
      return (latest = new InferenceEngine(kind, root, clock, store));
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
