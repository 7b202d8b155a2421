/** Metadata of MLC's shape, and of shapes that nobody should trust. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { stockFolder } from '../../../tools/pocket-model/stock/files.mjs';
import { batchOf, calledBytes, layerWindow, metadataIn, oddState, type LibraryMetadata } from './library-metadata.ts';

const MIB = 2 ** 20;
const of = (more: object): LibraryMetadata => ({ prefill_chunk_size: 1024, ...more });

test('of the stated memory, that of functions which are called adds up; a huge batch_verify is not called', () => {
  const usage = {
    _initialize_effect: 0,
    batch_decode: 30 * MIB,
    batch_prefill: 60 * MIB,
    batch_verify: 631 * MIB,
    decode: 4 * MIB,
    embed: 2 * MIB,
    image_embed: 400 * MIB,
    prefill: 50 * MIB,
    softmax_with_temperature: 0,
  };
  expect(calledBytes(of({ memory_usage: usage }))).toBe(96 * MIB);
  expect(calledBytes(of({ memory_usage: { ...usage, decode: undefined } }))).toBe(92 * MIB);
});

test('no memory stated, none that is a number, or none of a function that is called: it is not known', () => {
  expect(calledBytes(of({}))).toBeNull();
  expect(calledBytes(of({ memory_usage: null }))).toBeNull();
  expect(calledBytes(of({ memory_usage: {} }))).toBeNull();
  expect(calledBytes(of({ memory_usage: { batch_verify: 1 } }))).toBeNull();
  expect(
    calledBytes(of({ memory_usage: { embed: -1, batch_prefill: 0.5, batch_decode: '9', decode: Infinity } })),
  ).toBeNull();
});

test('a batch of 1, of none, or of nonsense takes one sequence', () => {
  expect(batchOf(of({ max_batch_size: 128 }))).toBe(128);
  for (const most of [1, 0, -4, 2.5, '8', undefined, Number.NaN]) expect(batchOf(of({ max_batch_size: most }))).toBe(1);
});

test('hybrid and recurrent models are told from those with a K/V cache', () => {
  expect(oddState(of({}))).toBeNull();
  expect(oddState(of({ kv_state_kind: 'kv_cache' }))).toBeNull();
  for (const kind of ['hybrid', 'rnn_state', 'none']) expect(oddState(of({ kv_state_kind: kind }))).toMatch(/state/);
});

test('windows by layer are found, and none where all of the context is seen', () => {
  const gemma3 = { context_window_size: 4096, model_config: { text_config: { sliding_window: 512 } } };
  expect(layerWindow(gemma3)).toBe(512);
  expect(layerWindow({ context_window_size: 4096, model_config: { sliding_window: 1024 } } as never)).toBe(1024);
  expect(layerWindow({ context_window_size: 4096, model_config: { sliding_window: 4096 } } as never)).toBeNull();
  for (const sliding_window of [null, -1, 'x', undefined])
    expect(layerWindow({ context_window_size: 4096, model_config: { sliding_window } } as never)).toBeNull();
  expect(layerWindow({ context_window_size: 4096 })).toBeNull();
});

const bytes = (text: string): ArrayBuffer => {
  const all = new TextEncoder().encode(`\0asm\u0001 junk {"a":1} ${text} {"more`);
  return all.buffer.slice(all.byteOffset, all.byteOffset + all.byteLength);
};

test('what a library will say is read out of its bytes before it runs', () => {
  const metadata = of({
    model_type: 'qwen2',
    quirk: 'a "brace } in quotes \\',
    memory_usage: { embed: 5 },
    params: [{ name: 'w', shape: [1], param: { prefill_chunk_size: 'no' } }],
  });
  expect(metadataIn(bytes(JSON.stringify({ model_type: 'x', nested: { b: 2 }, ...metadata })))).toMatchObject(metadata);
  expect(metadataIn(bytes('nothing of the kind'))).toBeNull();
  expect(metadataIn(bytes('{"prefill_chunk_size": 12'))).toBeNull();
  expect(metadataIn(bytes('{"prefill_chunk_size": "12"}'))).toBeNull();
});

test("the pocket model's library says what it is in its bytes", () => {
  const file = readFileSync(new URL('../../../public/models/pocket/pocket.wasm', import.meta.url));
  const found = metadataIn(file.buffer.slice(file.byteOffset, file.byteOffset + file.byteLength));
  expect(found).toMatchObject({ model_type: 'llama', prefill_chunk_size: 256, max_batch_size: 16 });
});

test('a library as MLC compiles it: batches of 128, chunks of 1024, a batch_verify above all that is called, nothing of ours', () => {
  for (const variant of ['stock', 'mended'] as const) {
    const folder = stockFolder(variant);
    const library = folder.get('pocket.wasm') ?? Buffer.alloc(0);
    const found = metadataIn(new Uint8Array(library).buffer);
    expect(found).toMatchObject({ max_batch_size: 128, prefill_chunk_size: 1024, kv_state_kind: 'kv_cache' });
    const { batch_verify: verify = 0, ...called } = found?.memory_usage ?? {};
    expect(verify).toBe(Math.max(verify, ...Object.values(called)));
    const { prefill = 0, ...others } = called;
    expect(prefill).toBeGreaterThan(0);
    const sum = Object.values(others).reduce((all, bytes) => all + bytes, 0);
    expect(calledBytes(found as LibraryMetadata)).toBe(sum);
    // Sampling goes by a vocabulary that the compiler does not know.
    expect(called).toMatchObject({ argsort_probs: 0, softmax_with_temperature: 0 });
    expect(library.includes('planaria')).toBe(false);
    // The weights are in the order in which the library takes them, under its names and in its shapes.
    const index = JSON.parse(String(folder.get('resolve/main/tensor-cache.json'))) as {
      records: { records: { name: string; shape: number[]; dtype: string }[] }[];
    };
    const weights = index.records.flatMap(({ records }) =>
      records.map(({ name, shape, dtype }) => ({ name, shape, dtype })),
    );
    expect((found as unknown as { params: unknown }).params).toEqual(weights);
    expect(weights).toContainEqual({
      name: 'model.layers.3.mlp.down_proj.q_weight',
      shape: [256, 88],
      dtype: 'uint32',
    });
  }
});
