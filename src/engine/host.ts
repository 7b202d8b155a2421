/**
 * Where the runtime gets engines from: inference workers, spawned when first needed.
 *
 * A worker that has only answered questions (is there a GPU, which models fit) is handed to the next engine instead of being thrown away,
 * so that its script is loaded once. With `standby`, while an engine works the next worker already loads the same model, as far as the
 * budget has room for a second copy: after a lost device or worker only the K/V pool is left to make.
 */
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Lifeline } from '../kernel/lock.ts';
import {
  EngineFault,
  type Engine,
  type EngineError,
  type EngineHost,
  type EngineKind,
  type EngineStorage,
  type GpuCheck,
  type ModelChoice,
} from './contract.ts';
import { Connection } from './connection.ts';
import type { Questions, WorkerLike } from './worker-protocol.ts';
import { type EngineLife, WorkerEngine } from './worker-engine.ts';

/** Long enough for a first visit that downloads the engine's chunk on a slow line, ms. */
const QUESTION_MS = 120_000;
/** A fresh engine has its first turns to itself before a standby is made, ms. */
const STANDBY_AFTER_MS = 1000;
/** Where making it takes time from the turns, it waits until they have had so many times as much. */
const STANDBY_SHARE = 4;
/** Longer than any wait between two engines of a run; afterwards nobody needs the standby any more, ms. */
const STANDBY_FOR_MS = 45_000;

export interface HostOptions {
  /** Tells when a worker has ended without a word; without it the heartbeat does, later. */
  readonly lifeline?: Lifeline | null;
  /** Keeps a second worker ready while an engine works. */
  readonly standby?: boolean;
}

/** Faults on purpose, at the seams where real ones enter. They befall the worker that an engine took last. */
export interface WorkerFaults {
  killWorker(): void;
  loseDevice(): void;
  exhaustMemory(): void;
}

/** `spawn` starts the inference worker's script; it may throw where workers are not to be had. */
export function createEngineHost(
  spawn: () => WorkerLike,
  clock: Clock,
  { lifeline = null, standby = false }: HostOptions = {},
): EngineHost & EngineStorage & { readonly faults: WorkerFaults } {
  /** Answers questions; taken by the next engine that loads. */
  let idle: Connection | null = null;
  let taken: Connection | null = null;
  const living = (): Connection => {
    if (!idle || idle.dead) idle = new Connection(spawn(), clock, lifeline);
    return idle;
  };
  /** The idle worker that prepares or has prepared a model, and its bytes on the GPU. */
  let ready: Connection | null = null;
  let standbyBytes = 0;
  let cancelTimer: Cancel = () => undefined;
  const prepare = async (asked: Questions['prepare']['ask']): Promise<void> => {
    try {
      const connection = living();
      ready = connection;
      const bytes = await connection.ask('prepare', asked, null);
      if (connection === ready) standbyBytes = bytes;
    } catch {
      // The next engine then loads from the beginning.
    }
  };
  const release = (): void => {
    ready?.close();
    if (idle === ready) idle = null;
    ready = null;
    standbyBytes = 0;
  };
  /** An engine was lost here: the next loss is no longer unlikely. */
  let lossy = false;
  const life: EngineLife = {
    ready: (asked, { adapter, loadMs }) => {
      cancelTimer();
      // A model that the processor computes is slowed down by loading another. A short run should not pay for what it will not need.
      const wait = adapter?.isFallback === true && !lossy ? STANDBY_SHARE * loadMs : 0;
      cancelTimer = clock.timeout(Math.max(STANDBY_AFTER_MS, wait), () => void prepare(asked));
    },
    over: (lost) => {
      lossy ||= lost;
      cancelTimer();
      cancelTimer = clock.timeout(STANDBY_FOR_MS, release);
    },
    moreBytes: () => standbyBytes,
  };
  /** The engine's own worker where there is one: it knows what it has written. */
  const keeper = (): Connection => (taken && !taken.dead ? taken : living());
  return {
    async checkGpu(): Promise<GpuCheck> {
      try {
        return await living().ask('checkGpu', null, QUESTION_MS);
      } catch (fault) {
        return { ok: false, adapter: null, problem: errorOf(fault), storageFree: null };
      }
    },
    models(vramMiB: number, occupancy: number): Promise<readonly ModelChoice[]> {
      return Promise.resolve().then(() => living().ask('models', { vramMiB, occupancy }, QUESTION_MS));
    },
    create(kind: EngineKind): Engine {
      const take = (): Connection => {
        const connection = living();
        cancelTimer();
        idle = null;
        ready = null;
        standbyBytes = 0;
        taken = connection;
        return connection;
      };
      return new WorkerEngine(kind, take, clock, standby && kind === 'webllm' ? life : {});
    },
    stored: () => Promise.resolve().then(() => keeper().ask('stored', null, QUESTION_MS)),
    removeModel: (folder) => Promise.resolve().then(() => keeper().ask('removeModel', { folder }, QUESTION_MS)),
    dropWarm: () => Promise.resolve().then(() => keeper().ask('dropWarm', null, QUESTION_MS)),
    keepPocket: async () => {
      await living().ask('keepPocket', null, null);
    },
    faults: {
      killWorker: () => taken?.terminateSilently(),
      loseDevice: () => taken?.tell({ type: 'fault', fault: 'lose-device' }),
      exhaustMemory: () => taken?.tell({ type: 'fault', fault: 'exhaust-memory' }),
    },
  };
}

function errorOf(fault: unknown): EngineError {
  if (fault instanceof EngineFault) return fault.error;
  return {
    code: 'worker-dead',
    message: 'The inference worker could not be started.',
    remedy: 'Reload the page; if it stays, another browser may help.',
    detail: String(fault),
  };
}
