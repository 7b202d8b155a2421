/**
 * K/V of one sequence out of the paged cache, and back into a fresh sequence among living ones.
 *
 * Two ways in. Our own library has `planaria.kv_export` and `planaria.kv_import`, bit exact and without attention. Any other library of
 * MLC's has TVM's built-ins: `debug_get_kv` reads a sequence; to write one back, each layer's keys are turned back by their positions
 * (RoPE undone, on the CPU) and appended through the built-in that attends with fused queries, keys and values, with queries of zero and
 * the result thrown away. Neither way is believed: `proveTransfer` shows on the loaded library that a sequence that was written back goes
 * on as the one it was read from.
 *
 * Sources: AttentionKVCacheObj and PagedAttentionKVCacheObj in TVM's runtime/vm (kv_state.h, paged_kv_cache.cc); rotary embeddings in
 * relax/frontend/nn/llm/position_embedding.py.
 */
import { decode, encode, type Values } from './codec.ts';
import { inF16 } from './tolerance.ts';
import type { ModelInternals, Tensor, TvmObject } from '../device/webllm-internals.ts';

/** [2, layers, tokens, heads, dimension]: keys, turned by their positions as the cache holds them, then values. */
export interface KvLayout {
  readonly layers: number;
  readonly heads: number;
  readonly dimension: number;
  readonly dtype: 'float32' | 'float16';
}

export interface KvTransfer {
  readonly layout: KvLayout;
  /** One line for people: which way it goes. */
  readonly way: string;
  /** To the bit; else as close as the proof found it. */
  readonly exact?: boolean;
  /**
   * K/V of the tokens [from, to) of a sequence, [2, layers, to - from, heads, dimension], once all work handed over has run.
   * No forward pass may be open.
   */
  read(sequence: number, from: number, to: number): Promise<Values>;
  /** Appends what `read` gave to a sequence that ends where that began. Handed to the GPU, not waited for. */
  append(sequence: number, at: number, values: Values): void;
}

/** The part of `mlc-chat-config.json` that says what K/V looks like; all of it may be missing. */
export interface AttentionConfig {
  readonly num_hidden_layers?: number;
  readonly num_attention_heads?: number;
  readonly num_key_value_heads?: number;
  readonly head_dim?: number;
  readonly hidden_size?: number;
  readonly position_embedding_base?: number;
  readonly rope_theta?: number;
  readonly rope_scaling?: RopeScaling | null;
  readonly partial_rotary_factor?: number;
}

export interface RopeScaling {
  readonly rope_type?: string;
  readonly type?: string;
  readonly factor?: number;
  readonly low_freq_factor?: number;
  readonly high_freq_factor?: number;
  readonly original_max_position_embeddings?: number;
}

/** Cache and limits of whoever runs the forward passes. */
export interface TransferTarget {
  readonly cache: TvmObject;
  /** Most tokens a forward pass takes. */
  readonly chunk: number;
}

/** Ways to move K/V that this library has, the better one first; empty with the reason in `because` when it has none. */
export function findTransfers(
  model: ModelInternals,
  target: TransferTarget,
): { readonly transfers: readonly KvTransfer[]; readonly because: string } {
  const config = (model.config as { model_config?: AttentionConfig }).model_config ?? {};
  const shape = shapeOf(config);
  if (!shape) return { transfers: [], because: "the model's configuration does not say what its K/V looks like" };
  const names = new Set(model.tvm.listGlobalFuncNames());
  // `proveTransfer` would find out if the quantization's name lied.
  const layout: KvLayout = { ...shape.kv, dtype: inF16(model.config) ? 'float16' : 'float32' };
  const transfers: KvTransfer[] = [];
  if (names.has('planaria.kv_export') && names.has('planaria.kv_import')) transfers.push(own(model, target, layout));
  // Without the first of these, which `openModel` sees to, the built-in ends the whole module instead of failing.
  const reads = names.has('__asyncify.WebGPUWaitForTasks') && names.has('vm.builtin.attention_kv_cache_debug_get_kv');
  if (reads && shape.rope && names.has('vm.builtin.attention_kv_cache_attention_with_fused_qkv'))
    transfers.push(throughAttention(model, target, layout, shape.queryHeads, shape.rope));
  let because = '';
  if (transfers.length === 0)
    because = reads
      ? 'its rotary embedding is of a kind that cannot be undone'
      : "the model's library cannot read K/V back";
  return { transfers, because };
}

