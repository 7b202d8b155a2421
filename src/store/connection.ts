import { systemClock } from '../kernel/clock.ts';
import { asStoreFault, maybeDead, StoreFault } from './fault.ts';
import type { HasRoom } from './room.ts';
import type { Database } from './schema.ts';

/** After an open that failed the next begins no sooner than this, ms; it doubles up to the cap. */
const PAUSE_MS = 250;
const PAUSE_CAP_MS = 4000;

export interface ConnectionOptions {
  /** Makes a handle that is not open yet: a new one each time where it can, for a handle may keep what its last open failed with. */
  readonly make: () => Database;
  /** Asked before a database is opened again whose handle has died; true unless given. */
  readonly hasRoom?: HasRoom;
  /** Waits between tries to open; of the browser's own time unless given. */
  readonly pause?: (ms: number) => Promise<void>;
}

/**
 * The way to a database whose handle can die: the browser closes it when the disk has no room, and after that it refuses every call, also
 * once there is room. A handle that may be dead is closed and opened anew by the next call.
 *
 * Invariants:
 * - One handle is open at most, and one open is under way at most; calls that come meanwhile wait for it and share its end.
 * - What fails, fails as a `StoreFault`. An open that fails after there was no room fails as `quota`, whatever the browser calls it.
 * - One that died is not opened before there is room, for that is what most die of: a database that is opened on a disk with too little of it is thrown away
 *   by the browser as a broken one, with all that was committed (docs/storage.md).
 * - Work is never begun a second time here: whoever asked knows whether that may be done.
 */
export class Connection {
  readonly #with: Required<ConnectionOptions>;
  #db: Database;
  #opening: Promise<Database> | null = null;
  #open = false;
  #failures = 0;
  /** The last trouble was a disk without room. */
  #full = false;
  #died = false;
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#with = { hasRoom: () => Promise.resolve(true), pause: (ms) => systemClock().sleep(ms), ...options };
    this.#db = this.#made();
  }

  /** The handle that was opened last; within the work given to `use` it is open. */
  get db(): Database {
    return this.#db;
  }

  /** Does the work with an open handle. Rejects with a `StoreFault`. */
  async use<T>(work: (db: Database) => PromiseLike<T>): Promise<T> {
    const db = await this.ready();
    try {
      return await work(db);
    } catch (error) {
      const fault = asStoreFault(error);
      if (maybeDead(error)) this.#drop(db);
      if (fault.code === 'quota') this.#full = true;
      throw fault;
    }
  }

  /** The handle, open. Rejects with a `StoreFault`. */
  ready(): Promise<Database> {
    if (this.#open) return Promise.resolve(this.#db);
    if (this.#closed) return Promise.reject(new StoreFault('unavailable', 'The database was closed.'));
    this.#opening ??= this.#reopen().finally(() => {
      this.#opening = null;
    });
    return this.#opening;
  }

  /** For good. */
  close(): void {
    this.#closed = true;
    this.#open = false;
    this.#db.close();
  }

  async #reopen(): Promise<Database> {
    if (this.#failures > 0) {
      await this.#with.pause(Math.min(PAUSE_CAP_MS, PAUSE_MS * 2 ** (this.#failures - 1)));
      this.#db.close();
      this.#db = this.#made();
    }
    if (this.#died && !(await this.#with.hasRoom())) {
      this.#failures++;
      this.#full = true;
      throw new StoreFault('quota', 'Storage is full.');
    }
    const db = this.#db;
    try {
      await db.open();
    } catch (error) {
      this.#failures++;
      const fault = asStoreFault(error);
      const full = fault.code === 'quota' || (this.#full && fault.code === 'unavailable');
      if (!full) throw fault;
      this.#full = true;
      throw new StoreFault('quota', `Storage is full: ${fault.message}`, { cause: error });
    }
    if (this.#closed) {
      db.close();
      throw new StoreFault('unavailable', 'The database was closed.');
    }
    this.#failures = 0;
    this.#full = false;
    this.#died = false;
    this.#open = true;
    return db;
  }

  /** The handle is not used again; what is under way on it comes to its end. */
  #drop(db: Database): void {
    if (db !== this.#db || !this.#open) return;
    this.#open = false;
    this.#died = true;
    db.close();
    this.#db = this.#made();
  }

  #made(): Database {
    const db = this.#with.make();
    // Closed by the browser, or because another tab deletes the database or brings a newer version of it.
    db.on('close', () => {
      this.#drop(db);
    });
    return db;
  }
}
