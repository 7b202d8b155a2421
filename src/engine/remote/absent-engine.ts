import {
  type Engine,
  EngineFault,
  type EngineReport,
  type PagedOut,
  type TurnHandle,
  type TurnRequest,
} from '../contract.ts';

/** Stands where a run's endpoint would: a person has to name it first, in each tab anew. It loads never, so it is asked for nothing else. */
export class AbsentEngine implements Engine {
  load(): Promise<EngineReport> {
    return Promise.reject(new EngineFault({ code: 'remote-absent', message: '', remedy: '' }));
  }

  submit({ id }: TurnRequest): TurnHandle {
    const usage = { promptTokens: 0, cachedTokens: 0, restoredTokens: 0, completionTokens: 0 };
    const timing = { admittedMs: 0, firstTokenMs: null, endedMs: 0 };
    const error = { code: 'remote-absent', message: '', remedy: '' } as const;
    return {
      id,
      done: Promise.resolve({ id, finish: 'error', text: '', usage, timing, meanLogprob: null, error }),
      cancel: () => undefined,
    };
  }

  pageOut(agent: number): Promise<PagedOut> {
    return Promise.resolve({ agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 });
  }

  forget(): Promise<void> {
    return Promise.resolve();
  }

  freeWarm(): Promise<number> {
    return Promise.resolve(0);
  }

  vram: Engine['vram'] = () =>
    Promise.resolve({ now: 0, peak: 0, weights: 0, kv: 0, workspace: 0, budget: 0, limit: 0 });

  counters: Engine['counters'] = () =>
    Promise.resolve({
      ...{ turns: 0, prefillTokens: 0, decodeTokens: 0, prefixHits: 0, peakResidents: 0, busyMs: 0, starvedMs: 0 },
      ...{ pageIns: 0, pageOuts: 0, restores: 0, warmBytes: 0 },
    });

  onLost(): void {
    // It never was there.
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
