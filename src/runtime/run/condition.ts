import type { RunWait } from '../../journal/run-events.ts';
import { ENDPOINT_LOST, type RunState } from '../../journal/run-state.ts';
import type { Freed } from '../../journal/storage-events.ts';
import type { StoreFault } from '../../store/fault.ts';
import type { RunPhase, RunRecord } from '../../store/records.ts';
import type { KeeperState } from '../../engine/engine-keeper.ts';
import { keeperWait, type RowsHere, storeWait } from '../storage/waits.ts';
import type { ResultIndex } from '../storage/result-index.ts';

/** What decides how a run stands, beside its state. */
export interface Condition {
  readonly state: RunState;
  /** Another tab has taken the run over. */
  readonly stale: boolean;
  /** Why nothing can be written; null where it can. */
  readonly trouble: StoreFault | null;
  readonly freed: Freed;
  readonly rows: RowsHere;
  readonly keeper: KeeperState;
}

function phaseOf({ state, stale, trouble, keeper }: Condition): RunPhase {
  if (state.ended) return state.cancelled ? 'cancelled' : 'done';
  if (state.paused) return 'paused';
  if (stale || trouble) return 'waiting';
  if (keeper.kind === 'loading') return keeper.again ? 'waiting' : 'loading';
  // An endpoint that has to be named, or named rightly, is named while the run is open.
  if (keeper.kind === 'stopped')
    return keeper.permanent && !ENDPOINT_LOST.has(keeper.problem.code) ? 'failed' : 'waiting';
  return keeper.kind === 'ready' ? 'running' : 'waiting';
}

/** What a person is to know about it; null when all is well. */
export function waitOf({ state, stale, trouble, freed, rows, keeper }: Condition): RunWait | null {
  // Of a run that is over as well: its rows are nowhere but here.
  if (trouble?.code === 'gone') return storeWait(trouble, freed, rows);
  if (state.ended) return null;
  if (stale) return { code: 'taken-over' };
  if (trouble) return storeWait(trouble, freed, rows);
  return keeperWait(keeper, state.engineReport !== null);
}

/** The run's row as it stands, for the list of runs; `first`: as it was opened. */
export function recordOf(
  first: RunRecord,
  condition: Condition,
  index: Pick<ResultIndex, 'size' | 'failed'>,
  endedAt: number | null,
): RunRecord {
  const { state } = condition;
  return {
    ...first,
    phase: phaseOf(condition),
    endedAt: state.ended ? endedAt : null,
    tasks: state.tasks.size,
    results: index.size - index.failed,
    failed: index.failed,
    agents: state.agents.size,
  };
}
