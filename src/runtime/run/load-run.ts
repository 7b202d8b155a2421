import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents, NewerLog } from '../../journal/journal.ts';
import { RunState } from '../../journal/run-state.ts';
import type { JournalChunk, ResultRow, RunRecord } from '../../store/records.ts';
import { StoreFault } from '../../store/fault.ts';
import type { RunStore } from '../../store/run-store.ts';
import { History } from '../history/history.ts';
import { Definition } from '../definition/definition.ts';
import { setupOf, type RunSetup } from '../definition/run-setup.ts';
import { ResultIndex } from '../storage/result-index.ts';

/** A stored run, folded up to the last event that is on the disk. */
export interface LoadedRun {
  readonly record: RunRecord;
  readonly plan: RunSetup;
  /** Of the run as `state` has it. */
  readonly definition: Definition;
  readonly state: RunState;
  readonly history: History;
  readonly index: ResultIndex;
  /** Some of the committed rows, the last in order of tasks: what agents said before. */
  readonly recent: readonly ResultRow[];
}

/** Rows that a new supervisor gets to know. */
const RECENT = 1000;

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
  const state = new RunState(plan.items.length, plan.layout.agents);
  const history = new History(plan);
  await foldNew(store, id, state, history);
  const index = new ResultIndex(store, id);
  let recent: ResultRow[] = [];
  await store.eachRow(id, (rows) => {
    index.add(rows);
    recent = [...recent, ...rows.map(({ row }) => row)].slice(-RECENT);
  });
  return { record, plan, definition: new Definition(plan, state), state, history, index, recent };
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
