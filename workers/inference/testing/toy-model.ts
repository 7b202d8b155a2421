/**
 * A language model in plain arrays behind TVM's functions, for tests of who runs when. What it says next is a hash of all tokens of the
 * sequence, so a token that strays into another sequence changes everything after it. It checks what the real cache would not survive:
 * unknown sequences, two forward passes at once, more pages than there are, chunks that are too long.
 */
import type { KvTransfer } from '../kv/kv-transfer.ts';
import type { LibraryMetadata } from '../device/library-metadata.ts';
import type { ModelInternals, Tensor, TvmFunction, TvmObject } from '../device/webllm-internals.ts';

export const VOCABULARY = 96;
const STOP = 1;
const PAGE = 16;

class Array2 implements Tensor {
  readonly shape: readonly number[];
  readonly dtype: string;
  values: number[];
  constructor(shape: readonly number[], dtype: string, values?: number[]) {
    this.shape = shape;
    this.dtype = dtype;
    this.values = values ?? new Array<number>(shape.reduce((a, b) => a * b, 1)).fill(0);
  }
  view(shape: readonly number[]): Tensor {
    return new Array2(shape, this.dtype, this.values);
  }
  copyFrom(source: Tensor | ArrayLike<number>): Tensor {
    const values = source instanceof Array2 ? source.values : Array.from(source as ArrayLike<number>);
    if (values.length !== this.values.length) throw new Error('data size and shape mismatch');
    this.values = [...values];
    return this;
  }
  copyFromRawBytes(): Tensor {
    throw new Error('not used');
  }
  toArray(): Float32Array | Int32Array {
    return this.dtype === 'int32' ? Int32Array.from(this.values) : Float32Array.from(this.values);
  }
  toRawBytes(): Uint8Array<ArrayBuffer> {
    throw new Error('not used');
  }
  dispose(): void {
    // Garbage is collected here.
  }
}

/** The next token's logits after these tokens; the stop token comes up now and then. */
export function logitsAfter(ids: readonly number[]): number[] {
  let state = 2166136261;
  for (const id of ids) state = Math.imul(state ^ (id + 1), 16777619) >>> 0;
  return Array.from({ length: VOCABULARY }, (_, id) => {
    let h = Math.imul(state ^ Math.imul(id + 7, 2654435761), 2246822507);
    h = Math.imul(h ^ (h >>> 13), 3266489909);
    return ((h ^ (h >>> 16)) >>> 0) / 2 ** 30 - (id === STOP ? 0.6 : 0);
  });
}

export interface ToyCache {
  readonly sequences: Map<number, number[]>;
  /** Pages in use now, and most at once; one that several sequences share counts once. */
  readonly pages: number;
  peakPages: number;
  passes: number;
  append(sequence: number, ids: readonly number[]): void;
  /** What reading K/V fails with; null while the device works. */
  refuse: Error | null;
}

/**
 * Whose pages are whose, as in TVM's cache: a fork shares the whole pages before it and copies the one that is not full, and a page is free
 * again when the last who has it lets go.
 */
class Pages {
  readonly #holders = new Map<object, number>();
  readonly #of = new Map<number, object[]>();

  get used(): number {
    return this.#holders.size;
  }

