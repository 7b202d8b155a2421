import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents, NewerLog } from '../../journal/journal.ts';
import { RunState, TASK } from '../../journal/run-state.ts';
import type { JournalChunk, ResultRow, RunRecord } from '../../store/records.ts';
import { StoreFault } from '../../store/fault.ts';
import type { RunStore } from '../../store/run-store.ts';
import { History } from '../history/history.ts';
import { Definition } from '../definition/definition.ts';
import { setupOf, type RunSetup } from '../definition/run-setup.ts';
import { ResultIndex } from '../storage/result-index.ts';
import { type Restored, restored } from './snapshots.ts';

/** A stored run, folded up to the last event that is on the disk. */
export interface LoadedRun {
  readonly record: RunRecord;
  readonly plan: RunSetup;
  /** Of the run as `state` has it. */
  readonly definition: Definition;
  readonly state: RunState;
  readonly history: History;
  readonly index: ResultIndex;
  /** Number of the last event that the snapshot knew from which it was opened; 0: there was none. */
  readonly since: number;
  /** Some of the committed rows, the last in order of tasks: what agents said before. */
  readonly recent: readonly ResultRow[];
}

/** Rows that a new supervisor gets to know. */
const RECENT = 1000;
const ROWS_A_READ = 500;

/** Reads a run back. Throws StoreFault (`missing`, `corrupt`, `newer`) where there is nothing to go on from. */
export async function loadRun(store: RunStore, id: string): Promise<LoadedRun> {
  const record = await store.record(id);
  if (!record) throw new StoreFault('missing', `There is no run ${id}.`);
  const planned = setupOf(await store.source(id));
  if (!planned.ok) {
    throw new StoreFault(
      'corrupt',
      `The swarm file of run ${id} can no longer be read: ${planned.error[0]?.message ?? ''}`,
    );
  }
  const plan = planned.value;
  const snapshot = await restored(store, id, plan);
  const { state, history } = snapshot ?? {
    state: new RunState(plan.items.length, plan.layout.agents),
    history: new History(plan),
  };
  const since = state.seq;
  await foldNew(store, id, state, history);
  const common = { record, plan, definition: new Definition(plan, state), state, history, since };
  if (snapshot && (await takeNewRows(store, id, snapshot))) {
    const { index } = snapshot;
    const recent = (await store.rows(id, index.lastTasks(RECENT))).map(({ row }) => row);
    return { ...common, index, recent };
  }
  const index = new ResultIndex(store, id);
  let recent: ResultRow[] = [];
  await store.eachRow(id, (rows) => {
    index.add(rows);
    recent = [...recent, ...rows.map(({ row }) => row)].slice(-RECENT);
  });
  return { ...common, index, recent };
}

/** Adds the rows of tasks that ended since the snapshot. False where that does not make all rows that there are: they are to be read anew. */
async function takeNewRows(store: RunStore, id: string, { state, index }: Restored): Promise<boolean> {
  const { status } = state.tasks;
  let ended: number[] = [];
  for (let task = 0; task <= status.length; task++) {
    if (ended.length === ROWS_A_READ || task === status.length) {
      index.add(await store.rows(id, ended));
      ended = [];
    }
    if (task < status.length && (status[task] as number) >= TASK.committed && !index.has(task)) ended.push(task);
  }
  return index.size === (await store.countRows(id));
}

/** Applies what the store has of the log beyond `state`. Throws StoreFault (`newer`) where this Planaria cannot read it. */
export async function foldNew(store: RunStore, id: string, state: RunState, history: History): Promise<void> {
  await store.eachChunk(id, state.seq, Infinity, (chunks) => {
    for (const chunk of chunks)
      for (const event of eventsIn(chunk)) {
        if (event.seq <= state.seq) continue;
        state.apply(event);
        history.hear(event, state);
      }
  });
}

function eventsIn(chunk: JournalChunk): JournalEvent[] {
  try {
    return decodeEvents(chunk);
  } catch (error) {
    throw error instanceof NewerLog ? new StoreFault('newer', error.message, { cause: error }) : error;
  }
}
