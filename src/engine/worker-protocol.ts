/**
 * What the runtime worker and the inference worker say to each other. One typed protocol, one small file; plain objects over a port.
 *
 * Questions carry a number and are answered once. Turns are not questions: they are submitted, stream progress and end with one outcome.
 */
import type {
  EngineCounters,
  EngineError,
  EngineKind,
  EngineReport,
  GpuCheck,
  LoadProgress,
  MemoryBudget,
  ModelChoice,
  ModelSource,
  PagedOut,
  StoredBeside,
  TurnOutcome,
  TurnProgress,
  TurnRequest,
  VramSample,
} from './contract.ts';

/** What can be done to the GPU on purpose: the device is destroyed, or asked for more memory than it has. */
export type DeviceFault = 'lose-device' | 'exhaust-memory';

/** Each question with its argument and its answer. */
export interface Questions {
  checkGpu: { ask: null; answer: GpuCheck };
  models: { ask: { vramMiB: number; occupancy: number }; answer: readonly ModelChoice[] };
  load: { ask: { kind: EngineKind; source: ModelSource; budget: MemoryBudget }; answer: EngineReport };
  prepare: { ask: { kind: EngineKind; source: ModelSource; budget: MemoryBudget }; answer: number };
  vram: { ask: null; answer: VramSample };
  counters: { ask: null; answer: EngineCounters };
  pageOut: { ask: { agent: number; to: 'warm' | 'cold' }; answer: PagedOut };
  forget: { ask: { agent: number }; answer: null };
  freeWarm: { ask: { bytes: number }; answer: number };
  stored: { ask: null; answer: StoredBeside };
  removeModel: { ask: { folder: string }; answer: number };
  dropWarm: { ask: null; answer: number };
  keepPocket: { ask: null; answer: null };
}

export type Method = keyof Questions;

export type Question = { [M in Method]: { type: 'ask'; call: number; method: M; ask: Questions[M]['ask'] } }[Method];

export type ToInference =
  | Question
  /** The asker no longer wants the answer; only `load` can be stopped. */
  | { type: 'abort'; call: number }
  | { type: 'submit'; request: TurnRequest }
  | { type: 'cancel'; id: string }
  /** Breaks something for real, so that what mends it can be seen at work. */
  | { type: 'fault'; fault: DeviceFault }
  | { type: 'ping' };

export type FromInference =
  | { type: 'answer'; call: number; ok: true; value: Questions[Method]['answer'] }
  | { type: 'answer'; call: number; ok: false; error: EngineError }
  | { type: 'loading'; call: number; progress: LoadProgress }
  | { type: 'progress'; progress: TurnProgress }
  | { type: 'outcome'; outcome: TurnOutcome }
  | { type: 'lost'; error: EngineError }
  | { type: 'pong' }
  /** The worker holds this name for as long as it lives. */
  | { type: 'alive'; lifeline: string };

/** The part of MessagePort, Worker and worker scope that the protocol needs. */
export interface Port {
  postMessage(message: unknown): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

/** A Worker as the client sees it. */
export interface WorkerLike extends Port {
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(
    type: 'error' | 'messageerror',
    listener: (event: { message?: string; preventDefault?(): void }) => void,
  ): void;
  terminate(): void;
}
