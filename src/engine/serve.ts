/**
 * The worker's end: puts an engine and the answers about this browser behind a port. The opposite of `Connection` and `WorkerEngine`.
 */
import {
  asEngineError,
  EngineFault,
  type Engine,
  type EngineKind,
  type EngineStorage,
  type GpuCheck,
  type ModelChoice,
  type TurnHandle,
} from './contract.ts';
import type { Lifeline } from '../kernel/lock.ts';
import type { DeviceFault, FromInference, Method, Port, Question, Questions, ToInference } from './worker-protocol.ts';

/** What an inference worker can do; engines are created by `load`. */
export interface InferenceService {
  checkGpu(): Promise<GpuCheck>;
  models(vramMiB: number, occupancy: number): Promise<readonly ModelChoice[]>;
  create(kind: EngineKind): Engine;
  /** Does it to the GPU of the engine created last; nothing where there is none. */
  fault(fault: DeviceFault): void;
  /** Absent where nothing is kept. */
  readonly storage?: EngineStorage;
}

/** A name that this thread holds for as long as it lives, so that its end is noticed at once. */
export interface OwnLifeline {
  readonly name: string;
  readonly lifeline: Lifeline;
}

/** Answers on `port` until the thread ends. One engine at a time: a second `load` disposes the first engine. */
export function serveInference(port: Port, service: InferenceService, own: OwnLifeline | null = null): void {
  let engine: Engine | null = null;
  let standby: { readonly of: string; readonly engine: Engine } | null = null;
  const turns = new Map<string, TurnHandle>();
  const loads = new Map<number, AbortController>();
  const post = (message: FromInference): void => {
    port.postMessage(message);
  };
  // Without one, only the heartbeat can tell.
  own?.lifeline.hold(own.name).then(
    () => {
      post({ type: 'alive', lifeline: own.name });
    },
    () => undefined,
  );

  const load = async (call: number, ask: Questions['load']['ask']): Promise<Questions['load']['answer']> => {
    const stop = new AbortController();
    loads.set(call, stop);
    try {
      await engine?.dispose();
      const prepared = standby?.of === modelOf(ask) ? standby.engine : null;
      if (standby && !prepared) await standby.engine.dispose();
      standby = null;
      const created = prepared ?? service.create(ask.kind);
      engine = created;
      created.onLost((error) => {
        if (engine === created) post({ type: 'lost', error });
      });
      return await created.load(
        ask.source,
        ask.budget,
        (progress) => post({ type: 'loading', call, progress }),
        stop.signal,
      );
    } finally {
      loads.delete(call);
    }
  };

  /** For a `load` to come, while no other engine is here. */
  const prepare = async (ask: Questions['prepare']['ask']): Promise<number> => {
    if (engine || standby) return 0;
    const created = service.create(ask.kind);
    standby = { of: modelOf(ask), engine: created };
    return (await created.prepare?.(ask.source, ask.budget)) ?? 0;
  };

  const loaded = (): Engine => {
    if (!engine)
      throw new EngineFault({ code: 'internal', message: 'No model is loaded.', remedy: 'Load a model first.' });
    return engine;
  };

  const storage = (): EngineStorage => {
    if (!service.storage)
      throw new EngineFault({ code: 'internal', message: 'Nothing is stored here.', remedy: 'Reload the page.' });
    return service.storage;
  };

  const answer = async (question: Question): Promise<Questions[Method]['answer']> => {
    switch (question.method) {
      case 'checkGpu':
        return service.checkGpu();
      case 'models':
        return service.models(question.ask.vramMiB, question.ask.occupancy);
      case 'load':
        return load(question.call, question.ask);
      case 'prepare':
        return prepare(question.ask);
      case 'vram':
        return loaded().vram();
      case 'counters':
        return loaded().counters();
      case 'pageOut':
        return loaded().pageOut(question.ask.agent, question.ask.to);
      case 'freeWarm':
        return loaded().freeWarm(question.ask.bytes);
      case 'forget':
        return loaded()
          .forget(question.ask.agent)
          .then(() => null);
      case 'stored':
        return storage().stored();
      case 'removeModel':
        return storage().removeModel(question.ask.folder);
      case 'dropWarm':
        return storage().dropWarm();
      case 'keepPocket':
        await storage().keepPocket();
        return null;
    }
  };

  const reply = async (question: Question): Promise<void> => {
    try {
      post({ type: 'answer', call: question.call, ok: true, value: await answer(question) });
    } catch (fault) {
      post({ type: 'answer', call: question.call, ok: false, error: asEngineError(fault, FAILED) });
    }
  };

  port.addEventListener('message', (event) => {
    const message = event.data as ToInference;
    switch (message.type) {
      case 'ask':
        void reply(message);
        return;
      case 'abort':
        loads.get(message.call)?.abort();
        return;
      case 'submit': {
        const handle = loaded().submit(message.request, (progress) => {
          post({ type: 'progress', progress });
        });
        turns.set(handle.id, handle);
        void handle.done.then((outcome) => {
          turns.delete(handle.id);
          post({ type: 'outcome', outcome });
        });
        return;
      }
      case 'cancel':
        turns.get(message.id)?.cancel();
        return;
      case 'fault':
        service.fault(message.fault);
        return;
      case 'ping':
        post({ type: 'pong' });
    }
  });
}

/** What two loads must have in common for one to take what was prepared for the other. Seats may differ: they are made last. */
function modelOf({ kind, source, budget }: Questions['load']['ask']): string {
  return JSON.stringify([kind, source, budget.vramMiB, budget.occupancy]);
}

const FAILED = {
  message: 'The inference worker failed.',
  remedy: 'Try again; if it stays, report it with the detail.',
};
