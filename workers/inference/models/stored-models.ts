/**
 * Which models are stored, by their folders, and how to be rid of one. Libraries, which several models may share, lie beside the folders.
 * Whatever is stored is listed, with its bytes and so that it can be deleted: an entry that nothing can be made of is shown as such, and
 * hides no other.
 */
import type { AppConfig } from '@mlc-ai/web-llm';
import type { StoredModel } from '../../../src/engine/contract.ts';
import { resolveModel, POCKET } from './catalogue.ts';
import { CONFIG_FILE, INDEX_FILE } from './folder-schema.ts';
import type { ModelStore, StoredFile } from './model-store.ts';

interface Entry extends StoredModel {
  readonly urls: readonly string[];
}

/** Largest first. `root` is the address of the page's folder. */
export async function storedModels(store: ModelStore, list: AppConfig, root: URL): Promise<StoredModel[]> {
  const found = entries(await store.files(), list, root);
  return found.map(({ id, folder, bytes, builtIn, usable }) => ({ id, folder, bytes, builtIn, usable }));
}

/** Deletes what is stored of the model at `folder`; its library too, where no other stored model uses it. @returns bytes freed */
export async function removeStored(store: ModelStore, folder: string, list: AppConfig, root: URL): Promise<number> {
  const entry = entries(await store.files(), list, root).find((each) => each.folder === folder);
  await store.remove(entry?.urls ?? []);
  return entry?.bytes ?? 0;
}

/** Every file in one entry. */
function entries(files: readonly StoredFile[], list: AppConfig, root: URL): Entry[] {
  const byFolder = new Map<string, StoredFile[]>();
  for (const file of files) {
    const folder = folderOf(file.url);
    byFolder.set(folder, [...(byFolder.get(folder) ?? []), file]);
  }
  // A library lies beside its folder, or with all those of the list: not in one that a model's other files are in.
  const models = [...byFolder].filter(([, all]) =>
    all.some(({ url }) => /\/(mlc-chat-config|tensor-cache)\.json$/.test(url)),
  );
  const libraryOf = new Map(models.map(([folder]) => [folder, modelAt(folder, list, root)?.libraryUrl]));
  const builtIn = resolveModel({ id: POCKET }, list, root, []);
  const shared = (library: string | undefined): boolean =>
    [...libraryOf.values()].filter((other) => other === library).length > 1;
  const stored = new Map(files.map((file) => [file.url, file]));
  const claimed = new Set([...libraryOf.values()].filter((library) => library !== undefined && stored.has(library)));

  const found: Entry[] = [];
  for (const [folder, all] of byFolder) {
    const library = libraryOf.get(folder);
    const own = all.filter(({ url }) => !claimed.has(url));
    const mine = [...own, ...(library !== undefined && stored.has(library) ? [stored.get(library) as StoredFile] : [])];
    if (mine.length === 0) continue;
    const names = new Set(own.map(({ url }) => url.slice(folder.length)));
    found.push({
      id: modelAt(folder, list, root)?.id ?? folder,
      folder,
      bytes: mine.reduce((sum, { bytes }) => sum + size(bytes), 0),
      builtIn: folder === builtIn.folder,
      usable: names.has(CONFIG_FILE) && names.has(INDEX_FILE),
      urls: [...own, ...mine.filter(({ url }) => url === library && !shared(library))].map(({ url }) => url),
    });
  }
  return found.sort((a, b) => b.bytes - a.bytes || (a.folder < b.folder ? -1 : 1));
}

/** Repositories have their files under a revision; some have folders below it. What is no address stands for itself. */
function folderOf(url: string): string {
  const revision = /^[a-z]+:\/\/.*?\/resolve\/[^/]+\//.exec(url)?.[0];
  if (revision !== undefined) return revision;
  try {
    return new URL('./', url).href;
  } catch {
    return url;
  }
}

/** The model whose files lie at `folder`: the pocket model, one of the list, or what a person named; null where that cannot be told. */
function modelAt(
  folder: string,
  list: AppConfig,
  root: URL,
): { readonly id: string; readonly libraryUrl: string } | null {
  try {
    const pocket = resolveModel({ id: POCKET }, list, root, []);
    if (pocket.folder === folder) return pocket;
    return resolveModel({ id: '', url: folder }, list, root, []);
  } catch {
    return null;
  }
}

const size = (bytes: number): number => (Number.isFinite(bytes) && bytes > 0 ? bytes : 0);
