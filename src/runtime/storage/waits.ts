/** What a run waits for, as its engine's keeper and its store stand. */
import { lossOf } from '../../engine/contract.ts';
import type { KeeperState } from '../../engine/engine-keeper.ts';
import type { RunWait } from '../../journal/run-events.ts';
import type { Freed } from '../../journal/storage-events.ts';
import type { StoreFault } from '../../store/fault.ts';

/** Null when all is well. `hadOne`: an engine had worked before, so there is work that was kept. */
export function keeperWait(keeper: KeeperState, hadOne: boolean): RunWait | null {
  switch (keeper.kind) {
    case 'empty':
    case 'ready':
      return null;
    case 'loading':
      return keeper.again && hadOne ? { code: 'engine-loading' } : null;
    case 'waiting': {
      const seconds = Math.max(1, Math.round(keeper.waitMs / 1000));
      return { code: 'engine-soon', loss: lossOf(keeper.problem), seconds, quick: keeper.quick };
    }
    case 'stopped':
      return { code: 'engine-stopped', loss: lossOf(keeper.problem), remedy: keeper.problem.remedy, kept: hadOne };
  }
}

/** Committed rows that are in memory, and how many there are. */
export interface RowsHere {
  readonly here: number;
  readonly all: number;
}

/** @param freed what was given up for results so far */
export function storeWait(fault: StoreFault, freed: Freed, { here, all }: RowsHere): RunWait {
  if (fault.code === 'gone') return { code: 'storage-gone', rows: here, of: all };
  return fault.code === 'quota' ? { code: 'storage-full', ...freed } : { code: 'write-failed', detail: fault.message };
}
