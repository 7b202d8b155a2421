import { type Engine, EngineFault, type EngineReport, type TurnHandle, type TurnRequest } from '../contract.ts';
import { NothingHere } from './nothing-here.ts';

/** Stands where a run's endpoint would: a person has to name it first, in each tab anew. It loads never, so it is asked for nothing else. */
export class AbsentEngine extends NothingHere implements Engine {
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

  onLost(): void {
    // It never was there.
  }

  dispose(): Promise<void> {
    return Promise.resolve();
  }
}
