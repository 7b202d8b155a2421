/**
 * From a model's name to a loaded WebLLM engine: files into the cache, the sum under the budget checked, then WebLLM's own loading.
 */
import type { AppConfig, MLCEngine, ModelRecord } from '@mlc-ai/web-llm';
import { crc32c, crc32cText } from '../../../src/kernel/checksum.ts';
import type { Clock } from '../../../src/kernel/clock.ts';
import type { LoadProgress } from '../../../src/engine/contract.ts';
import type { ResolvedModel } from './catalogue.ts';
import { fault } from '../device/engine-faults.ts';
import type { Needs } from '../device/fit.ts';
import { downloadModel } from './model-download.ts';

type WebLlm = typeof import('@mlc-ai/web-llm');

export interface LoadedModel {
  readonly engine: MLCEngine;
  /** Under this name WebLLM knows the model. */
  readonly id: string;
  readonly libraryUrl: string;
  readonly needs: Needs;
  readonly contextTokens: number;
  /** Of library and weights: equal ones give equal K/V. */
  readonly fingerprint: string;
}

/**
 * @param admit throws where a model with these needs should be neither fetched nor loaded
 * @throws EngineFault `model-unreachable`, `model-checksum`, `storage-full`; whatever `admit` or, otherwise, WebLLM throws
 */
export async function loadModel(
  webllm: WebLlm,
  model: ResolvedModel,
  admit: (needs: Needs) => void,
  clock: Clock,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal | undefined,
): Promise<LoadedModel> {
  const download = await downloadModel(model, clock, onProgress, signal, admit);
  const { library, weightBytes } = download;

  const record: ModelRecord = {
    model: model.folder,
    model_id: model.id,
    model_lib: model.libraryUrl,
    ...(model.overrides ? { overrides: model.overrides } : {}),
  };
  const appConfig: AppConfig = { cacheBackend: 'cache', model_list: [record] };
  const engine = new webllm.MLCEngine({
    appConfig,
    logLevel: 'SILENT',
    initProgressCallback: (report) => {
      // WebLLM's phases are in the words of its messages: weights come from the cache to the GPU, then shaders are compiled.
      const weights = /cache|param/i.test(report.text);
      onProgress({
        phase: weights ? 'weights' : 'compile',
        bytes: weights ? Math.round(report.progress * weightBytes) : 0,
        totalBytes: weights ? weightBytes : null,
        fromCache: true,
      });
    },
  });
  const stop = (): void => void engine.unload();
  signal?.addEventListener('abort', stop, { once: true });
  const fingerprint = `${model.id} ${hex(crc32c(new Uint8Array(library)))} ${hex(crc32cText(download.records))}`;
  try {
    await servingFromMemory(model.libraryUrl, library, () => engine.reload(model.id));
    signal?.throwIfAborted();
  } catch (thrown) {
    signal?.throwIfAborted();
    const missing = await missingExport(library);
    if (missing === null) throw thrown;
    throw fault('library-too-old', "The model's library does not fit this version of WebLLM.", missing);
  } finally {
    signal?.removeEventListener('abort', stop);
  }
  const { needs, contextTokens } = download;
  return { engine, id: model.id, libraryUrl: model.libraryUrl, needs, contextTokens, fingerprint };
}

const hex = (sum: number): string => sum.toString(16).padStart(8, '0');

/** What WebLLM's runtime calls in a library by name; libraries for older versions lack it. Null when all is there. */
async function missingExport(library: ArrayBuffer): Promise<string | null> {
  try {
    const names = WebAssembly.Module.exports(await WebAssembly.compile(library)).map(({ name }) => name);
    const wanted = ['memory', 'TVMWasmAllocSpace', 'TVMFFIFunctionCall', 'TVMFFIWasmGetLastError'];
    const missing = wanted.filter((name) => !names.includes(name));
    return missing.length > 0 ? `it does not export ${missing.join(', ')}` : null;
  } catch (thrown) {
    return `it is no WebAssembly: ${String(thrown)}`;
  }
}

/**
 * WebLLM does not cache libraries whose address has "localhost" in it, and refetches relative ones; ours is in the cache and checked. For
 * the time of `action`, fetches of `url` are answered from memory.
 */
async function servingFromMemory<T>(url: string, data: ArrayBuffer, action: () => Promise<T>): Promise<T> {
  const fetchOverNetwork = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const asked = typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
    return asked === url
      ? Promise.resolve(new Response(data, { headers: { 'content-type': 'application/wasm' } }))
      : fetchOverNetwork(input, init);
  };
  try {
    return await action();
  } finally {
    globalThis.fetch = fetchOverNetwork;
  }
}
