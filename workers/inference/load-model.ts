/**
 * From a model's name to a loaded WebLLM engine: files into the cache, the sum under the budget checked, then WebLLM's own loading.
 */
import type { AppConfig, MLCEngine, ModelRecord } from '@mlc-ai/web-llm';
import { crc32c, crc32cText } from '../../src/kernel/checksum.ts';
import type { Clock } from '../../src/kernel/clock.ts';
import type { LoadProgress, MemoryBudget } from '../../src/engine/contract.ts';
import type { ResolvedModel } from './catalogue.ts';
import { fault } from './faults.ts';
import { fit, mib, type Needs } from './fit.ts';
import { freeStorage } from './gpu.ts';
import { allCached, ModelFiles, type ModelFile } from './model-files.ts';

type WebLlm = typeof import('@mlc-ai/web-llm');

/** The part of `mlc-chat-config.json` that sizes and loading need. */
interface FolderConfig {
  readonly tokenizer_files?: readonly string[];
  readonly context_window_size?: number;
  readonly prefill_chunk_size?: number;
  readonly vocab_size?: number;
  readonly quantization?: string;
  readonly model_config?: {
    readonly hidden_size?: number;
    readonly intermediate_size?: number;
    readonly num_hidden_layers?: number;
    readonly num_attention_heads?: number;
    readonly num_key_value_heads?: number;
    readonly head_dim?: number;
  };
}

interface TensorCache {
  readonly records: readonly {
    readonly dataPath: string;
    readonly nbytes: number;
    readonly md5sum?: string;
    readonly records: readonly { readonly shape: readonly number[]; readonly dtype: string }[];
  }[];
}

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
 * @throws EngineFault `model-unreachable`, `model-checksum`, `storage-full`, `over-budget`; whatever WebLLM throws otherwise
 */
export async function loadModel(
  webllm: WebLlm,
  model: ResolvedModel,
  budget: MemoryBudget,
  clock: Clock,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal | undefined,
): Promise<LoadedModel> {
  const files = new ModelFiles(clock, signal);
  const sums = model.sumsUrl === undefined ? new Map<string, string>() : await publishedSums(model.sumsUrl, signal);
  const file = (url: string, scope: ModelFile['scope'], more: Partial<ModelFile> = {}): ModelFile => ({
    url,
    scope,
    sha256: sums.get(url),
    ...more,
  });
  const inFolder = (name: string): string => new URL(name, model.folder).href;

  const configFile = file(inFolder('mlc-chat-config.json'), 'config');
  await files.ensure([configFile], 'config', onProgress);
  const config = { ...(await files.json<FolderConfig>(configFile)), ...model.overrides } as FolderConfig;

  const indexFile = file(inFolder('tensor-cache.json'), 'model');
  const index = await files.json<TensorCache>(indexFile);
  if (!Array.isArray(index.records))
    throw fault(
      'model-unreachable',
      `${indexFile.url} lists no weights: this is no model folder that WebLLM 0.2.86 reads.`,
    );
  const needs = measure(config, index);
  const { fits, reason } = fit(needs, budget);
  if (fits === 0) throw fault('over-budget', reason);

  const shards = index.records.map((shard) =>
    file(inFolder(shard.dataPath), 'model', { bytes: shard.nbytes, md5: shard.md5sum }),
  );
  const bytes = shards.reduce((sum, shard) => sum + (shard.bytes ?? 0), 0);
  if (!(await allCached(shards))) await requireStorage(bytes);
  const tokenizerName = config.tokenizer_files?.find((name) => name === 'tokenizer.json') ?? 'tokenizer.model';
  await files.ensure([file(inFolder(tokenizerName), 'model')], 'tokenizer', onProgress);
  const libraryFile = file(model.libraryUrl, 'library');
  await files.ensure([libraryFile], 'library', onProgress);
  await files.ensure(shards, 'weights', onProgress);

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
        bytes: weights ? Math.round(report.progress * bytes) : 0,
        totalBytes: weights ? bytes : null,
        fromCache: true,
      });
    },
  });
  const stop = (): void => void engine.unload();
  signal?.addEventListener('abort', stop, { once: true });
  const library = await files.bytes(libraryFile);
  const fingerprint = `${model.id} ${hex(crc32c(new Uint8Array(library)))} ${hex(crc32cText(JSON.stringify(index.records)))}`;
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
  const contextTokens = config.context_window_size ?? 0;
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

/** `SHA256SUMS` of our own model: lines of a sum and a path relative to the file. Offline, the cached files stand for themselves. */
async function publishedSums(url: string, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  try {
    const response = await fetch(url, { cache: 'no-cache', ...(signal ? { signal } : {}) });
    if (!response.ok) return sums;
    for (const [, sum, path] of (await response.text()).matchAll(/^([0-9a-f]{64})[ *]+(\S+)$/gm)) {
      sums.set(new URL(path as string, url).href, sum as string);
    }
  } catch {
    signal?.throwIfAborted();
  }
  return sums;
}

async function requireStorage(bytes: number): Promise<void> {
  const free = await freeStorage();
  if (free !== null && free < bytes) {
    throw fault(
      'storage-full',
      `The model needs ${mib(bytes)} of storage; the browser has ${mib(free)} left for this page.`,
    );
  }
}

const DTYPE_BYTES: Readonly<Record<string, number>> = {
  float16: 2,
  bfloat16: 2,
  float32: 4,
  uint32: 4,
  int32: 4,
  uint8: 1,
  int8: 1,
  uint16: 2,
};

/** Weights from the index; K/V and workspace from the configuration, before anything is on the GPU. */
function measure(config: FolderConfig, index: TensorCache): Needs {
  const weightBytes = index.records
    .flatMap((shard) => shard.records)
    .reduce((sum, { shape, dtype }) => sum + shape.reduce((a, b) => a * b, 1) * (DTYPE_BYTES[dtype] ?? 4), 0);
  const m = config.model_config ?? {};
  const layers = m.num_hidden_layers ?? 4;
  const heads = m.num_attention_heads ?? 4;
  const kvHeads = m.num_key_value_heads ?? heads;
  const headDim = m.head_dim ?? (m.hidden_size ?? 256) / heads;
  const cellBytes = /f16/.test(config.quantization ?? '') ? 2 : 4;
  const kvBytesPerAgent = 2 * layers * kvHeads * headDim * cellBytes * (config.context_window_size ?? 4096);
  // Of one prefill chunk live at once: hidden states, their residual, queries with keys and values, both halves of the feed-forward
  // layer; and logits of a full batch with what sampling makes of them.
  const hidden = m.hidden_size ?? heads * headDim;
  const chunk = config.prefill_chunk_size ?? 1024;
  const perToken = 4 * hidden + (heads + 2 * kvHeads) * headDim + 3 * (m.intermediate_size ?? 3 * hidden);
  const workspaceBytes = chunk * perToken * cellBytes + 5 * 16 * (config.vocab_size ?? 32000) * 4;
  return { weightBytes, workspaceBytes, kvBytesPerAgent };
}
