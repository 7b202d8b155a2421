import * as Comlink from 'comlink';
import type { Clock } from '../../kernel/clock.ts';
import { systemClock } from '../../kernel/clock.ts';
import { CarryOver } from './carry-over.ts';
import type { ActionReply, Diagnostic, PageApi, RunFrame } from '../protocol/protocol.ts';

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
/** While a run is watched the worker is asked this often for a sign of life, ms; so many times in vain, and it is taken for dead. */
const BEAT_MS = 5000;
const BEATS = 12;
/** Workers that die within this time of one another wait longer and longer before they go on: what kills them may be the run, ms. */
const OFTEN_MS = 60_000;
const WAIT_FIRST_MS = 1000;
const WAIT_CAP_MS = 30_000;

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
 * fresh one is spawned, the watched run is opened again and goes on as before (`CarryOver`), and calls in flight reject with `RuntimeLost`.
 */
export function runtimeClient(spawn: () => WorkerHandle, clock: Clock): RuntimeClient {
  let worker!: WorkerHandle;
  let remote!: Comlink.Remote<PageApi>;
  let rejectAll = new Set<(error: Error) => void>();
  let watched: { readonly runId: string; readonly onFrame: (frame: RunFrame) => void | Promise<void> } | null = null;
  const listeners: ((reason: string) => void)[] = [];
  const deaths: number[] = [];
  let beats = 0;

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
    carry.lost();
    beats = 0;
    const now = clock.now();
    deaths.push(now);
    while (now - (deaths[0] ?? now) > OFTEN_MS) deaths.shift();
    const before = deaths.length - 1;
    goOn(before === 0 ? 0 : Math.min(WAIT_CAP_MS, WAIT_FIRST_MS * 2 ** (before - 1)));
  };

  /** The watched run is opened again; what is out of reach for a moment a moment later. */
  const goOn = (ms: number): void => {
    const [mine, wanted] = [worker, watched];
    const again = (): void => {
      if (worker !== mine || watched !== wanted || !wanted) return;
      watch(wanted.runId, wanted.onFrame).catch(() => {
        if (worker === mine) goOn(Math.min(WAIT_CAP_MS, Math.max(WAIT_FIRST_MS, 2 * ms)));
      });
    };
    if (ms === 0) again();
    else clock.timeout(ms, again);
  };

  /** Ticks are counted, not time: a computer that slept has one that is late, and an answer right behind it. */
  const beat = (): void => {
    if (!watched) beats = 0;
    else if (beats > BEATS) replace(`it gave no sign of life for ${String((BEAT_MS * BEATS) / 1000)} s`);
    else if (beats++ === 0) {
      const asked = worker;
      const alive = (): void => {
        if (worker === asked) beats = 0;
      };
      remote.faults().then(alive, alive);
    }
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
    if (watched?.runId !== runId || watched.onFrame !== onFrame) watched = { runId, onFrame };
    const hear = (frame: RunFrame): void | Promise<void> => {
      carry.heard(frame);
      return onFrame(frame);
    };
    return call('watch', (api) => api.watch(runId, Comlink.proxy(hear)));
  };

  const carry = new CarryOver(clock, {
    resume: (runId) => call('resume', (api) => api.resume(runId)),
    allowRemote: (runId, settings) => call('allowRemote', (api) => api.allowRemote(runId, settings)),
    playFaults: (runId, file, text, from) => call('playFaults', (api) => api.playFaults(runId, file, text, from)),
  });
  start();
  clock.every(BEAT_MS, beat);
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
    allowRemote: async (runId, settings) => {
      const reply = await call<ActionReply>('allowRemote', (api) => api.allowRemote(runId, settings));
      if (reply.ok) carry.allowed(runId, settings);
      return reply;
    },
    act: (runId, agent, action) => call('act', (api) => api.act(runId, agent, action)),
    faults: () => call('faults', (api) => api.faults()),
    breakSomething: (runId, kind, agent) => call('breakSomething', (api) => api.breakSomething(runId, kind, agent)),
    playFaults: async (runId, file, text, from) => {
      const mistakes = await call<readonly Diagnostic[]>('playFaults', (api) =>
        api.playFaults(runId, file, text, from),
      );
      if (mistakes.length === 0) carry.playing(runId, file, text, from);
      return mistakes;
    },
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
    new Worker(new URL('../../../workers/runtime.worker.ts', import.meta.url), {
      type: 'module',
      name: 'planaria-runtime',
    });
  return runtimeClient(spawn, systemClock());
}
