import * as Comlink from 'comlink';
import type { Clock } from '../../kernel/clock.ts';
import { awakeClock, OF_A_PAGE } from '../../kernel/awake-clock.ts';
import { systemClock } from '../../kernel/clock.ts';
import { CarryOver } from './carry-over.ts';
import { asking, type Deadline } from '../protocol/call-table.ts';
import { CALLS, type PageCalls } from '../protocol/calls.ts';
import type { PageApi, RunFrame } from '../protocol/protocol.ts';
import { Worker } from './trusted-scripts.ts';

/** A worker that has not answered within this time is taken for dead, ms; null: it may take as long as it does. */
const DEADLINE_MS: Readonly<Record<Deadline, number | null>> = { quick: 30_000, slow: 180_000, unlimited: null };
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

/** The calls in a worker, as Comlink sends them: arguments as they come. */
type Remote = Readonly<Record<keyof PageCalls, (...given: readonly unknown[]) => Promise<unknown>>>;

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
  let remote!: Remote;
  let rejectAll = new Set<(error: Error) => void>();
  let watched: { readonly runId: string; readonly onFrame: (frame: RunFrame) => void | Promise<void> } | null = null;
  const listeners: ((reason: string) => void)[] = [];
  const deaths: number[] = [];
  let beats = 0;

  const start = (): void => {
    const mine = spawn();
    worker = mine;
    remote = Comlink.wrap(mine) as unknown as Remote;
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

  const ask = (name: keyof PageCalls, given: readonly unknown[]): Promise<unknown> =>
    new Promise((resolve, reject) => {
      const asked = worker;
      const deadline = DEADLINE_MS[CALLS[name].deadline];
      const overdue = (ms: number): void => {
        if (worker === asked) replace(`${name} was not answered in ${String(ms / 1000)} s`);
      };
      const cancel = deadline === null ? () => undefined : clock.timeout(deadline, () => overdue(deadline));
      const fail = (error: Error): void => {
        cancel();
        rejectAll.delete(fail);
        reject(error);
      };
      rejectAll.add(fail);
      remote[name](...given).then((value) => {
        cancel();
        rejectAll.delete(fail);
        resolve(value);
      }, fail);
    });
  const api = asking(CALLS, ask);

  const watch: PageApi['watch'] = (runId, onFrame) => {
    if (watched?.runId !== runId || watched.onFrame !== onFrame) watched = { runId, onFrame };
    const hear = (frame: RunFrame): void | Promise<void> => {
      carry.heard(frame);
      return onFrame(frame);
    };
    return api.watch(runId, Comlink.proxy(hear));
  };

  const carry = new CarryOver(clock, api);
  start();
  clock.every(BEAT_MS, beat);
  return {
    ...api,
    watch,
    unwatch: () => {
      watched = null;
      return api.unwatch();
    },
    allowRemote: async (runId, settings) => {
      const reply = await api.allowRemote(runId, settings);
      if (reply.ok) carry.allowed(runId, settings);
      return reply;
    },
    playFaults: async (runId, file, text, from) => {
      const mistakes = await api.playFaults(runId, file, text, from);
      if (mistakes.length === 0) carry.playing(runId, file, text, from);
      return mistakes;
    },
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
  return runtimeClient(spawn, awakeClock(systemClock(), OF_A_PAGE));
}
