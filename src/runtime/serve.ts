import * as Comlink from 'comlink';
import { createEngineHost } from '../engine/host.ts';
import { awakeClock, OF_A_WORKER } from '../kernel/awake-clock.ts';
import { systemClock } from '../kernel/clock.ts';
import { webLifeline, webLock } from '../kernel/lock.ts';
import { entropySeed, seededRandom } from '../kernel/random.ts';
import type { Buckets } from '../store/buckets.ts';
import { type BrowserStorage, findPlaces } from '../store/places.ts';
import type { RunStore } from '../store/run-store.ts';
import { fetchedExamples } from './host/examples.ts';
import type { RuntimeOptions } from './host/opener.ts';
import type { Runtime } from './host/runtime.ts';
import { lockName } from './host/run-list.ts';
import { startScreen } from './host/start-screen.ts';
import { storageReport } from './host/storage-report.ts';
import { type LinkServer, pageApi } from './links/page-api.ts';
import type { PageApi, RunFrame } from './protocol/protocol.ts';

/** What only the worker's entry knows. */
export interface ServeOptions {
  /** The worker's own scope. */
  readonly scope: Comlink.Endpoint;
  /** Where the page's files lie. */
  readonly base: URL;
  readonly locks: LockManager;
  readonly spawnInference: () => Worker;
  /** See `RuntimeOptions`. */
  readonly noteWords: NonNullable<RuntimeOptions['noteWords']>;
}

/**
 * Runs the runtime behind a message port. What the start screen asks is answered at once; all that runs a run is fetched with the first
 * call that needs it. Calls that arrive before the database is open wait for it.
 */
export function serveRuntime({ scope, base, locks, spawnInference, noteWords }: ServeOptions): void {
  const clock = awakeClock(systemClock(), { ...OF_A_WORKER, onWake: () => void woke() });
  const engines = createEngineHost(spawnInference, clock, { lifeline: webLifeline(locks), standby: true });
  const random = seededRandom(entropySeed());
  const lock = webLock(locks);
  const places = once(() => findPlaces(browserStorage(), (run) => lock.tryAcquire(lockName(run))));
  const store = async (): Promise<RunStore> => (await places()).store;
  // Runs that were begun before there was a better place for them; what can't be moved now is moved another time.
  places()
    .then(({ move }) => move())
    .catch(() => undefined);
  const examples = fetchedExamples(base);
  const pageFiles = async () => (await import('../store/page-files.ts')).pageFileBytes(base.pathname);
  const tab = random.int(2 ** 31).toString(36);

  const load = async (): Promise<Runtime> => {
    // With the run, for a page whose files the browser has thrown away fetches nothing any more: results can still be exported.
    const words = once(noteWords);
    words().catch(() => undefined);
    const [found, { Runtime }, { spoilStored }] = await Promise.all([
      places(),
      import('./host/runtime.ts'),
      import('../chaos/stored-records.ts'),
    ]);
    return new Runtime({
      ...{ clock, random, store: found.store, lock, engines, examples, tab, noteWords: words },
      engineFaults: engines.faults,
      spoil: (run, how, chance) => found.with(run, (db) => spoilStored(db, run, how, chance)),
      version: __PLANARIA_VERSION__,
    });
  };
  const whole = once(load);
  const runtime = (): Promise<Runtime> | null => whole.begun();
  const woke = async (): Promise<void> => (await runtime()?.catch(() => null))?.woke();
  const links = async (): Promise<LinkServer> => {
    const [found, { Links }] = await Promise.all([store(), import('./links/links.ts')]);
    return new Links({ clock, random, store: found, examples, noteWords, runtime });
  };
  const api = pageApi({
    startScreen: startScreen({ engines, examples, store, lock, runtime }),
    storage: {
      storage: () => storageReport(engines, pageFiles),
      removeModel: (folder) => engines.removeModel(folder),
      freeWarm: () => engines.dropWarm(),
      keepPocket: () => engines.keepPocket(),
      moveRuns: async () => (await places()).move(),
    },
    runtime: whole,
    links,
  });
  Comlink.expose(handingFramesOver(api), scope);
}

/** Fetched or opened with the first call that needs it. A line that broke may be whole again: what failed is begun anew with the next. */
function once<T>(begin: () => Promise<T>): (() => Promise<T>) & { readonly begun: () => Promise<T> | null } {
  let begun: Promise<T> | null = null;
  const get = (): Promise<T> => {
    begun ??= begin().catch((error: unknown) => {
      begun = null;
      throw error;
    });
    return begun;
  };
  return Object.assign(get, { begun: () => begun });
}

/** What this worker's browser has; typed as always there, some of it is absent in some. */
function browserStorage(): BrowserStorage {
  const { storage, storageBuckets } = navigator as WorkerNavigator & { readonly storageBuckets?: Buckets };
  return {
    indexedDB,
    IDBKeyRange,
    buckets: storageBuckets ?? null,
    ...('createSyncAccessHandle' in FileSystemFileHandle.prototype && { getDirectory: () => storage.getDirectory() }),
  };
}

/** A frame's buffer moves to the page instead of being copied; the page's answer is the sign that it can take the next. */
function handingFramesOver(api: PageApi): PageApi {
  const handOver = (frame: RunFrame): RunFrame => Comlink.transfer(frame, [frame.cells.buffer]);
  return {
    ...api,
    watch: (runId, onFrame) => api.watch(runId, (frame) => onFrame(handOver(frame))),
    moment: async (runId, at) => handOver(await api.moment(runId, at)),
  };
}
