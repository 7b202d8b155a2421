import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFileSync } from 'node:fs';
import { fit } from '../device/fit.ts';
import { checkConfig, checkIndex, memoryNeeds, tellFault } from './folder-schema.ts';

type Json = Record<string, unknown>;
const pocket = new URL('../../../public/models/pocket/resolve/main/', import.meta.url);
const pocketFile = (name: string): Json => JSON.parse(readFileSync(new URL(name, pocket), 'utf8')) as Json;

/** What stands in every configuration of the hub beside what differs by family. */
const common = {
  quantization: 'q4f16_1',
  context_window_size: 4096,
  sliding_window_size: -1,
  attention_sink_size: -1,
  prefill_chunk_size: 2048,
  vocab_size: 32_000,
  tokenizer_files: ['tokenizer.json', 'tokenizer_config.json'],
  conv_template: { name: 'x' },
  system_prefix_token_ids: null,
};
const families: Record<string, { config: Json; kv: number }> = {
  llama: {
    config: {
      hidden_size: 2048,
      intermediate_size: 8192,
      num_attention_heads: 32,
      num_hidden_layers: 16,
      num_key_value_heads: 8,
      head_dim: 64,
      rope_scaling: null,
    },
    kv: 2 * 16 * 8 * 64,
  },
  qwen2: {
    config: {
      hidden_size: 896,
      intermediate_size: 4864,
      num_attention_heads: 14,
      num_hidden_layers: 24,
      num_key_value_heads: 2,
      dtype: 'float32',
    },
    kv: 2 * 24 * 2 * 64,
  },
  'gemma3, sizes one level down': {
    config: {
      vocab_size: 262_144,
      text_config: {
        hidden_size: 1152,
        intermediate_size: 6912,
        num_attention_heads: 4,
        num_hidden_layers: 26,
        num_key_value_heads: 1,
        head_dim: 256,
        context_window_size: 32_768,
      },
    },
    kv: 2 * 26 * 256,
  },
  'gpt_neox, no heads of their own for keys': {
    config: {
      hidden_size: 2560,
      intermediate_size: 10_240,
      num_attention_heads: 32,
      num_hidden_layers: 32,
      head_dim: 80,
    },
    kv: 2 * 32 * 32 * 80,
  },
  "phi-2, under GPT-2's names": {
    config: { n_embd: 2560, n_layer: 32, n_head: 32, n_inner: null, n_head_kv: null, n_positions: 2048 },
    kv: 2 * 32 * 32 * 80,
  },
  'feed-forward layers of different sizes': {
    config: {
      hidden_size: 1536,
      intermediate_size: [6144, 12_288],
      num_attention_heads: 8,
      num_hidden_layers: 35,
      num_key_value_heads: 1,
      head_dim: 256,
    },
    kv: 2 * 35 * 256,
  },
};

test('real configurations of many families pass, fields that differ among them left alone', () => {
  for (const [name, { config, kv }] of Object.entries(families)) {
    const read = checkConfig({ ...common, model_config: config });
    if (!read.ok) throw new Error(`${name}: ${tellFault(read.error)}`);
    const { shape } = read.value;
    expect(shape, name).not.toBeNull();
    expect(2 * shape!.layers * shape!.kvHeads * shape!.headDim, name).toBe(kv);
  }
  const windowed = {
    ...common,
    context_window_size: -1,
    sliding_window_size: 4096,
    model_config: families['llama']!.config,
  };
  expect(checkConfig(windowed)).toMatchObject({ ok: true, value: { contextTokens: 4096 } });
  expect(checkConfig(windowed, { context_window_size: 1024, sliding_window_size: -1 })).toMatchObject({
    ok: true,
    value: { contextTokens: 1024 },
  });
});

test('the pocket model needs what it always needed', () => {
  const config = checkConfig(pocketFile('mlc-chat-config.json'));
  const index = checkIndex(pocketFile('tensor-cache.json'));
  if (!config.ok || !index.ok) throw new Error('refused');
  expect(memoryNeeds(config.value, config.value.shape!, index.value)).toEqual({
    ok: true,
    value: {
      weightBytes: 2_098_176,
      kvBytesPerAgent: 2 * 4 * 2 * 64 * 4 * 1024,
      workspaceBytes: 256 * (4 * 256 + 8 * 64 + 3 * 704) * 4 + 5 * 16 * 1536 * 4,
    },
  });
  expect(index.value).toMatchObject({ fileBytes: 2_098_176, shards: [{ dataPath: 'params_shard_0.bin' }] });
});

test('sizes under no name that is known are no shape, and no fault', () => {
  expect(checkConfig({ ...common, model_config: { d_inner: 3 } })).toMatchObject({ ok: true, value: { shape: null } });
});

