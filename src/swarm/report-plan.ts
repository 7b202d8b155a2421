/** `report` as rows are put into it: for each section which rows have the output that it shows, and of what. Whoever makes one has checked the file. */
import { planTasks } from './flow.ts';
import { GROUP_ORDERS, lookedAt } from './groups.ts';
import { INPUT_NAME, type Swarm } from './model.ts';
import type { OutputSchema, Scalar } from './output-schema.ts';
import { INCIDENT_FIELDS, type IncidentField, SHOWN } from './report.ts';
import { behind, isChoice, makerOf, nameOfStep, originOf, sourcesOf, stepsByName, type StepsByName } from './steps.ts';
import { type Condition, conditionOf, fieldOf, INPUT_ITEMS, type Looked, looksAt, refOf } from './where.ts';

/** Outputs of one step, or those of them that a filter lets pass; items of the input themselves under `input`. */
export interface ReportSource {
  /** As the file names it. */
  readonly name: string;
  /** The step that gives the output. */
  readonly step: string;
  /** The step that made the tasks which go through it; null: items of the input do. */
  readonly of: string | null;
  readonly review: boolean;
  /** What the output must be. */
  readonly where: readonly Condition[];
  /** What the output is; null: free text. */
  readonly output: OutputSchema | null;
  /** The same, with what is known of the items that outputs are about. */
  readonly looked: Looked;
}

/** The step with `group` behind incidents. */
export interface GroupSource {
  readonly name: string;
  /** The step whose tasks have the groups: itself, or one that chooses of them. */
  readonly of: string;
  readonly by: readonly string[];
  readonly order: readonly string[];
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
  /** What a collection, of which the text is or on which its role works, was made of; null: the text is about the item, or the group, that has it. */
  readonly collects: ReportSource | null;
  /** Groups that the rows stand in, where it is about such. */
  readonly group: GroupSource | null;
  /** Whether the text stands in a row of the item that it is about: of the input's, or of one that was chosen. */
  readonly byRow: boolean;
  readonly limit: number;
}
export type SectionPlan = CountsPlan | TablePlan | GroupsPlan | TextPlan;

export interface ReportPlan {
  readonly title: string;
  readonly sections: readonly SectionPlan[];
  /** Steps that may have given a row's output where the row names none: by the step that made its task, '' for items of the input. */
  readonly last: ReadonlyMap<string, string>;
  /** Steps that made groups, by those that choose of them. */
  readonly groups: ReadonlyMap<string, string>;
  /** Steps that review, by the step that they review. */
  readonly reviews: ReadonlyMap<string, string>;
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
        INCIDENT_FIELDS.map((field) => [field, fields[field] ?? usualField(from, group, field)]),
      ) as GroupsPlan['fields'];
      return { kind: 'groups', title, source: from, group, fields: named, limit: section.limit ?? SHOWN.groups };
    }
    const from = source(text ?? '');
    // Of the step itself, or of the one that made what it works on.
    const { collect } = stepsByName(flow).get(from.of ?? '') ?? {};
    const collects = collect === undefined ? null : source(collect);
    const group = groupOf(swarm, (collects ?? from).of ?? '');
    const byRow = collects === null && group === null && originOf(stepsByName(flow), from.name) === null;
    return { kind: 'text', title, source: from, collects, group, byRow, limit: section.limit ?? SHOWN.text };
  });
  return {
    title: report.title,
    sections,
    last: lastSteps(swarm),
    groups: groupsBehind(flow),
    reviews: reviewsOf(flow),
  };
}

/** Null where the name is none. */
export function sourceOf({ flow, roles }: Pick<Swarm, 'flow' | 'roles'>, name: string): ReportSource | null {
  const steps = stepsByName(flow);
  const { name: step, filters } = behind(steps, name);
  const base = steps.get(step);
  if (!base && step !== INPUT_NAME) return null;
  const looked = base ? lookedAt(roles, steps, step) : INPUT_ITEMS;
  return {
    name,
    step,
    of: makerNamed(steps, name),
    review: base?.reviews !== undefined,
    where: filters.map(({ where }) => conditionOf(where, looked)),
    output: looked.output,
    looked,
  };
}

/** The step that makes the tasks which go through this one; null: the input's items do. */
function makerNamed(steps: StepsByName, name: string): string | null {
  const maker = makerOf(steps, name);
  return maker && nameOfStep(maker);
}

/** Steps with `group` by those that choose of their groups. */
function groupsBehind(flow: Swarm['flow']): ReadonlyMap<string, string> {
  const steps = stepsByName(flow);
  return new Map(
    flow.flatMap((step): [string, string][] => {
      const base = behind(steps, nameOfStep(step)).name;
      return isChoice(step) && steps.get(base)?.group ? [[nameOfStep(step), base]] : [];
    }),
  );
}

/** A step with `group` and what it takes, also of a step that chooses of its groups; null where the name is of neither. */
export function groupOf(swarm: Pick<Swarm, 'flow' | 'roles'>, of: string): GroupSource | null {
  const steps = stepsByName(swarm.flow);
  const { name } = behind(steps, of);
  const { group, where, ...step } = steps.get(name) ?? {};
  const from = group && sourceOf(swarm, sourcesOf(step)[0] ?? INPUT_NAME);
  if (!group || !from) return null;
  const own = where ? [conditionOf(where, from.looked)] : [];
  return { name, of, by: group.by, order: group.order ?? [], members: { ...from, where: [...from.where, ...own] } };
}

/** Values of an enum that outputs of the source have in a field, worst first as the highest comes last in a file. */
function valuesOf({ output, looked }: ReportSource, field: string): readonly Scalar[] | null {
  if (refOf(looked, field).input !== undefined) return null;
  return fieldOf(output, field)?.enum?.toReversed() ?? null;
}

/** A field that is called as people call it. */
function usualField(
  source: ReportSource,
  { name, by, order, members }: GroupSource,
  field: IncidentField,
): string | null {
  const has = (output: OutputSchema | null): boolean => output !== null && fieldOf(output, field) !== undefined;
  if (field === 'title') return source.step !== name && has(source.output) ? field : null;
  if (field === 'action' || field === 'subject') return has(members.output) ? field : null;
  if ([...by, ...order].includes(field)) return field;
  return order.find((each) => !GROUP_ORDERS.some((own) => own === each)) ?? null;
}

/** The last step that is no review, of items and of tasks that are made. */
function lastSteps(swarm: Pick<Swarm, 'flow' | 'roles' | 'seed'>): ReadonlyMap<string, string> {
  const steps = stepsByName(swarm.flow);
  const last = new Map<string, string>();
  for (const { name, review } of planTasks(swarm, 0).steps) if (!review) last.set(makerNamed(steps, name) ?? '', name);
  return last;
}

function reviewsOf(flow: Swarm['flow']): ReadonlyMap<string, string> {
  const steps = stepsByName(flow);
  return new Map(
    flow.flatMap((step): [string, string][] =>
      step.reviews === undefined ? [] : [[behind(steps, step.reviews).name, nameOfStep(step)]],
    ),
  );
}

const nothing = (name: string): ReportSource => ({
  name,
  step: name,
  of: null,
  review: false,
  where: [],
  output: null,
  looked: looksAt(null),
});
