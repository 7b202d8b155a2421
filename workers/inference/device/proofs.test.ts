import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { keptProofs } from './proofs.ts';

const adapter = {
  vendor: 'v',
  architecture: 'a',
  description: 'd',
  isFallback: false,
  features: [],
  limits: {},
};

let stored: Map<string, Response>;
let refuses: boolean;

beforeEach(() => {
  stored = new Map();
  refuses = false;
  // Node has no Cache storage; what matters here is what is kept under which name.
  vi.stubGlobal('caches', {
    open: () =>
      Promise.resolve({
        match: (address: string) => Promise.resolve(stored.get(address)?.clone()),
        put: (address: string, response: Response) =>
          refuses
            ? Promise.reject(new DOMException('full', 'QuotaExceededError'))
            : Promise.resolve(void stored.set(address, response)),
      }),
  });
  vi.stubGlobal('navigator', { userAgent: 'browser 1' });
});
afterEach(() => {
  vi.unstubAllGlobals();
});

const prove = vi.fn(() => Promise.resolve({ rows: 12 }));
beforeEach(() => prove.mockClear());

test('what was shown once is not shown again on the same GPU in the same browser', async () => {
  expect(await keptProofs('library 1', adapter).once('batches', prove)).toEqual({ rows: 12 });
  expect(await keptProofs('library 1', adapter).once('batches', prove)).toEqual({ rows: 12 });
  expect(prove).toHaveBeenCalledTimes(1);
});

test('another library, GPU, browser or question is shown for itself', async () => {
  await keptProofs('library 1', adapter).once('batches', prove);
  await keptProofs('library 2', adapter).once('batches', prove);
  await keptProofs('library 1', { ...adapter, description: 'e' }).once('batches', prove);
  await keptProofs('library 1', adapter).once('others', prove);
  vi.stubGlobal('navigator', { userAgent: 'browser 2' });
  await keptProofs('library 1', adapter).once('batches', prove);
  expect(prove).toHaveBeenCalledTimes(5);
});

test('a record that cannot be read or kept costs only time', async () => {
  refuses = true;
  expect(await keptProofs('library 1', adapter).once('batches', prove)).toEqual({ rows: 12 });
  refuses = false;
  await keptProofs('library 1', adapter).once('batches', prove);
  for (const address of stored.keys()) stored.set(address, new Response('{torn'));
  expect(await keptProofs('library 1', adapter).once('batches', prove)).toEqual({ rows: 12 });
  expect(prove).toHaveBeenCalledTimes(3);
});
