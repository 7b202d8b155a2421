import 'fake-indexeddb/auto';
import fc from 'fast-check';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, expect, test, vi } from 'vitest';
import { ModelStore } from './model-store.ts';
import { MemoryCaches } from '../testing/memory-caches.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

/** Small ones, so that files have several. */
const PIECE = 1024;
let names = 0;
const openOn = (factory: IDBFactory, caches?: CacheStorage) =>
  new ModelStore({
    factory: () => Promise.resolve(factory),
    caches,
    pieceBytes: PIECE,
    name: () => `file-${String(names++).padStart(6, '0')}`,
  });

async function put(store: ModelStore, url: string, data: Uint8Array, parts = 1): Promise<void> {
  const writer = await store.write(url);
  const step = Math.ceil(data.length / parts) || 1;
  for (let at = 0; at < data.length; at += step) await writer.write(data.subarray(at, at + step));
  await writer.commit();
}
const bytesOf = async (store: ModelStore, url: string) => {
  const data = await store.read(url);
  return data && [...new Uint8Array(data)];
};
const some = (length: number, seed = 1) => Uint8Array.from({ length }, (_, i) => (i * 31 + seed) & 255);
const url = 'https://hub.example/m/resolve/main/a.bin';

test('a file is read as it was written, in whatever parts, by another worker too', async () => {
  const factory = new IDBFactory();
  const store = openOn(factory);
  expect(await store.find(url)).toBeNull();
  expect(await store.read(url)).toBeNull();
  const large = some(17_000);
  await put(store, url, large, 40);
  await put(store, `${url}.empty`, some(0));
  const again = openOn(factory);
  expect(await again.find(url)).toMatchObject({ url, bytes: large.length });
  expect(Buffer.compare(Buffer.from((await again.read(url))!), large)).toBe(0);
  expect(await bytesOf(again, `${url}.empty`)).toEqual([]);
  await again.remove([url]);
  expect(await again.files()).toEqual([{ url: `${url}.empty`, bytes: 0 }]);
  expect(await piecesIn(factory)).toBe(0);
});

test('what is written anew takes the old one’s place when it is whole, and leaves nothing behind', async () => {
  const factory = new IDBFactory();
  const store = openOn(factory);
  await put(store, url, some(10, 1));
  const writer = await store.write(url);
  await writer.write(some(20, 2));
  expect(await bytesOf(store, url)).toEqual([...some(10, 1)]);
  await writer.commit();
  expect(await bytesOf(store, url)).toEqual([...some(20, 2)]);
  const given = await store.write(url);
  await given.write(some(30, 3));
  expect([...new Uint8Array(await given.read())]).toEqual([...some(30, 3)]);
  await given.abandon();
  expect(await bytesOf(store, url)).toEqual([...some(20, 2)]);
  expect(await piecesIn(factory)).toBe(1);
});

test('when the browser has taken the database away, the store opens a fresh one, and a file half written is refused', async () => {
  let factory = new IDBFactory();
  const store = new ModelStore({
    factory: () => Promise.resolve(factory),
    name: () => `file-${String(names++)}`,
    pieceBytes: PIECE,
  });
  await put(store, url, some(1100));
  const writer = await store.write(`${url}.2`);
  await writer.write(some(1100));
  factory = new IDBFactory();
  store.close();
  await expect(writer.commit()).rejects.toThrow('The pieces of the file are gone.');
  expect(await store.files()).toEqual([]);
  await put(store, url, some(3));
  expect(await bytesOf(store, url)).toEqual([...some(3)]);
});

/** Pieces in the database, of files and of none. */
async function piecesIn(factory: IDBFactory): Promise<number> {
  const asked = factory.open('planaria-models');
  const db = await new Promise<IDBDatabase>((resolve) => (asked.onsuccess = () => resolve(asked.result)));
  const count = db.transaction('pieces').objectStore('pieces').count();
  const n = await new Promise<number>((resolve) => (count.onsuccess = () => resolve(count.result)));
  db.close();
  return n;
}

const old = [
  { cache: 'webllm/model', url: 'https://hub.example/m/resolve/main/a.bin', data: some(900, 1) },
  { cache: 'webllm/model', url: 'https://hub.example/m/resolve/main/tokenizer.json', data: some(70, 2) },
  { cache: 'webllm/config', url: 'https://hub.example/m/resolve/main/mlc-chat-config.json', data: some(40, 3) },
  { cache: 'webllm/wasm', url: 'https://hub.example/m/m.wasm', data: some(300, 4) },
];
async function oldCaches(): Promise<MemoryCaches> {
  const caches = new MemoryCaches();
  for (const { cache, url, data } of old)
    await (
      await caches.open(cache)
    ).put(url, new Response(data, { headers: { 'content-length': String(data.length) } }));
  await (await caches.open('planaria/proofs')).put('https://planaria.invalid/proofs/1', new Response('{}'));
  await (await caches.open('workbox-precache')).put('https://page.example/index.html', new Response('page'));
  return caches;
}

