import type { EventBody, JournalEvent } from '../../journal/events.ts';
import { encodeEvents } from '../../journal/journal.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { TaskFailure } from '../../journal/vocabulary.ts';
import { asStoreFault } from '../../store/fault.ts';
import type { ColdAgent, ResultRow, RunRecord } from '../../store/records.ts';
import type { OrderedRow, RunStore } from '../../store/run-store.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { KeptRows } from '../storage/kept-rows.ts';
import type { KeptSource } from '../storage/kept-source.ts';

/** Agents in one transaction. */
const AGENTS_A_WRITE = 500;

/** What memory has of a run. */
export interface Remembered {
  readonly record: RunRecord;
  readonly source: KeptSource;
  readonly plan: RunSetup;
  readonly state: RunState;
  readonly kept: KeptRows;
  /** Rows that were committed. */
  readonly of: number;
  readonly cold: readonly ColdAgent[];
  /** Run time and wall time now, ms. */
  readonly at: number;
  readonly wall: number;
}

/**
 * Writes a run into a store that has lost it: its source, its rows, what its agents remember, and a log that says no more than that. Results
 * are the truth: what was half done is done again by whoever opens the run next. May be cut off at any point and done again; a row that is
 * there stays as it is. Rejects with a `StoreFault`.
 */
export async function writeAnew(store: RunStore, remembered: Remembered): Promise<void> {
  const { record, source, state, kept, cold } = remembered;
  const run = record.id;
  const written = new Set<number>();
  let seq = state.seq;
  if (await isThere(store, run)) {
    // An earlier try came so far. Numbers of the log go on behind it.
    await store.eachRow(run, (rows) => {
      for (const { row } of rows) written.add(row.task);
    });
    for (const { lastSeq } of await store.chunks(run, seq)) seq = lastSeq;
  } else await store.create(record, await source.get());
  const fence = await store.openWriter(run);
  const commit = async (
    bodies: readonly EventBody[],
    more: { rows?: readonly OrderedRow[]; agents?: readonly ColdAgent[] } = {},
  ): Promise<void> => {
    const { at, wall } = remembered;
    const events = bodies.map((body): JournalEvent => ({ ...body, seq: ++seq, at, wall }));
    const { rows = [], agents = [] } = more;
    await store.commit({ run, fence, events: events.length > 0 ? encodeEvents(events) : null, rows, agents, record });
  };

  await commit(beginning(remembered));
  await kept.eachRow(
    (rows) =>
      commit(
        rows.map(({ row }) => ending(row, state)),
        { rows },
      ),
    (task) => !written.has(task),
  );
  for (let from = 0; from < cold.length; from += AGENTS_A_WRITE)
    await commit([], { agents: cold.slice(from, from + AGENTS_A_WRITE) });
  // Said last: it is so now.
  await commit(standing(remembered));
}

/** Whether the run can be opened from there; what is left of one that cannot is removed. */
async function isThere(store: RunStore, run: string): Promise<boolean> {
  if (!(await store.record(run))) return false;
  try {
    await store.source(run);
    return true;
  } catch (error) {
    const { code } = asStoreFault(error);
    if (code !== 'missing' && code !== 'corrupt') throw error;
    await store.remove(run);
    return false;
  }
}

/** What the run is, as far as its source does not say it. */
function beginning({ record, plan, state }: Remembered): EventBody[] {
  const { name } = record;
  const { seed } = plan.settings;
  const { created, made, revisions } = state;
  return [
    { type: 'run.created', name, tasks: plan.items.length, agents: plan.layout.agents, seed },
    ...[...created].map(([task, one]): EventBody => ({ type: 'task.created', task, ...one })),
    ...[...made].map(([maker, one]): EventBody => ({ type: 'tasks.made', maker, ...one })),
    ...revisions.list.map(({ from, roles }, index): EventBody => {
      const revision = index + 1;
      const agents = [...(revisions.now ?? []).entries()].flatMap(([row, now]) => (now === revision ? row : []));
      return { type: 'definition.revised', revision, from, roles, agents };
    }),
  ];
}

function ending({ task, failure, attempts }: ResultRow, { tasks }: RunState): EventBody {
  const agent = Math.max(0, tasks.agent[task] as number);
  return failure === null
    ? { type: 'task.committed', task, agent, attempts }
    : { type: 'task.failed', task, agent, failure: failure as TaskFailure, attempts };
}

/** How the run stands, and what befell it. */
function standing({ record, state, kept, of }: Remembered): EventBody[] {
  const { agents } = state;
  const held = [...agents.held.keys()].filter((agent) => agents.held[agent] === 1);
  const { figures } = state;
  return [
    ...held.map((agent): EventBody => ({ type: 'agent.held', agent, held: true })),
    { type: 'storage.note', agent: -1, detail: { code: 'written-anew', rows: kept.size, of } },
    ...(state.paused ? [{ type: 'run.paused' } as const] : []),
    ...(state.cancelled ? [{ type: 'run.cancelled' } as const] : []),
    ...(state.ended
      ? [
          {
            type: 'run.ended',
            results: record.results,
            failed: record.failed,
            ...(figures === null ? {} : { figures }),
          } as const,
        ]
      : []),
  ];
}
