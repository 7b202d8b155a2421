import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents, NewerLog } from '../../journal/journal.ts';
import { RunState } from '../../journal/run-state.ts';
import type { JournalChunk, ResultRow, RunRecord } from '../../store/records.ts';
import { StoreFault } from '../../store/fault.ts';
import type { RunStore } from '../../store/run-store.ts';
import { History } from '../history/history.ts';
import { Definition } from '../definition/definition.ts';
import { setupOf, type RunSetup, taskInput } from '../definition/run-setup.ts';
import { BackedRows, type RowSource } from '../storage/backed-rows.ts';
import { KeptRows } from '../storage/kept-rows.ts';
import { KeptSource } from '../storage/kept-source.ts';
import { ResultIndex } from '../storage/result-index.ts';

/** A stored run, folded up to the last event that is on the disk. */
export interface LoadedRun {
  readonly record: RunRecord;
  readonly source: KeptSource;
  readonly plan: RunSetup;
  /** Of the run as `state` has it. */
  readonly definition: Definition;
  readonly state: RunState;
  readonly history: History;
  readonly index: ResultIndex;
  /** The committed rows in memory; and as they are read, from the store or, where that has lost them, from there. */
  readonly kept: KeptRows;
  readonly rows: RowSource;
  /** Some of the committed rows, the last in order of tasks: what agents said before. */
  readonly recent: readonly ResultRow[];
}

/** Rows that a new supervisor gets to know. */
const RECENT = 1000;

/** Reads a run back. Throws StoreFault (`missing`, `corrupt`, `newer`) where there is nothing to go on from. */
export async function loadRun(store: RunStore, id: string): Promise<LoadedRun> {
  const record = await store.record(id);
  if (!record) throw new StoreFault('missing', `There is no run ${id}.`);
  const source = await store.source(id);
  const planned = setupOf(source);
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
  const kept = new KeptRows((task) => {
    const { text: input, line, lastLine } = taskInput(plan, state, task);
    return { input, line, ...(lastLine !== undefined && { lastLine }) };
  });
  const rows = new BackedRows(store, kept);
  const index = new ResultIndex(rows, id);
  let recent: ResultRow[] = [];
  await store.eachRow(id, (piece) => {
    index.add(piece);
    kept.add(piece);
    recent = [...recent, ...piece.map(({ row }) => row)].slice(-RECENT);
  });
  const definition = new Definition(plan, state);
  return { record, source: new KeptSource(source), plan, definition, state, history, index, kept, rows, recent };
}

/** Applies what the store has of the log beyond `state`. Throws StoreFault (`newer`) where this Planaria cannot read it. */
export async function foldNew(store: RunStore, id: string, state: RunState, history: History): Promise<void> {
  for (const chunk of await store.chunks(id, state.seq))
    for (const event of eventsIn(chunk)) {
      if (event.seq <= state.seq) continue;
      state.apply(event);
      history.hear(event, state);
    }
}

function eventsIn(chunk: JournalChunk): JournalEvent[] {
  try {
    return decodeEvents(chunk);
  } catch (error) {
    throw error instanceof NewerLog ? new StoreFault('newer', error.message, { cause: error }) : error;
  }
}