/** Our library's functions: data [2, layers, n, heads, dimension] on the GPU, as the cache holds it. */
function own(model: ModelInternals, { cache }: TransferTarget, layout: KvLayout): KvTransfer {
  const { tvm, device, gpu } = model;
  const data = (tokens: number): Tensor =>
    tvm.empty([2, layout.layers, tokens, layout.heads, layout.dimension], layout.dtype, device);
  const long = (value: number): unknown => tvm.scalar(value, 'int64');
  return {
    layout,
    way: "the library's own functions",
    exact: true,
    async read(sequence, from, to) {
      const copy = scoped(model, () => {
        const on = data(to - from);
        model.builtin('planaria.kv_export')(cache, long(sequence), long(from), long(to), on);
        return tvm.detachFromCurrentScope(tvm.empty(on.shape, layout.dtype, tvm.cpu()).copyFrom(on));
      });
      await gpu.sync();
      const values = fromTensor(copy, layout);
      copy.dispose();
      return values;
    },
    append(sequence, _at, values) {
      scoped(model, () => {
        const tokens = values.length / (2 * layout.layers * layout.heads * layout.dimension);
        const on = data(tokens).copyFromRawBytes(bytesOf(values));
        model.builtin('planaria.kv_import')(cache, long(sequence), on);
      });
    },
  };
}

/** TVM's own built-ins. */
function throughAttention(
  model: ModelInternals,
  { cache, chunk }: TransferTarget,
  layout: KvLayout,
  queryHeads: number,
  rope: readonly number[],
): KvTransfer {
  const { tvm, device, gpu } = model;
  const { layers, heads, dimension, dtype } = layout;
  const builtin = (name: string) => model.builtin(`vm.builtin.${name}`);
  const long = (value: number): unknown => tvm.scalar(value, 'int64');
  return {
    layout,
    way: "TVM's attention, rotary embedding undone",
    async read(sequence, from, to) {
      const shape = [layers, to - from, heads, dimension];
      const copies = scoped(model, () => {
        const keys = tvm.empty(shape, dtype, device);
        const values = tvm.empty(shape, dtype, device);
        builtin('attention_kv_cache_debug_get_kv')(cache, long(sequence), long(from), long(to), keys, values);
        return [keys, values].map((on) => tvm.detachFromCurrentScope(tvm.empty(shape, dtype, tvm.cpu()).copyFrom(on)));
      });
      await gpu.sync();
      const [keys, values] = copies.map((copy) => fromTensor(copy, layout)) as [Values, Values];
      for (const copy of copies) copy.dispose();
      const both = dtype === 'float32' ? new Float32Array(2 * keys.length) : new Uint16Array(2 * keys.length);
      both.set(keys);
      both.set(values, keys.length);
      return both;
    },
    append(sequence, at, values) {
      const row = heads * dimension;
      const tokens = values.length / (2 * layers * row);
      const turned = turnBack(values, { layers, tokens, heads, dimension, at, rope });
      for (let from = 0; from < tokens; from += chunk) {
        const count = Math.min(chunk, tokens - from);
        scoped(model, () => {
          builtin('kv_state_begin_forward')(cache, tvm.makeShapeTuple([sequence]), tvm.makeShapeTuple([count]));
          const wide = queryHeads + 2 * heads;
          for (let layer = 0; layer < layers; layer++) {
            const fused =
              dtype === 'float32'
                ? new Float32Array(count * wide * dimension)
                : new Uint16Array(count * wide * dimension);
            for (let token = 0; token < count; token++) {
              const key = (layer * tokens + from + token) * row;
              const to = (token * wide + queryHeads) * dimension;
              fused.set(turned.subarray(key, key + row), to);
              const value = layers * tokens * row + key;
              fused.set(values.subarray(value, value + row), to + row);
            }
            // One layer's at a time: all of them together would be several times what the pool's budget sets aside.
            scoped(model, () => {
              const input = tvm.empty([count, wide, dimension], dtype, device).copyFromRawBytes(bytesOf(fused));
              const output = tvm.empty([count, queryHeads, dimension], dtype, device);
              const scale = tvm.scalar(dimension ** -0.5, 'float64');
              builtin('attention_kv_cache_attention_with_fused_qkv')(cache, long(layer), scale, input, output);
            });
          }
          builtin('kv_state_end_forward')(cache);
        });
      }
    },
  };
}

