/**
 * Which models are in Cache storage, by their folders, and how to be rid of one. WebLLM keeps files of a folder in two caches and libraries,
 * which several models may share, in a third.
 */
import type { AppConfig } from '@mlc-ai/web-llm';
import type { StoredModel } from '../../../src/engine/contract.ts';
import { resolveModel, POCKET } from './catalogue.ts';
import { SCOPES } from './model-files.ts';

const FOLDER_SCOPES = [SCOPES.model, SCOPES.config];

interface Entry {
  readonly cache: Cache;
  readonly request: Request;
}

async function entries(scope: string): Promise<Entry[]> {
  // `open` would make a cache that is not there.
  if (!(await caches.has(scope))) return [];
  const cache = await caches.open(scope);
  return (await cache.keys()).map((request) => ({ cache, request }));
}

/** All files of WebLLM's caches, by the address of their folder. */
async function folders(): Promise<Map<string, Entry[]>> {
  const found = new Map<string, Entry[]>();
  for (const scope of FOLDER_SCOPES) {
    for (const entry of await entries(scope)) {
      // Repositories have their files under a revision; some have folders below it.
      const folder = /^.*?\/resolve\/[^/]+\//.exec(entry.request.url)?.[0] ?? new URL('./', entry.request.url).href;
      found.set(folder, [...(found.get(folder) ?? []), entry]);
    }
  }
  return found;
}

async function bytesOf({ cache, request }: Entry): Promise<number> {
  const response = await cache.match(request);
  if (!response) return 0;
  const length = Number(response.headers.get('content-length') ?? Number.NaN);
  return Number.isFinite(length) ? length : (await response.blob()).size;
}

const sum = async (all: readonly Entry[]): Promise<number> =>
  (await Promise.all(all.map(bytesOf))).reduce((whole, bytes) => whole + bytes, 0);

/** Largest first. `root` is the address of the page's folder. */
export async function storedModels(list: AppConfig, root: URL): Promise<StoredModel[]> {
  const libraries = await entries(SCOPES.library);
  // A hub may have a model of the same name.
  const builtIn = resolveModel({ id: POCKET }, list, root, []).folder;
  const found = [...(await folders())].map(async ([folder, files]): Promise<StoredModel> => {
    const { id, libraryUrl } = modelAt(folder, list, root);
    const library = libraries.filter(({ request }) => request.url === libraryUrl);
    return { id, folder, bytes: await sum([...files, ...library]), builtIn: folder === builtIn };
  });
  return (await Promise.all(found)).sort((a, b) => b.bytes - a.bytes);
}

/** Deletes what is stored of the model at `folder`; its library too, where no other stored model uses it. @returns bytes freed */
export async function removeStored(folder: string, list: AppConfig, root: URL): Promise<number> {
  const stored = await folders();
  const { libraryUrl } = modelAt(folder, list, root);
  const shared = [...stored.keys()].some(
    (other) => other !== folder && modelAt(other, list, root).libraryUrl === libraryUrl,
  );
  const library = shared ? [] : (await entries(SCOPES.library)).filter(({ request }) => request.url === libraryUrl);
  const going = [...(stored.get(folder) ?? []), ...library];
  const bytes = await sum(going);
  for (const { cache, request } of going) await cache.delete(request);
  return bytes;
}

/** The model whose files lie at `folder`: the pocket model, one of the list, or what a person named. */
function modelAt(folder: string, list: AppConfig, root: URL): { readonly id: string; readonly libraryUrl: string } {
  const pocket = resolveModel({ id: POCKET }, list, root, []);
  if (pocket.folder === folder) return pocket;
  return resolveModel({ id: '', url: folder }, list, root, []);
}
