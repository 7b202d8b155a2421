import { seededRandom } from '../kernel/random.ts';
import { type Buckets, type HasRoom, ROOM } from './buckets.ts';

/** What a database needs to be opened again, mended (see `LogCare`) and written to. */
const PROBE_BYTES = 20 * 2 ** 20;
const RECORD_BYTES = 2 ** 16;
/** Of one transaction. */
const RECORDS = 16;

/**
 * @param site the IndexedDB of the site itself
 *
 * Finds out by writing: a database in a bucket of its own is filled with what no disk compresses, and taken away again. An estimate can't
 * tell, for a browser says a quota that has nothing to do with the disk; and a file of the private file system that meets the end of the
 * disk leaves Chromium's own count of the site's bytes below zero, which refuses all that is written from then on (docs/decisions/0020-runs-on-a-full-disk.md).
 */
export function roomIn(buckets: Pick<Buckets, 'open' | 'delete'>, site: IDBFactory): HasRoom {
  const write = async (): Promise<void> => {
    const host = await buckets.open(ROOM, { durability: 'strict', persisted: false }).then(
      ({ indexedDB }) => indexedDB,
      (error: unknown) => {
        // On a disk of some 100 MB Chromium gives two: then what is tried stands beside what can be fetched again.
        if (/too many buckets/i.test(String(error))) return site;
        throw error;
      },
    );
    const db = await opened(host);
    try {
      const random = seededRandom(ROOM);
      const piece = Uint32Array.from({ length: RECORD_BYTES / 4 }, () => random.int(2 ** 32));
      for (let key = 0; key < PROBE_BYTES / RECORD_BYTES; key += RECORDS) {
        const transaction = db.transaction(ROOM, 'readwrite', { durability: 'strict' });
        for (let more = 0; more < RECORDS; more++) {
          // Else the same piece again and again would be stored once.
          for (let at = 0; at < piece.length; at += 64) piece[at] = random.int(2 ** 32);
          transaction.objectStore(ROOM).put(piece, key + more);
        }
        await done(transaction);
      }
    } finally {
      db.close();
      if (host === site) await deleted(site);
    }
  };
  return async () => {
    try {
      // What an earlier look left behind met the end of the disk itself.
      await buckets.delete(ROOM);
      await write().finally(() => buckets.delete(ROOM).catch(() => undefined));
      return true;
    } catch (error) {
      // Not allowed to look: then it cannot be known.
      return error instanceof DOMException && error.name === 'SecurityError';
    }
  };
}

function opened(host: IDBFactory): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = host.open(ROOM);
    request.onupgradeneeded = () => request.result.createObjectStore(ROOM);
    request.onsuccess = () => {
      resolve(request.result);
    };
    request.onerror = () => {
      reject(request.error ?? new Error('not opened'));
    };
  });
}

/** Whether or not that works: it is written over by the next look. */
function deleted(host: IDBFactory): Promise<void> {
  return new Promise((resolve) => {
    const request = host.deleteDatabase(ROOM);
    request.onsuccess = request.onerror = () => {
      resolve();
    };
  });
}

function done(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => {
      resolve();
    };
    transaction.onabort = () => {
      reject(transaction.error ?? new Error('aborted'));
    };
  });
}
