/**
 * WebLLM 0.2.86 looks for files in Cache storage, in IndexedDB databases of its own, or in the origin private file system, and fetches what
 * it does not find. Its IndexedDB backend reads every file of weights three times, and once all of them at the same moment. So for the time
 * of a load it is shown our store in the place of Cache storage: each file is read once, and none is fetched.
 */
import { fault } from '../device/engine-faults.ts';
import type { ModelStore } from './model-store.ts';

/** The part of a response that WebLLM reads: the bytes are read when it asks for them, and not when it looks whether they are there. */
type Found = Pick<Response, 'arrayBuffer' | 'json'>;

/** Loads that go on at this moment, a standby's among them; the globals are given back when the last ends. */
let loads = 0;
let giveBack = (): void => undefined;
/** WebLLM does not look for libraries whose address has "localhost" in it, and fetches relative ones: answered from memory. */
const libraries = new Map<string, ArrayBuffer>();

/** Runs `load`, for which WebLLM finds its files in `store`, and the library that is given. */
export async function withFilesOf<T>(
  store: ModelStore,
  library: { readonly url: string; readonly data: ArrayBuffer },
  load: () => Promise<T>,
): Promise<T> {
  libraries.set(library.url, library.data);
  if (loads++ === 0) giveBack = standIn(store);
  try {
    return await load();
  } finally {
    if (--loads === 0) {
      libraries.clear();
      giveBack();
    }
  }
}

function standIn(store: ModelStore): () => void {
  const shelf = shelfOf(store);
  const fetchOverNetwork = globalThis.fetch;
  globalThis.fetch = (input, init) => {
    const data = libraries.get(addressOf(input));
    return data
      ? Promise.resolve(new Response(data, { headers: { 'content-type': 'application/wasm' } }))
      : fetchOverNetwork(input, init);
  };
  // An accessor of the prototype: an own property hides it until it is deleted.
  const before = Object.getOwnPropertyDescriptor(globalThis, 'caches');
  Object.defineProperty(globalThis, 'caches', {
    configurable: true,
    value: { open: () => Promise.resolve(shelf), has: () => Promise.resolve(true) },
  });
  return () => {
    globalThis.fetch = fetchOverNetwork;
    if (before) Object.defineProperty(globalThis, 'caches', before);
    else Reflect.deleteProperty(globalThis, 'caches');
  };
}

/** What WebLLM asks of a cache. Its three are one here: addresses differ. */
function shelfOf(store: ModelStore) {
  const bytes = async (url: string): Promise<ArrayBuffer> => {
    const data = libraries.get(url) ?? (await store.read(url));
    if (!data) throw fault('storage-full', 'The browser dropped a file of the model while it was loaded.', url);
    return data;
  };
  return {
    async match(request: RequestInfo | URL): Promise<Found | undefined> {
      const url = addressOf(request);
      if (!libraries.has(url) && !(await store.find(url))) return undefined;
      return {
        arrayBuffer: () => bytes(url),
        json: async () => JSON.parse(new TextDecoder().decode(await bytes(url))) as unknown,
      };
    },
    keys: async () => (await store.files()).map(({ url }) => ({ url })),
    add: (request: RequestInfo | URL) =>
      Promise.reject(
        fault('model-unreachable', `WebLLM asks for ${addressOf(request)}, which the folder should not need.`),
      ),
    delete: () => Promise.resolve(false),
  };
}

const addressOf = (input: RequestInfo | URL): string =>
  typeof input === 'string' ? input : input instanceof URL ? input.href : input.url;
