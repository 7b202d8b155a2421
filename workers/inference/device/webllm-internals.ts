/**
 * The one file that knows what is inside WebLLM 0.2.86.
 *
 * WebLLM serves one request at a time. Everything needed to serve many lies in the pipeline of a loaded model: the TVM runtime, the
 * library's functions, the weights, the tokenizer. This file takes them out, checks that each is what it should be, and gives them names and
 * types. Where anything differs, `openModel` says what, and the engine falls back to the public chat API.
 *
 * Sources: LLMChatPipeline and MLCEngine in @mlc-ai/web-llm 0.2.86, Instance and WebGPUContext in @mlc-ai/web-runtime 0.28.
 */
import type { MLCEngine } from '@mlc-ai/web-llm';
import { oddState, type LibraryMetadata } from './library-metadata.ts';

/** A TVM tensor; disposed by the scope in which it was made unless detached. */
export interface Tensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  /** The same memory under another shape; lives as long as the scope. */
  view(shape: readonly number[]): Tensor;
  /** Copies another tensor, or numbers of this tensor's count and type. Reading back needs `sync` before `toArray`. */
  copyFrom(source: Tensor | ArrayLike<number>): Tensor;
  copyFromRawBytes(bytes: Uint8Array): Tensor;
  /** CPU tensors only. */
  toArray(): Float32Array | Int32Array;
  /** CPU tensors only. */
  toRawBytes(): Uint8Array<ArrayBuffer>;
  dispose(): void;
}

/** An opaque TVM object: a shape tuple, a cache, a list of weights. */
export interface TvmObject {
  dispose(): void;
}
/** What library functions return for several results. */
export interface TvmArray extends TvmObject {
  get(index: number): Tensor;
}

export type TvmFunction<R = unknown> = ((...args: readonly unknown[]) => R) & TvmObject;

export interface GpuMemory {
  readonly device: GPUDevice;
  /** Bytes in buffers now and at most, as TVM counts them. */
  readonly currAllocatedBytes: number;
  readonly peakAllocatedBytes: number;
  /** Hands what is encoded so far to the GPU. */
  flushCommands(): void;
  /** Resolves when all work handed over has run and all reads have arrived. */
  sync(): Promise<void>;
}

export interface Tvm {
  readonly lib: { readonly webGPUContext?: GpuMemory };
  beginScope(): void;
  endScope(): void;
  detachFromCurrentScope<T>(object: T): T;
  empty(shape: readonly number[], dtype: string, device: unknown): Tensor;
  scalar(value: number, dtype: string): unknown;
  makeShapeTuple(shape: readonly number[]): TvmObject;
  getGlobalFunc(name: string): TvmFunction;
  listGlobalFuncNames(): readonly string[];
  registerFunc(name: string, body: (...args: unknown[]) => unknown): void;
  cpu(): unknown;
}

export interface Tokenizer {
  encode(text: string): Int32Array;
  decode(ids: Int32Array): string;
  getVocabSize(): number;
  idToToken(id: number): string;
}

/** The prompt template of MLC's `mlc-chat-config.json`. */
export interface ChatTemplate {
  readonly system_template: string;
  readonly system_message: string;
  readonly roles: Readonly<Record<'user' | 'assistant', string>>;
  readonly role_templates?: Readonly<Partial<Record<'user' | 'assistant', string>>>;
  readonly seps: readonly string[];
  readonly role_content_sep?: string;
  readonly role_empty_sep?: string;
  readonly stop_str: readonly string[];
  readonly stop_token_ids: readonly number[];
  readonly system_prefix_token_ids?: readonly number[] | null;
  readonly add_role_after_system_message?: boolean;
  readonly render_empty_system_message?: boolean;
}

export interface ChatConfig {
  readonly vocab_size: number;
  readonly context_window_size: number;
  readonly sliding_window_size: number;
  readonly conv_template: ChatTemplate;
  readonly tokenizer_info?: { readonly token_postproc_method: string; readonly prepend_space_in_encode: boolean };
  readonly token_table_postproc_method?: string;
}

export interface ModelInternals {
  readonly tvm: Tvm;
  readonly gpu: GpuMemory;
  /** TVM's handle of the GPU, an argument of `empty`. */
  readonly device: unknown;
  /** All weights, the last argument of the model's functions. */
  readonly params: unknown;
  readonly tokenizer: Tokenizer;
  readonly config: ChatConfig;
  readonly metadata: LibraryMetadata;
  /** A function of the library, kept until the model is unloaded; null when the library has none of that name. */
  find<R = unknown>(name: string): TvmFunction<R> | null;
  /** A function of TVM's runtime, kept likewise. */
  builtin<R = unknown>(name: string): TvmFunction<R>;
  /** Frees the K/V cache for one sequence that WebLLM made and that the batch does not use. The chat API cannot be used after this. */
  releaseSingleCache(): void;
  /** Gives back GPU buffers that TVM keeps for calls to come. Nothing may wait to run. */
  releaseUnused(): void;
}

interface PipelineParts {
  tvm?: Partial<Tvm>;
  vm?: { getFunction?(name: string): unknown };
  device?: unknown;
  params?: unknown;
  tokenizer?: Partial<Tokenizer>;
  config?: Partial<ChatConfig>;
  kvCache?: TvmObject | undefined;
}

/** Functions without which nothing can be batched. */
const REQUIRED_FUNCTIONS = ['embed', 'batch_prefill', 'batch_decode', 'create_tir_paged_kv_cache'] as const;
const REQUIRED_BUILTINS = [
  'vm.builtin.kv_state_add_sequence',
  'vm.builtin.kv_state_remove_sequence',
  'vm.builtin.kv_state_fork_sequence',
  'vm.builtin.kv_state_popn',
  'vm.builtin.kv_state_begin_forward',
  'vm.builtin.kv_state_end_forward',
] as const;

