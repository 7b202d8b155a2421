/** Which output of a committed row is whose. */
import type { ResultRow } from '../../store/records.ts';
import type { GroupSource, ReportPlan, ReportSource } from '../../swarm/report-plan.ts';
import { isRecord, passes, valueIn } from '../../swarm/where.ts';

/** The step that made the row's task; null: it is an item of the input. */
export const makerOf = (row: ResultRow): string | null => row.of ?? null;

type Steps = Pick<ReportPlan, 'last' | 'reviews' | 'groups'>;

/** What the row's task came to at the source's step, whatever filters say; undefined: it did not go through it. */
export function outputAt(row: ResultRow, { step, of, review }: ReportSource, plan: Steps): unknown {
  const made = makerOf(row);
  // One of several that are collected once more is no text of the step.
  if (made !== of || row.partial) return undefined;
  const outputs = row.outputs ?? {};
  if (Object.hasOwn(outputs, step)) return outputs[step];
  if (review) return reviewIn(row, step, plan);
  return row.failure === null && giverOf(row, plan) === step ? row.output : undefined;
}

/** The step that gave `output`: a task that was made and holds nothing besides has what it was made of. */
function giverOf(row: ResultRow, { last, groups }: Steps): string | undefined {
  if (row.step !== undefined) return row.step;
  const of = makerOf(row);
  const made = of === null ? null : (groups.get(of) ?? of);
  const lastOf = last.get(of ?? '');
  if (made === null || Object.hasOwn(row.outputs ?? {}, made)) return lastOf;
  return lastOf === made ? made : isGroup(row.output) ? made : lastOf;
}

const isGroup = (output: unknown): boolean =>
  isRecord(output) && typeof output.count === 'number' && Array.isArray(output.lines) && Array.isArray(output.quotes);

function reviewIn(row: ResultRow, step: string, plan: Steps): unknown {
  if (!row.review) return undefined;
  const reviewed = row.review.step ?? plan.reviews.get(giverOf(row, plan) ?? '');
  return reviewed === step ? row.review.output : undefined;
}

/** The output, where filters let it pass and the row has a result; undefined: it is none of the source's. A group that a role failed at is one still. */
export function outputOf(row: ResultRow, source: ReportSource, plan: Steps): unknown {
  if (row.failure !== null && source.step !== source.of && plan.groups.get(source.of ?? '') !== source.step)
    return undefined;
  const output = outputAt(row, source, plan);
  if (output === undefined || output === null) return undefined;
  return source.where.every((condition) => passes(condition, output)) ? output : undefined;
}

/** By which group outputs are told apart. */
export const keyOf = (output: unknown, { by }: Pick<GroupSource, 'by'>): string =>
  JSON.stringify(by.map((field) => valueIn(output, field) ?? null));

/** The group that a row's task was made of; null where the row is of none. */
export interface GroupOutput {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly count: number;
  readonly first: number;
  readonly last: number;
  readonly lines: readonly number[];
  readonly quotes: readonly { readonly line: number; readonly text: string }[];
}

export function groupIn(row: ResultRow, group: GroupSource): GroupOutput | null {
  if (makerOf(row) !== group.of) return null;
  const outputs = row.outputs ?? {};
  const output = Object.hasOwn(outputs, group.name) ? outputs[group.name] : row.output;
  if (!isRecord(output) || !isGroup(output)) return null;
  const { count, first, last, lines, quotes } = output as unknown as GroupOutput;
  return { fields: output, count, first, last, lines, quotes };
}
