/** Which tests a flow has of fields of the input, and what an incident says of values that stand for those of a run. */
import type { LooseTest } from '../../swarm/loose.ts';
import type { ReportPlan, ReportSource } from '../../swarm/report-plan.ts';
import type { TaskPlan } from '../../swarm/task-plan.ts';
import type { Verdicts } from '../../swarm/input/item-fields.ts';
import { type Condition, refOf, type Test, testsOf } from '../../swarm/where.ts';

/** Of one field: values that stand for others, and for each test of it which of them pass. */
export interface FieldVerdicts {
  readonly values: readonly unknown[];
  /** By test, in the order of `fieldTests`: places in `values`. */
  readonly pass: readonly (readonly number[])[];
}

type Plans = { readonly tasks: TaskPlan; readonly report: ReportPlan | null };

/** By field, each test once, in an order that the same swarm file always gives. */
export function fieldTests({ tasks, report }: Plans): ReadonlyMap<string, readonly Test[]> {
  const { steps, makers, filters } = tasks;
  const own = [...steps, ...makers, ...filters].flatMap(({ where = [] }) => where.map(({ condition }) => condition));
  const told = (report?.sections ?? []).flatMap((section): Condition[] => {
    const sources: ReportSource[] = [section.source, ...(section.kind === 'groups' ? [section.group.members] : [])];
    const others = section.kind === 'text' ? [section.collects, section.group?.members] : [];
    return [...sources, ...others].flatMap((source) => source?.where ?? []);
  });
  const found = new Map<string, Map<string, Test>>();
  for (const test of [...own, ...told].flatMap(testsOf)) {
    if (test.input === undefined) continue;
    const tests = found.get(test.input) ?? new Map<string, Test>();
    found.set(test.input, tests.set(keyOf(test), test));
  }
  return new Map([...found].map(([field, tests]) => [field, [...tests.values()]]));
}

/** Fields of the input in whose order groups or rows of a table come. */
export function orderedFields({ tasks, report }: Plans): ReadonlySet<string> {
  const groups = tasks.makers.flatMap(({ group, source }) =>
    (group?.order ?? []).map((field) => refOf(source, field).input),
  );
  const tables = (report?.sections ?? []).flatMap((section) =>
    section.kind === 'table' ? section.order.map(({ field }) => refOf(section.source.looked, field).input) : [],
  );
  return new Set([...groups, ...tables].filter((field) => field !== undefined));
}

/** @param saved in the order of `fieldTests` */
export function verdictsOf(saved: readonly FieldVerdicts[], plans: Plans): Verdicts {
  const known = new Map(
    [...fieldTests(plans)].map(([field, tests], k) => {
      const { values = [], pass = [] } = saved[k] ?? {};
      const places = new Map(values.map((value, place) => [JSON.stringify(value), place]));
      const passing = new Map(tests.map((test, at) => [keyOf(test), new Set(pass[at])]));
      return [field, { places, passing }];
    }),
  );
  return (field, test, value) => {
    const place = known.get(field)?.places.get(JSON.stringify(value ?? null));
    return place === undefined ? undefined : known.get(field)?.passing.get(keyOf(test))?.has(place);
  };
}

const keyOf = (test: LooseTest): string => JSON.stringify([test.kind, test.kind === 'is' ? test.values : test.value]);
