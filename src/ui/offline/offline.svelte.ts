/**
 * The page without a network: the service worker that keeps its files, and the moment at which a newer one takes over.
 *
 * A new version is stored beside the running one and waits. It takes over when a person says so, or once every tab of this page is closed;
 * never by itself, because a run that goes on may need files of the old version (a fresh inference worker, for one).
 */

/** `none`: this browser, this address or the person's data saver does not want it. */
export type Kept = 'none' | 'storing' | 'ready' | 'failed';

let kept = $state<Kept>('none');
let waiting = $state.raw<ServiceWorker | null>(null);
let replaced = $state(false);

export const offline = {
  /** Whether the page's own files are in this browser. */
  get kept(): Kept {
    return kept;
  },
  /** A newer version is stored and waits. */
  get update(): boolean {
    return waiting !== null;
  },
  /** Another tab has changed to a newer version, whose files this tab does not know. */
  get replaced(): boolean {
    return replaced;
  },
};

let mayReload = false;

/** Changes to the version that waits, in every tab, and loads this one anew. */
export function changeVersion(): void {
  mayReload = true;
  if (waiting) waiting.postMessage({ type: 'SKIP_WAITING' });
  else location.reload();
}

interface SavesData {
  readonly connection?: { readonly saveData?: boolean };
}

/** Keeps the page in this browser; called once, when the page has loaded, so that it takes nothing from the first paint. */
export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  const { serviceWorker } = navigator;
  if ((navigator as SavesData).connection?.saveData === true && !serviceWorker.controller) return;
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    if (mayReload) location.reload();
    // The first one takes over the tab of the first visit: it has the same files.
    replaced = controlled;
    controlled = true;
  });
  kept = 'storing';
  try {
    const registration = await serviceWorker.register('./sw.js', { scope: './', updateViaCache: 'none' });
    follow(registration);
  } catch {
    kept = 'failed';
  }
}

function follow(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    // The first one passes through `waiting` too; it has nothing to wait for.
    waiting = registration.active ? registration.waiting : null;
    if (registration.active) kept = 'ready';
    else if (!registration.installing && !registration.waiting) kept = 'failed';
  };
  const watch = (): void => registration.installing?.addEventListener('statechange', look);
  watch();
  registration.addEventListener('updatefound', watch);
  look();
  // A tab may stay open for weeks: whoever comes back to it hears of a new version.
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') void registration.update().catch(() => undefined);
  });
}
