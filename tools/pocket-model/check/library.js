// The functions of a loaded pocket library, called as the batched engine calls them.
import * as webllm from '/web-llm.js';

export const now = () => performance.now();

/** Load the model folder `model` with the library `wasm` through stock WebLLM. */
export async function load(model, wasm) {
  const id = wasm.replace(/\W/g, '-');
  const began = now();
  const engine = await webllm.CreateMLCEngine(id, {
    logLevel: 'WARN',
    appConfig: {
      useIndexedDBCache: false,
      model_list: [{ model: new URL(model, location.href).href, model_id: id, model_lib: new URL(wasm, location.href).href }],
    },
  });
  const loadMs = now() - began;
  const pipeline = engine.loadedModelIdToPipeline.get(id);
  return new Library(engine, pipeline, loadMs);
}

class Library {
  constructor(engine, pipeline, loadMs) {
    Object.assign(this, { engine, pipeline, loadMs, tvm: pipeline.tvm, device: pipeline.device, params: pipeline.params });
    const { tvm } = this;
    tvm.beginScope();
    const global = (name) => tvm.detachFromCurrentScope(tvm.getGlobalFunc(name));
    const own = (name) => tvm.detachFromCurrentScope(pipeline.vm.getFunction(name));
    const optional = (get, name) => {
      try {
        return get(name);
      } catch {
        return undefined;
      }
    };
    this.builtin = {
      add: global('vm.builtin.kv_state_add_sequence'),
      remove: global('vm.builtin.kv_state_remove_sequence'),
      fork: global('vm.builtin.kv_state_fork_sequence'),
      pop: global('vm.builtin.kv_state_popn'),
      begin: global('vm.builtin.kv_state_begin_forward'),
      end: global('vm.builtin.kv_state_end_forward'),
      freePages: global('vm.builtin.attention_kv_cache_get_num_available_pages'),
      kvExport: optional(global, 'planaria.kv_export'),
      kvImport: optional(global, 'planaria.kv_import'),
    };
    this.call = Object.fromEntries(
      ['embed', 'prefill', 'decode', 'batch_prefill', 'batch_decode', 'create_tir_paged_kv_cache',
        'softmax_with_temperature', 'argsort_probs', 'sample_with_top_p'].map((n) => [n, own(n)]),
    );
    this.call.planaria_sample = optional(own, 'planaria_sample');
    tvm.endScope();
  }

  /** Free what `work` allocates, unless it detaches it. */
  async scope(work) {
    this.tvm.beginScope();
    try {
      return await work();
    } finally {
      this.tvm.endScope();
    }
  }

  ints(values, shape = [values.length]) {
    return this.tvm.empty(shape, 'int32', this.device).copyFrom(Int32Array.from(values));
  }

  floats(values, shape = [values.length]) {
    return this.tvm.empty(shape, 'float32', this.device).copyFrom(Float32Array.from(values));
  }

  async read(tensor) {
    const copy = this.tvm.detachFromCurrentScope(this.tvm.empty(tensor.shape, tensor.dtype, this.tvm.cpu()).copyFrom(tensor));
    await this.device.sync();
    const values = copy.toArray();
    copy.dispose();
    return values;
  }

  /** A cache of its own: `sequences` seats, `tokens` in all, pages of 16. */
  createCache(sequences = 16, tokens = 16384, chunk = 256) {
    const { tvm } = this;
    tvm.beginScope();
    const shape = (n) => tvm.makeShapeTuple([n]);
    const cache = tvm.detachFromCurrentScope(
      this.call.create_tir_paged_kv_cache(shape(sequences), shape(tokens), shape(chunk), shape(16), shape(0)),
    );
    tvm.endScope();
    return new Cache(this, cache);
  }
}

class Cache {
  constructor(library, cache) {
    this.library = library;
    this.cache = cache;
  }

  int(n) {
    return this.library.tvm.scalar(n, 'int64');
  }

  tell(name, ...numbers) {
    const { tvm, builtin } = this.library;
    tvm.beginScope();
    const value = builtin[name](this.cache, ...numbers.map((n) => this.int(n)));
    tvm.endScope();
    return value;
  }

  add(seq) { this.tell('add', seq); }
  remove(seq) { this.tell('remove', seq); }
  fork(parent, child, position = -1) { this.tell('fork', parent, child, position); }
  pop(seq, n) { this.tell('pop', seq, n); }
  freePages() { return Number(this.tell('freePages')); }

  /** One forward of [sequence, token ids] pairs; `use` gets the logits on the device, by default they are read. */
  forward(kind, batch, use = (logits) => this.library.read(logits)) {
    const { library: l } = this;
    return l.scope(async () => {
      const ids = batch.flatMap(([, tokens]) => tokens);
      const lengths = batch.map(([, tokens]) => tokens.length);
      const x = l.call.embed(l.ints(ids), l.params);
      const hidden = x.shape[1];
      l.builtin.begin(this.cache, l.tvm.makeShapeTuple(batch.map(([s]) => s)), l.tvm.makeShapeTuple(lengths));
      let result;
      if (kind === 'batch_prefill') {
        let last = -1;
        const positions = lengths.map((n) => (last += n));
        result = l.call.batch_prefill(x.view([1, ids.length, hidden]), l.ints(positions), this.cache, l.params);
      } else if (kind === 'batch_decode') {
        result = l.call.batch_decode(x.view([ids.length, 1, hidden]), this.cache, l.params);
      } else {
        result = l.call[kind](x.view([1, ids.length, hidden]), this.cache, l.params);
      }
      l.builtin.end(this.cache);
      return use(result.get(0));
    });
  }

  /** Prefill of any length, in chunks of 256; the logits after the last token. */
  async prefill(seq, ids) {
    let logits;
    for (let i = 0; i < ids.length; i += 256) logits = await this.forward('prefill', [[seq, ids.slice(i, i + 256)]]);
    return logits;
  }

  /** K/V of tokens [begin, end) of a sequence, [2, layers, n, heads, dim]. */
  exportKv(seq, begin, end, layers = 4, heads = 2, dim = 64) {
    const { library: l } = this;
    return l.scope(() => {
      const data = l.tvm.empty([2, layers, end - begin, heads, dim], 'float32', l.device);
      l.builtin.kvExport(this.cache, this.int(seq), this.int(begin), this.int(end), data);
      return l.read(data);
    });
  }

  /** Append `n` tokens' K/V to a sequence. */
  importKv(seq, values, n, layers = 4, heads = 2, dim = 64) {
    const { library: l } = this;
    return l.scope(async () => {
      const data = l.tvm.empty([2, layers, n, heads, dim], 'float32', l.device).copyFrom(values);
      l.builtin.kvImport(this.cache, this.int(seq), data);
      await l.device.sync();
    });
  }
}
