/**
 * Brings a model's files into the store before WebLLM looks for them: with true byte counts, checksums, bounds, and errors that say what
 * failed. WebLLM then finds every file there and does no fetching of its own.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { LoadPhase, LoadProgress } from '../../../src/engine/contract.ts';
import { fault } from '../device/engine-faults.ts';
import { fetchFile } from './fetch-file.ts';
import { Md5 } from './md5.ts';
import type { FileWriter, ModelStore } from './model-store.ts';

export interface ModelFile {
  readonly url: string;
  /** Exactly so many, where that is known before the download. */
  readonly bytes?: number | undefined;
  /** Where it is not known: so many at most. */
  readonly mostBytes: number;
  readonly md5?: string | undefined;
  /** Hexadecimal; checked on stored copies too, so that a new release replaces an old copy. */
  readonly sha256?: string | undefined;
}

/** Bytes between two progress messages would be a flood; this is often enough for a bar, ms. */
const PROGRESS_MS = 100;

export class ModelFiles {
  readonly #store: ModelStore;
  readonly #clock: Clock;
  readonly #signal: AbortSignal | undefined;

  constructor(store: ModelStore, clock: Clock, signal: AbortSignal | undefined) {
    this.#store = store;
    this.#clock = clock;
    this.#signal = signal;
  }

  /**
   * The files are stored when this resolves; four downloads at a time.
   * @throws EngineFault `model-unreachable`, `model-checksum`, `model-oversized`, `model-stalled`, `model-elsewhere`, `storage-full`
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
    // One that fails ends the others too: what they would bring would be for nothing.
    const stop = new AbortController();
    const signal = this.#signal ? AbortSignal.any([this.#signal, stop.signal]) : stop.signal;
    const worker = async (): Promise<void> => {
      for (let file = queue.shift(); file && !stop.signal.aborted; file = queue.shift()) {
        const stored = await this.#stored(file);
        if (stored !== null) {
          bytes += stored;
        } else {
          fromCache = false;
          await this.#download(file, signal, (count) => {
            bytes += count;
            report(false);
          });
        }
        report(false);
      }
    };
    const workers = [worker(), worker(), worker(), worker()];
    try {
      await Promise.all(workers);
    } catch (thrown) {
      stop.abort();
      await Promise.allSettled(workers);
      throw thrown;
    }
    report(true);
  }

  /** @throws EngineFault `model-unreachable` where it is not JSON, and what `ensure` throws */
  async json(file: ModelFile): Promise<unknown> {
    const text = new TextDecoder().decode(await this.bytes(file));
    try {
      return JSON.parse(text) as unknown;
    } catch (thrown) {
      await this.drop(file);
      throw fault('model-unreachable', `${file.url} is not JSON: there is no model folder at this address.`, thrown);
    }
  }

  /** Fetches what is not stored. */
  async bytes(file: ModelFile): Promise<ArrayBuffer> {
    if ((await this.#stored(file)) === null) await this.#download(file, this.#signal, () => undefined);
    const data = await this.#store.read(file.url);
    if (!data)
      throw fault('storage-full', 'The browser dropped a file of the model that it had just stored.', file.url);
    return data;
  }

  /** What turned out not to be usable is not kept. */
  drop(...files: readonly ModelFile[]): Promise<void> {
    return this.#store.remove(files.map(({ url }) => url));
  }

  /** Bytes of the good stored copy; null where there is none. Bad copies are removed. */
  async #stored(file: ModelFile): Promise<number | null> {
    const found = await stored(this.#store.find(file.url));
    if (!found) return null;
    const fits = file.bytes === undefined ? found.bytes <= file.mostBytes : found.bytes === file.bytes;
    if (fits && (file.sha256 === undefined || (await this.#hasSum(file.url, file.sha256)))) return found.bytes;
    await this.drop(file);
    return null;
  }

  async #hasSum(url: string, sum: string): Promise<boolean> {
    const data = await this.#store.read(url);
    return data !== null && (await sha256(data)) === sum;
  }

  async #download(file: ModelFile, signal: AbortSignal | undefined, onBytes: (count: number) => void): Promise<void> {
    const mostBytes = file.bytes ?? file.mostBytes;
    // A copy in the HTTP cache may be of another release than the checksums.
    const rules = { mostBytes, fresh: file.sha256 !== undefined, clock: this.#clock, signal };
    const sinks: Incoming[] = [];
    try {
      const whole = await fetchFile(file.url, rules, async () => {
        await sinks.at(-1)?.abandon();
        const sink = new Incoming(this.#store, file, onBytes);
        sinks.push(sink);
        return sink;
      });
      await whole.finish();
    } catch (thrown) {
      signal?.throwIfAborted();
      throw thrown;
    } finally {
      // All but one that was finished: of that there is nothing left to abandon.
      await sinks.at(-1)?.abandon();
    }
  }
}

/** One try of one download on its way into the store. */
class Incoming {
  readonly #store: ModelStore;
  readonly #file: ModelFile;
  readonly #onBytes: (count: number) => void;
  readonly #md5: Md5 | null;
  #writer: FileWriter | null = null;
  #told = 0;

  constructor(store: ModelStore, file: ModelFile, onBytes: (count: number) => void) {
    this.#store = store;
    this.#file = file;
    this.#onBytes = onBytes;
    this.#md5 = file.md5 === undefined ? null : new Md5();
  }

  async write(part: Uint8Array): Promise<void> {
    this.#writer ??= await stored(this.#store.write(this.#file.url));
    this.#md5?.update(part);
    this.#told += part.length;
    this.#onBytes(part.length);
    await stored(this.#writer.write(part));
  }

  async finish(): Promise<void> {
    const { url, bytes, md5, sha256: sum } = this.#file;
    const writer = (this.#writer ??= await stored(this.#store.write(url)));
    if (bytes !== undefined && writer.bytes !== bytes)
      throw fault('model-checksum', `${url} has ${String(writer.bytes)} bytes instead of ${String(bytes)}.`);
    if (this.#md5 && this.#md5.hex() !== md5)
      throw fault('model-checksum', `${url} does not have the checksum that its index gives.`);
    if (sum !== undefined && (await sha256(await stored(writer.read()))) !== sum)
      throw fault('model-checksum', `${url} does not have the checksum that this release gives.`);
    await stored(writer.commit());
    this.#writer = null;
    this.#told = 0;
  }

  /** What was counted of it is taken back. */
  async abandon(): Promise<void> {
    if (this.#told > 0) this.#onBytes(-this.#told);
    this.#told = 0;
    await this.#writer?.abandon();
    this.#writer = null;
  }
}

/** What a database says when it cannot write differs by browser and disk; for a model it means that there is no room for it. */
async function stored<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (thrown) {
    if (!(thrown instanceof DOMException)) throw thrown;
    throw fault('storage-full', 'The browser could not store a file of the model.', thrown);
  }
}

async function sha256(data: ArrayBuffer): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', data);
  return [...new Uint8Array(digest)].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