test('files of an earlier version move out of Cache storage, which keeps nothing but the page', async () => {
  const caches = await oldCaches();
  const store = openOn(new IDBFactory(), caches);
  expect(await store.oldBytes()).toBe(1310);
  expect((await store.files()).map(({ bytes }) => bytes).sort()).toEqual([300, 40, 70, 900]);
  await store.moveOld();
  expect(await caches.keys()).toEqual(['workbox-precache']);
  expect(await store.oldBytes()).toBe(0);
  for (const { url, data } of old) expect(await bytesOf(store, url)).toEqual([...data]);
});

test('one that is asked for moves first, and is not fetched', async () => {
  const caches = await oldCaches();
  const store = openOn(new IDBFactory(), caches);
  expect(await store.find(old[0]!.url)).toEqual({ url: old[0]!.url, bytes: 900 });
  expect(await (await caches.open('webllm/model')).match(old[0]!.url)).toBeUndefined();
  expect(await bytesOf(store, old[0]!.url)).toEqual([...old[0]!.data]);
  await store.remove([old[1]!.url]);
  expect(await store.find(old[1]!.url)).toBeNull();
});

test('whoever asks while everything moves finds each file, at whatever moment', async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), fc.array(fc.nat(3), { minLength: 1, maxLength: 6 }), async (s, order) => {
      const caches = await oldCaches();
      const store = openOn(new IDBFactory(), caches);
      caches.beforeChange = () => s.schedule(Promise.resolve());
      const moving = store.moveOld();
      const asked = Promise.all(
        order.map(async (n) => {
          await s.schedule(Promise.resolve());
          expect(await store.find(old[n]!.url)).toMatchObject({ bytes: old[n]!.data.length });
          await s.schedule(Promise.resolve());
          expect(await bytesOf(store, old[n]!.url)).toEqual([...old[n]!.data]);
        }),
      );
      await s.waitFor(Promise.all([moving, asked]));
      expect(await caches.keys()).toEqual(['workbox-precache']);
    }),
    { numRuns: 30 },
  );
});

test('wherever the move is cut off, each file is whole in one place, and the next move ends it with nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(60), fc.boolean(), async (steps, refuses) => {
      const caches = await oldCaches();
      const factory = new IDBFactory();
      // The worker dies, or the disk is full, at one of the steps of the move.
      let left = steps;
      const dies = (): boolean => left-- <= 0;
      const dead = new Promise<never>(() => undefined);
      const name = refuses ? 'QuotaExceededError' : 'dead';
      const put = IDBObjectStore.prototype.put;
      vi.spyOn(IDBObjectStore.prototype, 'put').mockImplementation(function (this: IDBObjectStore, ...args) {
        if (dies()) throw new DOMException('cut off', name);
        return put.apply(this, args);
      });
      let cut = (): void => undefined;
      const isCut = new Promise<void>((resolve) => (cut = resolve));
      caches.beforeChange = () => {
        if (!dies()) return Promise.resolve();
        if (refuses) return Promise.reject(new DOMException('cut off', name));
        cut();
        return dead;
      };
      const first = openOn(factory, caches);
      const ended = first.moveOld().catch(() => undefined);
      if (refuses) await ended;
      else await Promise.race([ended, isCut]);
      vi.restoreAllMocks();
      caches.beforeChange = () => Promise.resolve();

      const second = openOn(factory, caches);
      for (const { url, data } of old) expect(await bytesOf(second, url)).toEqual([...data]);
      expect((await second.files()).map(({ url }) => url).sort()).toEqual(old.map(({ url }) => url).sort());
      await second.moveOld();
      expect(await caches.keys()).toEqual(['workbox-precache']);
      for (const { url, data } of old) expect(await bytesOf(second, url)).toEqual([...data]);
    }),
    { numRuns: 40 },
  );
});

/** Locks of one page with several workers. */
function locksOfOnePage(): LockManager {
  let shared = 0;
  return {
    request: async (_name: string, options: LockOptions, work: (lock: unknown) => Promise<unknown>) => {
      if (options.mode === 'exclusive') return work(shared === 0 ? {} : null);
      shared++;
      try {
        return await work({});
      } finally {
        shared--;
      }
    },
  } as unknown as LockManager;
}

test('pieces that nobody will ever name are cleared away, but not under the hands of another tab', async () => {
  const factory = new IDBFactory();
  const locks = locksOfOnePage();
  const open = (lock: LockManager) =>
    new ModelStore({
      factory: () => Promise.resolve(factory),
      locks: lock,
      name: () => `file-${String(names++)}`,
      pieceBytes: PIECE,
    });
  await put(open(locks), url, some(10));
  // A tab that was closed in the middle: its lock went with it.
  await (await open(locksOfOnePage()).write(`${url}.dead`)).write(some(1100));
  const writer = await open(locks).write(`${url}.2`);
  await writer.write(some(1100));
  expect(await piecesIn(factory)).toBe(3);
  await open(locks).moveOld();
  await writer.commit();
  expect(await piecesIn(factory)).toBe(3);
  await open(locks).moveOld();
  expect(await piecesIn(factory)).toBe(2);
  expect(await open(locks).files()).toHaveLength(2);
});
