/**
 * One file of a model over the network. Whoever serves it is not trusted: how long it may be is decided before, where it may come from too,
 * and how slowly.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import { fault } from '../device/engine-faults.ts';

/**
 * Bytes that a file may have where nothing declares its length, after whatever encoding it is sent in. Each is several times the largest in
 * WebLLM's list: tokenizers of large vocabularies have 33 MB, libraries 10, indexes of models of 70 billion parameters 1.
 */
export const MOST_BYTES = {
  config: 2 ** 20,
  index: 4 * 2 ** 20,
  tokenizer: 128 * 2 ** 20,
  library: 64 * 2 ** 20,
  sums: 2 ** 16,
} as const;

/** A download that brings less than `LEAST_BYTES` in so long stands still, ms. Time that is spent storing what came does not count. */
export const STALL_MS = 30_000;
export const LEAST_BYTES = 16 * 2 ** 10;
/** A download that stands still is begun once more. */
const TRIES = 2;

/** Hubs that keep files on hosts of their own: where a redirect from the first may lead, by the ends of hosts' names. */
const HUBS: Readonly<Record<string, readonly string[]>> = { 'huggingface.co': ['huggingface.co', 'hf.co'] };

export interface FetchRules {
  /** More is refused, one byte of it too. */
  readonly mostBytes: number;
  /** A copy in the HTTP cache will not do. */
  readonly fresh?: boolean;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Where the bytes of one try go. */
export interface Sink {
  /** Awaited before more is read: nothing piles up in memory. */
  write(part: Uint8Array<ArrayBuffer>): Promise<void> | void;
}

/**
 * Reads the file into a sink; a fresh one for each try.
 * @returns the sink of the try that was whole
 * @throws EngineFault `model-unreachable`, `model-oversized`, `model-stalled`, `model-elsewhere`; whatever the sink or the signal throws
 */
export async function fetchFile<S extends Sink>(
  url: string,
  rules: FetchRules,
  begin: () => S | Promise<S>,
): Promise<S> {
  for (let tries = 1; ; tries++) {
    const sink = await begin();
    try {
      await readInto(url, rules, sink);
      return sink;
    } catch (thrown) {
      rules.signal?.throwIfAborted();
      if (!(thrown instanceof Stalled)) throw thrown;
      if (tries === TRIES)
        throw fault(
          'model-stalled',
          `${url} brought less than ${String(LEAST_BYTES / 1024)} KiB in ${String(STALL_MS / 1000)} s, ${String(TRIES)} times.`,
        );
    }
  }
}

/** A small file as a whole. */
export async function fetchBytes(url: string, rules: FetchRules): Promise<Uint8Array<ArrayBuffer>> {
  const { parts } = await fetchFile(url, rules, () => {
    const parts: Uint8Array<ArrayBuffer>[] = [];
    return { parts, write: (part: Uint8Array<ArrayBuffer>) => void parts.push(part) };
  });
  return new Uint8Array(await new Blob(parts).arrayBuffer());
}

/** May a request for `from` be answered by `to`? Within its origin; a hub sends to its own hosts of files. */
export function mayLead(from: string, to: string): boolean {
  const [asked, given] = [new URL(from), new URL(to)];
  if (asked.origin === given.origin) return true;
  const ends = Object.hasOwn(HUBS, asked.host) ? (HUBS[asked.host] ?? []) : [];
  return (
    given.protocol === 'https:' &&
    given.port === '' &&
    ends.some((end) => given.hostname === end || given.hostname.endsWith(`.${end}`))
  );
}

class Stalled extends Error {}

async function readInto(url: string, { mostBytes, fresh, clock, signal }: FetchRules, sink: Sink): Promise<void> {
  const stop = new AbortController();
  const onAbort = (): void => {
    stop.abort(signal?.reason);
  };
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort, { once: true });
  const pace = pacer(clock, () => {
    stop.abort(new Stalled());
  });
  try {
    const response = await pace.waitFor(
      fetch(url, {
        signal: stop.signal,
        cache: fresh ? 'no-cache' : 'default',
        referrerPolicy: 'no-referrer',
      }),
    );
    // What stands there is not read: by now we know only where it is.
    if (response.redirected && !mayLead(url, response.url))
      throw fault('model-elsewhere', `${url} leads to ${new URL(response.url).host}.`);
    if (!response.ok) throw fault('model-unreachable', `The server answered ${String(response.status)} for ${url}.`);
    if (!response.body) throw fault('model-unreachable', `The server sent nothing for ${url}.`);
    const tooLong = (): Error =>
      fault('model-oversized', `${url} has more than the ${String(mostBytes)} bytes that it may have.`);
    // Of what is sent encoded, the header tells another length; it is counted as it comes out.
    const encoded = response.headers.has('content-encoding');
    if (!encoded && Number(response.headers.get('content-length') ?? 0) > mostBytes) throw tooLong();
    const reader = response.body.getReader();
    let bytes = 0;
    for (;;) {
      const part = await pace.waitFor(reader.read());
      if (part.done) return;
      bytes += part.value.length;
      if (bytes > mostBytes) throw tooLong();
      pace.got(part.value.length);
      await sink.write(part.value);
    }
  } catch (thrown) {
    signal?.throwIfAborted();
    if (stop.signal.reason instanceof Stalled) throw stop.signal.reason;
    // fetch says TypeError for an unknown host, a refused connection, a missing CORS header and a cut line alike.
    if (thrown instanceof TypeError) throw fault('model-unreachable', `${url} could not be read.`, thrown);
    throw thrown;
  } finally {
    pace.end();
    signal?.removeEventListener('abort', onAbort);
    // Ends the request where it was left in the middle; of one that is whole there is nothing to end.
    stop.abort();
  }
}

/** Counts what comes while it is waited for, and says when that is too little. */
function pacer(clock: Clock, stalled: () => void) {
  let left = STALL_MS;
  let since = 0;
  let cancel = (): void => undefined;
  return {
    async waitFor<T>(work: Promise<T>): Promise<T> {
      const begun = clock.now();
      cancel = clock.timeout(left, stalled);
      try {
        return await work;
      } finally {
        cancel();
        left = Math.max(0, left - (clock.now() - begun));
      }
    },
    got(bytes: number): void {
      since += bytes;
      if (since < LEAST_BYTES) return;
      since = 0;
      left = STALL_MS;
    },
    end: () => {
      cancel();
    },
  };
}