test('what does not fit is named: file, field, what should be there, what is', () => {
  const told = (change: Json, sizes: Json = {}): string => {
    const read = checkConfig({ ...common, ...change, model_config: { ...families['llama']!.config, ...sizes } });
    return read.ok ? 'passes' : tellFault(read.error);
  };
  expect(told({}, { num_hidden_layers: 'many\u202e' })).toBe(
    'mlc-chat-config.json, model_config.num_hidden_layers: expected a whole number from 1 to 1024, found "many\\u{202e}".',
  );
  expect(told({ context_window_size: 0 })).toContain('context_window_size: expected -1, or a whole number from 1');
  expect(told({ context_window_size: -1 })).toContain('context_window_size: expected a whole number from 1');
  expect(told({ context_window_size: 4096, sliding_window_size: 512 })).toContain('found 512');
  expect(told({ vocab_size: null })).toContain('vocab_size: expected a whole number from 1 to 4194304, found nothing');
  expect(told({ tokenizer_files: ['vocab.txt'] })).toContain('tokenizer_files: expected a list with tokenizer.json or');
  expect(told({}, { num_key_value_heads: 5 })).toContain('num_key_value_heads: expected a divisor of the 32');
  expect(told({}, { head_dim: null, hidden_size: 2049 })).toContain('hidden_size: expected a multiple of the 32');
  for (const text of ['', '[]', '7', 'null', '"x"'])
    expect(checkConfig(text === '' ? undefined : JSON.parse(text)).ok, text).toBe(false);

  const index = (shard: Json, tensor: Json = {}): string => {
    const one = { name: 'w', shape: [2, 3], dtype: 'float16', format: 'raw', nbytes: 12, byteOffset: 0, ...tensor };
    const read = checkIndex({
      records: [{ dataPath: 'a.bin', format: 'raw-shard', nbytes: 12, records: [one], ...shard }],
    });
    return read.ok ? 'passes' : tellFault(read.error);
  };
  expect(index({})).toBe('passes');
  expect(index({}, { shape: [2, 3], dtype: 'float32', format: 'f32-to-bf16' })).toBe('passes');
  expect(index({ nbytes: '12' })).toBe(
    'tensor-cache.json, records.0.nbytes: expected a whole number from 1 to 2147483647, found "12".',
  );
  expect(index({}, { nbytes: 13 })).toContain(
    'records.0.records.0.nbytes: expected 12, by its shape and type, found 13',
  );
  expect(index({}, { byteOffset: 1 })).toContain("a place within the file's 12 bytes");
  expect(index({}, { dtype: 'toString' })).toContain('dtype: expected one of float64');
  expect(index({}, { shape: [2, -3] })).toContain('shape.1: expected');
  expect(index({ md5sum: 'x' })).toContain('32 hexadecimal digits');
  expect(checkIndex({ records: [] }).ok).toBe(false);
  const twice = pocketFile('tensor-cache.json')['records'] as Json[];
  expect(checkIndex({ records: [...twice, ...twice] })).toMatchObject({ error: { field: 'records.1.dataPath' } });
});

const below = fc.stringMatching(/^[A-Za-z0-9_-][\w.-]{0,20}(\/[A-Za-z0-9_-][\w.-]{0,20}){0,3}$/);

test('weights lie below their folder: no other host, no way up, nothing that is read in two ways', () => {
  const read = (dataPath: unknown) =>
    checkIndex({
      records: [{ dataPath, nbytes: 1, records: [{ name: 'w', shape: [], dtype: 'int8', nbytes: 1, byteOffset: 0 }] }],
    });
  for (const bad of [
    'https://elsewhere.example/a.bin',
    'http://127.0.0.1:631/',
    '//elsewhere.example/a',
    '/a.bin',
    '../a.bin',
    'a/../../b',
    '..',
    '.',
    './a',
    'a//b',
    'a/',
    '',
    'a\\b',
    '%ff',
    '%2e%2e/a',
    'a%2fb',
    'a.bin?x',
    'a.bin#x',
    'data:,x',
    'blob:x',
    'a b',
    'a\u0000',
    'a\n',
    'tokenizer.json',
    'tensor-cache.json',
    'mlc-chat-config.json',
    'a'.repeat(257),
    7,
    null,
    ['a.bin'],
    { a: 1 },
    true,
    undefined,
  ])
    expect(read(bad).ok, JSON.stringify(bad)).toBe(false);
  for (const good of ['params_shard_0.bin', 'weights/part-01.bin', 'a..b', '.hidden', '..a/b'])
    expect(read(good).ok, good).toBe(true);
  const folder = 'https://models.example/me/tiny/resolve/main/';
  fc.assert(
    fc.property(fc.oneof(below, fc.webPath(), fc.webUrl(), fc.string({ unit: 'binary' })), (path) => {
      if (read(path).ok) expect(new URL(path, folder).href).toBe(folder + path);
    }),
    { numRuns: 500 },
  );
});

