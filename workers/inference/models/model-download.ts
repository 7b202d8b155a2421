/**
 * All files of a model into Cache storage, where WebLLM looks for them, and what its configuration says before anything is on the GPU.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { LoadProgress } from '../../../src/engine/contract.ts';
import type { ResolvedModel } from './catalogue.ts';
import { fault } from '../device/engine-faults.ts';
import { mib, type Needs } from '../device/fit.ts';
import { freeStorage } from '../device/gpu.ts';
import { allCached, ModelFiles, type ModelFile } from './model-files.ts';

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

export interface Download {
  readonly needs: Needs;
  readonly contextTokens: number;
  /** Bytes of all weights. */
  readonly weightBytes: number;
  /** The model's library. */
  readonly library: ArrayBuffer;
  /** The weights' records as text: equal ones are equal weights. */
  readonly records: string;
}

/**
 * Resolves once every file is in the cache; what is there already is not fetched again.
 * @param admit throws where the model should not be fetched, knowing what it needs
 * @throws EngineFault `model-unreachable`, `model-checksum`, `storage-full`; whatever `admit` throws
 */
export async function downloadModel(
  model: ResolvedModel,
  clock: Clock,
  onProgress: (progress: LoadProgress) => void,
  signal: AbortSignal | undefined,
  admit: (needs: Needs) => void,
): Promise<Download> {
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
  admit(needs);

  const shards = index.records.map((shard) =>
    file(inFolder(shard.dataPath), 'model', { bytes: shard.nbytes, md5: shard.md5sum }),
  );
  const weightBytes = shards.reduce((sum, shard) => sum + (shard.bytes ?? 0), 0);
  if (!(await allCached(shards))) await requireStorage(weightBytes);
  const tokenizerName = config.tokenizer_files?.find((name) => name === 'tokenizer.json') ?? 'tokenizer.model';
  await files.ensure([file(inFolder(tokenizerName), 'model')], 'tokenizer', onProgress);
  const libraryFile = file(model.libraryUrl, 'library');
  await files.ensure([libraryFile], 'library', onProgress);
  await files.ensure(shards, 'weights', onProgress);
  return {
    needs,
    contextTokens: config.context_window_size ?? 0,
    weightBytes,
    library: await files.bytes(libraryFile),
    records: JSON.stringify(index.records),
  };
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
