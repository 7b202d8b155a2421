import type { Engine, EngineCounters, PagedOut, VramSample } from '../contract.ts';

export const NO_COUNTERS: EngineCounters = {
  ...{ turns: 0, prefillTokens: 0, decodeTokens: 0, prefixHits: 0, peakResidents: 0, busyMs: 0, starvedMs: 0 },
  ...{ pageIns: 0, pageOuts: 0, restores: 0, warmBytes: 0 },
};

/** What an engine answers of which nothing is on this machine: no GPU memory, no tier below it. */
export abstract class NothingHere implements Pick<Engine, 'pageOut' | 'forget' | 'freeWarm' | 'vram' | 'counters'> {
  pageOut(agent: number): Promise<PagedOut> {
    return Promise.resolve({ agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 });
  }

  forget(): Promise<void> {
    return Promise.resolve();
  }

  freeWarm(): Promise<number> {
    return Promise.resolve(0);
  }

  vram(): Promise<VramSample> {
    return Promise.resolve({ now: 0, peak: 0, weights: 0, kv: 0, workspace: 0, budget: 0, limit: 0 });
  }

  counters(): Promise<EngineCounters> {
    return Promise.resolve(NO_COUNTERS);
  }
}
