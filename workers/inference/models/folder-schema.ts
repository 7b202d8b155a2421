/**
 * What the two files of a model folder may say, as schemas. Anybody can serve a folder, so nothing in it is believed: every number that goes
 * into a sum of memory is whole, above zero and below a bound that no model reaches, and what the files say of each other agrees. Fields
 * that nothing here uses are left alone: model families differ in theirs.
 */
import * as v from 'valibot';
import { err, ok, type Result } from '../../../src/kernel/result.ts';
import type { Needs } from '../device/fit.ts';

export const CONFIG_FILE = 'mlc-chat-config.json';
export const INDEX_FILE = 'tensor-cache.json';
const TOKENIZER_FILES = ['tokenizer.json', 'tokenizer.model'] as const;

/** What does not fit a check: where, what should be there, and what is. */
export interface FolderFault {
  readonly file: typeof CONFIG_FILE | typeof INDEX_FILE;
  /** As a path: `model_config.num_hidden_layers`, `records.3.dataPath`. */
  readonly field: string;
  readonly expected: string;
  readonly found: string;
}

/** Far above every model that there is; the sums of what they bound are exact integers, or are refused. */
const MOST = {
  tokens: 2 ** 24,
  vocabulary: 2 ** 22,
  layers: 1024,
  heads: 1024,
  headDim: 8192,
  width: 2 ** 20,
  shards: 4096,
  tensors: 65_536,
  dimension: 2 ** 31 - 1,
  /** One `ArrayBuffer`, as WebLLM reads a file of weights. */
  shardBytes: 2 ** 31 - 1,
} as const;

const wholeFrom = (least: number, most: number): string => `a whole number from ${String(least)} to ${String(most)}`;
const whole = (most: number, least = 1) =>
  v.custom<number>(
    (value) => Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most,
    wholeFrom(least, most),
  );
/** MLC writes -1 for "none"; `null` is its absence. */
const window = v.nullish(
  v.custom<number>(
    (value) =>
      value === -1 || (Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MOST.tokens),
    `-1, or a whole number from 1 to ${String(MOST.tokens)}`,
  ),
);
const text = (most: number, expected = `a text of at most ${String(most)} characters`) =>
  v.custom<string>((value) => typeof value === 'string' && value.length <= most, expected);
const object = <const E extends v.ObjectEntries>(entries: E) => v.looseObject(entries, 'an object');
/** Bounded before its entries are looked at. */
const list = <const T extends v.GenericSchema>(item: T, least: number, most: number) => {
  const expected = `a list of ${String(least)} to ${String(most)} entries`;
  return v.pipe(
    v.custom<unknown[]>((value) => Array.isArray(value) && value.length >= least && value.length <= most, expected),
    v.array(item, expected),
  );
};

const width = v.nullish(whole(MOST.width));
/** By all names under which families have them. */
const Shape = {
  hidden_size: width,
  n_embd: width,
  d_model: width,
  /** A list where layers differ. */
  intermediate_size: v.nullish(
    v.union([whole(MOST.width), list(whole(MOST.width), 1, MOST.layers)], wholeFrom(1, MOST.width)),
  ),
  n_inner: width,
  ffn_hidden_size: width,
  num_hidden_layers: v.nullish(whole(MOST.layers)),
  n_layer: v.nullish(whole(MOST.layers)),
  num_layers: v.nullish(whole(MOST.layers)),
  num_attention_heads: v.nullish(whole(MOST.heads)),
  n_head: v.nullish(whole(MOST.heads)),
  num_key_value_heads: v.nullish(whole(MOST.heads)),
  n_head_kv: v.nullish(whole(MOST.heads)),
  multi_query_group_num: v.nullish(whole(MOST.heads)),
  head_dim: v.nullish(whole(MOST.headDim)),
  kv_channels: v.nullish(whole(MOST.headDim)),
  vocab_size: v.nullish(whole(MOST.vocabulary)),
};

