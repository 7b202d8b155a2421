/**
 * From logits on the GPU to one token a row: penalties, grammar masks, temperature, top-p, a draw. Only tokens are read back.
 *
 * Two ways: `planaria_sample` of our own libraries, one kernel for a whole batch; or the helpers that every MLC library has.
 */
import type { ModelInternals, Tensor, TvmArray, TvmFunction } from '../device/webllm-internals.ts';

/** How one row is sampled. */
export interface RowSampling {
  /** 0 = the most likely token. */
  readonly temperature: number;
  readonly topP: number;
  /** In [0, 1): this row's draw. */
  readonly uniform: number;
  /** Tokens that may come; null = all. */
  readonly mask: Int32Array | null;
  readonly penalties: Penalties | null;
}

export interface Penalties {
  readonly presence: number;
  readonly frequency: number;
  readonly repetition: number;
  /** How often each token has come so far. */
  readonly counts: ReadonlyMap<number, number>;
}

export interface Sampled {
  readonly tokens: Int32Array;
  /** Natural-log probabilities of the tokens at temperature 1 under the mask; null where the library does not give them. */
  readonly logprobs: Float32Array | null;
}

/** Read after the GPU's `sync`. */
export type PendingSample = () => Sampled;

/** WebLLM's least temperature and top-p, for libraries whose helpers divide by the one and count up to the other. */
const LEAST_TEMPERATURE = 1e-6;
const LEAST_TOP_P = 1e-5;

/** Samples of one step that are apart at most: of prompts, and of running sequences in two calls. */
const SLOTS = 3;

/**
 * GPU bytes of what is sent for each number of rows up to `rows`, which is kept: of the masks, beside which the rest is nothing. What the
 * library's own functions take is not in it.
 */
export function samplerBytes(rows: number, vocabulary: number): number {
  return SLOTS * ((rows * (rows + 1)) / 2) * Math.ceil(vocabulary / 32) * 4;
}

export class Sampler {
  readonly #model: ModelInternals;
  readonly #maskWords: number;
  readonly #fused: TvmFunction<TvmArray> | null;
  readonly #buffers = new Map<string, Tensor>();
  /** What the buffers hold, so that what does not change is not sent again: an upload ends the batch of GPU commands. */
  readonly #sent = new Map<Tensor, ArrayLike<number>>();

  constructor(model: ModelInternals) {
    this.#model = model;
    this.#maskWords = Math.ceil(model.config.vocab_size / 32);
    this.#fused = model.find<TvmArray>('planaria_sample');
  }

  /** `logits` is [n, 1, vocabulary] with a row for each of `rows`; they are overwritten. `slot` keeps samples of one step apart. */
  sample(logits: Tensor, rows: readonly RowSampling[], slot: string): PendingSample {
    const { tvm } = this.#model;
    tvm.beginScope();
    try {
      this.#penalise(logits, rows, slot);
      return this.#fused
        ? this.#sampleFused(this.#fused, logits, rows, slot)
        : this.#sampleByHelpers(logits, rows, slot);
    } finally {
      tvm.endScope();
    }
  }

