/** `report` as rows are put into it: for each section which rows have the output that it shows, and of what. Whoever makes one has checked the file. */
import { planTasks } from './flow.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { OutputSchema, Scalar } from './output-schema.ts';
import { INCIDENT_FIELDS, type IncidentField, SHOWN } from './report.ts';
import { nameOfStep, stepsByName, type Filter } from './steps.ts';
import { type Condition, conditionOf, fieldOf } from './where.ts';

type Step = SwarmStep & {
  readonly group?: { readonly by: readonly string[]; readonly order?: readonly string[] };
  readonly collect?: string;
};

/** Outputs of one step, or those of them that a filter lets pass. */
export interface ReportSource {
  /** As the file names it. */
  readonly name: string;
  /** The step that gives the output. */
  readonly step: string;
  /** The step that made the tasks which go through it; null: items of the input do. */
  readonly of: string | null;
  readonly review: boolean;
  /** What outputs of the task must be, each of the step that it names. */
  readonly where: readonly { readonly step: string; readonly condition: Condition }[];
  /** What the output is; null: free text. */
  readonly output: OutputSchema | null;
}

/** The step with `group` behind incidents. */
export interface GroupSource {
  readonly name: string;
  readonly by: readonly string[];
  /** What it groups. */
  readonly members: ReportSource;
}

export interface CountsPlan {
  readonly kind: 'counts';
  readonly title: string;
  readonly source: ReportSource;
  readonly field: string;
  /** Values that there can be, worst first; null: whatever comes. */
  readonly values: readonly Scalar[] | null;
}
export interface TablePlan {
  readonly kind: 'table';
  readonly title: string;
  readonly source: ReportSource;
  readonly columns: readonly string[];
  readonly order: readonly { readonly field: string; readonly values: readonly Scalar[] | null }[];
  readonly limit: number;
}
export interface GroupsPlan {
  readonly kind: 'groups';
  readonly title: string;
  readonly source: ReportSource;
  readonly group: GroupSource;
  readonly fields: { readonly [Field in IncidentField]: string | null };
  readonly limit: number;
}
export interface TextPlan {
  readonly kind: 'text';
  readonly title: string;
  readonly source: ReportSource;
  /** What a task that collects was made of; null: the text is about the item, or the group, that has it. */
  readonly collects: ReportSource | null;
  /** Groups that the rows stand in, where it is about such. */
  readonly group: GroupSource | null;
  readonly limit: number;
}
export type SectionPlan = CountsPlan | TablePlan | GroupsPlan | TextPlan;

export interface ReportPlan {
  readonly title: string;
  readonly sections: readonly SectionPlan[];
  /** Steps that may have given a row's output where the row names none: by the step that made its task, '' for items of the input. */
  readonly last: ReadonlyMap<string, string>;
  /** Steps that review, by the step that they review. */
  readonly reviews: ReadonlyMap<string, string>;
  readonly steps: readonly string[];
}

/** @param swarm checked */
export function reportPlan(swarm: Pick<Swarm, 'flow' | 'roles' | 'seed' | 'report'>): ReportPlan | null {
  const { report, flow } = swarm;
  if (!report) return null;
  const source = (name: string): ReportSource => sourceOf(swarm, name) ?? nothing(name);
  const sections = report.sections.map((section): SectionPlan => {
    const { title = '', counts, of = '', table, columns = [], order = [], groups, fields = {}, text } = section;
    if (counts !== undefined) {
      const from = source(of);
      return { kind: 'counts', title, source: from, field: counts, values: valuesOf(from, counts) };
    }
    if (table !== undefined) {
      const from = source(table);
      const by = order.map((field) => ({ field, values: valuesOf(from, field) }));
      return { kind: 'table', title, source: from, columns, order: by, limit: section.limit ?? SHOWN.table };
    }
    if (groups !== undefined) {
      const from = source(groups);
      const group = groupOf(swarm, from.of ?? '') as GroupSource;
      const named = Object.fromEntries(
        INCIDENT_FIELDS.map((field) => [field, fields[field] ?? usualField(swarm, from, group, field)]),
      ) as GroupsPlan['fields'];
      return { kind: 'groups', title, source: from, group, fields: named, limit: section.limit ?? SHOWN.groups };
    }
    const from = source(text ?? '');
    const step = stepsOf(flow).get(from.step);
    const collects = step?.collect === undefined ? null : source(step.collect);
    const group = groupOf(swarm, (collects ?? from).of ?? '');
    return { kind: 'text', title, source: from, collects, group, limit: section.limit ?? SHOWN.text };
  });
  return {
    title: report.title,
    sections,
    last: lastSteps(swarm),
    reviews: reviewsOf(flow),
    steps: flow.map(nameOfStep),
  };
}

