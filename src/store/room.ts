import { seededRandom } from '../kernel/random.ts';

/** What a database needs to be opened again, mended (see `LogCare`) and written to. */
const PROBE_BYTES = 20 * 2 ** 20;
const PIECE_BYTES = 2 ** 16;
const NAME = 'room';

/** Whether the disk has room; never rejects. */
export type HasRoom = () => Promise<boolean>;

/** What workers have beyond the types of a page. */
interface SyncFile {
  write(data: Uint8Array, at: { readonly at: number }): number;
  flush(): void;
  close(): void;
}
type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncFile> };

/**
 * Finds out by writing: a file is filled with what no disk compresses, and is taken away again. An estimate can't tell, for a browser says a
 * quota that has nothing to do with the disk.
 */
export function roomIn(folder: () => Promise<FileSystemDirectoryHandle>): HasRoom {
  const write = async (within: FileSystemDirectoryHandle): Promise<void> => {
    const handle = (await within.getFileHandle(NAME, { create: true })) as SyncFileHandle;
    const file = await handle.createSyncAccessHandle();
    try {
      const random = seededRandom(NAME);
      const piece = Uint32Array.from({ length: PIECE_BYTES / 4 }, () => random.int(2 ** 32));
      for (let at = 0; at < PROBE_BYTES; at += PIECE_BYTES) {
        // Else the same piece again and again would be stored once.
        piece[0] = at;
        if (file.write(new Uint8Array(piece.buffer), { at }) < PIECE_BYTES) throw new Error('There is no room.');
      }
      file.flush();
    } finally {
      file.close();
    }
  };
  return async () => {
    try {
      const within = await folder();
      await write(within).finally(() => within.removeEntry(NAME).catch(() => undefined));
      return true;
    } catch (error) {
      // Not allowed to look: then it cannot be known.
      return error instanceof DOMException && error.name === 'SecurityError';
    }
  };
}
