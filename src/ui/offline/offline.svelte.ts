/**
 * The page without a network: the service worker that keeps its files, and the moment at which a newer one takes over.
 *
 * A new version is stored beside the running one and waits. It takes over when a person says so, or once every tab of this page is closed.
 * A tab that goes on with an older version goes on getting that one's files (a fresh inference worker, for one): it holds a lock by which the
 * service worker knows (workers/offline).
 */
import { scriptAddress } from '../../runtime/client/trusted-scripts.ts';
import { STORE_GENERATION } from '../../runtime/protocol/protocol.ts';

/** `none`: this browser, this address or the person's data saver does not want it. */
export type Kept = 'none' | 'storing' | 'ready' | 'failed';

let kept = $state<Kept>('none');
let waiting = $state.raw<ServiceWorker | null>(null);
let replaced = $state(false);
let upheaval = $state(true);

export const offline = {
  /** Whether the page's own files are in this browser. */
  get kept(): Kept {
    return kept;
  },
  /** A newer version is stored and waits. */
  get update(): boolean {
    return waiting !== null;
  },
  /** Another tab has changed to a newer version. */
  get replaced(): boolean {
    return replaced;
  },
  /** The newer version may store runs so that tabs of this one cannot go on with theirs. */
  get upheaval(): boolean {
    return upheaval;
  },
};

/** Loads this tab anew, once it may be. */
let reload: (() => void) | null = null;

/**
 * Changes to the version that waits, and loads this tab anew, at that address of the page.
 * @param hash begins with `#`. It changes only with the reload: what a change of address has the browser fetch, its icon for one, keeps the
 *   older service worker busy, and the newer one waiting.
 */
export function changeVersion(hash: string): void {
  reload = () => {
    history.replaceState(null, '', hash);
    location.reload();
  };
  if (waiting) waiting.postMessage({ type: 'SKIP_WAITING' });
  else reload();
}

/** Says which version this tab runs, for as long as it lives. */
function holdVersion(): Promise<void> {
  const version = document.querySelector<HTMLMetaElement>('meta[name=version]')?.content ?? '';
  const folder = new URL('./', document.baseURI).pathname;
  return new Promise((resolve) => {
    const hold = (): Promise<never> => {
      resolve();
      return new Promise(() => undefined);
    };
    // Without it nothing of any version is given up.
    navigator.locks.request(`planaria:page${folder}#${version}`, { mode: 'shared' }, hold).catch(() => {
      resolve();
    });
  });
}

interface SavesData {
  readonly connection?: { readonly saveData?: boolean };
}

/** Keeps the page in this browser; called once, when the page has loaded, so that it takes nothing from the first paint. */
export async function keepOffline(): Promise<void> {
  if (!import.meta.env.PROD || !('serviceWorker' in navigator)) return;
  await holdVersion();
  const { serviceWorker } = navigator;
  if ((navigator as SavesData).connection?.saveData === true && !serviceWorker.controller) return;
  let controlled = serviceWorker.controller !== null;
  serviceWorker.addEventListener('controllerchange', () => {
    reload?.();
    // The first one takes over the tab of the first visit: it has the same files.
    replaced = controlled;
    controlled = true;
  });
  kept = 'storing';
  try {
    const registration = await serviceWorker.register(scriptAddress('./sw.js'), {
      scope: './',
      updateViaCache: 'none',
    });
    follow(registration);
    void serviceWorker.ready.then(({ active }) => active?.postMessage({ type: 'TIDY' }));
  } catch {
    kept = 'failed';
  }
}

function follow(registration: ServiceWorkerRegistration): void {
  const look = (): void => {
    // The first one passes through `waiting` too; it has nothing to wait for.
    waiting = registration.active ? registration.waiting : null;
    if (waiting)
      void ask(waiting, 'GENERATION').then((generation) => {
        upheaval = generation !== STORE_GENERATION;
      });
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

/** Brings the engine into storage, once there is a model to run on it; whether it is there. */
export async function keepEngine(): Promise<boolean> {
  const { active } = await navigator.serviceWorker.ready;
  return active !== null && (await ask(active, 'ENGINE')) === true;
}

function ask(worker: ServiceWorker, type: 'ENGINE' | 'GENERATION'): Promise<unknown> {
  const { port1, port2 } = new MessageChannel();
  const answer = new Promise<unknown>((resolve) => {
    port1.onmessage = ({ data }) => resolve(data);
  });
  worker.postMessage({ type }, [port2]);
  return answer;
}
