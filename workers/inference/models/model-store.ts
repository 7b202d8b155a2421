/**
 * Where files of models lie: IndexedDB, in a storage bucket of its own where the browser has them.
 *
 * A browser that runs out of room deletes whole buckets, those that were used longest ago first, until it has collected what it misses. This
 * bucket is filled once and read when a model is loaded, so it is older than the one that runs are written to, and goes before it; all in it
 * can be had again (docs/decisions/0017-model-files.md has the measurements).
 */
import { wrap, type DBSchema, type IDBPDatabase } from 'idb';
import { openSpareBucket } from '../device/buckets.ts';
import { OldCaches, type OldFile } from './old-caches.ts';

interface ModelDatabase extends DBSchema {
  /** A file is there when it has a row. */
  files: { key: string; value: FileRow };
  /** Its bytes, in pieces: no transaction has to hold a whole file of weights. */
  pieces: { key: [string, number]; value: ArrayBuffer };
  /** What libraries have shown on this GPU, as text. */
  proofs: { key: string; value: string };
}

/** One file. */
export interface StoredFile {
  readonly url: string;
  readonly bytes: number;
}

interface FileRow extends StoredFile {
  /** Names its pieces; another for each time that the file is written. */
  readonly key: string;
  readonly pieces: number;
}

export interface ModelStoreOptions {
  /** Gives the database's factory, anew each time that the database has to be opened; throws where there is none. */
  readonly factory?: () => Promise<IDBFactory>;
  /** Where earlier versions kept the files. */
  readonly caches?: CacheStorage | undefined;
  /** Tells tabs that write from one that clears away; absent where the browser has none. */
  readonly locks?: LockManager | undefined;
  /** Names never given before. */
  readonly name: () => string;
  /** Of one piece of a file. */
  readonly pieceBytes?: number;
}

export const MODELS_BUCKET = 'models';
const DATABASE = 'planaria-models';
const LOCK = 'planaria:model-files';
const PIECE_BYTES = 8 * 2 ** 20;

/**
 * Files of models by their addresses.
 *
 * Invariants:
 * - A file is whole or not there: its row is written, durably, in one transaction that counts its pieces.
 * - Writing a file anew leaves the old one alone until the new one is whole.
 * - A file of an earlier version leaves Cache storage once it is durable here, and is found there until then; it is never in neither.
 */
export class ModelStore {
  readonly #factory: () => Promise<IDBFactory>;
  readonly #name: () => string;
  readonly #old: OldCaches;
  readonly #locks: LockManager | undefined;
  readonly #pieceBytes: number;
  #db: Promise<IDBPDatabase<ModelDatabase>> | null = null;
  #moving: Promise<void> | null = null;
  /** Files that are on their way from Cache storage, by address. */
  readonly #adopting = new Map<string, Promise<StoredFile>>();

  constructor({ factory = ownBucket, caches, locks, name, pieceBytes = PIECE_BYTES }: ModelStoreOptions) {
    this.#pieceBytes = pieceBytes;
    this.#factory = factory;
    this.#name = name;
    this.#old = new OldCaches(caches);
    this.#locks = locks;
  }

  /** The file, wherever it is; one of an earlier version is brought here first, where there is room. */
  async find(url: string): Promise<StoredFile | null> {
    const row = await this.#row(url);
    if (row) return row;
    const old = await this.#old.find(url);
    // What is in neither has moved between the two looks, or is nowhere.
    return old ? this.#adopt(old) : ((await this.#row(url)) ?? null);
  }

