import { openDB, type DBSchema, type IDBPDatabase } from 'idb';

/** A file of the page as it is stored. */
export interface PageFile {
  /** As the host sent them, but for those that speak of the bytes on the line. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Gzip of the content. */
  readonly bytes: ArrayBuffer;
}

/** One version of the page: all its files, by `fileKey`. */
export interface PageVersion {
  readonly id: string;
  /** Order in which versions were begun. */
  readonly order: number;
  readonly files: readonly string[];
  /** All its files are stored. */
  readonly whole: boolean;
}

interface PageDatabase extends DBSchema {
  files: { key: string; value: PageFile };
  versions: { key: string; value: PageVersion };
}

/** A file by its path in the page's folder and the sum of its content: versions that share a file share what is stored of it. */
export const fileKey = (path: string, sum: string): string => `${path}?${sum}`;

/** The database of the page that lies in that folder of its origin. */
const databaseOf = (folder: string): string => `planaria-page${folder}`;

/**
 * The page's own files, few and compressed: on a full disk the browser clears a site by its bytes, runs included
 * (docs/decisions/0022-page-files.md).
 *
 * Invariants:
 * - A version is `whole` only while each of its files is stored.
 * - A file that no version lists does not outlive the next `keep`; one that a version lists is never deleted.
 */
export class PageFiles {
  readonly #db: IDBPDatabase<PageDatabase>;

  private constructor(db: IDBPDatabase<PageDatabase>) {
    this.#db = db;
  }

  /** @param folder path of the page's folder on its origin */
  static async open(folder: string): Promise<PageFiles> {
    const db = await openDB<PageDatabase>(databaseOf(folder), 1, {
      upgrade: (fresh) => {
        fresh.createObjectStore('files');
        fresh.createObjectStore('versions', { keyPath: 'id' });
      },
    });
    return new PageFiles(db);
  }

  /** Lists a version, so that none of its files goes; which of them are missing. */
  async begin(id: string, files: readonly string[]): Promise<readonly string[]> {
    const write = this.#db.transaction(['versions', 'files'], 'readwrite');
    const versions = await write.objectStore('versions').getAll();
    const order = versions.find((version) => version.id === id)?.order ?? nextOrder(versions);
    const stored = new Set(await write.objectStore('files').getAllKeys());
    const missing = files.filter((key) => !stored.has(key));
    await write.objectStore('versions').put({ id, order, files, whole: missing.length === 0 });
    await write.done;
    return missing;
  }

  async put(key: string, file: PageFile): Promise<void> {
    await this.#db.put('files', file, key);
  }

  /** The version is whole, unless some of its files are missing after all: false. On the disk when it resolves. */
  async finish(id: string): Promise<boolean> {
    const write = this.#db.transaction(['versions', 'files'], 'readwrite', { durability: 'strict' });
    const version = await write.objectStore('versions').get(id);
    const stored = new Set(await write.objectStore('files').getAllKeys());
    const whole = version?.files.every((key) => stored.has(key)) === true;
    if (version) await write.objectStore('versions').put({ ...version, whole });
    await write.done;
    return whole;
  }

  async file(key: string): Promise<PageFile | null> {
    return (await this.#db.get('files', key)) ?? null;
  }

  /** Whatever version's file of that path. */
  async ofAnyVersion(path: string): Promise<PageFile | null> {
    return (await this.#db.get('files', IDBKeyRange.bound(fileKey(path, ''), fileKey(path, '\uffff')))) ?? null;
  }

  versions(): Promise<readonly PageVersion[]> {
    return this.#db.getAll('versions');
  }

  /** Keeps those versions and their files, and nothing else. */
  async keep(wanted: (version: PageVersion, all: readonly PageVersion[]) => boolean): Promise<void> {
    const write = this.#db.transaction(['versions', 'files'], 'readwrite');
    const [versions, files] = [write.objectStore('versions'), write.objectStore('files')];
    const all = await versions.getAll();
    const kept = all.filter((version) => wanted(version, all));
    const listed = new Set(kept.flatMap((version) => version.files));
    for (const version of all) if (!kept.includes(version)) await versions.delete(version.id);
    for (const key of await files.getAllKeys()) if (!listed.has(key)) await files.delete(key);
    await write.done;
  }

  /** Bytes of all that is stored. */
  async bytes(): Promise<number> {
    let sum = 0;
    for await (const { value } of this.#db.transaction('files').store) sum += value.bytes.byteLength;
    return sum;
  }

  close(): void {
    this.#db.close();
  }
}

const nextOrder = (versions: readonly PageVersion[]): number => 1 + Math.max(0, ...versions.map(({ order }) => order));

/** Bytes that the page's own files take up; 0 where none are kept. `databases`: what there is, so that asking makes none. */
export async function pageFileBytes(folder: string, databases = () => indexedDB.databases()): Promise<number> {
  if (!(await databases()).some(({ name }) => name === databaseOf(folder))) return 0;
  const files = await PageFiles.open(folder);
  try {
    return await files.bytes();
  } finally {
    files.close();
  }
}
