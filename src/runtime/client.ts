import * as Comlink from 'comlink';
import type { Clock } from '../kernel/clock.ts';
import { systemClock } from '../kernel/clock.ts';
import type { PageApi, RunFrame } from './protocol.ts';

/** Commands and questions answer within this time, or the worker is taken for dead; ms. */
const DEADLINE_MS = 30_000;
/** These wait for work of their own: downloads, GPU processes, thousands of rows. */
const SLOW_MS = 180_000;
const SLOW: ReadonlySet<keyof PageApi> = new Set([
  'checkGpu',
  'models',
  'start',
  'open',
  'watch',
  'export',
  'remove',
  'storage',
  'removeModel',
  'freeWarm',
  'incident',
  'replay',
]);
/** As long as the network takes; nobody waits for it. */
const UNLIMITED: ReadonlySet<keyof PageApi> = new Set(['keepPocket']);

/** The runtime worker died during a call; a fresh one is there already. */
export class RuntimeLost extends Error {
  constructor(reason: string) {
    super(`The runtime worker was lost: ${reason}. Stored runs are safe; a fresh worker has taken over.`);
    this.name = 'RuntimeLost';
  }
}

export interface RuntimeClient extends PageApi {
  /** Called after a fresh worker has taken over. Frames of the watched run go on by themselves. */
  onRespawn(listener: (reason: string) => void): void;
}

/** What a worker must offer here; a `Worker`. */
export interface WorkerHandle extends Comlink.Endpoint {
  terminate(): void;
}

/**
 * One way in for all calls: Comlink calls to a dead worker never settle, so each has a deadline; when a worker dies or does not answer, a
 * fresh one is spawned, the watched run is opened again, and calls in flight reject with `RuntimeLost`.
 */
export function runtimeClient(spawn: () => WorkerHandle, clock: Clock): RuntimeClient {
  let worker!: WorkerHandle;
  let remote!: Comlink.Remote<PageApi>;
  let rejectAll = new Set<(error: Error) => void>();
  let watched: { readonly runId: string; readonly onFrame: (frame: RunFrame) => void | Promise<void> } | null = null;
  const listeners: ((reason: string) => void)[] = [];

  const start = (): void => {
    const mine = spawn();
    worker = mine;
    remote = Comlink.wrap<PageApi>(mine);
    const died = (event: object): void => {
      if (worker === mine) replace('message' in event ? String(event.message) : 'it failed');
    };
    mine.addEventListener('error', died);
    mine.addEventListener('messageerror', died);
  };

  const replace = (reason: string): void => {
    worker.terminate();
    const waiting = rejectAll;
    rejectAll = new Set();
    start();
    for (const reject of waiting) reject(new RuntimeLost(reason));
    for (const listener of listeners) listener(reason);
    if (watched) void watch(watched.runId, watched.onFrame).catch(() => undefined);
  };

  const call = <T>(method: keyof PageApi, ask: (api: Comlink.Remote<PageApi>) => Promise<unknown>): Promise<T> =>
    new Promise<T>((resolve, reject) => {
      const asked = worker;
      const deadline = SLOW.has(method) ? SLOW_MS : DEADLINE_MS;
      const overdue = (): void => {
        if (worker === asked) replace(`${method} was not answered in ${String(deadline / 1000)} s`);
      };
      const cancel = UNLIMITED.has(method) ? () => undefined : clock.timeout(deadline, overdue);
      const fail = (error: Error): void => {
        cancel();
        rejectAll.delete(fail);
        reject(error);
      };
      rejectAll.add(fail);
      ask(remote).then((value) => {
        cancel();
        rejectAll.delete(fail);
        resolve(value as T);
      }, fail);
    });

  const watch = (runId: string, onFrame: (frame: RunFrame) => void | Promise<void>): Promise<void> => {
    watched = { runId, onFrame };
    return call('watch', (api) => api.watch(runId, Comlink.proxy(onFrame)));
  };

  start();
  return {
    checkGpu: () => call('checkGpu', (api) => api.checkGpu()),
    examples: () => call('examples', (api) => api.examples()),
    models: (vramMiB, occupancy) => call('models', (api) => api.models(vramMiB, occupancy)),
    check: (file, text) => call('check', (api) => api.check(file, text)),
    runs: () => call('runs', (api) => api.runs()),
    start: (request) => call('start', (api) => api.start(request)),
    open: (runId) => call('open', (api) => api.open(runId)),
    watch,
    unwatch: () => {
      watched = null;
      return call('unwatch', (api) => api.unwatch());
    },
    pause: (runId) => call('pause', (api) => api.pause(runId)),
    resume: (runId) => call('resume', (api) => api.resume(runId)),
    cancel: (runId) => call('cancel', (api) => api.cancel(runId)),
    remove: (runId) => call('remove', (api) => api.remove(runId)),
    results: (runId, query) => call('results', (api) => api.results(runId, query)),
    agent: (runId, agent) => call('agent', (api) => api.agent(runId, agent)),
    timeline: (runId) => call('timeline', (api) => api.timeline(runId)),
    moment: (runId, at) => call('moment', (api) => api.moment(runId, at)),
    export: (runId, kind) => call('export', (api) => api.export(runId, kind)),
    decide: (runId, noticeId, decision) => call('decide', (api) => api.decide(runId, noticeId, decision)),
    allowRemote: (runId, remote) => call('allowRemote', (api) => api.allowRemote(runId, remote)),
    act: (runId, agent, action) => call('act', (api) => api.act(runId, agent, action)),
    faults: () => call('faults', (api) => api.faults()),
    breakSomething: (runId, kind, agent) => call('breakSomething', (api) => api.breakSomething(runId, kind, agent)),
    playFaults: (runId, file, text, from) => call('playFaults', (api) => api.playFaults(runId, file, text, from)),
    storage: () => call('storage', (api) => api.storage()),
    removeModel: (folder) => call('removeModel', (api) => api.removeModel(folder)),
    freeWarm: () => call('freeWarm', (api) => api.freeWarm()),
    keepPocket: () => call('keepPocket', (api) => api.keepPocket()),
    share: (what, withInput) => call('share', (api) => api.share(what, withInput)),
    incident: (runId, withInput) => call('incident', (api) => api.incident(runId, withInput)),
    read: (source) => call('read', (api) => api.read(source)),
    replay: (source) => call('replay', (api) => api.replay(source)),
    pace: (runId, pace) => call('pace', (api) => api.pace(runId, pace)),
    onRespawn: (listener) => {
      listeners.push(listener);
    },
  };
}

/** The runtime of this page, in a worker of its own. */
export function connectRuntime(): RuntimeClient {
  const spawn = (): WorkerHandle =>
    new Worker(new URL('../../workers/runtime.worker.ts', import.meta.url), {
      type: 'module',
      name: 'planaria-runtime',
    });
  return runtimeClient(spawn, systemClock());
}