  /** The file's bytes; null where it is not there. */
  async read(url: string): Promise<ArrayBuffer | null> {
    const here = await this.#use((db) => readFile(db, url));
    if (here) return here;
    const body = await (await this.#old.find(url))?.body();
    // What is in neither has moved between the two looks, or is nowhere.
    return body ? new Response(body).arrayBuffer() : this.#use((db) => readFile(db, url));
  }

  /** All files, those that are still in Cache storage with them; each once. */
  async files(): Promise<StoredFile[]> {
    // In this order: what moves meanwhile is seen twice, not never.
    const old = await this.#old.all();
    const here = await this.#use((db) => db.getAll('files'));
    const all = new Map<string, StoredFile>(old.map(({ url, bytes }) => [url, { url, bytes }]));
    // Under what is no text nothing is ever looked for.
    for (const { url, bytes } of here) if (typeof (url as unknown) === 'string') all.set(url, { url, bytes });
    return [...all.values()];
  }

  /** Bytes of files that are still in Cache storage, and not here. */
  async oldBytes(): Promise<number> {
    const old = await this.#old.all();
    if (old.length === 0) return 0;
    const here = new Set(await this.#use((db) => db.getAllKeys('files')));
    return old.reduce((sum, { url, bytes }) => sum + (here.has(url) ? 0 : bytes), 0);
  }

  /** Begins to write a file. Until it ends, nobody clears its pieces away. */
  async write(url: string): Promise<FileWriter> {
    const ended = await this.#held('shared');
    return new FileWriter(url, {
      key: this.#name(),
      pieceBytes: this.#pieceBytes,
      open: () => this.#open(),
      ended: ended ?? (() => undefined),
    });
  }

  async remove(urls: Iterable<string>): Promise<void> {
    for (const url of urls) {
      await this.#use(async (db) => {
        const change = db.transaction(['files', 'pieces'], 'readwrite', { durability: 'strict' });
        const row = await change.objectStore('files').get(url);
        const pieces = row && change.objectStore('pieces').delete(piecesOf(row.key));
        await Promise.all([pieces, change.objectStore('files').delete(url), change.done]);
      });
      await (await this.#old.find(url))?.remove();
    }
  }

  /**
   * Brings every file of an earlier version here, one at a time, and clears away what writes left that were cut off. May itself be cut off
   * at any point, and be asked for while it runs. Where there is no room the files stay where they are, and are found there.
   */
  moveOld(): Promise<void> {
    this.#moving ??= this.#move().finally(() => (this.#moving = null));
    return this.#moving;
  }

  async proof(key: string): Promise<string | undefined> {
    return this.#use((db) => db.get('proofs', key));
  }

  async keepProof(key: string, text: string): Promise<void> {
    await this.#use((db) => db.put('proofs', text, key));
  }

  close(): void {
    void this.#db?.then((db) => {
      db.close();
    });
    this.#db = null;
  }

  #row(url: string): Promise<FileRow | undefined> {
    return this.#use((db) => db.get('files', url));
  }

  async #move(): Promise<void> {
    for (const old of await this.#old.all()) {
      if (await this.#row(old.url)) await old.remove();
      else await this.#adopt(old);
    }
    await this.#old.tidy();
    await this.#clearLeftovers();
  }

  /** Once at a time. */
  #adopt(old: OldFile): Promise<StoredFile> {
    const going = this.#adopting.get(old.url) ?? this.#bring(old).finally(() => this.#adopting.delete(old.url));
    this.#adopting.set(old.url, going);
    return going;
  }

  /** Where it cannot be written here it stays there. */
  async #bring(old: OldFile): Promise<StoredFile> {
    const writer = await this.write(old.url);
    let file: StoredFile;
    try {
      const reader = (await old.body())?.getReader();
      if (!reader) throw new Error('it has no body');
      for (let part = await reader.read(); !part.done; part = await reader.read()) await writer.write(part.value);
      file = await writer.commit();
    } catch {
      await writer.abandon();
      return old;
    }
    try {
      await old.remove();
      await this.#old.tidy();
    } catch {
      // It is in both; the next move sees that.
    }
    return file;
  }

  /** Pieces of no file: a tab was closed, or the machine went down, while they were written. Not while anybody writes. */
  async #clearLeftovers(): Promise<void> {
    const letGo = await this.#held('exclusive');
    if (!letGo) return;
    try {
      await this.#use(async (db) => {
        const change = db.transaction(['files', 'pieces'], 'readwrite');
        const named = new Set((await change.objectStore('files').getAll()).map(({ key }) => key));
        const pieces = change.objectStore('pieces');
        const keys = new Set((await pieces.getAllKeys()).map(([key]) => key));
        const left = [...keys].filter((key) => !named.has(key));
        await Promise.all([...left.map((key) => pieces.delete(piecesOf(key))), change.done]);
      });
    } finally {
      letGo();
    }
  }

  /** Takes the lock of those who write, or of one who clears away, who does not wait; null where it is not to be had. */
  #held(mode: LockMode): Promise<(() => void) | null> {
    if (!this.#locks) return Promise.resolve(null);
    const locks = this.#locks;
    return new Promise((resolve, reject) => {
      locks
        .request(LOCK, mode === 'exclusive' ? { mode, ifAvailable: true } : { mode }, (lock) => {
          if (!lock) {
            resolve(null);
            return undefined;
          }
          return new Promise<void>((letGo) => {
            resolve(letGo);
          });
        })
        .catch(reject);
    });
  }

  /** Once more where the browser has closed the database meanwhile: it may delete the whole bucket. */
  async #use<T>(work: (db: IDBPDatabase<ModelDatabase>) => Promise<T>): Promise<T> {
    try {
      return await work(await this.#open());
    } catch (thrown) {
      if (!(thrown instanceof DOMException) || thrown.name !== 'InvalidStateError') throw thrown;
      this.#db = null;
      return work(await this.#open());
    }
  }

  /** Opened when it is first asked for, and again when the browser has closed it. */
  #open(): Promise<IDBPDatabase<ModelDatabase>> {
    this.#db ??= this.#connect().catch((error: unknown) => {
      this.#db = null;
      throw error;
    });
    return this.#db;
  }

  async #connect(): Promise<IDBPDatabase<ModelDatabase>> {
    const asked = (await this.#factory()).open(DATABASE, 1);
    asked.onupgradeneeded = () => {
      const fresh = asked.result;
      fresh.createObjectStore('files', { keyPath: 'url' });
      fresh.createObjectStore('pieces');
      fresh.createObjectStore('proofs');
    };
    const db = (await wrap(asked)) as IDBPDatabase<ModelDatabase>;
    const forget = (): void => {
      this.#db = null;
    };
    db.addEventListener('close', forget);
    db.addEventListener('versionchange', () => {
      // Whoever wants it gone or newer is not kept waiting: all in it can be had again.
      db.close();
      forget();
    });
    return db;
  }
}