const Config = object({
  tokenizer_files: v.pipe(
    list(text(256), 1, 64),
    v.check(
      (names) => TOKENIZER_FILES.some((name) => names.includes(name)),
      `a list with ${TOKENIZER_FILES.join(' or ')} in it`,
    ),
  ),
  context_window_size: window,
  sliding_window_size: window,
  prefill_chunk_size: v.nullish(whole(MOST.tokens)),
  vocab_size: v.nullish(whole(MOST.vocabulary)),
  quantization: v.nullish(text(64)),
  model_config: object({ ...Shape, text_config: v.nullish(object(Shape)) }),
});

/** Bytes of one number. */
const DTYPE_BYTES: Readonly<Record<string, number>> = {
  float64: 8,
  int64: 8,
  uint64: 8,
  float32: 4,
  int32: 4,
  uint32: 4,
  float16: 2,
  bfloat16: 2,
  int16: 2,
  uint16: 2,
  float8_e4m3fn: 1,
  float8_e5m2: 1,
  e4m3_float8: 1,
  e5m2_float8: 1,
  int8: 1,
  uint8: 1,
  bool: 1,
};

/**
 * A file below the folder, by plain names: no scheme, host, query, backslash or percent sign, no `.` or `..`. Such a name is itself in an
 * address, so the place that it names is the one that it spells.
 */
const DATA_PATH = /^(?:(?!\.{1,2}\/)[\w.@+=-]+\/)*(?!\.{1,2}$)[\w.@+=-]+$/;
const RESERVED: ReadonlySet<string> = new Set([CONFIG_FILE, INDEX_FILE, ...TOKENIZER_FILES]);

const Tensor = object({
  name: text(1024),
  shape: list(whole(MOST.dimension), 0, 16),
  dtype: v.custom<string>(
    (value) => typeof value === 'string' && Object.hasOwn(DTYPE_BYTES, value),
    `one of ${Object.keys(DTYPE_BYTES).join(', ')}`,
  ),
  format: v.nullish(text(64)),
  nbytes: whole(MOST.shardBytes),
  byteOffset: whole(MOST.shardBytes, 0),
});

const Shard = object({
  dataPath: v.custom<string>(
    (value) => typeof value === 'string' && value.length <= 256 && DATA_PATH.test(value) && !RESERVED.has(value),
    'the name of a file of weights below the folder, in letters, digits and . _ - @ + = /',
  ),
  nbytes: whole(MOST.shardBytes),
  md5sum: v.nullish(
    v.custom<string>((value) => typeof value === 'string' && /^[0-9a-f]{32}$/i.test(value), '32 hexadecimal digits'),
  ),
  records: list(Tensor, 1, MOST.tensors),
});

const Index = object({ records: list(Shard, 1, MOST.shards) });

/** The sizes that memory is counted from. */
export interface ModelShape {
  readonly layers: number;
  readonly heads: number;
  readonly kvHeads: number;
  readonly headDim: number;
  readonly hidden: number;
  readonly intermediate: number;
}

export interface FolderConfig {
  /** Null where the configuration has them under no name that is known here. */
  readonly shape: ModelShape | null;
  readonly contextTokens: number;
  /** Tokens of one pass over a prompt. */
  readonly chunkTokens: number;
  readonly vocabulary: number;
  /** Bytes of one number of the K/V cache. */
  readonly cellBytes: number;
  readonly tokenizer: (typeof TOKENIZER_FILES)[number];
}

export interface WeightsFile {
  readonly dataPath: string;
  readonly bytes: number;
  readonly md5: string | undefined;
}

export interface FolderIndex {
  readonly shards: readonly WeightsFile[];
  /** On the GPU. */
  readonly weightBytes: number;
  /** To be stored. */
  readonly fileBytes: number;
}

/**
 * @param value of `mlc-chat-config.json`
 * @param overrides of its fields, from WebLLM's list
 */
