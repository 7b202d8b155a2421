import { systemClock } from '../kernel/clock.ts';
import { asStoreFault, maybeDead, metFullDisk, overQuota, StoreFault } from './fault.ts';
import type { LogCare } from './log-care.ts';
import type { Database } from './schema.ts';

/** After an open that failed the next begins no sooner than this, ms; it doubles up to the cap. */
const PAUSE_MS = 250;
const PAUSE_CAP_MS = 4000;

export interface ConnectionOptions {
  /** Makes a handle that is not open yet: a new one each time where it can, for a handle may keep what its last open failed with. */
  readonly make: () => Database;
  /** Keeps a database whole that met a full disk; absent: this one needs none. */
  readonly care?: LogCare;
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
 * - One whose handle died is not opened before there is room, and not written to before it was mended (see `LogCare`): the browser throws
 *   it away otherwise, with all that was committed.
 * - Work is never begun a second time here: whoever asked knows whether that may be done.
 */
export class Connection {
  readonly #with: ConnectionOptions & { readonly pause: (ms: number) => Promise<void> };
  #db: Database;
  #opening: Promise<Database> | null = null;
  #open = false;
  #failures = 0;
  /** The last trouble was a disk without room. */
  #full = false;
  /** Of the database's log; `unknown` before it was opened here. */
  #state: 'unknown' | 'whole' | 'torn' = 'unknown';
  #closed = false;

  constructor(options: ConnectionOptions) {
    this.#with = { pause: (ms) => systemClock().sleep(ms), ...options };
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
      // By its quota a browser refuses before it writes: the log stays whole.
      if (maybeDead(error)) this.#drop(db, overQuota(error) ? 'whole' : 'torn');
      if (fault.code === 'quota') this.#full = true;
      if (metFullDisk(error)) void this.#with.care?.tear();
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
    const { care } = this.#with;
    const torn = this.#state !== 'whole' && care && (this.#state === 'torn' || (await care.isTorn()));
    if (torn && !(await care.hasRoom())) {
      this.#failures++;
      this.#full = true;
      throw new StoreFault('quota', 'Storage is full.');
    }
    const db = this.#db;
    try {
      await db.open();
      if (torn) await care.mend(db);
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
    // Nobody waits for the note: a browser in trouble may take long to write it.
    if (this.#state !== 'whole') void care?.whole();
    this.#state = 'whole';
    this.#open = true;
    return db;
  }

  /** The handle is not used again; what is under way on it comes to its end. */
  #drop(db: Database, state: 'whole' | 'torn'): void {
    if (db !== this.#db || !this.#open) return;
    this.#open = false;
    this.#state = state;
    db.close();
    this.#db = this.#made();
  }

  #made(): Database {
    const db = this.#with.make();
    // Closed by the browser, or because another tab deletes the database or brings a newer version of it.
    db.on('close', () => {
      this.#drop(db, 'torn');
    });
    return db;
  }
}
