import { seededRandom } from '../kernel/random.ts';
import type { HasRoom } from './room.ts';
import type { Database } from './schema.ts';

/** Records that are written to make a database begin a new log; more than the 4 MiB after which LevelDB does so, none so large that it becomes a file. */
const RECORDS = 150;
const RECORD_BYTES = 32_000;
const SCRATCH = 'scratch/';
const NAME = 'log-whole';

/**
 * What a full disk does to Chromium's database: the record that found no room stays behind cut off, the database goes on behind it in the
 * same log when it is opened again, and the next time that it is opened after that the log counts as damaged and all is thrown away, what was
 * committed included (docs/decisions/0020-runs-on-a-full-disk.md). So it is told when a write found no room, and the database begins a new log before anything is
 * written to it again.
 */
export interface LogCare {
  readonly hasRoom: HasRoom;
  /** Whether a write found no room since the database was mended last, also in a tab that is gone; never rejects. */
  isTorn(): Promise<boolean>;
  /** Notes it down where that takes no room; never rejects. */
  tear(): Promise<void>;
  /** Notes down that the log is whole; never rejects. */
  whole(): Promise<void>;
  /** Makes the database begin a new log, and be rid of the old one; rejects where there is no room for it. */
  mend(db: Database): Promise<void>;
}

/** A folder can note something down on a full disk: by a file that gets shorter. It holds one byte as long as the log is whole. */
export function logCareIn(folder: () => Promise<FileSystemDirectoryHandle>, hasRoom: HasRoom): LogCare {
  const cut = async (bytes: number): Promise<void> => {
    const handle = (await (await folder()).getFileHandle(NAME, { create: bytes > 0 })) as SyncFileHandle;
    const file = await handle.createSyncAccessHandle();
    try {
      file.truncate(bytes);
      file.flush();
    } finally {
      file.close();
    }
  };
  const size = async (): Promise<number> => (await (await (await folder()).getFileHandle(NAME)).getFile()).size;
  return {
    hasRoom,
    // Without the file nothing was ever noted down.
    isTorn: () =>
      size().then(
        (bytes) => bytes === 0,
        () => false,
      ),
    tear: () => cut(0).catch(() => undefined),
    whole: () => cut(1).catch(() => undefined),
    mend: beginLog,
  };
}

/** What workers have beyond the types of a page. */
type SyncFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<{ truncate(bytes: number): void; flush(): void; close(): void }>;
};

/**
 * Twice a log's worth of what doesn't compress, each followed by a small write: LevelDB begins a new log with the write behind the one that
 * made it too long, and with the second such write it has to be done with the first log.
 */
export async function beginLog(db: Database): Promise<void> {
  const scratch = db.table<{ readonly key: string; readonly value: unknown }>('kv');
  const random = seededRandom(SCRATCH);
  const words = new Uint32Array(RECORD_BYTES / 4);
  const record = (key: number) => {
    for (let i = 0; i < words.length; i++) words[i] = random.int(2 ** 32);
    return { key: SCRATCH + String(key), value: words.slice() };
  };
  for (let times = 0; times < 2; times++) {
    await scratch.bulkPut(Array.from({ length: RECORDS }, (_, key) => record(key)));
    await scratch.put({ key: SCRATCH, value: times });
  }
  await scratch.where('key').startsWith(SCRATCH).delete();
}
