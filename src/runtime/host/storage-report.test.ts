import { expect, it } from 'vitest';
import type { EngineStorage, StoredBeside, StoredModel } from '../../engine/contract.ts';
import { storageReport } from './storage-report.ts';

const model = (bytes: number): StoredModel => ({
  id: 'm',
  folder: 'https://hub.example/m/',
  bytes,
  builtIn: false,
  usable: true,
});
const engines = (models: StoredModel[], warmBytes: number, more: Partial<StoredBeside> = {}) =>
  ({
    stored: () => Promise.resolve({ models, modelUsage: null, cachedModelBytes: 0, warmBytes, ...more }),
  }) as unknown as EngineStorage;

const page = (bytes: number) => () => Promise.resolve(bytes);

it('tells runs from warm pages, from models and from the page', async () => {
  const estimate = () => Promise.resolve({ usage: 1000, quota: 9000, usageDetails: { indexedDB: 990, caches: 0 } });
  expect(await storageReport(engines([model(300), model(90)], 150), page(200), estimate)).toMatchObject({
    usage: 1000,
    quota: 9000,
    warmBytes: 150,
    runBytes: 250,
    pageBytes: 200,
  });
});

it('tells models that are packed, or have not left Cache storage yet, from runs', async () => {
  const estimate = () => Promise.resolve({ usage: 1000, usageDetails: { indexedDB: 600, caches: 300 } });
  const packed = engines([model(300), model(90)], 150, { modelUsage: 200 });
  expect(await storageReport(packed, page(100), estimate)).toMatchObject({ runBytes: 150, pageBytes: 100 });
  const moving = engines([model(300), model(90)], 150, { cachedModelBytes: 90 });
  expect(await storageReport(moving, page(100), estimate)).toMatchObject({ runBytes: 50, pageBytes: 100 });
});

it('says of nothing that the browser does not tell that it is zero', async () => {
  const denied = () => Promise.reject(new Error('denied'));
  const unknown = { usage: null, quota: null, runBytes: null, pageBytes: null, warmBytes: 5 };
  expect(await storageReport(engines([], 5), denied, () => Promise.resolve({}))).toMatchObject(unknown);
  expect(await storageReport(engines([], 5), denied, denied)).toMatchObject(unknown);
});

it('is never below zero, whatever the browser rounds', async () => {
  const estimate = () => Promise.resolve({ usage: 1, quota: 2, usageDetails: { caches: 10 } });
  expect(await storageReport(engines([model(300)], 150), page(9), estimate)).toMatchObject({ runBytes: 0 });
});
