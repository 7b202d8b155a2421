/**
 * Where the runtime gets engines from: inference workers, spawned when first needed.
 *
 * A worker that has only answered questions (is there a GPU, which models fit) is handed to the next engine instead of being thrown away,
 * so that its script is loaded once.
 */
import type { Clock } from '../kernel/clock.ts';
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
import type { WorkerLike } from './messages.ts';
import { WorkerEngine } from './worker-engine.ts';

/** Long enough for a first visit that downloads the engine's chunk on a slow line, ms. */
const QUESTION_MS = 120_000;

/** Faults on purpose, at the seams where real ones enter. They befall the worker that an engine took last. */
export interface WorkerFaults {
  killWorker(): void;
  loseDevice(): void;
  exhaustMemory(): void;
}

/**
 * `spawn` starts the inference worker's script; it may throw where workers are not to be had. `lifeline` tells when one has ended without a
 * word; without it the heartbeat does, later.
 */
export function createEngineHost(
  spawn: () => WorkerLike,
  clock: Clock,
  lifeline: Lifeline | null = null,
): EngineHost & EngineStorage & { readonly faults: WorkerFaults } {
  /** Answers questions; taken by the next engine that loads. */
  let idle: Connection | null = null;
  let taken: Connection | null = null;
  const living = (): Connection => {
    if (!idle || idle.dead) idle = new Connection(spawn(), clock, lifeline);
    return idle;
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
        idle = null;
        taken = connection;
        return connection;
      };
      return new WorkerEngine(kind, take, clock);
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
