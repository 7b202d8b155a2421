import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keptProofs, type ProofShelf } from './proofs.ts';

const adapter = {
  vendor: 'v',
  architecture: 'a',
  description: 'd',
  isFallback: false,
  features: [],
  limits: {},
};

let stored: Map<string, string>;
let refuses: boolean;
const shelf: ProofShelf = {
  proof: (key) => Promise.resolve(stored.get(key)),
  keepProof: (key, text) =>
    refuses
      ? Promise.reject(new DOMException('full', 'QuotaExceededError'))
      : Promise.resolve(void stored.set(key, text)),
};

beforeEach(() => {
  stored = new Map();
  refuses = false;
  vi.stubGlobal('navigator', { userAgent: 'browser 1' });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const prove = vi.fn(() => Promise.resolve({ rows: 12 }));
beforeEach(() => prove.mockClear());

test('what was shown once is not shown again on the same GPU in the same browser', async () => {
  expect(await keptProofs('library 1', adapter, shelf).once('batches', prove)).toEqual({ rows: 12 });
  expect(await keptProofs('library 1', adapter, shelf).once('batches', prove)).toEqual({ rows: 12 });
  expect(prove).toHaveBeenCalledTimes(1);
});

test('another library, GPU, browser or question is shown for itself', async () => {
  await keptProofs('library 1', adapter, shelf).once('batches', prove);
  await keptProofs('library 2', adapter, shelf).once('batches', prove);
  await keptProofs('library 1', { ...adapter, description: 'e' }, shelf).once('batches', prove);
  await keptProofs('library 1', adapter, shelf).once('others', prove);
  vi.stubGlobal('navigator', { userAgent: 'browser 2' });
  await keptProofs('library 1', adapter, shelf).once('batches', prove);
  expect(prove).toHaveBeenCalledTimes(5);
});

test('a record that cannot be read or kept costs only time', async () => {
  refuses = true;
  expect(await keptProofs('library 1', adapter, shelf).once('batches', prove)).toEqual({ rows: 12 });
  refuses = false;
  await keptProofs('library 1', adapter, shelf).once('batches', prove);
  for (const key of stored.keys()) stored.set(key, '{torn');
  expect(await keptProofs('library 1', adapter, shelf).once('batches', prove)).toEqual({ rows: 12 });
  expect(prove).toHaveBeenCalledTimes(3);
});

test('what work has shown takes the place of what the proof had shown', async () => {
  await keptProofs('library 1', adapter, shelf).once('batches', prove);
  await keptProofs('library 1', adapter, shelf).keep('batches', { rows: 1 });
  expect(await keptProofs('library 1', adapter, shelf).once('batches', prove)).toEqual({ rows: 1 });
  refuses = true;
  await expect(keptProofs('library 1', adapter, shelf).keep('batches', { rows: 2 })).resolves.toBeUndefined();
});