  dispose(): void {
    for (const buffer of this.#buffers.values()) buffer.dispose();
    this.#buffers.clear();
    this.#sent.clear();
  }

  #sampleFused(
    sample: TvmFunction<TvmArray>,
    logits: Tensor,
    rows: readonly RowSampling[],
    slot: string,
  ): PendingSample {
    const n = rows.length;
    const result = sample(
      logits,
      this.#upload(
        `${slot} temperature`,
        [n],
        'float32',
        Float32Array.from(rows, (row) => row.temperature),
      ),
      this.#upload(
        `${slot} top p`,
        [n],
        'float32',
        Float32Array.from(rows, (row) => row.topP),
      ),
      this.#upload(
        `${slot} uniform`,
        [n],
        'float32',
        Float32Array.from(rows, (row) => (row.temperature > 0 ? row.uniform : 0)),
      ),
      this.#upload(`${slot} mask`, [n, this.#maskWords], 'int32', this.#masks(rows)),
    );
    const tokens = this.#read(`${slot} tokens`, result.get(0));
    const logprobs = this.#read(`${slot} logprobs`, result.get(1));
    return () => ({ tokens: tokens.toArray() as Int32Array, logprobs: logprobs.toArray() as Float32Array });
  }

  #sampleByHelpers(logits: Tensor, rows: readonly RowSampling[], slot: string): PendingSample {
    const n = rows.length;
    const flat = logits.view([n, logits.shape.at(-1) as number]);
    const masked = rows.flatMap((row, i) => (row.mask ? [i] : []));
    if (masked.length > 0) {
      const which = this.#upload(`${slot} masked`, [masked.length], 'int32', Int32Array.from(masked));
      this.#helper('apply_bitmask_inplace')(
        flat,
        which,
        this.#upload(`${slot} mask`, [n, this.#maskWords], 'int32', this.#masks(rows)),
      );
    }
    const temperature = Float32Array.from(rows, (row) => Math.max(row.temperature, LEAST_TEMPERATURE));
    const softmax = this.#helper<Tensor>('softmax_with_temperature');
    const probabilities = softmax(logits, this.#upload(`${slot} temperature`, [n], 'float32', temperature));
    const sorted = this.#helper<TvmArray>('argsort_probs')(probabilities.view(flat.shape));
    const drawn = this.#helper<Tensor>('sample_with_top_p')(
      sorted.get(0),
      sorted.get(1),
      this.#upload(
        `${slot} uniform`,
        [n],
        'float32',
        Float32Array.from(rows, (row) => row.uniform),
      ),
      this.#upload(
        `${slot} rows`,
        [n],
        'int32',
        Int32Array.from(rows, (_, i) => i),
      ),
      this.#upload(
        `${slot} top p`,
        [n],
        'float32',
        Float32Array.from(rows, (row) => Math.max(row.topP, LEAST_TOP_P)),
      ),
    );
    const tokens = this.#read(`${slot} tokens`, drawn);
    return () => ({ tokens: tokens.toArray() as Int32Array, logprobs: null });
  }

  #penalise(logits: Tensor, rows: readonly RowSampling[], slot: string): void {
    const which: number[] = [];
    const owner: number[] = [];
    const tokens: number[] = [];
    const counts: number[] = [];
    const factors: number[] = [];
    rows.forEach(({ penalties }, row) => {
      if (!penalties || penalties.counts.size === 0) return;
      for (const [token, count] of penalties.counts) {
        owner.push(which.length);
        tokens.push(token);
        counts.push(count);
      }
      which.push(row);
      factors.push(penalties.presence, penalties.frequency, penalties.repetition);
    });
    if (which.length === 0) return;
    const { tvm, device } = this.#model;
    // Of a different length each step, so not worth keeping.
    const send = (values: readonly number[]): Tensor => tvm.empty([values.length], 'int32', device).copyFrom(values);
    this.#helper('apply_penalty_inplace')(
      logits.view([rows.length, logits.shape.at(-1) as number]),
      this.#upload(`${slot} penalised`, [which.length], 'int32', Int32Array.from(which)),
      send(owner),
      send(tokens),
      send(counts),
      this.#upload(`${slot} penalties`, [which.length, 3], 'float32', Float32Array.from(factors)),
    );
  }

  #masks(rows: readonly RowSampling[]): Int32Array {
    const words = this.#maskWords;
    const masks = new Int32Array(rows.length * words).fill(-1);
    rows.forEach(({ mask }, row) => {
      if (mask) masks.set(mask, row * words);
    });
    return masks;
  }

  #helper<R = unknown>(name: string): TvmFunction<R> {
    const found = this.#model.find<R>(name);
    if (!found) throw new Error(`the library has no ${name}`);
    return found;
  }

  #upload(name: string, shape: readonly number[], dtype: string, values: Int32Array | Float32Array): Tensor {
    const buffer = this.#buffer(name, shape, dtype, this.#model.device);
    const sent = this.#sent.get(buffer);
    if (!sent || !same(sent, values)) {
      buffer.copyFrom(values);
      this.#sent.set(buffer, values);
    }
    return buffer;
  }

  #read(name: string, source: Tensor): Tensor {
    return this.#buffer(name, source.shape, source.dtype, this.#model.tvm.cpu()).copyFrom(source);
  }

  #buffer(name: string, shape: readonly number[], dtype: string, device: unknown): Tensor {
    const key = `${name} ${String(shape[0])}`;
    let buffer = this.#buffers.get(key);
    if (!buffer) {
      const { tvm } = this.#model;
      buffer = tvm.detachFromCurrentScope(tvm.empty(shape, dtype, device));
      this.#buffers.set(key, buffer);
    }
    return buffer;
  }
}

function same(a: ArrayLike<number>, b: ArrayLike<number>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i += 1) if (a[i] !== b[i]) return false;
  return true;
}
