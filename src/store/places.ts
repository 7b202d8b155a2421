import { type Bucket, type Buckets, ROOM } from './buckets.ts';
import type { DexieStore } from './dexie-store.ts';
import { systemClock } from '../kernel/clock.ts';
import { asStoreFault } from './fault.ts';
import { lazyStore } from './dexie-store.ts';
import type { PlacedStoreOptions } from './placed-store.ts';
import type { RunStore } from './run-store.ts';
import { logCareIn } from './log-care.ts';
import { Database } from './schema.ts';

/** What became of the wish to have runs where the browser does not throw them away; `unsupported`: there is no such place here. */
export type Moved = 'moved' | 'refused' | 'unsupported';

/** Where a browser keeps things for a site. */
export interface BrowserStorage {
  /** Of the site itself. */
  readonly indexedDB: IDBFactory;
  readonly IDBKeyRange: typeof IDBKeyRange;
  /** Null where the browser has none. */
  readonly buckets: Buckets | null;
  /** Its private file system, where it has one. */
  readonly getDirectory?: () => Promise<FileSystemDirectoryHandle>;
}

export interface Places {
  readonly store: RunStore;
  /** The bucket that has the runs; null where they are in the site's own storage. */
  readonly bucket: Bucket | null;
  /** Work on the database in which the run is. */
  with<T>(run: string, work: (db: Database) => PromiseLike<T>): Promise<T>;
  /** Moves the runs that are elsewhere, and asks for durable storage once more: granted since, it counts from now on. */
  move(): Promise<Moved>;
}

const NAME = 'planaria';
const LOOK_MS = 20_000;
/** Of its own, so that what is fetched again or computed again does not take the runs along when the browser makes room (docs/decisions/0020-runs-on-a-full-disk.md). */
const BUCKET = 'runs';

/**
 * Where this browser is to keep runs. Nothing is opened here but the bucket, so it fails for nothing that may be over soon; runs that are
 * elsewhere are found there until they are moved.
 */
export async function findPlaces(
  { indexedDB, IDBKeyRange, buckets, getDirectory }: BrowserStorage,
  lock: PlacedStoreOptions['lock'],
): Promise<Places> {
  // The note on a log shares the fate of its database; whether there is room is tried out beside it.
  const inside = (host: IDBFactory, folder = getDirectory): DexieStore => {
    // Fetched only in trouble; where that fails, there is trouble still.
    const look = (): Promise<boolean> =>
      import('./room.ts').then(({ roomIn }) => buckets !== null && roomIn(buckets, indexedDB)()).catch(() => false);
    // A browser that has met the end of its disk may never answer.
    const hasRoom = (): Promise<boolean> =>
      Promise.race([
        look(),
        systemClock()
          .sleep(LOOK_MS)
          .then(() => false),
      ]);
    const care = buckets && folder ? logCareIn(folder, hasRoom) : null;
    return lazyStore(() => new Database(NAME, { indexedDB: host, IDBKeyRange }), care);
  };
  // Of a tab that died while it looked whether there is room.
  void buckets?.keys().then(
    (names) => (names.includes(ROOM) ? buckets.delete(ROOM).catch(() => undefined) : undefined),
    () => undefined,
  );
  const open = (): Promise<Bucket | null> =>
    buckets?.open(BUCKET, { durability: 'strict', persisted: true }) ?? Promise.resolve(null);
  const bucket = await open().catch(async (error: unknown) => {
    // One that has no runs and cannot be had is no place; one that has them is waited for.
    if (await buckets?.keys().then((names) => !names.includes(BUCKET))) return null;
    throw asStoreFault(error);
  });
  if (!bucket) {
    const store = inside(indexedDB);
    return { store, bucket, with: (_, work) => store.with(work), move: () => Promise.resolve('unsupported') };
  }
  const now = inside(bucket.indexedDB, () => bucket.getDirectory());
  // Where there never was another place, none is made.
  const names = await indexedDB.databases().catch(() => [{ name: NAME }]);
  const placed = names.some(({ name }) => name === NAME)
    ? new (await import('./placed-store.ts')).PlacedStore({ now, before: inside(indexedDB), lock })
    : null;
  return {
    store: placed ?? now,
    bucket,
    with: (run, work) => (placed ? placed.with(run, work) : now.with(work)),
    move: async () => {
      await placed?.move();
      // The browser decides when a bucket is opened, also when it is there already.
      const again = await open();
      return (await again?.persisted()) ? 'moved' : 'refused';
    },
  };
}
