/**
 * The engine of the inference worker: WebLLM loads the model, a runner runs turns on it.
 */
import type { MLCEngine } from '@mlc-ai/web-llm';
import type { Clock } from '../../src/kernel/clock.ts';
import {
  EngineFault,
  type AdapterInfo,
  type Engine,
  type EngineCounters,
  type EngineError,
  type EngineKind,
  type EngineReport,
  type LoadProgress,
  type MemoryBudget,
  type ModelSource,
  type PagedOut,
  type TurnHandle,
  type TurnProgress,
  type TurnRequest,
  type VramSample,
} from '../../src/engine/contract.ts';
import type { DeviceFault } from '../../src/engine/worker-protocol.ts';
import { resolveModel, type ResolvedModel } from './models/catalogue.ts';
import { describe, fault, LOSS_REPORT_MS, toEngineError } from './device/engine-faults.ts';
import { fit, limitBytes, MIB, type Needs } from './device/fit.ts';
import { describeAdapter } from './device/gpu.ts';
import { loadModel, type LoadedModel } from './models/load-model.ts';
import type { ModelStore } from './models/model-store.ts';
import { keptProofs } from './device/proofs.ts';
import { Counters, Turn, type TurnRunner } from './runners/runner.ts';
import { StockRunner } from './runners/stock-runner.ts';
import { openSwarm } from './swarm/open-swarm.ts';
import { exhaustMemory, gpuOf, openModel, type GpuMemory } from './device/webllm-internals.ts';

/** Of the K/V pool that the budget allows, the least that is tried when the GPU refuses more. */
const LEAST_SCALE = 1 / 4;
/** Of the memory that may be used, the most that a second copy of the model may take to be ready when the first is lost. */
const STANDBY_SHARE = 0.05;

/** A model that is loaded but for its K/V pool. */
interface Opened {
  readonly adapter: AdapterInfo;
  readonly model: ResolvedModel;
  readonly loaded: LoadedModel;
  readonly gpu: GpuMemory | null;
  readonly isLost: () => boolean;
}

interface Running {
  readonly webllm: MLCEngine;
  /** Under this name WebLLM knows the model. */
  readonly model: string;
  readonly runner: TurnRunner;
  readonly gpu: GpuMemory | null;
  readonly budget: MemoryBudget;
}

export class InferenceEngine implements Engine {
  readonly #kind: EngineKind;
  readonly #root: URL;
  readonly #clock: Clock;
  readonly #store: ModelStore;
  readonly #onLost: ((error: EngineError) => void)[] = [];
  #running: Running | null = null;
  #lost: EngineError | null = null;
  #disposed = false;
  #lostOnPurpose = false;
  /** What `prepare` is at, or has done; null where it came to nothing. */
  #prepared: Promise<Opened | null> | null = null;
  #onProgress: (progress: LoadProgress) => void = () => undefined;

  /** `root` is the address of the page's folder, where the pocket model lies. */
  constructor(kind: EngineKind, root: URL, clock: Clock, store: ModelStore) {
    this.#kind = kind;
    this.#root = root;
    this.#clock = clock;
    this.#store = store;
  }

  async load(
    source: ModelSource,
    budget: MemoryBudget,
    onProgress: (progress: LoadProgress) => void,
    signal?: AbortSignal,
  ): Promise<EngineReport> {
    const begun = this.#clock.now();
    this.#onProgress = onProgress;
    try {
      const { adapter, model, loaded, runner, gpu } = await this.#open(source, budget, signal);
      this.#running = { webllm: loaded.engine, model: loaded.id, runner, gpu, budget };
      void gpu?.device.lost.then((info) => {
        // Only TVM destroys a device that works, and only when a buffer was refused; what the GPU takes away has another reason.
        const refused = info.reason === 'destroyed' && !this.#lostOnPurpose;
        const error = refused
          ? fault('out-of-memory', 'The GPU refused memory that the model asked for.', info.message)
          : fault('device-lost', 'The GPU device was lost.', info.message);
        this.#end(error.error);
      });
      onProgress({ phase: 'ready', bytes: 0, totalBytes: null, fromCache: true });
      return {
        engine: 'webllm',
        batched: runner.batched,
        residents: runner.residents,
        adapter,
        model: {
          id: loaded.id,
          library: loaded.libraryUrl,
          contextTokens: loaded.contextTokens,
          weightBytes: loaded.needs.weightBytes,
        },
        notes: [...model.notes, ...adapterNotes(adapter), ...runner.notes],
        loadMs: this.#clock.now() - begun,
      };
    } catch (thrown) {
      signal?.throwIfAborted();
      throw new EngineFault(toEngineError(thrown));
    }
  }

