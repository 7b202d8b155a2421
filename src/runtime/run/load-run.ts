import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents, NewerLog } from '../../journal/journal.ts';
import { RunState, TASK } from '../../journal/run-state.ts';
import type { JournalChunk, ResultRow, RunRecord, RunSource } from '../../store/records.ts';
import { StoreFault } from '../../store/fault.ts';
import type { RunStore } from '../../store/run-store.ts';
import { History } from '../history/history.ts';
import { Definition } from '../definition/definition.ts';
import { setupOf, type RunSetup, taskInput } from '../definition/run-setup.ts';
import { BackedRows, type RowSource } from '../storage/backed-rows.ts';
import { KeptRows } from '../storage/kept-rows.ts';
import { KeptSource } from '../storage/kept-source.ts';
import { ResultIndex } from '../storage/result-index.ts';
import { StepCounts } from '../storage/step-counts.ts';
import type { PartMaker } from '../tasks/part-maker.ts';
import { type Restored, restored, type RowMemory } from './snapshots.ts';

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
  /** Number of the last event that the snapshot knew from which it was opened; 0: there was none. */
  readonly since: number;
  /** Some of the committed rows, the last in order of tasks: what agents said before. */
  readonly recent: readonly ResultRow[];
  /** Null where the flow splits nothing. Fetched with the first run whose flow does. */
  readonly Parts: typeof PartMaker | null;
}

/** Rows that a new supervisor gets to know. */
const RECENT = 1000;
const ROWS_A_READ = 500;

/** What a run was started from, and its setup. */
export interface Begun {
  readonly source: RunSource;
  readonly plan: RunSetup;
}

/**
 * Reads a run back. Throws StoreFault (`missing`, `corrupt`, `newer`) where there is nothing to go on from.
 *
 * @param begun of a run that was stored just now: a long input need not be read and set up a second time
 */
export async function loadRun(store: RunStore, id: string, begun: Begun | null = null): Promise<LoadedRun> {
  const record = await store.record(id);
  if (!record) throw new StoreFault('missing', `There is no run ${id}.`);
  const { source, plan } = begun ?? (await begunAs(store, id));
  const splits = plan.tasks.makers.some(({ split }) => split);
  const Parts = splits ? (await import('../tasks/part-maker.ts')).PartMaker : null;
  const snapshot = await restored(store, id, plan, (state) => memoryOf(store, plan, state));
  const { state, history } = snapshot ?? {
    state: RunState.begin(plan.items.length, plan.layout.agents, plan.first),
    history: new History(plan),
  };
  const memory = snapshot?.memory ?? memoryOf(store, plan, state);
  const since = state.seq;
  await foldNew(store, id, state, history);
  const { kept, rows } = memory;
  const definition = new Definition(plan, state);
  const common = { record, source: new KeptSource(source), plan, definition, state, history, kept, rows, since, Parts };
  if (snapshot && (await takeNewRows(store, id, snapshot))) {
    const { index } = snapshot;
    const recent = (await store.rows(id, index.lastTasks(RECENT))).map(({ row }) => row);
    // They come with the check of what the snapshot stands for.
    kept.awaiting = true;
    return { ...common, index, recent };
  }
  const index = new ResultIndex(rows, id, new StepCounts(plan.tasks, plan.fields));
  let recent: ResultRow[] = [];
  await store.eachRow(id, (piece) => {
    index.add(piece);
    kept.add(piece);
    recent = [...recent, ...piece.map(({ row }) => row)].slice(-RECENT);
  });
  return { ...common, index, recent };
}

async function begunAs(store: RunStore, id: string): Promise<Begun> {
  const source = await store.source(id);
  const planned = setupOf(source);
  if (planned.ok) return { source, plan: planned.value };
  throw new StoreFault(
    'corrupt',
    `The swarm file of run ${id} can no longer be read: ${planned.error[0]?.message ?? ''}`,
  );
}

/** The run's rows in memory, and as they are read. */
function memoryOf(store: RunStore, plan: RunSetup, state: RunState): RowMemory {
  const kept = new KeptRows((task) => {
    const { text: input, line, lastLine } = taskInput(plan, state, task);
    return { input, line, ...(lastLine !== undefined && { lastLine }) };
  });
  return { kept, rows: new BackedRows(store, kept) };
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