interface Turning {
  readonly layers: number;
  readonly tokens: number;
  readonly heads: number;
  readonly dimension: number;
  /** Position of the first token. */
  readonly at: number;
  /** Angle a position turns each pair by; dimension d is paired with d + half, what lies beyond both halves is not turned. */
  readonly rope: readonly number[];
}

/** Undoes the rotary embedding of the keys, the first half of `values`, computed in 64 bits. @returns the keys alone */
export function turnBack(values: Values, turning: Turning): Values {
  const { layers, tokens, heads, dimension, at, rope } = turning;
  const count = layers * tokens * heads * dimension;
  const keys =
    values instanceof Float32Array
      ? values.slice(0, count)
      : decode('f16', new Uint8Array(values.slice(0, count).buffer), count, 'float32');
  const half = rope.length;
  const cos = new Float64Array(half);
  const sin = new Float64Array(half);
  for (let token = 0; token < tokens; token++) {
    for (let d = 0; d < half; d++) {
      cos[d] = Math.cos((at + token) * (rope[d] as number));
      sin[d] = Math.sin((at + token) * (rope[d] as number));
    }
    for (let layer = 0; layer < layers; layer++) {
      for (let head = 0; head < heads; head++) {
        const start = ((layer * tokens + token) * heads + head) * dimension;
        for (let d = 0; d < half; d++) {
          const x = keys[start + d] as number;
          const y = keys[start + d + half] as number;
          keys[start + d] = x * (cos[d] as number) + y * (sin[d] as number);
          keys[start + d + half] = y * (cos[d] as number) - x * (sin[d] as number);
        }
      }
    }
  }
  return values instanceof Float32Array ? keys : new Uint16Array(encode('f16', keys).buffer);
}

/** What of the configuration is needed; null where it is not there. `rope` is null where it cannot be undone. */
export function shapeOf(config: AttentionConfig): {
  readonly kv: Omit<KvLayout, 'dtype'>;
  readonly queryHeads: number;
  readonly rope: readonly number[] | null;
} | null {
  const { num_hidden_layers: layers, num_attention_heads: queryHeads, hidden_size } = config;
  if (!layers || !queryHeads) return null;
  const dimension = config.head_dim ?? (hidden_size ? hidden_size / queryHeads : 0);
  const heads = config.num_key_value_heads ?? queryHeads;
  if (!Number.isInteger(dimension) || dimension <= 0) return null;
  return { kv: { layers, heads, dimension }, queryHeads, rope: frequencies(config, dimension) };
}

/** Radians a position, by pair of dimensions: base^(-2d / D), lower ones slowed as Llama 3 does it. */
function frequencies(config: AttentionConfig, dimension: number): readonly number[] | null {
  const base = config.position_embedding_base ?? config.rope_theta;
  if (!base) return null;
  const turned = Math.round(dimension * (config.partial_rotary_factor ?? 1));
  const plain = Array.from({ length: turned / 2 }, (_, d) => base ** ((-2 * d) / turned));
  const scaling = config.rope_scaling;
  const kind = scaling ? (scaling.rope_type ?? scaling.type ?? 'default') : 'default';
  if (!scaling || kind === 'default') return plain;
  const { factor, low_freq_factor: low, high_freq_factor: high, original_max_position_embeddings: context } = scaling;
  if (kind !== 'llama3' || !factor || !low || !high || !context) return null;
  return plain.map((frequency) => {
    const turns = (context * frequency) / (2 * Math.PI);
    const smooth = Math.min(1, Math.max(0, (turns - low) / (high - low)));
    return frequency * (smooth + (1 - smooth) / factor);
  });
}

/** The numbers of a tensor on the CPU. */
function fromTensor(copy: Tensor, { dtype }: KvLayout): Values {
  const raw = copy.toRawBytes();
  const { buffer } = raw.byteOffset === 0 && raw.byteLength === raw.buffer.byteLength ? raw : raw.slice();
  return dtype === 'float32' ? new Float32Array(buffer) : new Uint16Array(buffer);
}

function bytesOf(values: Values): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

function scoped<T>({ tvm }: ModelInternals, action: () => T): T {
  tvm.beginScope();
  try {
    return action();
  } finally {
    tvm.endScope();
  }
}