export function checkConfig(
  value: unknown,
  overrides: Readonly<Record<string, unknown>> = {},
): Result<FolderConfig, FolderFault> {
  const wrong = faultIn(CONFIG_FILE);
  // An array, or a text, spread out would be an object.
  const merged = isObject(value) ? { ...value, ...overrides } : value;
  const parsed = v.safeParse(Config, merged, { abortEarly: true });
  if (!parsed.success) return err(wrong.issue(parsed.issues[0]));
  const config = parsed.output;
  const own = config.model_config;
  const inner = own.text_config;
  const sizes = {
    ...own,
    ...Object.fromEntries(Object.entries(inner ?? {}).filter(([, size]) => size !== null)),
  } as typeof own;

  const context = positive(config.context_window_size);
  const sliding = positive(config.sliding_window_size);
  if (context !== null && sliding !== null)
    return err(wrong.field('sliding_window_size', '-1 beside a context_window_size', sliding));
  const contextTokens = context ?? sliding;
  if (contextTokens === null)
    return err(wrong.field('context_window_size', wholeFrom(1, MOST.tokens), config.context_window_size));
  const vocabulary = config.vocab_size ?? sizes.vocab_size;
  if (vocabulary == null) return err(wrong.field('vocab_size', wholeFrom(1, MOST.vocabulary), vocabulary));
  const shape = shapeOf(sizes);
  if (shape && !shape.ok)
    return err(wrong.field(`model_config.${shape.error.field}`, shape.error.expected, shape.error.found));
  const tokenizer = TOKENIZER_FILES.find((name) => config.tokenizer_files.includes(name));
  return ok({
    shape: shape?.value ?? null,
    contextTokens,
    chunkTokens: config.prefill_chunk_size ?? Math.min(contextTokens, 8192),
    vocabulary,
    cellBytes: /f16/.test(config.quantization ?? '') ? 2 : 4,
    tokenizer: tokenizer ?? TOKENIZER_FILES[0],
  });
}

/** Null where a size that cannot be done without has none of its names. */
function shapeOf(
  sizes: v.InferOutput<typeof Config>['model_config'],
): Result<ModelShape, { readonly field: string; readonly expected: string; readonly found: unknown }> | null {
  const layers = sizes.num_hidden_layers ?? sizes.n_layer ?? sizes.num_layers;
  const heads = sizes.num_attention_heads ?? sizes.n_head;
  const hidden = sizes.hidden_size ?? sizes.n_embd ?? sizes.d_model;
  if (layers == null || heads == null || hidden == null) return null;
  const kvHeads = sizes.num_key_value_heads ?? sizes.n_head_kv ?? sizes.multi_query_group_num ?? heads;
  if (heads % kvHeads !== 0)
    return err({
      field: 'num_key_value_heads',
      expected: `a divisor of the ${String(heads)} attention heads`,
      found: kvHeads,
    });
  const headDim = sizes.head_dim ?? sizes.kv_channels ?? hidden / heads;
  if (!Number.isInteger(headDim))
    return err({ field: 'hidden_size', expected: `a multiple of the ${String(heads)} attention heads`, found: hidden });
  const stated = sizes.intermediate_size ?? sizes.n_inner ?? sizes.ffn_hidden_size;
  const intermediate = Array.isArray(stated) ? Math.max(...stated) : (stated ?? 4 * hidden);
  return ok({ layers, heads, kvHeads, headDim, hidden, intermediate });
}

