import type { StoreFault } from '../../store/fault.ts';
import type { KeeperState } from '../../engine/engine-keeper.ts';

/** One sentence or two for a person: what was lost, what was kept, what happens next. Empty when all is well. */
export function keeperMessage(keeper: KeeperState, hadOne: boolean): string {
  switch (keeper.kind) {
    case 'empty':
    case 'ready':
      return '';
    case 'loading':
      return keeper.again && hadOne
        ? 'A fresh engine is loading; all tasks were kept and go on as soon as it is there.'
        : '';
    case 'waiting': {
      const seconds = Math.max(1, Math.round(keeper.waitMs / 1000));
      const soon = `A fresh engine starts in about ${String(seconds)} s; no task was lost.`;
      const why = keeper.quick ? ' Browsers block pages that lose the GPU often, so this waits a little longer.' : '';
      return `${keeper.problem.message} ${soon}${why}`;
    }
    case 'stopped': {
      const kept = hadOne ? ' All results and open tasks were kept; press resume to try again.' : '';
      return `${keeper.problem.message} ${keeper.problem.remedy}${kept}`;
    }
  }
}

/** Bytes that were given up for results. */
export interface Freed {
  readonly warm: number;
  readonly traces: number;
}

/** What was given up for results; empty where nothing was. */
export function freedMessage({ warm, traces }: Freed): string {
  const parts = [
    ...(warm > 0 ? [`${megabytes(warm)} of K/V pages, which are computed again`] : []),
    ...(traces > 0 ? [`${megabytes(traces)} of detail in the logs of runs that have ended`] : []),
  ];
  return parts.length === 0 ? '' : `Given up to make room for results: ${parts.join(' and ')}.`;
}

const megabytes = (bytes: number): string => `${(bytes / 1e6).toFixed(bytes < 1e6 ? 2 : 1)} MB`;

export function storeMessage(fault: StoreFault, freed: Freed = { warm: 0, traces: 0 }): string {
  if (fault.code === 'quota') {
    const given = freedMessage(freed);
    const full = 'This browser has no storage left for results. Nothing was lost';
    return `${full}: free some space and the run goes on by itself.${given === '' ? '' : ` ${given}`}`;
  }
  return `Results cannot be written at the moment (${fault.message}). They are kept in memory and tried again.`;
}
