/** Which output of a committed row is whose. */
import type { ResultRow } from '../../store/records.ts';
import type { GroupSource, ReportPlan, ReportSource } from '../../swarm/report-plan.ts';
import { valueAt } from '../../swarm/groups.ts';
import { INPUT_NAME } from '../../swarm/model.ts';
import { isRecord, type ItemValues, passes, valueIn } from '../../swarm/where.ts';

/** A committed row, and what is known of the item that it is about. */
export interface Read {
  readonly row: ResultRow;
  readonly item: ItemValues;
}

/** The step that made the row's task; null: it is an item of the input. */
export const makerOf = (row: ResultRow): string | null => row.of ?? null;

/** Stands for an output of the input itself: its fields are the item's. */
const ITEM = {};

type Steps = Pick<ReportPlan, 'last' | 'reviews' | 'groups'>;

/** What the row's task came to at the source's step, whatever filters say; undefined: it did not go through it. */
export function outputAt(row: ResultRow, { step, of, review }: ReportSource, plan: Steps): unknown {
  const made = makerOf(row);
  // One of several that are collected once more is no text of the step.
  if (made !== of || row.partial) return undefined;
  if (step === INPUT_NAME) return ITEM;
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
export function outputOf({ row, item }: Read, source: ReportSource, plan: Steps): unknown {
  const stands =
    source.step === source.of || source.step === INPUT_NAME || plan.groups.get(source.of ?? '') === source.step;
  if (row.failure !== null && !stands) return undefined;
  const output = outputAt(row, source, plan);
  if (output === undefined || output === null) return undefined;
  return source.where.every((condition) => passes(condition, output, item)) ? output : undefined;
}

/** By which group those are told apart that are in it. */
export const keyOf = (
  output: unknown,
  item: ItemValues,
  { by, members }: Pick<GroupSource, 'by' | 'members'>,
): string => JSON.stringify(by.map((field) => valueAt(members.looked, field)({ output, item }) ?? null));

/** The same of a group. */
export const keyOfGroup = (fields: unknown, { by }: Pick<GroupSource, 'by'>): string =>
  JSON.stringify(by.map((field) => valueIn(fields, field) ?? null));

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
