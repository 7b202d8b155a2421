/** What this browser keeps of models and runs, looked up where it lies. */
import type { Page } from '@playwright/test';

export interface ModelFiles {
  /** Addresses of files in the models' own database. */
  readonly files: string[];
  /** Bytes of the pieces that they lie in; those of no file are among them. */
  readonly bytes: number;
  /** Addresses in Cache storage, where earlier versions kept them. */
  readonly cached: string[];
}

export const modelFiles = (page: Page): Promise<ModelFiles> =>
  page.evaluate(async () => {
    const request = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error('unread'));
      });
    const cached: string[] = [];
    for (const name of await caches.keys())
      for (const { url } of await (await caches.open(name)).keys())
        if (name.startsWith('webllm/') || url.includes('/models/')) cached.push(url);
    type Buckets = { keys(): Promise<string[]>; open(name: string): Promise<{ indexedDB: IDBFactory }> };
    const { storageBuckets } = navigator as unknown as { storageBuckets: Buckets };
    if (!(await storageBuckets.keys()).includes('models')) return { files: [], bytes: 0, cached };
    const { indexedDB: factory } = await storageBuckets.open('models');
    if (!(await factory.databases()).some(({ name }) => name === 'planaria-models'))
      return { files: [], bytes: 0, cached };
    const db = await request(factory.open('planaria-models'));
    const both = db.transaction(['files', 'pieces']);
    const files = (await request(both.objectStore('files').getAllKeys())).map(String);
    const pieces = (await request(both.objectStore('pieces').getAll())) as ArrayBuffer[];
    db.close();
    return { files, bytes: pieces.reduce((sum, { byteLength }) => sum + byteLength, 0), cached };
  });

/** Runs in the database, wherever it lies: in their bucket, or where earlier versions had it. */
export const storedRuns = (page: Page): Promise<number> =>
  page.evaluate(async () => {
    type Buckets = { keys(): Promise<string[]>; open(name: string): Promise<{ indexedDB: IDBFactory }> };
    const { storageBuckets } = navigator as unknown as { storageBuckets: Buckets };
    const request = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error('unread'));
      });
    const inBuckets = (await storageBuckets.keys()).map(async (name) => (await storageBuckets.open(name)).indexedDB);
    let runs = 0;
    for (const factory of [indexedDB, ...(await Promise.all(inBuckets))]) {
      if (!(await factory.databases()).some(({ name }) => name === 'planaria')) continue;
      const db = await request(factory.open('planaria'));
      if (db.objectStoreNames.contains('runs'))
        runs += await request(db.transaction('runs').objectStore('runs').count());
      db.close();
    }
    return runs;
  });

/**
 * Results of all runs in the database, as any tab of the origin sees them.
 * @param alone comes back only once nobody else has a transaction open, on whichever table
 */
export const storedResults = (page: Page, { alone = false } = {}): Promise<number> =>
  page.evaluate(async (alone) => {
    type Buckets = { keys(): Promise<string[]>; open(name: string): Promise<{ indexedDB: IDBFactory }> };
    const { storageBuckets } = navigator as unknown as { storageBuckets: Buckets };
    if (!(await storageBuckets.keys()).includes('runs')) return 0;
    const { indexedDB: factory } = await storageBuckets.open('runs');
    if (!(await factory.databases()).some(({ name }) => name === 'planaria')) return 0;
    const request = <T>(asked: IDBRequest<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        asked.onsuccess = () => resolve(asked.result);
        asked.onerror = () => reject(asked.error ?? new Error('unread'));
      });
    const db = await request(factory.open('planaria'));
    try {
      const transaction = alone ? db.transaction(db.objectStoreNames, 'readwrite') : db.transaction('results');
      return await request(transaction.objectStore('results').count());
    } finally {
      db.close();
    }
  }, alone);