interface WriterOptions {
  /** Names the pieces. */
  readonly key: string;
  readonly pieceBytes: number;
  readonly open: () => Promise<IDBPDatabase<ModelDatabase>>;
  /** Told once when the file is there or given up. */
  readonly ended: () => void;
}

/** One file on its way into the store. Ends with `commit` or `abandon`. */
export class FileWriter {
  readonly #url: string;
  readonly #key: string;
  readonly #pieceBytes: number;
  readonly #open: WriterOptions['open'];
  readonly #ended: () => void;
  #held: Uint8Array[] = [];
  #heldBytes = 0;
  #bytes = 0;
  #pieces = 0;
  #committed = false;

  constructor(url: string, { key, pieceBytes, open, ended }: WriterOptions) {
    this.#url = url;
    this.#key = key;
    this.#pieceBytes = pieceBytes;
    this.#open = open;
    this.#ended = ended;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Resolves once there is little enough in memory. */
  async write(part: Uint8Array): Promise<void> {
    this.#held.push(part);
    this.#heldBytes += part.length;
    this.#bytes += part.length;
    if (this.#heldBytes >= this.#pieceBytes) await this.#flush();
  }

  /** All that was written so far. */
  async read(): Promise<ArrayBuffer> {
    await this.#flush();
    const db = await this.#open();
    const data = await joined({ bytes: this.#bytes, pieces: this.#pieces }, (n) => db.get('pieces', [this.#key, n]));
    if (!data) throw new DOMException('The pieces of the file are gone.', 'QuotaExceededError');
    return data;
  }

  /** The file is there, in the place of one of the same address, when this resolves. */
  async commit(): Promise<StoredFile> {
    await this.#flush();
    const db = await this.#open();
    const change = db.transaction(['files', 'pieces'], 'readwrite', { durability: 'strict' });
    const [files, pieces] = [change.objectStore('files'), change.objectStore('pieces')];
    const row: FileRow = { url: this.#url, bytes: this.#bytes, key: this.#key, pieces: this.#pieces };
    // The browser may have deleted the database since the first piece was written, and another tab what it took for left over.
    if ((await pieces.count(piecesOf(this.#key))) !== this.#pieces) {
      change.abort();
      await change.done.catch(() => undefined);
      throw new DOMException('The pieces of the file are gone.', 'QuotaExceededError');
    }
    const before = await files.get(this.#url);
    const replaced = before ? pieces.delete(piecesOf(before.key)) : Promise.resolve();
    await Promise.all([files.put(row), replaced, change.done]);
    this.#committed = true;
    this.#ended();
    return { url: row.url, bytes: row.bytes };
  }

  /** Never rejects: what cannot be deleted now is cleared away later. */
  async abandon(): Promise<void> {
    if (this.#committed) return;
    this.#held = [];
    try {
      await (await this.#open()).delete('pieces', piecesOf(this.#key));
    } catch {
      // Left over.
    }
    this.#ended();
  }

  async #flush(): Promise<void> {
    if (this.#heldBytes === 0) return;
    const piece = new Uint8Array(this.#heldBytes);
    let at = 0;
    for (const part of this.#held) {
      piece.set(part, at);
      at += part.length;
    }
    this.#held = [];
    this.#heldBytes = 0;
    await (await this.#open()).put('pieces', piece.buffer, [this.#key, this.#pieces]);
    this.#pieces++;
  }
}

/** As it is at one moment: whoever writes it anew takes the old pieces away. */
async function readFile(db: IDBPDatabase<ModelDatabase>, url: string): Promise<ArrayBuffer | null> {
  const look = db.transaction(['files', 'pieces']);
  const row = await look.objectStore('files').get(url);
  if (!row) return null;
  const pieces = look.objectStore('pieces');
  return joined(row, (n) => pieces.get([row.key, n]));
}

async function joined(
  { bytes, pieces }: Pick<FileRow, 'bytes' | 'pieces'>,
  get: (n: number) => Promise<ArrayBuffer | undefined>,
): Promise<ArrayBuffer | null> {
  const whole = new Uint8Array(bytes);
  let at = 0;
  for (let n = 0; n < pieces; n++) {
    const piece = await get(n);
    if (!piece || at + piece.byteLength > bytes) return null;
    whole.set(new Uint8Array(piece), at);
    at += piece.byteLength;
  }
  return at === bytes ? whole.buffer : null;
}

const piecesOf = (key: string): IDBKeyRange => IDBKeyRange.bound([key, 0], [key, Infinity]);

/** A bucket that the browser may delete before any other of this page; elsewhere the one that all share. */
const ownBucket = async (): Promise<IDBFactory> => (await openSpareBucket(MODELS_BUCKET))?.indexedDB ?? indexedDB;
