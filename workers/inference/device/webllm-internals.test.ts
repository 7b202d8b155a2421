/** A pipeline of WebLLM's taken apart: what is asked of it before anything runs. */
import type { MLCEngine } from '@mlc-ai/web-llm';
import { expect, test } from 'vitest';
import { openModel } from './webllm-internals.ts';

const WAIT = '__asyncify.WebGPUWaitForTasks';

/** The parts that a loaded model has; `globals` are TVM's functions by name. */
function engineWith(globals: readonly string[], metadata: object = { prefill_chunk_size: 16 }, sliding = -1) {
  const registered: string[] = [];
  const object = Object.assign(() => JSON.stringify(metadata), { dispose: () => undefined });
  const method = (): unknown => object;
  const parts = {
    tvm: {
      lib: { webGPUContext: { currAllocatedBytes: 0, flushCommands: method } },
      beginScope: method,
      endScope: method,
      detachFromCurrentScope: (it: unknown) => it,
      empty: method,
      scalar: method,
      makeShapeTuple: method,
      getGlobalFunc: method,
      listGlobalFuncNames: () => [...globals, ...registered],
      registerFunc: (name: string) => void registered.push(name),
      cpu: method,
    },
    vm: { getFunction: method },
    device: {},
    params: {},
    tokenizer: { encode: method, decode: method, getVocabSize: method, idToToken: method },
    config: { conv_template: {}, vocab_size: 1, context_window_size: 1, sliding_window_size: sliding },
  };
  return { engine: { loadedModelIdToPipeline: new Map([['m', parts]]) } as unknown as MLCEngine, registered };
}

test('a library without asyncify is given the wait that its K/V built-ins ask for, before anything waits', () => {
  const { engine, registered } = engineWith([]);
  const model = openModel(engine, 'm');
  expect(registered).toEqual([WAIT]);
  expect(model.tvm.listGlobalFuncNames()).toContain(WAIT);
});

test('a library that has a wait of its own keeps it', () => {
  const { engine, registered } = engineWith([WAIT]);
  openModel(engine, 'm');
  expect(registered).toEqual([]);
});

test('a hybrid model is refused by name', () => {
  for (const kv_state_kind of ['hybrid', 'rnn_state'])
    expect(() => openModel(engineWith([], { prefill_chunk_size: 16, kv_state_kind }).engine, 'm')).toThrow(
      'the model keeps more state than a K/V cache',
    );
});

test('a model that forgets beyond a window is refused by name', () => {
  expect(() => openModel(engineWith([], { prefill_chunk_size: 16 }, 4096).engine, 'm')).toThrow(
    'the model uses a sliding window',
  );
});