/** Anything that JSON can have where a number belongs, and what only text can make of it. */
const hostile = fc.oneof(
  fc.constantFrom<unknown>(
    0,
    -1,
    -0.5,
    1.5,
    NaN,
    Infinity,
    -Infinity,
    1e308,
    2 ** 53,
    -(2 ** 53),
    2 ** 31,
    null,
    undefined,
    true,
    false,
    '',
    '4',
    'NaN',
    '1e3',
    '0x10',
    [],
    [4],
    {},
    { valueOf: 4 },
  ),
  fc.double(),
  fc.integer(),
  fc.maxSafeInteger(),
  fc.integer({ min: 1, max: 64 }),
  fc.integer({ min: 1, max: 64 }),
  fc.jsonValue(),
);

test('no folder passes whose memory is not a finite whole number above zero, and right', () => {
  const config = pocketFile('mlc-chat-config.json');
  const sizes = config['model_config'] as Json;
  const numbers = [
    'hidden_size',
    'intermediate_size',
    'num_hidden_layers',
    'num_attention_heads',
    'num_key_value_heads',
    'head_dim',
    'vocab_size',
    'text_config',
    'n_layer',
  ];
  const outer = [
    'context_window_size',
    'sliding_window_size',
    'prefill_chunk_size',
    'vocab_size',
    'quantization',
    'tokenizer_files',
    'model_config',
  ];
  const value = fc.oneof(hostile, fc.constantFrom<unknown>(1, 2, 4, 8, 64, 256, 4096));
  const change = (names: string[]) => fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 });
  const tensor = fc.record({
    shape: fc.oneof(fc.array(hostile, { maxLength: 4 }), fc.array(fc.integer({ min: 1, max: 9 }))),
    dtype: fc.constantFrom<unknown>('float16', 'int8', 'x', 4),
    nbytes: hostile,
    byteOffset: hostile,
  });
  const records = pocketFile('tensor-cache.json')['records'] as { records: Json[] }[];
  let passed = 0;
  fc.assert(
    fc.property(change(outer), change(numbers), fc.option(tensor), (around, within, odd) => {
      const read = checkConfig({ ...config, model_config: { ...sizes, ...within }, ...around });
      const index = checkIndex({ records: odd ? [{ ...records[0], records: [{ name: 'w', ...odd }] }] : records });
      if (!read.ok || !index.ok || !read.value.shape) return;
      const needs = memoryNeeds(read.value, read.value.shape, index.value);
      if (!needs.ok) return;
      passed++;
      for (const bytes of Object.values(needs.value)) expect(Number.isSafeInteger(bytes) && bytes > 0).toBe(true);
      // By the fields themselves, as they stand in the file.
      const at = { ...sizes, ...within } as Record<string, number>;
      const inner = (at['text_config'] ?? {}) as unknown as Record<string, number>;
      const size = (name: string): number => inner[name] ?? at[name]!;
      const all = { ...config, ...around } as Record<string, number>;
      const positive = (n: number | undefined | null): number => (n == null || n < 0 ? 0 : n);
      const context = positive(all['context_window_size']) || positive(all['sliding_window_size']);
      const headDim = size('head_dim') ?? size('hidden_size') / size('num_attention_heads');
      const kvHeads = size('num_key_value_heads') ?? size('num_attention_heads');
      const layers = size('num_hidden_layers') ?? size('n_layer');
      const cell = /f16/.test(String(around['quantization'] ?? 'q4f32_1')) ? 2 : 4;
      expect(needs.value.kvBytesPerAgent).toBe(2 * layers * kvHeads * headDim * cell * context);
    }),
    { numRuns: 1000 },
  );
  expect(passed).toBeGreaterThan(20);
});

test('what is no figure fits nowhere', () => {
  const budget = { vramMiB: 7168, occupancy: 0.85 };
  const good = { weightBytes: 1, workspaceBytes: 1, kvBytesPerAgent: 1 };
  for (const bad of [NaN, Infinity, -Infinity, 0])
    expect(fit({ ...good, kvBytesPerAgent: bad }, budget).fits, String(bad)).toBe(0);
  for (const bad of [NaN, Infinity]) {
    expect(fit({ ...good, weightBytes: bad }, budget).fits).toBe(0);
    expect(fit({ ...good, workspaceBytes: bad }, budget).fits).toBe(0);
  }
});
