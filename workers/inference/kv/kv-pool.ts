/**
 * The paged K/V cache on the GPU: sequences that are added, forked, extended and removed, and the forward passes that extend them.
 *
 * Pages hold 16 tokens. A fork shares its parent's whole pages and copies the one that is half full.
 */
import type { ModelInternals, Tensor, TvmArray, TvmFunction, TvmObject } from '../device/webllm-internals.ts';

export const PAGE = 16;

/** Some tokens of one sequence that a forward pass adds. */
export interface Extension {
  readonly sequence: number;
  readonly ids: readonly number[];
}

export interface PoolSize {
  /** Sequences at once, forks and shared prefixes included. */
  readonly sequences: number;
  readonly pages: number;
  /** Most tokens one prefill pass takes. */
  readonly chunk: number;
}

export class KvPool {
  readonly size: PoolSize;
  readonly #model: ModelInternals;
  readonly #cache: TvmObject;
  readonly #free: number[];
  readonly #embed: TvmFunction<Tensor>;
  readonly #prefill: TvmFunction<TvmArray>;
  readonly #decode: TvmFunction<TvmArray>;
  /** For a batch of one, where the library has it. */
  readonly #decodeOne: TvmFunction<TvmArray>;
  /** Upload buffers by length, for decode steps; prefills differ too much to keep theirs. */
  readonly #idBuffers = new Map<number, Tensor>();

  constructor(model: ModelInternals, size: PoolSize) {
    this.#model = model;
    this.size = size;
    this.#free = Array.from({ length: size.sequences }, (_, i) => size.sequences - 1 - i);
    this.#embed = required(model.find<Tensor>('embed'));
    this.#prefill = required(model.find<TvmArray>('batch_prefill'));
    this.#decode = required(model.find<TvmArray>('batch_decode'));
    this.#decodeOne = model.find<TvmArray>('decode') ?? this.#decode;
    const create = required(model.find<TvmObject>('create_tir_paged_kv_cache'));
    const { tvm } = model;
    this.#cache = this.#scoped(() => {
      const shape = (n: number): TvmObject => tvm.makeShapeTuple([n]);
      const noSlidingWindow = shape(0);
      return tvm.detachFromCurrentScope(
        create(shape(size.sequences), shape(size.pages * PAGE), shape(size.chunk), shape(PAGE), noSlidingWindow),
      );
    });
  }

  /** The cache itself, for calls of TVM's cache functions that are not here. */
  get cache(): TvmObject {
    return this.#cache;
  }

  get freeSequences(): number {
    return this.#free.length;
  }

  /** An empty sequence. */
  add(): number {
    const sequence = this.#take();
    this.#scoped(() => {
      this.#builtin('add_sequence')(this.#cache, this.#int(sequence));
    });
    return sequence;
  }

  /** A sequence that begins with all tokens of `parent`, or with its first `at`. */
  fork(parent: number, at = -1): number {
    const child = this.#take();
    this.#scoped(() => {
      this.#builtin('fork_sequence')(this.#cache, this.#int(parent), this.#int(child), this.#int(at));
    });
    return child;
  }

  /** Takes the last `tokens` off a sequence; some must stay. */
  cut(sequence: number, tokens: number): void {
    this.#scoped(() => {
      this.#builtin('popn')(this.#cache, this.#int(sequence), this.#int(tokens));
    });
  }

  remove(sequence: number): void {
    this.#scoped(() => {
      this.#builtin('remove_sequence')(this.#cache, this.#int(sequence));
    });
    this.#free.push(sequence);
  }

  /**
   * Adds tokens to sequences, of any lengths that sum to at most `size.chunk`, in one pass.
   * @returns logits after the last token of each, [n, 1, vocabulary], on the GPU; the caller disposes them
   */
  prefill(batch: readonly Extension[]): Tensor {
    const { tvm, device, params } = this.#model;
    return this.#forward(batch, (ids) => {
      let last = -1;
      const positions = Int32Array.from(batch, ({ ids: own }) => (last += own.length));
      const input = this.#embed(tvm.empty([ids.length], 'int32', device).copyFrom(ids), params);
      const hidden = input.view([1, ids.length, width(input)]);
      return () =>
        this.#prefill(hidden, tvm.empty([positions.length], 'int32', device).copyFrom(positions), this.#cache, params);
    });
  }

  /** Adds one token to each sequence. Logits as in `prefill`. */
  decode(batch: readonly Extension[]): Tensor {
    const { tvm, device, params } = this.#model;
    return this.#forward(batch, (ids) => {
      let buffer = this.#idBuffers.get(ids.length);
      if (!buffer) {
        buffer = tvm.detachFromCurrentScope(tvm.empty([ids.length], 'int32', device));
        this.#idBuffers.set(ids.length, buffer);
      }
      const input = this.#embed(buffer.copyFrom(ids), params);
      const hidden = input.view([ids.length, 1, width(input)]);
      const decode = ids.length === 1 ? this.#decodeOne : this.#decode;
      return () => decode(hidden, this.#cache, params);
    });
  }

  /** The cache and its pages are free at once: TVM keeps what a function returned last, so another function returns something afterwards. */
  dispose(): void {
    const { tvm, device, params } = this.#model;
    this.#cache.dispose();
    this.#scoped(() => {
      this.#embed(tvm.empty([1], 'int32', device).copyFrom([3]), params);
    });
    for (const buffer of this.#idBuffers.values()) buffer.dispose();
    this.#idBuffers.clear();
  }

  #forward(batch: readonly Extension[], prepare: (ids: Int32Array) => () => TvmArray): Tensor {
    const { tvm } = this.#model;
    return this.#scoped(() => {
      const run = prepare(Int32Array.from(batch.flatMap(({ ids }) => ids)));
      const sequences = tvm.makeShapeTuple(batch.map(({ sequence }) => sequence));
      const lengths = tvm.makeShapeTuple(batch.map(({ ids }) => ids.length));
      this.#builtin('begin_forward')(this.#cache, sequences, lengths);
      const result = run();
      this.#builtin('end_forward')(this.#cache);
      const logits = result.get(0);
      const vocabulary = logits.shape.at(-1) as number;
      return tvm.detachFromCurrentScope(logits.view([batch.length, 1, vocabulary]));
    });
  }

  #take(): number {
    const sequence = this.#free.pop();
    if (sequence === undefined) throw new Error('the K/V pool has no free sequence');
    return sequence;
  }

  #builtin(name: string): TvmFunction {
    return this.#model.builtin(`vm.builtin.kv_state_${name}`);
  }

  #int(value: number): unknown {
    return this.#model.tvm.scalar(value, 'int64');
  }

  #scoped<T>(action: () => T): T {
    this.#model.tvm.beginScope();
    try {
      return action();
    } finally {
      this.#model.tvm.endScope();
    }
  }
}

/** Pages of a sequence of so many tokens that are its own: a fork copies the page that its parent has half full. */
export function ownPages(tokens: number, shared: number): number {
  return Math.ceil((tokens - Math.floor(shared / PAGE) * PAGE) / PAGE);
}

function width(hidden: Tensor): number {
  return hidden.shape.at(-1) as number;
}

function required<T>(found: T | null): T {
  if (found === null) throw new Error('the library lacks a function that it had when it was opened');
  return found;
}
