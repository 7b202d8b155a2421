import * as Comlink from 'comlink';
import { createEngineHost } from '../engine/host.ts';
import { awakeClock, OF_A_WORKER } from '../kernel/awake-clock.ts';
import { systemClock } from '../kernel/clock.ts';
import { webLifeline, webLock } from '../kernel/lock.ts';
import { entropySeed, seededRandom } from '../kernel/random.ts';
import { openStore } from '../store/dexie-store.ts';
import { Database } from '../store/schema.ts';
import { fetchedExamples } from './host/examples.ts';
import type { RuntimeOptions } from './host/opener.ts';
import type { Runtime } from './host/runtime.ts';
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
  const db = new Database('planaria');
  const opened = openStore(db);
  const lock = webLock(locks);
  const examples = fetchedExamples(base);
  const pageFiles = async () => (await import('../store/page-files.ts')).pageFileBytes(base.pathname);
  const tab = random.int(2 ** 31).toString(36);

  const load = async (): Promise<Runtime> => {
    const [store, { Runtime }, { spoilStored }] = await Promise.all([
      opened,
      import('./host/runtime.ts'),
      import('../chaos/stored-records.ts'),
    ]);
    return new Runtime({
      ...{ clock, random, store, lock, engines, examples, tab, noteWords },
      engineFaults: engines.faults,
      spoil: (run, how, chance) => spoilStored(db, run, how, chance),
      version: __PLANARIA_VERSION__,
    });
  };
  let runtime: Promise<Runtime> | null = null;
  const whole = (): Promise<Runtime> => {
    runtime ??= load().catch((error: unknown) => {
      // A line that broke may be whole again at the next call.
      runtime = null;
      throw error;
    });
    return runtime;
  };
  const woke = async (): Promise<void> => (await runtime?.catch(() => null))?.woke();
  const links = async (): Promise<LinkServer> => {
    const [store, { Links }] = await Promise.all([opened, import('./links/links.ts')]);
    return new Links({ clock, random, store, examples, noteWords, runtime: () => runtime });
  };
  const api = pageApi({
    startScreen: startScreen({ engines, examples, store: opened, lock, runtime: () => runtime }),
    storage: {
      storage: () => storageReport(engines, pageFiles),
      removeModel: (folder) => engines.removeModel(folder),
      freeWarm: () => engines.dropWarm(),
      keepPocket: () => engines.keepPocket(),
    },
    runtime: whole,
    links,
  });
  Comlink.expose(handingFramesOver(api), scope);
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