/** @param value of `tensor-cache.json` */
export function checkIndex(value: unknown): Result<FolderIndex, FolderFault> {
  const wrong = faultIn(INDEX_FILE);
  const parsed = v.safeParse(Index, value, { abortEarly: true });
  if (!parsed.success) return err(wrong.issue(parsed.issues[0]));
  let [weightBytes, fileBytes, tensors] = [0, 0, 0];
  const names = new Set<string>();
  for (const [i, shard] of parsed.output.records.entries()) {
    const at = `records.${String(i)}`;
    // A folder on a disk may not tell cases apart.
    const name = shard.dataPath.toLowerCase();
    if (names.has(name)) return err(wrong.field(`${at}.dataPath`, 'a file that no other record names', shard.dataPath));
    names.add(name);
    tensors += shard.records.length;
    if (tensors > MOST.tensors)
      return err(wrong.field(`${at}.records`, `at most ${String(MOST.tensors)} tensors in all`, tensors));
    let filled = 0;
    for (const [j, tensor] of shard.records.entries()) {
      const within = `${at}.records.${String(j)}`;
      const numbers = tensor.shape.reduce((product, size) => product * size, 1);
      const bytes = numbers * (DTYPE_BYTES[tensor.dtype] as number);
      const stored = tensor.format === 'f32-to-bf16' && tensor.dtype === 'float32' ? bytes / 2 : bytes;
      if (tensor.nbytes !== stored)
        return err(wrong.field(`${within}.nbytes`, `${String(stored)}, by its shape and type`, tensor.nbytes));
      if (tensor.byteOffset + tensor.nbytes > shard.nbytes)
        return err(
          wrong.field(
            `${within}.byteOffset`,
            `a place within the file's ${String(shard.nbytes)} bytes`,
            tensor.byteOffset,
          ),
        );
      filled += tensor.nbytes;
      weightBytes += bytes;
    }
    if (filled > shard.nbytes)
      return err(wrong.field(`${at}.nbytes`, `at least the ${String(filled)} bytes of its tensors`, shard.nbytes));
    fileBytes += shard.nbytes;
  }
  const shards = parsed.output.records.map(({ dataPath, nbytes, md5sum }) => ({
    dataPath,
    bytes: nbytes,
    md5: md5sum?.toLowerCase(),
  }));
  return ok({ shards, weightBytes, fileBytes });
}

/**
 * What the model needs on the GPU, before anything is there: weights from the index; K/V and workspace from the configuration. Every figure
 * is a whole number above zero.
 */
export function memoryNeeds(config: FolderConfig, shape: ModelShape, index: FolderIndex): Result<Needs, FolderFault> {
  const { layers, heads, kvHeads, headDim, hidden, intermediate } = shape;
  const kvBytesPerAgent = 2 * layers * kvHeads * headDim * config.cellBytes * config.contextTokens;
  // Of one prefill chunk live at once: hidden states, their residual, queries with keys and values, both halves of the feed-forward
  // layer; and logits of a full batch with what sampling makes of them.
  const perToken = 4 * hidden + (heads + 2 * kvHeads) * headDim + 3 * intermediate;
  const workspaceBytes = config.chunkTokens * perToken * config.cellBytes + 5 * 16 * config.vocabulary * 4;
  const needs = { weightBytes: index.weightBytes, workspaceBytes, kvBytesPerAgent };
  const sum = needs.weightBytes + workspaceBytes + kvBytesPerAgent;
  if (Number.isSafeInteger(sum)) return ok(needs);
  return err(faultIn(CONFIG_FILE).field('model_config', 'sizes whose memory can be counted', sum));
}

/** The fault in one sentence; what to do about it is the same for all of them. */
export function tellFault({ file, field, expected, found }: FolderFault): string {
  return `${file}${field === '' ? '' : `, ${field}`}: expected ${expected}, found ${found}.`;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const positive = (size: number | null | undefined): number | null => (size == null || size === -1 ? null : size);

function faultIn(file: FolderFault['file']) {
  const field = (at: string, expected: string, found: unknown): FolderFault => ({
    file,
    field: at,
    expected,
    found: describe(found),
  });
  return {
    field,
    issue: (issue: v.BaseIssue<unknown>): FolderFault => field(v.getDotPath(issue) ?? '', issue.message, issue.input),
  };
}

const SHOWN = 60;

/** What stands there, short, in characters that can be seen. */
function describe(found: unknown): string {
  if (found === undefined) return 'nothing';
  if (Array.isArray(found)) return `a list of ${String(found.length)}`;
  if (typeof found === 'object' && found !== null) return 'an object';
  const whole = typeof found === 'string' ? found.slice(0, SHOWN + 1) : String(found);
  const shown = whole
    .slice(0, SHOWN)
    .replace(/[\p{C}\p{Zl}\p{Zp}]/gu, (odd) => `\\u{${(odd.codePointAt(0) ?? 0).toString(16)}}`);
  const cut = whole.length > SHOWN ? `${shown}...` : shown;
  return typeof found === 'string' ? `"${cut}"` : cut;
}
