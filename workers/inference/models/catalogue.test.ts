import { prebuiltAppConfig } from '@mlc-ai/web-llm';
import { expect, test } from 'vitest';
import { type EngineFault } from '../../../src/engine/contract.ts';
import { listModels, resolveModel } from './catalogue.ts';

const root = new URL('https://example.org/planaria/');
const resolve = (source: Parameters<typeof resolveModel>[0], features: string[] = []) =>
  resolveModel(source, prebuiltAppConfig, root, features);

test('the pocket model lies beside the page', () => {
  expect(resolve({ id: 'pocket' })).toMatchObject({
    folder: 'https://example.org/planaria/models/pocket/resolve/main/',
    libraryUrl: 'https://example.org/planaria/models/pocket/pocket.wasm',
  });
});

test('an f16 build gives way to its f32 twin where the GPU lacks 16-bit floats, and says so', () => {
  const id = 'Llama-3.2-1B-Instruct-q4f16_1-MLC';
  expect(resolve({ id }, ['shader-f16'])).toMatchObject({ id, notes: [] });
  const without = resolve({ id });
  expect(without.id).toBe('Llama-3.2-1B-Instruct-q4f32_1-MLC');
  expect(without.notes).toHaveLength(1);
});

test('a folder in the hub layout, with or without its revision', () => {
  const folder = 'https://models.example/me/tiny';
  const expected = { id: 'tiny', folder: `${folder}/resolve/main/`, libraryUrl: `${folder}/tiny.wasm` };
  expect(resolve({ id: '', url: folder })).toMatchObject(expected);
  expect(resolve({ id: '', url: `${folder}/` })).toMatchObject(expected);
  expect(resolve({ id: '', url: `${folder}/resolve/main/` })).toMatchObject(expected);
  expect(resolve({ id: 'mine', url: 'tiny', libraryUrl: 'lib.wasm' })).toMatchObject({
    id: 'mine',
    folder: 'https://example.org/planaria/tiny/resolve/main/',
    libraryUrl: 'https://example.org/planaria/lib.wasm',
  });
});

test.each([
  'data:application/json,{}',
  'blob:https://example.org/1c5e',
  'javascript:alert(1)',
  'file:///etc/',
  'ftp://models.example/tiny',
  'https://me:secret@models.example/tiny',
  'https://',
  'http://[',
])('g: no folder, and no library, is at %s', (address) => {
  for (const source of [
    { id: '', url: address },
    { id: '', url: 'https://models.example/tiny', libraryUrl: address },
  ])
    try {
      resolve(source);
      expect.unreachable();
    } catch (thrown) {
      const { error } = thrown as EngineFault;
      expect(error.code).toBe('model-unknown');
      expect(error.message).not.toContain('secret');
    }
});

test('an unknown model names the nearest', () => {
  try {
    resolve({ id: 'Llama-3.2-1B' });
    expect.unreachable();
  } catch (thrown) {
    const { error } = thrown as EngineFault;
    expect(error.code).toBe('model-unknown');
    expect(error.remedy).toContain('Llama-3.2-1B-Instruct');
  }
});

test('the list offers one build of each model, pocket first, and reasons for what does not fit', () => {
  const budget = { vramMiB: 7168, occupancy: 0.85 };
  const f32 = listModels(prebuiltAppConfig, budget, [], new Set());
  const f16 = listModels(prebuiltAppConfig, budget, ['shader-f16'], new Set());
  expect(f32[0]?.id).toBe('pocket');
  expect(f32.some((choice) => /q\df16/.test(choice.id))).toBe(false);
  expect(f16.some((choice) => choice.id === 'Llama-3.2-1B-Instruct-q4f16_1-MLC')).toBe(true);
  expect(f16.some((choice) => choice.id === 'Llama-3.2-1B-Instruct-q4f32_1-MLC')).toBe(false);
  expect(f16.some((choice) => /embed/.test(choice.id))).toBe(false);
  for (const choice of f16) {
    expect(choice.weightBytes).toBeGreaterThan(0);
    expect(choice.kvBytesPerAgent).toBeGreaterThan(0);
    expect(choice.fits > 0).toBe(choice.reason === '');
  }
  expect(f16.find((choice) => choice.id.startsWith('Llama-3.1-70B'))?.reason).toContain('MiB');
});

test('without a GPU everything is listed and nothing fits', () => {
  const choices = listModels(prebuiltAppConfig, { vramMiB: 7168, occupancy: 0.85 }, null, new Set());
  expect(choices.every((choice) => choice.fits === 0 && choice.reason !== '')).toBe(true);
});

test('what runs one agent at a time says so before it is fetched, and fits one: hybrid, manifest, batch of one', () => {
  const choices = listModels(prebuiltAppConfig, { vramMiB: 16384, occupancy: 0.85 }, ['shader-f16'], new Set());
  for (const name of ['Qwen3.5-0.8B-q4f16_1-MLC', 'gemma-4-E2B-it-q4f16_1-MLC', 'phi-1_5-q4f16_1-MLC'])
    expect(
      choices.find(({ id }) => id === name),
      name,
    ).toMatchObject({ alone: true, fits: 1 });
  expect(choices.find(({ id }) => id === 'Qwen3-0.6B-q4f16_1-MLC')).toMatchObject({ fits: 16 });
  expect(choices.filter(({ alone }) => alone).every(({ id }) => /^(Qwen3\.5|gemma-4|phi-1_5)-/.test(id))).toBe(true);
});

test("a manifest that WebLLM's list names is kept, for the listed model and for a folder of its name", () => {
  const id = 'gemma-4-E2B-it-q4f32_1-MLC';
  expect(resolve({ id })).toMatchObject({ manifest: 'mlc-model-manifest.json' });
  expect(resolve({ id: '', url: `https://models.example/me/${id}` })).toMatchObject({
    manifest: 'mlc-model-manifest.json',
  });
  expect(resolve({ id: 'Qwen3-0.6B-q4f32_1-MLC' }).manifest).toBeUndefined();
});
