/**
 * Brings a model's files into WebLLM's Cache storage before WebLLM looks for them: with true byte counts, checksums, and errors that say
 * what failed. WebLLM then finds every file in the cache and does no fetching of its own.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { LoadPhase, LoadProgress } from '../../../src/engine/contract.ts';
import { fault } from '../device/engine-faults.ts';
import { Md5 } from './md5.ts';

/** The scopes that WebLLM 0.2.86 opens, by kind of file. */
export const SCOPES = { config: 'webllm/config', library: 'webllm/wasm', model: 'webllm/model' } as const;
type Scope = keyof typeof SCOPES;

export interface ModelFile {
  readonly url: string;
  readonly scope: Scope;
  /** Bytes, where known before the download. */
  readonly bytes?: number | undefined;
  readonly md5?: string | undefined;
  /** Hexadecimal; checked on cached copies too, so that a new release replaces an old copy. */
  readonly sha256?: string | undefined;
}

/** Bytes between two progress messages would be a flood; this is often enough for a bar, ms. */
const PROGRESS_MS = 100;

export class ModelFiles {
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(clock: Clock, signal: AbortSignal | undefined) {
    this.#clock = clock;
    this.#signal = signal;
  }

  /**
   * The files' bytes are in the cache when this resolves; four downloads at a time.
   * @throws EngineFault `model-unreachable`, `model-checksum`, `storage-full`
   */
  async ensure(
    files: readonly ModelFile[],
    phase: LoadPhase,
    onProgress: (progress: LoadProgress) => void,
  ): Promise<void> {
    const known = files.every((file) => file.bytes !== undefined);
    const totalBytes = known ? files.reduce((sum, file) => sum + (file.bytes ?? 0), 0) : null;
    let bytes = 0;
    let fromCache = true;
    let said = -Infinity;
    const report = (last: boolean): void => {
      const now = this.#clock.now();
      if (!last && now - said < PROGRESS_MS) return;
      said = now;
      onProgress({ phase, bytes, totalBytes: last ? bytes : totalBytes, fromCache });
    };
    const queue = [...files];
    const worker = async (): Promise<void> => {
      for (let file = queue.shift(); file; file = queue.shift()) {
        const cached = await this.#cached(file);
        if (cached !== null) {
          bytes += cached;
        } else {
          fromCache = false;
          await this.#download(file, (count) => {
            bytes += count;
            report(false);
          });
        }
        report(false);
      }
    };
    await Promise.all([worker(), worker(), worker(), worker()]);
    report(true);
  }

  async json<T>(file: ModelFile): Promise<T> {
    const text = new TextDecoder().decode(await this.bytes(file));
    try {
      return JSON.parse(text) as T;
    } catch (thrown) {
      await (await caches.open(SCOPES[file.scope])).delete(file.url);
      throw fault('model-unreachable', `${file.url} is not JSON: there is no model folder at this address.`, thrown);
    }
  }

  /** Fetches what is not cached. */
  async bytes(file: ModelFile): Promise<ArrayBuffer> {
    if ((await this.#cached(file)) === null) await this.#download(file, () => undefined);
    const response = await (await caches.open(SCOPES[file.scope])).match(file.url);
    if (!response)
      throw fault('storage-full', 'The browser dropped a file of the model that it had just stored.', file.url);
    return response.arrayBuffer();
  }

  /** Bytes of the good cached copy; null where there is none. Bad copies are removed. */
  async #cached(file: ModelFile): Promise<number | null> {
    const cache = await caches.open(SCOPES[file.scope]);
    const response = await cache.match(file.url);
    if (!response) return null;
    if (file.sha256 === undefined) {
      const length = Number(response.headers.get('content-length') ?? Number.NaN);
      if (Number.isFinite(length) && (file.bytes === undefined || file.bytes === length)) return length;
    }
    const data = await response.arrayBuffer();
    const good =
      (file.bytes === undefined || data.byteLength === file.bytes) &&
      (file.sha256 === undefined || (await sha256(data)) === file.sha256);
    if (good) return data.byteLength;
    await cache.delete(file.url);
    return null;
  }

  async #download(file: ModelFile, onBytes: (count: number) => void): Promise<void> {
    // A copy in the HTTP cache may be of another release than the checksums.
    const init: RequestInit = {
      ...(this.#signal ? { signal: this.#signal } : {}),
      cache: file.sha256 === undefined ? 'default' : 'no-cache',
    };
    let response: Response;
    const parts: Uint8Array<ArrayBuffer>[] = [];
    let length = 0;
    const md5 = file.md5 === undefined ? null : new Md5();
    try {
      response = await fetch(file.url, init);
      if (!response.ok)
        throw fault('model-unreachable', `The server answered ${String(response.status)} for ${file.url}.`);
      if (!response.body) throw fault('model-unreachable', `The server sent nothing for ${file.url}.`);
      const reader = response.body.getReader();
      for (let part = await reader.read(); !part.done; part = await reader.read()) {
        parts.push(part.value);
        length += part.value.length;
        md5?.update(part.value);
        onBytes(part.value.length);
      }
    } catch (thrown) {
      this.#signal?.throwIfAborted();
      // fetch says TypeError for an unknown host, a refused connection, a missing CORS header and a cut line alike.
      if (thrown instanceof TypeError) throw fault('model-unreachable', `${file.url} could not be read.`, thrown);
      throw thrown;
    }
    if (file.bytes !== undefined && length !== file.bytes) {
      throw fault('model-checksum', `${file.url} has ${String(length)} bytes instead of ${String(file.bytes)}.`);
    }
    if (md5 && md5.hex() !== file.md5)
      throw fault('model-checksum', `${file.url} does not have the checksum that its index gives.`);
    const body = new Blob(parts);
    if (file.sha256 !== undefined && (await sha256(await body.arrayBuffer())) !== file.sha256) {
      throw fault('model-checksum', `${file.url} does not have the checksum that this release gives.`);
    }
    const headers = {
      'content-length': String(length),
      'content-type': response.headers.get('content-type') ?? 'application/octet-stream',
    };
    await (await caches.open(SCOPES[file.scope])).put(file.url, new Response(body, { headers }));
  }
}

/** True when every file is in the cache. */
export async function allCached(files: readonly Pick<ModelFile, 'url' | 'scope'>[]): Promise<boolean> {
  for (const { url, scope } of files) {
    if (!(await caches.has(SCOPES[scope])) || !(await (await caches.open(SCOPES[scope])).match(url))) return false;
  }
  return true;
}

async function sha256(data: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', data);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