const stepsOf = (flow: Swarm['flow']): ReadonlyMap<string, Step> => stepsByName(flow) as ReadonlyMap<string, Step>;
const takes = ({ each, reviews, collect }: Step): string => each ?? reviews ?? collect ?? INPUT_NAME;
const gives = ({ role, group }: Step): boolean => role !== undefined || group !== undefined;

/** Null where no step gives such an output: the input, or a name that is none. */
export function sourceOf({ flow, roles }: Pick<Swarm, 'flow' | 'roles'>, name: string): ReportSource | null {
  const steps = stepsOf(flow);
  const filters: Filter[] = [];
  let at = steps.get(name);
  for (let k = 0; at && !gives(at) && k <= flow.length; k++) {
    const taken = takes(at);
    if (at.where) filters.push({ source: taken, where: at.where });
    at = steps.get(taken);
  }
  if (!at || !gives(at)) return null;
  const base = at;
  const output = outputOf({ flow, roles }, base);
  const where = filters.map((filter) => ({ step: nameOfStep(base), condition: conditionOf(filter.where, output) }));
  return {
    name,
    step: nameOfStep(base),
    of: makerOf(steps, base),
    review: base.reviews !== undefined,
    where,
    output,
  };
}

/** The step that makes the tasks which go through this one; null: the input's items do. */
function makerOf(steps: ReadonlyMap<string, Step>, step: Step): string | null {
  let at: Step | undefined = step;
  for (let k = 0; at && k <= steps.size; k++) {
    if (at.group !== undefined || at.collect !== undefined) return nameOfStep(at);
    at = steps.get(takes(at));
  }
  return null;
}

/** A step with `group` and what it takes; null where the name is of none. */
export function groupOf(swarm: Pick<Swarm, 'flow' | 'roles'>, name: string): GroupSource | null {
  const step = stepsOf(swarm.flow).get(name);
  if (!step?.group) return null;
  const from = sourceOf(swarm, takes(step));
  if (!from) return null;
  const own = step.where ? [{ step: from.step, condition: conditionOf(step.where, from.output) }] : [];
  return { name, by: step.group.by, members: { ...from, where: [...from.where, ...own] } };
}

function outputOf(swarm: Pick<Swarm, 'flow' | 'roles'>, step: Step): OutputSchema | null {
  if (step.group === undefined) return swarm.roles[step.role ?? '']?.output ?? null;
  const from = sourceOf(swarm, takes(step));
  const fields = [...step.group.by, ...(step.group.order ?? [])];
  const number: OutputSchema = { type: 'integer' };
  return {
    type: 'object',
    properties: {
      ...Object.fromEntries(fields.map((field) => [field, fieldOf(from?.output ?? null, field) ?? {}])),
      ...{ count: number, first: number, last: number },
      lines: { type: 'array', items: number },
      quotes: { type: 'array', items: { type: 'object' } },
    },
  };
}

/** Values of an enum that outputs of the source have in a field, worst first as the highest comes last in a file. */
function valuesOf({ output }: ReportSource, field: string): readonly Scalar[] | null {
  return fieldOf(output, field)?.enum?.toReversed() ?? null;
}

/** A field that is called as people call it. */
function usualField(
  { flow }: Pick<Swarm, 'flow'>,
  source: ReportSource,
  group: GroupSource,
  field: IncidentField,
): string | null {
  const has = (output: OutputSchema | null): boolean => fieldOf(output, field) !== undefined && output !== null;
  if (field === 'title') return source.step !== group.name && has(source.output) ? field : null;
  if (field === 'action' || field === 'subject') return has(group.members.output) ? field : null;
  const { order = [], by = [] } = stepsOf(flow).get(group.name)?.group ?? {};
  const named = [...by, ...order];
  if (named.includes(field)) return field;
  return order.find((each) => !['count', 'first', 'last'].includes(each)) ?? null;
}

/** The last step that is no review, of items and of tasks that are made. */
function lastSteps(swarm: Pick<Swarm, 'flow' | 'roles' | 'seed'>): ReadonlyMap<string, string> {
  const steps = stepsOf(swarm.flow);
  const last = new Map<string, string>();
  for (const { name, review } of planTasks(swarm, 0).steps) {
    const step = steps.get(name);
    if (step && !review) last.set(makerOf(steps, step) ?? '', name);
  }
  return last;
}

function reviewsOf(flow: Swarm['flow']): ReadonlyMap<string, string> {
  const steps = stepsOf(flow);
  return new Map(
    flow.flatMap((step): [string, string][] => {
      if (step.reviews === undefined) return [];
      let at = steps.get(step.reviews);
      for (let k = 0; at && !gives(at) && k <= flow.length; k++) at = steps.get(takes(at));
      return at ? [[nameOfStep(at), nameOfStep(step)]] : [];
    }),
  );
}

const nothing = (name: string): ReportSource => ({
  name,
  step: name,
  of: null,
  review: false,
  where: [],
  output: null,
});
