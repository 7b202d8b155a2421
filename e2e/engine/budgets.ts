/**
 * Many budgets and numbers of agents on one loaded library: each opens the pipeline, runs a step with all its agents, and gives everything back,
 * so that the next finds the GPU as after a load. In the page, for the bench that asks whether any passes its limit or is refused for nothing.
 */
import { MLCEngine } from '@mlc-ai/web-llm';
import { wrap, type IDBPDatabase } from 'idb';
import type { TurnRequest } from '../../src/engine/contract.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { openSpareBucket } from '../../workers/inference/device/buckets.ts';
import { fit } from '../../workers/inference/device/fit.ts';
import { calledBytes, metadataIn } from '../../workers/inference/device/library-metadata.ts';
import { keptProofs } from '../../workers/inference/device/proofs.ts';
import { openModel, type ModelInternals, type TvmObject } from '../../workers/inference/device/webllm-internals.ts';
import { MODELS_BUCKET } from '../../workers/inference/models/model-store.ts';
import { openSwarm } from '../../workers/inference/swarm/open-swarm.ts';

const MIB = 2 ** 20;
const OCCUPANCY = 0.85;

export interface Tried {
  readonly vramMiB: number;
  readonly asked: number;
  /** Agents that sat down; 0: refused. */
  readonly residents: number;
  readonly peak: number;
  readonly limit: number;
  /** Why it was refused or failed, else empty. */
  readonly because: string;
}

/** Bytes that the library states for the functions that are called, and its largest entry. */
export async function stated(library: string): Promise<{ called: number | null; largest: number }> {
  const metadata = metadataIn(await (await fetch(library)).arrayBuffer());
  const all = Object.values(metadata?.memory_usage ?? {});
  return { called: metadata && calledBytes(metadata), largest: Math.max(0, ...all) };
}

/** What libraries have shown in this browser, by the name under which it is kept. */
export async function keptProofsOfAll(): Promise<[name: string, value: unknown][]> {
  const bucket = await openSpareBucket(MODELS_BUCKET);
  const asked = (bucket?.indexedDB ?? indexedDB).open('planaria-models');
  const database = (await wrap(asked)) as IDBPDatabase;
  const reading = database.transaction('proofs').store;
  const [names, texts] = await Promise.all([reading.getAllKeys(), reading.getAll()]);
  database.close();
  return names.map((name, i) => [String(name), (JSON.parse(String(texts[i])) as { value: unknown }).value]);
}

/** `folder` is in the hub's layout with `pocket.wasm` in it; `make` gives the turns of a step. */
export async function tryBudgets(
  folder: string,
  weightBytes: number,
  kvBytesPerAgent: number,
  asked: readonly { readonly vramMiB: number; readonly residents: number }[],
  make: (i: number) => TurnRequest,
): Promise<Tried[]> {
  const library = new URL('pocket.wasm', folder).href;
  const engine = new MLCEngine({
    logLevel: 'SILENT',
    appConfig: {
      model_list: [{ model: new URL('resolve/main/', folder).href, model_id: 'pocket', model_lib: library }],
    },
  });
  await engine.reload('pocket');
  const loaded = openModel(engine, 'pocket');
  const workspaceBytes = (await stated(library)).called ?? 0;
  const needs = { weightBytes, workspaceBytes, kvBytesPerAgent };
  const kept = new Map<string, string>();
  const shelf = {
    proof: (key: string) => Promise.resolve(kept.get(key)),
    keepProof: (key: string, text: string) => Promise.resolve(void kept.set(key, text)),
  };
  const adapter = { vendor: '', architecture: '', description: '', isFallback: true, features: [], limits: {} };
  const proofs = keptProofs(folder, adapter as never, shelf);
  const results: Tried[] = [];
  for (const { vramMiB, residents } of asked) {
    const budget = { vramMiB, occupancy: OCCUPANCY, resident: residents };
    const limit = Math.floor(vramMiB * MIB * OCCUPANCY);
    const refused = (because: string): void => {
      results.push({ vramMiB, asked: residents, residents: 0, peak: 0, limit, because });
    };
    const { fits, reason } = fit(needs, budget);
    if (fits === 0) {
      refused(reason);
      continue;
    }
    const { model, giveBack } = borrowed(loaded);
    // TVM counts the largest since the device was there; here it is the largest of this try.
    const counted = model.gpu as { peakAllocatedBytes: number };
    counted.peakAllocatedBytes = model.gpu.currAllocatedBytes;
    try {
      const pipeline = await openSwarm(model, {
        ...{ needs, proofs, budget, scale: 1, fingerprint: `${folder} ${String(vramMiB)}` },
        ...{ clock: systemClock(), onProgress: () => undefined, onFatal: () => undefined },
      });
      const turns = Array.from({ length: residents }, (_, i) => make(i));
      const outcomes = await Promise.all(turns.map((turn) => pipeline.submit(turn).done));
      const failed = outcomes.find(({ error }) => error)?.error?.message ?? '';
      pipeline.stop('cancelled');
      const { peakAllocatedBytes: peak } = model.gpu;
      results.push({ vramMiB, asked: residents, residents: pipeline.residents, peak, limit, because: failed });
    } catch (thrown) {
      refused((thrown as Error).message);
    }
    await giveBack();
  }
  await engine.unload();
  return results;
}

/** The model, and a way to dispose whatever is made through it, caches and what TVM pools included. */
function borrowed(loaded: ModelInternals): { model: ModelInternals; giveBack: () => Promise<void> } {
  const made: TvmObject[] = [];
  const { tvm, device, params, gpu } = loaded;
  const noting = new Proxy(tvm, {
    get: (of, name) => {
      if (name === 'detachFromCurrentScope')
        return <T extends TvmObject>(object: T): T => {
          made.push(object);
          return of.detachFromCurrentScope(object);
        };
      const value: unknown = Reflect.get(of, name);
      return typeof value === 'function' ? (value as (...args: unknown[]) => unknown).bind(of) : value;
    },
  });
  const giveBack = async (): Promise<void> => {
    await gpu.sync();
    for (const object of made) object.dispose();
    // What a function returned last is kept until another returns.
    tvm.beginScope();
    loaded.find('embed')?.(tvm.empty([1], 'int32', device).copyFrom([3]), params);
    tvm.endScope();
    await gpu.sync();
    loaded.releaseUnused();
  };
  return { model: { ...loaded, tvm: noting }, giveBack };
}
