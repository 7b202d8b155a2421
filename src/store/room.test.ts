/** Whether there is room is found out by writing, and leaves nothing behind. */
import { IDBFactory, IDBObjectStore } from 'fake-indexeddb';
import { expect, test } from 'vitest';
import type { Buckets } from './buckets.ts';
import { roomIn } from './room.ts';

/** Buckets on a disk with so many bytes. */
function setUp(bytes: number) {
  const held = new Map<string, IDBFactory>();
  const state = { written: 0 };
  const buckets: Pick<Buckets, 'open' | 'delete'> = {
    open: async (name) => {
      const indexedDB = new IDBFactory();
      held.set(name, indexedDB);
      const open = indexedDB.open.bind(indexedDB);
      indexedDB.open = (...given) => {
        const request = open(...given);
        request.addEventListener('success', () => {
          const db = request.result;
          const begin = db.transaction.bind(db);
          db.transaction = (...of) => {
            const transaction = begin(...of);
            const objectStore = transaction.objectStore.bind(transaction);
            transaction.objectStore = (table) => {
              const store = objectStore(table);
              store.put = (value: Uint32Array, key) => {
                state.written += value.byteLength;
                if (state.written > bytes) transaction.abort();
                else IDBObjectStore.prototype.put.call(store, value.slice(0, 1), key);
                return null as never;
              };
              return store;
            };
            return transaction;
          };
        });
        return request;
      };
      const persisted = () => Promise.resolve(false);
      return Promise.resolve({ indexedDB, persisted, getDirectory: () => Promise.reject(new Error('not here')) });
    },
    delete: (name) => Promise.resolve(void held.delete(name)),
  };
  return { held, state, hasRoom: roomIn(buckets, new IDBFactory()) };
}

test.each([
  [1e9, true],
  [20 * 2 ** 20, true],
  [20 * 2 ** 20 - 1, false],
  [0, false],
])('b: on a disk with %i bytes there is room: %s', async (bytes, room) => {
  const { held, state, hasRoom } = setUp(bytes);
  expect(await hasRoom()).toBe(room);
  if (room) expect(state.written).toBe(20 * 2 ** 20);
  expect(held.size).toBe(0);
  state.written = 0;
  expect(await hasRoom()).toBe(room);
});

test('b: where nothing can be written there is none', async () => {
  const buckets = (error: Error): Pick<Buckets, 'open' | 'delete'> => ({
    open: () => Promise.reject(error),
    delete: () => Promise.resolve(),
  });
  expect(await roomIn(buckets(new Error('no such thing')), new IDBFactory())()).toBe(false);
  // But where nobody may look, it is left to the database.
  expect(await roomIn(buckets(new DOMException('no', 'SecurityError')), new IDBFactory())()).toBe(true);
});

test('b: where the browser gives no further bucket it is tried beside what can be fetched again', async () => {
  const site = new IDBFactory();
  const few = new DOMException('Too many buckets created.', 'QuotaExceededError');
  const none = { open: () => Promise.reject(few), delete: () => Promise.resolve() };
  expect(await roomIn(none, site)()).toBe(true);
  expect(await site.databases()).toEqual([]);
});
