import { fileKey, type PageFiles } from '../../src/store/page-files.ts';
import { packed } from './site.ts';

/** Under this id stand the files of versions that kept themselves in Cache storage. */
const BEFORE = 'cache-storage';

/**
 * Clears Cache storage of what versions before this one kept there, 8 MB that endanger all else when the disk is full. Files that their tabs
 * may still ask for move over first, one by one, so that it may be cut at any point and done again.
 * @param base the page's folder; caches of other pages on this origin are left alone
 * @param inUse a tab may still run such a version
 */
export async function emptyOlderCache(
  caches: CacheStorage,
  files: PageFiles,
  base: URL,
  inUse: boolean,
): Promise<void> {
  const name = `workbox-precache-v2-${base.href}`;
  if (!(await caches.has(name))) return;
  if (inUse) await moveOver(await caches.open(name), files, base);
  await caches.delete(name);
}

async function moveOver(cache: Cache, files: PageFiles, base: URL): Promise<void> {
  const before = (await files.versions()).find(({ id }) => id === BEFORE)?.files ?? [];
  const keyOf = ({ url }: Request): string => fileKey(new URL(url).pathname.slice(base.pathname.length), BEFORE);
  const requests = (await cache.keys()).filter(({ url }) => url.startsWith(new URL('assets/', base).href));
  await files.begin(BEFORE, [...new Set([...before, ...requests.map(keyOf)])]);
  for (const request of requests) {
    const response = await cache.match(request);
    if (response) await files.put(keyOf(request), await packed(await response.arrayBuffer(), response.headers));
    await cache.delete(request);
  }
  await files.finish(BEFORE);
}
