/**
 * From a model's name to a loaded WebLLM engine: files into the store, the sum under the budget checked, then WebLLM's own loading.
 */
import type { AppConfig, MLCEngine, ModelRecord } from '@mlc-ai/web-llm';
import { crc32c, crc32cText } from '../../../src/kernel/checksum.ts';
import type { ResolvedModel } from './catalogue.ts';
import { fault } from '../device/engine-faults.ts';
import type { Needs } from '../device/fit.ts';
import { downloadModel, type DownloadOptions } from './model-download.ts';
import { withFilesOf } from './webllm-files.ts';

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
  /** Loads it again from the store, as WebLLM makes it. */
  reload(): Promise<void>;
}

/** @throws EngineFault whatever `downloadModel` does; whatever WebLLM throws otherwise */
export async function loadModel(webllm: WebLlm, model: ResolvedModel, options: DownloadOptions): Promise<LoadedModel> {
  const { store, onProgress, signal } = options;
  const download = await downloadModel(model, options);
  const { library, weightBytes } = download;

  const record: ModelRecord = {
    model: model.folder,
    model_id: model.id,
    model_lib: model.libraryUrl,
    ...(model.overrides ? { overrides: model.overrides } : {}),
    ...(model.manifest === undefined ? {} : { model_manifest: model.manifest }),
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
  const reload = (): Promise<void> =>
    withFilesOf(store, { url: model.libraryUrl, data: library }, () => engine.reload(model.id));
  const fingerprint = `${model.id} ${hex(crc32c(new Uint8Array(library)))} ${hex(crc32cText(download.records))}`;
  try {
    await reload();
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
  return { engine, id: model.id, libraryUrl: model.libraryUrl, needs, contextTokens, fingerprint, reload };
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
