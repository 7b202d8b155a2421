/** Files of models in Cache storage, where earlier versions kept them. */

/** By kind of file; WebLLM 0.2.86 opens them by these names. */
const NAMES = ['webllm/model', 'webllm/config', 'webllm/wasm'] as const;
/** What a library had shown on this GPU: shown again. */
const PROOFS = 'planaria/proofs';

export interface OldFile {
  readonly url: string;
  readonly bytes: number;
  /** Its bytes, read once. */
  body(): Promise<ReadableStream<Uint8Array<ArrayBuffer>> | null>;
  /** Gone from Cache storage when it resolves. */
  remove(): Promise<void>;
}

export class OldCaches {
  readonly #caches: CacheStorage | undefined;
  /** Nothing is added any more, so what is empty stays so. */
  #empty = false;

  constructor(caches: CacheStorage | undefined) {
    this.#caches = caches;
  }

  /** The copy of one file; null where there is none. */
  async find(url: string): Promise<OldFile | null> {
    for (const cache of await this.#open()) {
      const file = await fileIn(cache, url);
      if (file) return file;
    }
    return null;
  }

  async all(): Promise<OldFile[]> {
    const files: OldFile[] = [];
    for (const cache of await this.#open())
      for (const { url } of await cache.keys()) {
        const file = await fileIn(cache, url);
        if (file) files.push(file);
      }
    return files;
  }

  /** Deletes the caches that have nothing left in them. */
  async tidy(): Promise<void> {
    if (!this.#caches || this.#empty) return;
    await this.#caches.delete(PROOFS);
    for (const name of NAMES) {
      if (!(await this.#caches.has(name))) continue;
      if ((await (await this.#caches.open(name)).keys()).length === 0) await this.#caches.delete(name);
    }
  }

  async #open(): Promise<Cache[]> {
    if (!this.#caches || this.#empty) return [];
    const found: Cache[] = [];
    // `open` would make a cache that is not there.
    for (const name of NAMES) if (await this.#caches.has(name)) found.push(await this.#caches.open(name));
    this.#empty = found.length === 0;
    return found;
  }
}

/** One that cannot be read is there all the same, with nothing in it, so that it can be deleted. */
async function fileIn(cache: Cache, url: string): Promise<OldFile | null> {
  try {
    const response = await cache.match(url);
    return response ? await fileOf(cache, url, response) : null;
  } catch {
    return { url, bytes: 0, body: () => Promise.resolve(null), remove: async () => void (await cache.delete(url)) };
  }
}

async function fileOf(cache: Cache, url: string, response: Response): Promise<OldFile> {
  const told = response.headers.get('content-length');
  // The header of what came encoded tells another length.
  const bytes =
    told !== null && /^\d+$/.test(told) && !response.headers.has('content-encoding')
      ? Number(told)
      : (await response.clone().blob()).size;
  return {
    url,
    bytes,
    body: async () => (await cache.match(url))?.body ?? null,
    remove: async () => void (await cache.delete(url)),
  };
}
