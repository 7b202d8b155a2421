import * as Comlink from 'comlink';
import { createEngineHost } from '../engine/host.ts';
import { systemClock } from '../kernel/clock.ts';
import { webLock } from '../kernel/lock.ts';
import { entropySeed, seededRandom } from '../kernel/random.ts';
import { openStore } from '../store/dexie-store.ts';
import { fetchedExamples } from './examples.ts';
import type { RunFrame, RuntimeApi } from './protocol.ts';
import { Runtime } from './runtime.ts';

/** What only the worker's entry knows. */
export interface ServeOptions {
  /** The worker's own scope. */
  readonly scope: Comlink.Endpoint;
  /** Where the page's files lie. */
  readonly base: URL;
  readonly locks: LockManager;
  readonly spawnInference: () => Worker;
}

/** Runs the runtime behind a message port. Calls that arrive before the database is open wait for it. */
export function serveRuntime({ scope, base, locks, spawnInference }: ServeOptions): void {
  const clock = systemClock();
  const engines = createEngineHost(spawnInference, clock);
  const random = seededRandom(entropySeed());
  const ready = openStore().then(
    (store) =>
      new Runtime({
        clock,
        random,
        store,
        lock: webLock(locks),
        engines,
        engineFaults: engines.faults,
        examples: fetchedExamples(base),
        version: __PLANARIA_VERSION__,
        tab: random.int(2 ** 31).toString(36),
      }),
  );
  Comlink.expose(forwarding(ready), scope);
}

function forwarding(ready: Promise<Runtime>): RuntimeApi {
  return {
    checkGpu: async () => (await ready).checkGpu(),
    examples: async () => (await ready).examples(),
    models: async (vramMiB, occupancy) => (await ready).models(vramMiB, occupancy),
    check: async (file, text) => (await ready).check(file, text),
    runs: async () => (await ready).runs(),
    start: async (request) => (await ready).start(request),
    open: async (runId) => (await ready).open(runId),
    watch: async (runId, onFrame) => {
      // The buffer moves to the page; the page's answer is the sign that it can take the next frame.
      const send = (frame: RunFrame): void | Promise<void> => onFrame(Comlink.transfer(frame, [frame.cells.buffer]));
      await (await ready).watch(runId, send);
    },
    unwatch: async () => (await ready).unwatch(),
    pause: async (runId) => (await ready).pause(runId),
    resume: async (runId) => (await ready).resume(runId),
    cancel: async (runId) => (await ready).cancel(runId),
    remove: async (runId) => (await ready).remove(runId),
    results: async (runId, query) => (await ready).results(runId, query),
    agent: async (runId, agent) => (await ready).agent(runId, agent),
    export: async (runId, kind) => (await ready).export(runId, kind),
    faults: async () => (await ready).faults(),
    breakSomething: async (runId, kind, agent) => (await ready).breakSomething(runId, kind, agent),
    playFaults: async (runId, file, text) => (await ready).playFaults(runId, file, text),
  };
}
