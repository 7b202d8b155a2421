import type { HasRoom } from './buckets.ts';
import type { Database } from './schema.ts';

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
  // One after the other: the last word counts.
  let cutting: Promise<unknown> = Promise.resolve();
  const note = (bytes: number): Promise<void> => {
    const done = cutting.then(() => cut(bytes)).catch(() => undefined);
    cutting = done;
    return done;
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
    tear: () => note(0),
    whole: () => note(1),
    mend: async (db) => (await import('./begin-log.ts')).beginLog(db),
  };
}

/** What workers have beyond the types of a page. */
type SyncFileHandle = FileSystemFileHandle & {
  createSyncAccessHandle(): Promise<{ truncate(bytes: number): void; flush(): void; close(): void }>;
};
