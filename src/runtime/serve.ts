import * as Comlink from 'comlink';
import { createEngineHost } from '../engine/host.ts';
import { systemClock } from '../kernel/clock.ts';
import { webLifeline, webLock } from '../kernel/lock.ts';
import { entropySeed, seededRandom } from '../kernel/random.ts';
import { openStore } from '../store/dexie-store.ts';
import { Database } from '../store/schema.ts';
import { exampleSwarms, fetchedExamples } from './host/examples.ts';
import { type LinkServer, withLinks } from './links/route.ts';
import { listRuns } from './host/run-list.ts';
import type { RunFrame, RuntimeApi, StorageApi } from './protocol/protocol.ts';
import type { Runtime } from './host/runtime.ts';
import { storageReport } from './host/storage-report.ts';

/** What only the worker's entry knows. */
export interface ServeOptions {
  /** The worker's own scope. */
  readonly scope: Comlink.Endpoint;
  /** Where the page's files lie. */
  readonly base: URL;
  readonly locks: LockManager;
  readonly spawnInference: () => Worker;
}

/**
 * Runs the runtime behind a message port. What the start screen asks is answered at once; all that runs a run is fetched with the first
 * call that needs it. Calls that arrive before the database is open wait for it.
 */
export function serveRuntime({ scope, base, locks, spawnInference }: ServeOptions): void {
  const clock = systemClock();
  const engines = createEngineHost(spawnInference, clock, { lifeline: webLifeline(locks), standby: true });
  const random = seededRandom(entropySeed());
  const db = new Database('planaria');
  const opened = openStore(db);
  const lock = webLock(locks);
  const examples = fetchedExamples(base);
  const tab = random.int(2 ** 31).toString(36);

  const load = async (): Promise<Runtime> => {
    const [store, { Runtime }, { spoilStored }] = await Promise.all([
      opened,
      import('./host/runtime.ts'),
      import('../chaos/stored-records.ts'),
    ]);
    return new Runtime({
      ...{ clock, random, store, lock, engines, examples, tab },
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
  const lobby = {
    checkGpu: () => engines.checkGpu(),
    examples: () => exampleSwarms(examples),
    models: (vramMiB: number, occupancy: number) => engines.models(vramMiB, occupancy),
    check: async (file: string, text: string) => (await import('./definition/check-swarm.ts')).checkSwarm(file, text),
    runs: async () => (runtime ? (await runtime).runs() : listRuns(await opened, lock, null)),
  };
  const storage: StorageApi = {
    storage: () => storageReport(engines),
    removeModel: (folder) => engines.removeModel(folder),
    freeWarm: () => engines.dropWarm(),
    keepPocket: () => engines.keepPocket(),
  };
  const links = async (): Promise<LinkServer> => {
    const [store, { Links }] = await Promise.all([opened, import('./links/links.ts')]);
    return new Links({ clock, random, store, examples, runtime: () => runtime });
  };
  Comlink.expose(withLinks({ ...forwarding(whole), ...lobby, ...storage }, links), scope);
}

function forwarding(
  whole: () => Promise<Runtime>,
): Omit<RuntimeApi, 'checkGpu' | 'examples' | 'models' | 'check' | 'runs'> {
  return {
    start: async (request) => (await whole()).start(request),
    open: async (runId) => (await whole()).open(runId),
    watch: async (runId, onFrame) => {
      // The buffer moves to the page; the page's answer is the sign that it can take the next frame.
      const send = (frame: RunFrame): void | Promise<void> => onFrame(Comlink.transfer(frame, [frame.cells.buffer]));
      await (await whole()).watch(runId, send);
    },
    unwatch: async () => (await whole()).unwatch(),
    pause: async (runId) => (await whole()).pause(runId),
    resume: async (runId) => (await whole()).resume(runId),
    cancel: async (runId) => (await whole()).cancel(runId),
    remove: async (runId) => (await whole()).remove(runId),
    results: async (runId, query) => (await whole()).results(runId, query),
    agent: async (runId, agent) => (await whole()).agent(runId, agent),
    timeline: async (runId) => (await whole()).timeline(runId),
    moment: async (runId, at) => {
      const frame = await (await whole()).moment(runId, at);
      return Comlink.transfer(frame, [frame.cells.buffer]);
    },
    export: async (runId, kind) => (await whole()).export(runId, kind),
    decide: async (runId, noticeId, decision) => (await whole()).decide(runId, noticeId, decision),
    allowRemote: async (runId, remote) => (await whole()).allowRemote(runId, remote),
    act: async (runId, agent, action) => (await whole()).act(runId, agent, action),
    faults: async () => (await whole()).faults(),
    breakSomething: async (runId, kind, agent) => (await whole()).breakSomething(runId, kind, agent),
    playFaults: async (runId, file, text, from) => (await whole()).playFaults(runId, file, text, from),
  };
}
