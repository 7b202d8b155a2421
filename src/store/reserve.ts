import type { Clock } from '../kernel/clock.ts';
import { seededRandom } from '../kernel/random.ts';

/** Bytes that are held: enough to open a database on a full disk and to write several hundred results, too little to matter otherwise. */
export const RESERVE_BYTES = 2 * 2 ** 20;
/** After it was given up it is not taken again for so long, ms. */
const REST_MS = 60_000;

/** A file that takes up room on the disk and gives it back at once. */
export interface ReserveFile {
  /** Makes the file that long, filled with what no disk compresses; rejects where there is no room. Bytes that are there stay. */
  fill(bytes: number): Promise<void>;
  /** Cuts it to that length. */
  cut(bytes: number): Promise<void>;
  /** Its room is free when this resolves. */
  remove(): Promise<void>;
}

export interface ReserveOptions {
  readonly clock: Pick<Clock, 'now'>;
  readonly file: ReserveFile;
}

/**
 * Room that is held while the disk has some, and given up when it has none: what is in flight is written into it. Without it a database
 * that died of a full disk can't even be opened.
 *
 * Invariants:
 * - It takes no room that a run may need: it is taken only where twice its size is free.
 * - Nothing here rejects: a reserve that cannot be had is done without.
 */
export class Reserve {
  readonly #with: ReserveOptions;
  #held = false;
  #busy: Promise<void> | null = null;
  #notBefore = Number.NEGATIVE_INFINITY;

  constructor(options: ReserveOptions) {
    this.#with = options;
  }

  /** Whether there is something to give up, as far as this tab knows. */
  get held(): boolean {
    return this.#held;
  }

  /** Holds it, where it is not held and was not given up a moment ago. */
  take(): Promise<void> {
    if (this.#held || this.#with.clock.now() < this.#notBefore) return this.#busy ?? Promise.resolve();
    this.#busy ??= this.#take().finally(() => {
      this.#busy = null;
    });
    return this.#busy;
  }

  /** Gives it up. @returns bytes that are free now */
  async release(): Promise<number> {
    await this.#busy;
    const { clock, file } = this.#with;
    this.#notBefore = clock.now() + REST_MS;
    if (!this.#held) return 0;
    this.#held = false;
    return file.remove().then(
      () => RESERVE_BYTES,
      () => 0,
    );
  }

  async #take(): Promise<void> {
    const { clock, file } = this.#with;
    try {
      await file.fill(2 * RESERVE_BYTES);
      await file.cut(RESERVE_BYTES);
      this.#held = true;
    } catch {
      this.#notBefore = clock.now() + REST_MS;
      await file.remove().catch(() => undefined);
    }
  }
}

/** What workers have beyond the types of a page. */
interface SyncFile {
  getSize(): number;
  truncate(bytes: number): void;
  write(data: Uint8Array, at: { readonly at: number }): number;
  flush(): void;
  close(): void;
}
type SyncFileHandle = FileSystemFileHandle & { createSyncAccessHandle(): Promise<SyncFile> };

const NAME = 'reserve';
const PIECE_BYTES = 2 ** 16;

/** In a private file system. Two tabs share the file; the one that finds it whole leaves it as it is. */
export function reserveIn(folder: () => Promise<FileSystemDirectoryHandle>): ReserveFile {
  const change = async (work: (file: SyncFile) => void): Promise<void> => {
    const handle = (await (await folder()).getFileHandle(NAME, { create: true })) as SyncFileHandle;
    const file = await handle.createSyncAccessHandle();
    try {
      work(file);
      file.flush();
    } finally {
      file.close();
    }
  };
  return {
    fill: (bytes) =>
      change((file) => {
        const random = seededRandom(NAME);
        const piece = new Uint32Array(PIECE_BYTES / 4);
        for (let at = file.getSize(); at < bytes; at += PIECE_BYTES) {
          for (let i = 0; i < piece.length; i++) piece[i] = random.int(2 ** 32);
          if (file.write(new Uint8Array(piece.buffer), { at }) < PIECE_BYTES) throw new Error('There is no room.');
        }
      }),
    cut: (bytes) =>
      change((file) => {
        file.truncate(bytes);
      }),
    remove: async () => (await folder()).removeEntry(NAME),
  };
}
