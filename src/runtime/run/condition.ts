import type { RunState } from '../../journal/run-state.ts';
import type { StoreFault } from '../../store/fault.ts';
import type { RunPhase, RunRecord } from '../../store/records.ts';
import type { KeeperState } from '../../engine/engine-keeper.ts';
import { type Freed, keeperMessage, storeMessage } from '../storage/sentences.ts';
import type { ResultIndex } from '../storage/result-index.ts';

/** What decides how a run stands, beside its state. */
export interface Condition {
  readonly state: RunState;
  /** Another tab has taken the run over. */
  readonly stale: boolean;
  /** Why nothing can be written; null where it can. */
  readonly trouble: StoreFault | null;
  readonly freed: Freed;
  readonly keeper: KeeperState;
}

function phaseOf({ state, stale, trouble, keeper }: Condition): RunPhase {
  if (state.ended) return state.cancelled ? 'cancelled' : 'done';
  if (state.paused) return 'paused';
  if (stale || trouble) return 'waiting';
  if (keeper.kind === 'loading') return keeper.again ? 'waiting' : 'loading';
  if (keeper.kind === 'stopped') return keeper.permanent ? 'failed' : 'waiting';
  return keeper.kind === 'ready' ? 'running' : 'waiting';
}

/** What a person is to know about it, one sentence or two; empty when all is well. */
export function messageOf({ state, stale, trouble, freed, keeper }: Condition): string {
  if (state.ended) return '';
  if (stale) return 'Another tab runs this now; this one only watches.';
  if (trouble) return storeMessage(trouble, freed);
  return keeperMessage(keeper, state.engineReport !== null);
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
