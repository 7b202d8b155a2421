/** A run's state as JSON and columns, and back: what takes the place of folding the log up to there. */
import { type Column, type Columns, columnOf } from '../kernel/packed.ts';
import { type SavedNotices, Notices } from './notices.ts';
import type { CreatedTask, HeldOutput, MadeTasks, Reading, ReadPart } from './outputs.ts';
import { type Revision, Revisions } from './revisions.ts';
import { RunState, type RunTotals } from './run-state.ts';
import { AGENT, columns as columnsOf, TIER } from './tables.ts';
import type { Beside } from './task-items.ts';

type Entries<Value> = readonly (readonly [task: number, value: Value])[];

export interface SavedState {
  readonly tasks: number;
  readonly agents: number;
  readonly plain: Pick<RunState, 'paused' | 'cancelled' | 'ended' | 'engineReport' | 'figures' | 'seq' | 'at' | 'wall'>;
  readonly totals: RunTotals;
  readonly notices: SavedNotices;
  readonly revisions: { readonly list: readonly Revision[]; readonly changes: number };
  readonly beside: Entries<Beside[]>;
  readonly created: Entries<CreatedTask>;
  /** Absent in those of earlier versions: nothing was made. */
  readonly made?: readonly (readonly [maker: number, made: MadeTasks])[];
  readonly held: Entries<readonly HeldOutput[]>;
  readonly parts: Entries<readonly ReadPart[]>;
  readonly reads: Entries<readonly Reading[]>;
}

/** As the state is now: whoever keeps it packs it before the state goes on. */
export function saveState(state: RunState): { readonly value: SavedState; readonly columns: Columns } {
  const { tasks, agents, items, created, made, held, parts, reads, totals, notices, revisions } = state;
  const { paused, cancelled, ended, engineReport, figures, seq, at, wall } = state;
  const columns: Record<string, Column> = {};
  for (const [table, name] of [
    [tasks, 'tasks'],
    [agents, 'agents'],
  ] as const)
    for (const [field, column] of columnsOf(table)) columns[`${name}.${field}`] = column as Column;
  columns['agents.tier'] = tiersInLog(state);
  if (revisions.now) columns.revisions = revisions.now as Column;
  return {
    value: {
      tasks: tasks.size,
      agents: agents.size,
      plain: { paused, cancelled, ended, engineReport, figures, seq, at, wall },
      totals: { ...totals },
      notices: notices.saved(),
      revisions: { list: [...revisions.list], changes: revisions.changes },
      beside: [...items.beside],
      created: [...created],
      ...(made.size > 0 && { made: [...made] }),
      held: [...held],
      parts: [...parts],
      reads: [...reads],
    },
    columns,
  };
}

/** Where contexts are by the log alone: whoever seats agents knows better, but only as long as the engine lives. */
function tiersInLog({ agents }: RunState): Column {
  return Uint8Array.from(agents.state, (state) => (state === AGENT.running ? TIER.hot : TIER.cold));
}

/**
 * @param first see `RunState.begin`
 * @throws TypeError where a column is missing
 */
export function stateFrom(saved: SavedState, columns: Columns, first: Uint8Array | null = null): RunState {
  const { revisions, notices, plain, totals } = saved;
  const revised = new Revisions(saved.agents);
  revised.list.push(...revisions.list);
  revised.changes = revisions.changes;
  if (columns.revisions) revised.now = columnOf(columns, 'revisions', Uint16Array).slice();
  const state = Object.assign(new RunState(saved.tasks, saved.agents, Notices.from(notices), revised), plain, {
    first,
  });
  for (const [table, name] of [
    [state.tasks, 'tasks'],
    [state.agents, 'agents'],
  ] as const)
    for (const [field, column] of columnsOf(table)) {
      const kind = column.constructor as new (length: number) => Column;
      column.set(columnOf(columns, `${name}.${field}`, kind));
    }
  for (const [task, each] of saved.beside) state.items.beside.set(task, each);
  for (const [task, one] of saved.created) {
    state.created.set(task, one);
    if (one.maker !== undefined) state.makes.set(one.maker, (state.makes.get(one.maker) ?? 0) + 1);
  }
  for (const [maker, one] of saved.made ?? []) state.made.set(maker, one);
  for (const [task, outputs] of saved.held) state.held.set(task, outputs.map(asWritten));
  for (const [task, read] of saved.parts) state.parts.set(task, read.map(asWritten));
  for (const [task, read] of saved.reads) state.reads.set(task, read);
  Object.assign(state.totals, totals);
  return state;
}

/** A number that is no double (`1e400`) does not survive in the output itself. */
function asWritten<Output extends { readonly output: unknown; readonly written?: string }>(each: Output): Output {
  return each.written === undefined ? each : { ...each, output: JSON.parse(each.written) as unknown };
}
