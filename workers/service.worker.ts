/**
 * The service worker: the page without a network. A version is stored whole or not at all, waits until a person wants it, and leaves the
 * files of older ones to the tabs that still run them.
 */
import { STORE_GENERATION } from '../src/store/generation.ts';
import { PageFiles } from '../src/store/page-files.ts';
import { emptyOlderCache } from './offline/older-cache.ts';
import { type Listing, Site } from './offline/site.ts';
import { keptVersions } from './offline/versions.ts';

interface Scope extends ServiceWorkerGlobalScope {
  /** Written in front of this script by the build. */
  readonly planariaPage: Listing;
}
const scope = self as unknown as Scope;
const base = new URL(scope.registration.scope);
const listing = scope.planariaPage;

/** Held while versions come or go. */
const CHANGE = `planaria:page-files${base.pathname}`;
/** A tab holds it with the id of its version behind it (src/ui/offline). */
const TAB = `planaria:page${base.pathname}#`;

let opening: Promise<PageFiles> | null = null;
const files = (): Promise<PageFiles> => {
  opening ??= PageFiles.open(base.pathname).catch((error: unknown) => {
    opening = null;
    throw error;
  });
  return opening;
};
const site = new Site({ base, listing, files, fetch: (request) => fetch(request) });

/** Lets go of what no tab needs any more; nothing where a version is being stored at this moment. */
async function tidy(): Promise<void> {
  await scope.navigator.locks.request(CHANGE, { ifAvailable: true }, async (held) => {
    if (!held) return;
    const windows = await scope.clients.matchAll({ type: 'window', includeUncontrolled: true });
    const tabs = windows.filter(({ url }) => url.startsWith(base.href)).length;
    const { installing, waiting } = scope.registration;
    const kept = await files();
    await emptyOlderCache(caches, kept, base, tabs > 0);
    const { held: everybodys = [] } = await scope.navigator.locks.query();
    const locks = everybodys.map(({ name }) => name ?? '');
    const pending = installing !== null || waiting !== null;
    await kept.keep(keptVersions({ current: listing.id, pending, tabs, locks, lockPrefix: TAB }));
  });
}

scope.addEventListener('install', (event) => {
  event.waitUntil(scope.navigator.locks.request(CHANGE, () => site.install()));
});
scope.addEventListener('activate', (event) => {
  // The tab of the first visit is taken over at once: its next request may be without a network.
  event.waitUntil(scope.clients.claim().then(tidy));
});
scope.addEventListener('message', (event) => {
  const { type } = event.data as { readonly type: string };
  if (type === 'SKIP_WAITING') event.waitUntil(scope.skipWaiting());
  else if (type === 'TIDY') event.waitUntil(tidy());
  else if (type === 'ENGINE')
    event.waitUntil(
      scope.navigator.locks
        .request(CHANGE, () => site.install(true))
        .then(
          () => event.ports[0]?.postMessage(true),
          () => event.ports[0]?.postMessage(false),
        ),
    );
  else if (type === 'GENERATION') event.ports[0]?.postMessage(STORE_GENERATION);
});
scope.addEventListener('fetch', (event) => {
  const answer = site.answer(event.request);
  if (answer) event.respondWith(answer);
});
