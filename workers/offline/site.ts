import { fileKey, type PageFile, type PageFiles } from '../../src/store/page-files.ts';

/** All files of one version of the page, as the build lists them (tools/dev/page-files.mjs). */
export interface Listing {
  readonly id: string;
  /** Paths in the page's folder, each with the SHA-256 sum of its content, 32 digits. */
  readonly files: Readonly<Record<string, string>>;
}

export interface SiteOptions {
  /** The page's folder; ends with a slash. */
  readonly base: URL;
  readonly listing: Listing;
  /** Rejects where the browser gives no storage; the network answers then. */
  readonly files: () => Promise<PageFiles>;
  readonly fetch: (request: Request) => Promise<Response>;
}

/** Files with a hash of the content in their name never change, so a copy that the browser has will do. */
const HASHED = /^assets\//;
/** Most of the page's bytes, of use only together with a model: kept once there is one. */
const ENGINE = /^assets\/engine-/;
/** Opened as they are, not as addresses of the page. */
const NOT_THE_PAGE = /(?:^|\/)models\/|(?:^|\/)licenses\.txt$/;
/** They speak of the bytes on the line, not of the content. */
const OF_THE_LINE = new Set(['content-encoding', 'content-length', 'transfer-encoding']);
/** Versions are fetched so many files at a time. */
const AT_ONCE = 4;

/** The page from storage. */
export class Site {
  readonly #with: SiteOptions;
  readonly #listed: ReadonlyMap<string, string>;

  constructor(options: SiteOptions) {
    this.#with = options;
    this.#listed = new Map(Object.entries(options.listing.files).map(([path, sum]) => [path, fileKey(path, sum)]));
  }

  /**
   * Stores what is missing of this version. What was fetched is not fetched again by a second try. Rejects where a file is out of reach or not
   * the one that is listed: a host in the middle of a change sends files of two versions.
   * @param engine the engine too; without, as any version before was stored
   */
  async install(engine = false): Promise<void> {
    const { listing, files: open } = this.#with;
    const files = await open();
    const before = (await files.versions()).flatMap((version) => version.files);
    const whole = engine || before.some((key) => ENGINE.test(key));
    const wanted = [...this.#listed].filter(([path]) => whole || !ENGINE.test(path)).map(([, key]) => key);
    const missing = new Set(await files.begin(listing.id, wanted));
    const paths = [...this.#listed].filter(([, key]) => missing.has(key)).map(([path]) => path);
    const next = async (): Promise<void> => {
      for (let path = paths.pop(); path !== undefined; path = paths.pop())
        await this.#store(files, path, await this.#fetch(path));
    };
    const ended = await Promise.allSettled(Array.from({ length: AT_ONCE }, next));
    // Not before: what others are storing counts for the next try.
    for (const one of ended) if (one.status === 'rejected') throw one.reason;
    if (!(await files.finish(listing.id))) throw new Error('what was stored of this version is gone again');
  }

  /** The answer from storage, or null where the network is to answer as it does without us. */
  answer(request: Request): Promise<Response> | null {
    const { base } = this.#with;
    const url = new URL(request.url);
    if (request.method !== 'GET' || request.headers.has('range')) return null;
    if (url.origin !== base.origin || !url.pathname.startsWith(base.pathname)) return null;
    const path = decoded(url.pathname.slice(base.pathname.length)) || 'index.html';
    if (this.#listed.has(path)) return this.#stored(request, path);
    if (HASHED.test(path)) return this.#older(request, path);
    if (request.mode === 'navigate' && !NOT_THE_PAGE.test(path)) return this.#stored(request, 'index.html');
    return null;
  }

  async #stored(request: Request, path: string): Promise<Response> {
    const files = await this.#with.files().catch(() => null);
    const file = await files?.file(this.#listed.get(path) ?? '').catch(() => null);
    const kept = await responseOf(file);
    if (kept) return kept;
    const response = await this.#with.fetch(request);
    // What was lost of the storage is mended as it is asked for.
    if (files && response.ok && !ENGINE.test(path))
      void this.#store(files, path, response.clone()).catch(() => undefined);
    return response;
  }

  /** For a tab that runs an older version. */
  async #older(request: Request, path: string): Promise<Response> {
    const files = await this.#with.files().catch(() => null);
    const file = await files?.ofAnyVersion(path).catch(() => null);
    return (await responseOf(file)) ?? this.#with.fetch(request);
  }

  async #fetch(path: string): Promise<Response> {
    const cache = HASHED.test(path) ? 'default' : 'no-cache';
    // A host may send index.html only under the name of its folder.
    const address = new URL(path === 'index.html' ? '' : path, this.#with.base);
    const response = await this.#with.fetch(new Request(address, { cache, credentials: 'same-origin' }));
    if (!response.ok) throw new Error(`${path}: ${String(response.status)}`);
    return response;
  }

  async #store(files: PageFiles, path: string, response: Response): Promise<void> {
    const content = await response.arrayBuffer();
    const key = fileKey(path, await sumOf(content));
    if (key !== this.#listed.get(path)) throw new Error(`${path} is not the file of this version`);
    await files.put(key, await packed(content, response.headers));
  }
}

/** As it stands where it is encoded wrongly: no file of the page has such a name. */
function decoded(path: string): string {
  try {
    return decodeURI(path);
  } catch {
    return path;
  }
}

/** The first 32 digits of the SHA-256 sum. */
async function sumOf(content: ArrayBuffer): Promise<string> {
  const sum = new Uint8Array(await crypto.subtle.digest('SHA-256', content));
  return Array.from(sum.subarray(0, 16), (byte) => byte.toString(16).padStart(2, '0')).join('');
}

/** A file as it is stored. */
export async function packed(content: ArrayBuffer, headers: Headers): Promise<PageFile> {
  const bytes = await new Response(
    new Blob([content]).stream().pipeThrough(new CompressionStream('gzip')),
  ).arrayBuffer();
  return { bytes, headers: [...headers].filter(([name]) => !OF_THE_LINE.has(name)) };
}

/**
 * Null where there is no file, or one that is damaged. Unpacked as a whole: a stream that nobody reads to its end, of a worker that was
 * stopped meanwhile, would keep this service worker busy, and a newer one waiting.
 */
async function responseOf(file: PageFile | null | undefined): Promise<Response | null> {
  if (!file) return null;
  try {
    const unpacked = new Blob([file.bytes]).stream().pipeThrough(new DecompressionStream('gzip'));
    const content = await new Response(unpacked).arrayBuffer();
    return new Response(content, { headers: file.headers.map(([name, value]): [string, string] => [name, value]) });
  } catch {
    return null;
  }
}