/**
 * TVM's C++ waits for the GPU through this function, which only builds with asyncify register; where it is missing the wait ends the whole
 * module. `debug_get_kv` waits so after it has handed over its copies, and nothing of what it read is looked at before `sync` has been
 * awaited here: so it may go on at once. TVM looks the name up once, at the first wait, so it is registered when the model is opened.
 */
const WAIT = '__asyncify.WebGPUWaitForTasks';
const CLEAR = 'vm.builtin.memory_manager.clear';

function pipelineOf(engine: MLCEngine, modelId: string): PipelineParts | undefined {
  const pipelines = (engine as unknown as { loadedModelIdToPipeline?: Map<string, PipelineParts> })
    .loadedModelIdToPipeline;
  return pipelines?.get(modelId);
}

/** The device and its memory counters, for engines of either kind; null where WebLLM keeps them elsewhere. */
export function gpuOf(engine: MLCEngine, modelId: string): GpuMemory | null {
  const context = pipelineOf(engine, modelId)?.tvm?.lib?.webGPUContext;
  return context?.device && typeof context.currAllocatedBytes === 'number' ? context : null;
}

/**
 * Asks for a buffer of 1.5 GiB: WebLLM's devices give at most 1, and TVM cannot ask for 2 or more. TVM then destroys the device, as it does
 * whenever a buffer is refused.
 */
export function exhaustMemory(engine: MLCEngine, modelId: string): void {
  const parts = pipelineOf(engine, modelId);
  const { tvm, device } = parts ?? {};
  tvm?.beginScope?.();
  try {
    tvm?.empty?.([3 * 2 ** 27], 'float32', device);
  } finally {
    tvm?.endScope?.();
  }
}

/**
 * @throws Error that says, in words, what is missing
 */
export function openModel(engine: MLCEngine, modelId: string): ModelInternals {
  const parts = pipelineOf(engine, modelId);
  const missing = (what: string): Error => new Error(`WebLLM's pipeline has no ${what}`);
  if (!parts) throw missing('loaded model');
  const { tvm, vm, device, params, tokenizer, config } = parts;
  if (!vm?.getFunction) throw missing('virtual machine');
  if (!device || !params) throw missing('device or weights');
  for (const method of ['encode', 'decode', 'getVocabSize', 'idToToken'] as const) {
    if (typeof tokenizer?.[method] !== 'function') throw missing(`tokenizer.${method}`);
  }
  for (const method of [
    'beginScope',
    'endScope',
    'detachFromCurrentScope',
    'empty',
    'scalar',
    'makeShapeTuple',
    'getGlobalFunc',
    'listGlobalFuncNames',
    'registerFunc',
    'cpu',
  ] as const) {
    if (typeof tvm?.[method] !== 'function') throw missing(`runtime method ${method}`);
  }
  if (!config?.conv_template || !config.vocab_size || !config.context_window_size) throw missing('chat configuration');
  const runtime = tvm as Tvm;
  const gpu = runtime.lib.webGPUContext;
  if (!gpu || typeof gpu.currAllocatedBytes !== 'number' || typeof gpu.flushCommands !== 'function')
    throw missing('WebGPU context');

  const lookUp = (name: string): TvmFunction | null => {
    runtime.beginScope();
    try {
      const found = vm.getFunction?.(name);
      return typeof found === 'function' ? runtime.detachFromCurrentScope(found as TvmFunction) : null;
    } catch {
      return null; // TVM throws for names that the library does not export.
    } finally {
      runtime.endScope();
    }
  };
  const kept = new Map<string, TvmFunction | null>();
  const find = (name: string): TvmFunction | null => {
    let found = kept.get(name);
    if (found === undefined) kept.set(name, (found = lookUp(name)));
    return found;
  };
  const builtins = new Map<string, TvmFunction>();
  const builtin = (name: string): TvmFunction => {
    let found = builtins.get(name);
    if (!found) {
      runtime.beginScope();
      try {
        found = runtime.detachFromCurrentScope(runtime.getGlobalFunc(name));
      } finally {
        runtime.endScope();
      }
      builtins.set(name, found);
    }
    return found;
  };

  const names = new Set(runtime.listGlobalFuncNames());
  if (!names.has(WAIT)) runtime.registerFunc(WAIT, () => undefined);
  for (const name of REQUIRED_FUNCTIONS) if (!find(name)) throw new Error(`the library has no ${name}`);
  for (const name of REQUIRED_BUILTINS) builtin(name);
  const describe = lookUp('_metadata');
  if (!describe) throw new Error('the library does not describe itself');
  runtime.beginScope();
  let metadata: LibraryMetadata;
  try {
    metadata = JSON.parse(String(describe())) as LibraryMetadata;
  } finally {
    runtime.endScope();
    describe.dispose();
  }
  const odd = oddState(metadata);
  if (odd !== null) throw new Error(odd);
  if (config.sliding_window_size !== undefined && config.sliding_window_size !== -1)
    throw new Error('the model uses a sliding window');
  return {
    tvm: runtime,
    gpu,
    device,
    params,
    tokenizer: tokenizer as Tokenizer,
    config: config as ChatConfig,
    metadata,
    find: find as ModelInternals['find'],
    builtin: builtin as ModelInternals['builtin'],
    releaseSingleCache: () => {
      parts.kvCache?.dispose();
      parts.kvCache = undefined;
    },
    releaseUnused: () => {
      if (names.has(CLEAR)) builtin(CLEAR)();
    },
  };
}