  async prepare(source: ModelSource, budget: MemoryBudget): Promise<number> {
    this.#prepared = this.#openModel(source, undefined, (needs) => {
      if (standbyBytes(needs, budget) === 0) throw new Error('no room for a second copy');
    }).catch(() => null);
    const { loaded, gpu } = (await this.#prepared) ?? {};
    if (!loaded || this.#disposed) return 0;
    return gpu?.currAllocatedBytes ?? loaded.needs.weightBytes;
  }

  /** What was prepared, unless it has been lost since. */
  async #takePrepared(): Promise<Opened | null> {
    const opened = await this.#prepared;
    this.#prepared = null;
    return opened?.isLost() === false ? opened : null;
  }

  async #openModel(
    source: ModelSource,
    signal: AbortSignal | undefined,
    admit: (needs: Needs) => void,
  ): Promise<Opened> {
    const onProgress = (progress: LoadProgress): void => {
      this.#onProgress(progress);
    };
    onProgress({ phase: 'adapter', bytes: 0, totalBytes: null, fromCache: false });
    const adapter = await describeAdapter();
    const webllm = await import('@mlc-ai/web-llm');
    const model = resolveModel(source, webllm.prebuiltAppConfig, this.#root, adapter.features);
    const loaded = await loadModel(webllm, model, {
      store: this.#store,
      clock: this.#clock,
      onProgress,
      signal,
      admit,
    });
    const gpu = gpuOf(loaded.engine, loaded.id);
    let isLost = false;
    void gpu?.device.lost.then(() => (isLost = true));
    return { adapter, model, loaded, gpu, isLost: () => isLost };
  }

  /**
   * A buffer that the GPU refuses costs the whole device (TVM destroys it), so asking for less means loading again: with half the K/V pool,
   * then a quarter.
   */
  async #open(
    source: ModelSource,
    budget: MemoryBudget,
    signal: AbortSignal | undefined,
  ): Promise<Opened & { readonly runner: TurnRunner }> {
    const admit = (needs: Needs): void => {
      const { fits, reason } = fit(needs, budget);
      if (fits === 0) throw fault('over-budget', reason);
    };
    for (let scale = 1; ; scale /= 2) {
      const opened = (await this.#takePrepared()) ?? (await this.#openModel(source, signal, admit));
      const { adapter, loaded, gpu } = opened;
      try {
        const runner = await this.#openRunner(loaded, adapter, budget, scale);
        return { ...opened, runner, gpu: gpuOf(loaded.engine, loaded.id) };
      } catch (thrown) {
        signal?.throwIfAborted();
        if (!gpu || !(await this.#lostSoon(gpu.device))) throw thrown;
        if (scale <= LEAST_SCALE) throw fault('out-of-memory', 'The GPU has not enough memory for this model.', thrown);
      }
    }
  }

  /** A pass fails before its device is reported as lost. */
  #lostSoon(device: GPUDevice): Promise<boolean> {
    return Promise.race([device.lost.then(() => true), this.#clock.sleep(LOSS_REPORT_MS).then(() => false)]);
  }

  /** The batched pipeline where the model allows it, else WebLLM's chat API with the reason. */
  async #openRunner(
    loaded: LoadedModel,
    adapter: AdapterInfo,
    budget: MemoryBudget,
    scale: number,
  ): Promise<TurnRunner> {
    const stock = (notes: readonly string[]): TurnRunner =>
      new StockRunner(loaded.engine, loaded.id, loaded.needs, this.#clock, notes);
    if (this.#kind === 'stock') return stock([]);
    try {
      return await openSwarm(openModel(loaded.engine, loaded.id), {
        needs: loaded.needs,
        fingerprint: loaded.fingerprint,
        proofs: keptProofs(loaded.fingerprint, adapter, this.#store),
        scale,
        budget: withoutStandby(budget, loaded.needs),
        clock: this.#clock,
        onProgress: this.#onProgress,
        onFatal: (error) => {
          this.#end(error);
        },
      });
    } catch (thrown) {
      const device = gpuOf(loaded.engine, loaded.id)?.device;
      if (thrown instanceof EngineFault || (device && (await this.#lostSoon(device)))) throw thrown;
      // The pipeline may have taken WebLLM's own cache away; a reload, from the store, makes the chat API whole again.
      await loaded.reload();
      return stock([
        `Agents run one at a time through WebLLM's chat API: ${describe(thrown).replace(/^Error: /, '')}.`,
      ]);
    }
  }

  submit(request: TurnRequest, onProgress?: (progress: TurnProgress) => void): TurnHandle {
    if (this.#running) return this.#running.runner.submit(request, onProgress);
    const turn = new Turn(request, this.#clock, onProgress, (late, finish) => {
      late.end(finish);
    });
    turn.end('error', this.#lost ?? fault('internal', 'No model is loaded.').error);
    return turn;
  }

  pageOut(agent: number, to: 'warm' | 'cold'): Promise<PagedOut> {
    const cold: PagedOut = { agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 };
    return this.#running?.runner.pageOut?.(agent, to) ?? Promise.resolve(cold);
  }

  freeWarm(bytes: number): Promise<number> {
    return this.#running?.runner.freeWarm?.(bytes) ?? Promise.resolve(0);
  }

  forget(agent: number): Promise<void> {
    return this.#running?.runner.forget?.(agent) ?? Promise.resolve();
  }

  vram(): Promise<VramSample> {
    if (!this.#running) return Promise.reject(fault('internal', 'No model is loaded.'));
    const { runner, gpu, budget } = this.#running;
    const parts = runner.memory();
    const sum = parts.weights + parts.kv + parts.workspace;
    return Promise.resolve({
      now: gpu?.currAllocatedBytes ?? sum,
      peak: gpu?.peakAllocatedBytes ?? sum,
      ...parts,
      budget: budget.vramMiB * MIB,
      limit: limitBytes(budget),
    });
  }

  counters(): Promise<EngineCounters> {
    return Promise.resolve(this.#running?.runner.counters() ?? new Counters().snapshot());
  }

  onLost(listener: (error: EngineError) => void): void {
    this.#onLost.push(listener);
  }

  async dispose(): Promise<void> {
    if (this.#disposed) return;
    this.#disposed = true;
    const running = this.#running;
    this.#running = null;
    running?.runner.stop('cancelled');
    await running?.webllm.unload();
    await (await this.#prepared)?.loaded.engine.unload();
  }

  /** A fault on purpose: what follows is what follows a real one. */
  suffer(fault: DeviceFault): void {
    if (!this.#running?.gpu) return;
    const { gpu, webllm, model } = this.#running;
    this.#lostOnPurpose = fault === 'lose-device';
    if (this.#lostOnPurpose) gpu.device.destroy();
    else exhaustMemory(webllm, model);
  }

  /** The engine can do no more. */
  #end(error: EngineError): void {
    if (this.#lost || this.#disposed) return;
    this.#lost = error;
    this.#running?.runner.stop('error', error);
    this.#running = null;
    for (const listener of this.#onLost) listener(error);
  }
}

/** Bytes of a second copy of the model, with the single K/V cache that WebLLM makes; 0 where that is too much to keep ready. */
function standbyBytes({ weightBytes, workspaceBytes, kvBytesPerAgent }: Needs, budget: MemoryBudget): number {
  const bytes = weightBytes + workspaceBytes + kvBytesPerAgent;
  return bytes <= STANDBY_SHARE * limitBytes(budget) ? bytes : 0;
}

/** What the pool may be counted out of: room for the second copy is set aside beforehand. */
function withoutStandby(budget: MemoryBudget, needs: Needs): MemoryBudget {
  return { ...budget, occupancy: budget.occupancy - standbyBytes(needs, budget) / (budget.vramMiB * MIB) };
}

function adapterNotes(adapter: AdapterInfo): string[] {
  return adapter.isFallback ? ['The browser renders on the processor (no GPU), so the model runs slowly.'] : [];
}
