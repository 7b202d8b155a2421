import type { Lock } from '../../kernel/lock.ts';
import type { RunStore } from '../../store/run-store.ts';
import type { GoingRun, RunInfo } from '../protocol/protocol.ts';

/** What the start screen asks, before there is a run: kept apart from all that runs one, which is loaded when one is opened. */

/** The lock that the tab holds which runs the run. */
export const lockName = (run: string): string => `planaria:${run}`;

/** Phases in which some tab runs the run. */
const GOING: ReadonlySet<string> = new Set(['loading', 'running', 'waiting']);

/**
 * Newest first. One that was cut off and that no tab runs now is listed as paused: opening it goes on with it.
 * @param open the run that is open in this tab, which knows more than what is stored of it
 */
export async function listRuns(store: RunStore, lock: Lock, open: RunInfo | null): Promise<RunInfo[]> {
  const stored = await store.list();
  return Promise.all(
    stored.map(async (record) => {
      if (open?.id === record.id) return open;
      const cutOff = GOING.has(record.phase) && !(await lock.isHeld(lockName(record.id)));
      return cutOff ? { ...record, phase: 'paused' as const } : record;
    }),
  );
}

/**
 * Runs that are being worked on now, each with whether this tab does.
 * @param writes the run that this tab writes, which knows more than what is stored of it
 */
export async function runsGoing(store: RunStore, lock: Lock, writes: RunInfo | null): Promise<GoingRun[]> {
  const runs = (await store.list()).map((record) => (writes?.id === record.id ? writes : record));
  const going = await Promise.all(
    runs.map(async ({ id, name, phase }): Promise<GoingRun | null> => {
      const here = id === writes?.id;
      return GOING.has(phase) && (here || (await lock.isHeld(lockName(id)))) ? { id, name, here } : null;
    }),
  );
  return going.filter((run) => run !== null);
}
