import { expect, test } from 'vitest';
import { fault, toEngineError } from './engine-faults.ts';

const named = (name: string, message: string): Error => Object.assign(new Error(message), { name });

test.each([
  [named('WebGPUNotAvailableError', 'WebGPU is not supported in your current environment'), 'no-webgpu'],
  [
    new Error('Unable to find a compatible GPU. This issue might be because your computer does not have a GPU'),
    'no-adapter',
  ],
  [named('IntegrityError', 'Integrity verification failed for x.wasm'), 'model-checksum'],
  [named('DeviceLostError', 'The WebGPU device was lost while loading the model.'), 'device-lost'],
  [new Error('Object has already been disposed'), 'device-lost'],
  [
    new Error('Cannot find required VM function `argsort_probs`. Available candidate functions: (none)'),
    'library-too-old',
  ],
  [
    named('LinkError', 'WebAssembly.instantiate(): Import #3 "env": function import requires a callable'),
    'library-too-old',
  ],
  [new Error('Cannt detect wasm memory from imports [object Object] or exports[object Object]'), 'library-too-old'],
  [new TypeError('Failed to fetch'), 'model-unreachable'],
  [new DOMException('no room', 'QuotaExceededError'), 'storage-full'],
  [named('ContextWindowSizeExceededError', 'Prompt tokens exceed context window size'), 'prompt-too-long'],
  [named('GrammarMatcherInitError', 'Failed to initialize grammar matcher for json_object'), 'schema-unsupported'],
  [new Error('something else'), 'internal'],
])('%s', (thrown, code) => {
  const error = toEngineError(thrown);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(/\.$/);
  expect(error.remedy).toMatch(/\.$/);
  expect(error.detail).toContain(thrown.message);
});

test('what is already an error of the contract passes as it is', () => {
  const { error } = fault('over-budget', 'Too much.');
  expect(toEngineError(fault('over-budget', 'Too much.'))).toEqual(error);
});
