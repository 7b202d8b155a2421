/**
 * All files of a model into the store, and what its configuration says before anything is on the GPU. Nobody's folder is trusted: what does
 * not fit a check is refused by name before any of the weights are fetched.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { Result } from '../../../src/kernel/result.ts';
import type { LoadProgress } from '../../../src/engine/contract.ts';
import type { ResolvedModel } from './catalogue.ts';
import { fault } from '../device/engine-faults.ts';
import { mib, type Needs } from '../device/fit.ts';
import { calledBytes, metadataIn } from '../device/library-metadata.ts';
import { freeStorage } from '../device/gpu.ts';
import { fetchBytes, MOST_BYTES } from './fetch-file.ts';
import {
  checkConfig,
  checkIndex,
  CONFIG_FILE,
  INDEX_FILE,
  memoryNeeds,
  tellFault,
  type FolderConfig,
  type FolderFault,
  type FolderIndex,
} from './folder-schema.ts';
import { ModelFiles, type ModelFile } from './model-files.ts';
import type { ModelStore } from './model-store.ts';

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

/** Where downloads go, and what they go by. */
export interface DownloadOptions {
  readonly store: ModelStore;
  readonly clock: Clock;
  readonly onProgress: (progress: LoadProgress) => void;
  readonly signal?: AbortSignal | undefined;
  /** Throws where the model should not be fetched, knowing what it needs. */
  readonly admit: (needs: Needs) => void;
}

/**
 * Resolves once every file is stored; what is there already is not fetched again.
 * @throws EngineFault `model-unreachable`, `model-malformed`, `model-checksum`, `model-oversized`, `model-stalled`, `model-elsewhere`,
 *   `storage-full`; whatever `admit` throws
 */
export async function downloadModel(
  model: ResolvedModel,
  { store, clock, onProgress, signal, admit }: DownloadOptions,
): Promise<Download> {
  const files = new ModelFiles(store, clock, signal);
  const sums =
    model.sumsUrl === undefined ? new Map<string, string>() : await publishedSums(model.sumsUrl, clock, signal);
  const file = (url: string, mostBytes: number, more: Partial<ModelFile> = {}): ModelFile => ({
    url,
    mostBytes,
    sha256: sums.get(url),
    ...more,
  });
  const inFolder = (name: string): string => new URL(name, model.folder).href;

  const configFile = file(inFolder(CONFIG_FILE), MOST_BYTES.config);
  await files.ensure([configFile], 'config', onProgress);
  const indexFile = file(inFolder(INDEX_FILE), MOST_BYTES.index);
  /** The value of a check; files that fail one are not kept, so that mended ones are fetched. */
  const accepted = async <T>(checked: Result<T, FolderFault>): Promise<T> => {
    if (checked.ok) return checked.value;
    await files.drop(configFile, indexFile);
    throw fault('model-malformed', `${model.folder}${tellFault(checked.error)}`);
  };
  const config = await accepted(checkConfig(await files.json(configFile), { ...model.overrides }));
  const listing = await files.json(indexFile);
  const index = await accepted(checkIndex(listing));
  const estimate = await accepted(needsOf(model, config, index));
  admit(estimate);

  const shards = index.shards.map(({ dataPath, bytes, md5 }) => file(inFolder(dataPath), bytes, { bytes, md5 }));
  await requireStorage(store, shards);
  await files.ensure([file(inFolder(config.tokenizer), MOST_BYTES.tokenizer)], 'tokenizer', onProgress);
  const libraryFile = file(model.libraryUrl, MOST_BYTES.library);
  await files.ensure([libraryFile], 'library', onProgress);
  if (model.manifest !== undefined)
    await files.ensure([file(inFolder(model.manifest), MOST_BYTES.config)], 'config', onProgress);
  const library = await files.bytes(libraryFile);
  // What the library states of its memory is better than an estimate, and is known before the weights are fetched.
  const metadata = metadataIn(library);
  const needs = { ...estimate, workspaceBytes: (metadata && calledBytes(metadata)) ?? estimate.workspaceBytes };
  admit(needs);
  await files.ensure(shards, 'weights', onProgress);
  return {
    needs,
    contextTokens: config.contextTokens,
    weightBytes: index.fileBytes,
    library,
    records: JSON.stringify((listing as { readonly records: unknown }).records),
  };
}

/** By the folder's own files; sizes that a family has under no known name are taken from WebLLM's list, where the model is in it. */
function needsOf(model: ResolvedModel, config: FolderConfig, index: FolderIndex): Result<Needs, FolderFault> {
  if (config.shape) return memoryNeeds(config, config.shape, index);
  if (model.listed) return { ok: true, value: { ...model.listed, weightBytes: index.weightBytes } };
  return {
    ok: false,
    error: {
      file: CONFIG_FILE,
      field: 'model_config',
      expected: 'num_hidden_layers, num_attention_heads and hidden_size',
      found: 'not all of them',
    },
  };
}

/** `SHA256SUMS` of our own model: lines of a sum and a path relative to the file. Offline, the stored files stand for themselves. */
async function publishedSums(url: string, clock: Clock, signal: AbortSignal | undefined): Promise<Map<string, string>> {
  const sums = new Map<string, string>();
  try {
    const text = new TextDecoder().decode(
      await fetchBytes(url, { mostBytes: MOST_BYTES.sums, fresh: true, clock, signal }),
    );
    for (const [, sum, path] of text.matchAll(/^([0-9a-f]{64})[ *]+(\S+)$/gm)) {
      sums.set(new URL(path as string, url).href, sum as string);
    }
  } catch {
    signal?.throwIfAborted();
  }
  return sums;
}

/** Room for what is not stored yet. */
async function requireStorage(store: ModelStore, shards: readonly ModelFile[]): Promise<void> {
  let bytes = 0;
  for (const shard of shards) if (!(await store.find(shard.url))) bytes += shard.mostBytes;
  const free = bytes === 0 ? null : await freeStorage();
  if (free !== null && free < bytes) {
    throw fault(
      'storage-full',
      `The model needs ${mib(bytes)} of storage; the browser has ${mib(free)} left for this page.`,
    );
  }
}