  /** The sequence shares the whole pages before `at` with the other. */
  share(sequence: number, parent: number, at: number): void {
    const shared = (this.#of.get(parent) ?? []).slice(0, Math.floor(at / PAGE));
    for (const page of shared) this.#hold(page, 1);
    this.#of.set(sequence, [...shared]);
    this.resize(sequence, at);
  }

  /** The sequence has so many tokens from now on; a shared page that is not full any more becomes a copy. */
  resize(sequence: number, tokens: number): void {
    const pages = this.#of.get(sequence) ?? [];
    const whole = Math.floor(tokens / PAGE);
    const most = Math.ceil(tokens / PAGE);
    while (pages.length > most || (pages.length > whole && this.#holders.get(pages.at(-1) as object) !== 1))
      this.#hold(pages.pop() as object, -1);
    while (pages.length < most) {
      const page = {};
      this.#hold(page, 1);
      pages.push(page);
    }
    this.#of.set(sequence, pages);
  }

  drop(sequence: number): void {
    this.resize(sequence, 0);
    this.#of.delete(sequence);
  }

  #hold(page: object, by: 1 | -1): void {
    const holders = (this.#holders.get(page) ?? 0) + by;
    if (holders === 0) this.#holders.delete(page);
    else this.#holders.set(page, holders);
  }
}

const layout = { layers: 1, heads: 1, dimension: 32, dtype: 'float32' } as const;

/** K/V of the toy model is the tokens themselves. */
export function toyTransfer(cache: ToyCache): KvTransfer {
  return {
    layout,
    way: 'toy',
    read: (sequence, from, to) => {
      const ids = (cache.sequences.get(sequence) as number[]).slice(from, to);
      const plane = ids.flatMap((id) => Array<number>(layout.dimension).fill(id));
      return new Promise((resolve, reject) =>
        setImmediate(() => {
          if (cache.refuse) reject(cache.refuse);
          else resolve(Float32Array.from([...plane, ...plane]));
        }),
      );
    },
    append: (sequence, at, values) => {
      const has = cache.sequences.get(sequence)?.length;
      if (has !== at) throw new Error(`K/V of position ${String(at)} at ${String(has)}`);
      const count = values.length / 2 / layout.dimension;
      cache.append(
        sequence,
        Array.from({ length: count }, (_, i) => values[i * layout.dimension] as number),
      );
    },
  };
}

/** Bytes that a toy library takes on the GPU, as TVM counts them. */
export interface ToyMemory {
  readonly weights: number;
  readonly page: number;
  readonly sequence: number;
  /** Of each function, from its first call on. */
  readonly functions: Readonly<Record<string, number>>;
  /** Of each row that is sampled; other numbers of rows have buffers of their own, as in TVM's pool. */
  readonly row: number;
}

export interface ToyLimits {
  readonly chunk: number;
  readonly rows: number;
  readonly memory?: ToyMemory;
  /** As MLC's libraries: nothing of ours, sampling by TVM's helpers. */
  readonly stock?: boolean;
  /** Whether a pass that adds `count` tokens to a sequence of `has` goes wrong. */
  readonly race?: (has: number, count: number) => boolean;
  /** By so much, 5 as TVM's. */
  readonly raceSize?: number;
  readonly metadata?: Partial<LibraryMetadata>;
  /** Of `mlc-chat-config.json`. */
  readonly config?: object;
}

const NO_MEMORY: ToyMemory = { weights: 0, page: 0, sequence: 0, functions: {}, row: 0 };

/** Counts as TVM does: buffers of functions are kept from the first call on, a cache until something else has been returned. */
class Counted {
  readonly #memory: ToyMemory;
  /** By function, or by function and rows. */
  readonly #kept = new Map<string, number>();
  #cache = 0;
  #gone = false;
  peak = 0;

  constructor(memory: ToyMemory) {
    this.#memory = memory;
    this.#look();
  }

  get now(): number {
    let sum = this.#memory.weights + this.#cache;
    for (const bytes of this.#kept.values()) sum += bytes;
    return sum;
  }

  called(name: string, rows = 0): void {
    const bytes = (this.#memory.functions[name] ?? 0) + rows * this.#memory.row;
    this.#kept.set(`${name} ${String(rows)}`, bytes);
    this.#look();
    if (this.#gone) [this.#cache, this.#gone] = [0, false];
  }

  made(sequences: number, tokens: number): void {
    const before = this.#cache;
    this.#cache += sequences * this.#memory.sequence + (tokens / PAGE) * this.#memory.page;
    this.#look();
    // What was returned before goes when this has been returned.
    if (this.#gone) this.#cache -= before;
    this.#gone = false;
  }

  disposed(): void {
    this.#gone = true;
  }

  release(): void {
    this.#kept.clear();
  }

  #look(): void {
    this.peak = Math.max(this.peak, this.now);
  }
}

export function toyModel(limits: ToyLimits): { model: ModelInternals; cache: ToyCache } {
  const pages = new Pages();
  const counted = new Counted(limits.memory ?? NO_MEMORY);
  const cache: ToyCache = {
    sequences: new Map(),
    get pages() {
      return pages.used;
    },
    peakPages: 0,
    passes: 0,
    refuse: null,
    append: (sequence, ids) => {
      of(sequence).push(...ids);
      extended(sequence);
    },
  };
  let open: { sequence: number; count: number }[] | null = null;
  let created = { sequences: 0, tokens: 0 };
  const fn = <R>(body: (...args: never[]) => R): TvmFunction<R> =>
    Object.assign(body as unknown as (...args: readonly unknown[]) => R, { dispose: () => undefined });
  const of = (sequence: unknown): number[] => {
    const ids = cache.sequences.get(sequence as number);
    if (!ids) throw new Error(`no sequence ${String(sequence)} in the cache`);
    return ids;
  };
  const fresh = (sequence: number, ids: number[]): void => {
    if (cache.sequences.has(sequence)) throw new Error(`sequence ${String(sequence)} exists`);
    cache.sequences.set(sequence, ids);
    if (cache.sequences.size > created.sequences) throw new Error('more sequences than the cache was made for');
  };
  const extended = (sequence: number): void => {
    pages.resize(sequence, of(sequence).length);
    cache.peakPages = Math.max(cache.peakPages, pages.used);
    if (pages.used * PAGE > created.tokens) throw new Error('more pages than the cache was made for');
  };
  const forward = (hidden: Tensor): Tensor => {
    const ids = (hidden as Array2).values;
    if (!open) throw new Error('no forward pass is open');
    let at = 0;
    const logits: number[] = [];
    for (const { sequence, count } of open) {
      const all = of(sequence);
      const off = limits.race?.(all.length, count) === true ? (limits.raceSize ?? 5) : 0;
      all.push(...ids.slice(at, (at += count)));
      extended(sequence);
      logits.push(...logitsAfter(all).map((logit) => logit + off));
    }
    if (at !== ids.length) throw new Error('the pass has other tokens than were announced');
    cache.passes += 1;
    return new Array2([1, open.length, VOCABULARY], 'float32', logits);
  };
  const result = (...tensors: Tensor[]) => ({ get: (i: number) => tensors[i] as Tensor, dispose: () => undefined });
  const functions: Record<string, TvmFunction> = {
    embed: fn((ids: Array2) => {
      counted.called('embed');
      return new Array2([ids.values.length, 1], 'float32', [...ids.values]);
    }),
    batch_prefill: fn((hidden: Array2) => {
      counted.called('batch_prefill');
      if (hidden.values.length > limits.chunk) throw new Error('longer than a chunk');
      return result(forward(hidden));
    }),
    batch_decode: fn((hidden: Array2) => {
      counted.called('batch_decode');
      if (hidden.values.length > limits.rows) throw new Error('more rows than the library takes');
      return result(forward(hidden));
    }),
    create_tir_paged_kv_cache: fn((sequences: { value: number }, tokens: { value: number }) => {
      created = { sequences: sequences.value, tokens: tokens.value };
      counted.made(created.sequences, created.tokens);
      return {
        dispose: () => {
          counted.disposed();
        },
      };
    }),
    planaria_sample: fn((logits: Array2, temperature: Array2, _top: Array2, uniform: Array2, mask: Array2) => {
      counted.called('planaria_sample', temperature.values.length);
      const words = Math.ceil(VOCABULARY / 32);
      const tokens = temperature.values.map((heat, row) => {
        const own = logits.values.slice(row * VOCABULARY, (row + 1) * VOCABULARY);
        const allowed = own.flatMap((logit, id) =>
          ((mask.values[row * words + (id >> 5)] as number) >> (id & 31)) & 1 ? [{ id, logit }] : [],
        );
        if (heat === 0) return allowed.reduce((a, b) => (b.logit > a.logit ? b : a)).id;
        return (allowed[Math.floor((uniform.values[row] as number) * allowed.length)] as { id: number }).id;
      });
      return result(
        new Array2([tokens.length], 'int32', tokens),
        new Array2(
          [tokens.length],
          'float32',
          tokens.map(() => -1),
        ),
      );
    }),
  };
  const helpers: Record<string, TvmFunction> = {
    apply_bitmask_inplace: fn((logits: Array2, which: Array2, mask: Array2) => {
      const words = Math.ceil(VOCABULARY / 32);
      for (const row of which.values)
        for (let id = 0; id < VOCABULARY; id += 1)
          if ((((mask.values[row * words + (id >> 5)] as number) >> (id & 31)) & 1) === 0)
            logits.values[row * VOCABULARY + id] = -1e9;
    }),
    apply_penalty_inplace: fn(() => undefined),
    softmax_with_temperature: fn((logits: Array2, temperature: Array2) => {
      counted.called('softmax_with_temperature', temperature.values.length);
      return new Array2(logits.shape, 'float32', [...logits.values]);
    }),
    argsort_probs: fn((values: Array2) => {
      counted.called('argsort_probs', values.shape[0]);
      const ids = Array.from({ length: values.values.length / VOCABULARY }, (_, row) => {
        const own = values.values.slice(row * VOCABULARY, (row + 1) * VOCABULARY);
        return own.map((_value, id) => id).sort((a, b) => (own[b] as number) - (own[a] as number));
      });
      return result(values, new Array2(values.shape, 'int32', ids.flat()));
    }),
    sample_with_top_p: fn((_sorted: Array2, ids: Array2, uniform: Array2) => {
      counted.called('sample_with_top_p', uniform.values.length);
      return new Array2(
        [uniform.values.length],
        'int32',
        uniform.values.map((_value, row) => ids.values[row * VOCABULARY] as number),
      );
    }),
  };
  if (limits.stock) {
    delete functions['planaria_sample'];
    Object.assign(functions, helpers);
  }
  const builtins: Record<string, TvmFunction> = {
    add_sequence: fn((_: unknown, sequence: number) => fresh(sequence, [])),
    remove_sequence: fn((_: unknown, sequence: number) => {
      of(sequence);
      cache.sequences.delete(sequence);
      pages.drop(sequence);
    }),
    fork_sequence: fn((_: unknown, parent: number, child: number, at: number) => {
      if (at > of(parent).length) throw new Error('a fork beyond the end of its parent');
      const ids = of(parent).slice(0, at < 0 ? undefined : at);
      fresh(child, ids);
      pages.share(child, parent, ids.length);
      extended(child);
    }),
    popn: fn((_: unknown, sequence: number, count: number) => {
      if (count < 1 || count > of(sequence).length) throw new Error(`${String(count)} tokens off a shorter sequence`);
      of(sequence).splice(-count);
      extended(sequence);
    }),
    begin_forward: fn((_: unknown, sequences: { values: number[] }, counts: { values: number[] }) => {
      if (open) throw new Error('a forward pass is open already');
      if (new Set(sequences.values).size < sequences.values.length) throw new Error('a sequence twice in a pass');
      open = sequences.values.map((sequence, i) => ({ sequence, count: counts.values[i] as number }));
    }),
    end_forward: fn(() => {
      open = null;
    }),
  };
  const control = ['<pad>', '<end>', '<say>'];
  const model: ModelInternals = {
    tvm: {
      lib: {},
      beginScope: () => undefined,
      endScope: () => undefined,
      detachFromCurrentScope: (object) => object,
      empty: (shape, dtype) => new Array2(shape, dtype),
      scalar: (value) => value,
      makeShapeTuple: (values) =>
        ({ values: [...values], value: values[0], dispose: () => undefined }) as unknown as TvmObject,
      getGlobalFunc: () => {
        throw new Error('not used');
      },
      listGlobalFuncNames: () => [],
      registerFunc: () => undefined,
      cpu: () => 'cpu',
    },
    gpu: {
      device: undefined as unknown as GPUDevice,
      get currAllocatedBytes() {
        return counted.now;
      },
      get peakAllocatedBytes() {
        return counted.peak;
      },
      flushCommands: () => undefined,
      sync: () => new Promise((resolve) => setImmediate(resolve)),
    },
    device: 'gpu',
    params: [],
    tokenizer: {
      encode: (text) =>
        Int32Array.from(
          text.split(/(<end>|<say>)/).flatMap((part) => {
            const id = control.indexOf(part);
            return id >= 0 ? [id] : [...part].map((character) => 3 + (character.charCodeAt(0) % (VOCABULARY - 3)));
          }),
        ),
      decode: (ids) => [...ids].map((id) => String.fromCharCode(0x4e00 + id)).join(''),
      getVocabSize: () => VOCABULARY,
      idToToken: (id) => control[id] ?? String.fromCharCode(0x4e00 + id),
    },
    config: {
      vocab_size: VOCABULARY,
      context_window_size: 200,
      sliding_window_size: -1,
      ...limits.config,
      conv_template: {
        system_template: '{system_message}<end>',
        system_message: '',
        roles: { user: '<say>', assistant: '<say>' },
        seps: ['<end>'],
        role_content_sep: '',
        role_empty_sep: '',
        stop_str: [],
        stop_token_ids: [STOP],
      },
    },
    metadata: { prefill_chunk_size: limits.chunk, max_batch_size: limits.rows, ...limits.metadata },
    find: ((name: string) => functions[name] ?? null) as ModelInternals['find'],
    builtin: ((name: string) => {
      const found = builtins[name.replace('vm.builtin.kv_state_', '')];
      if (!found) throw new Error(`no builtin ${name}`);
      return found;
    }) as ModelInternals['builtin'],
    releaseSingleCache: () => undefined,
    releaseUnused: () => {
      counted.release();
    },
  };
  return { model, cache };
}
