/** From steps as the file has them to steps in an order, each with what it reads by place. */
import type { ChoiceRule } from './choice.ts';
import { lookedAt } from './groups.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { Picker } from './picks.ts';
import { stepsOfReport } from './report.ts';
import { moveConditions } from './rewrite.ts';
import {
  behind,
  type Filter,
  filtersBefore,
  gateOf,
  isChoice,
  isFilter,
  isMaker,
  isPick,
  makerOf,
  nameOfStep,
  picksOf,
  shareOf,
  sourcesOf,
  splitOf,
  stepsByName,
} from './steps.ts';
import {
  type Choice,
  type FlowFilter,
  type FlowStep,
  type Maker,
  meets,
  type Merge,
  type OutputPlace,
  type StepCondition,
  type TaskPlan,
} from './task-plan.ts';
import { conditionOf, type ItemValues, partsOf, whereText } from './where.ts';

/** A step of the order: as the file has it, or the turns of a role that merges, of which the step itself waits. */
interface Placed {
  readonly step: SwarmStep;
  readonly turns?: true;
}

/**
 * Steps that give outputs, each as early as the file has it once all that it reads stands before it; then the reviews. Texts are split before others
 * work on them, and what their parts came to is waited for last.
 */
export function orderSteps({ flow, roles, report }: Pick<Swarm, 'flow' | 'roles' | 'report'>): Pick<
  TaskPlan,
  'steps' | 'moved' | 'filters' | 'makers' | 'merges'
> & {
  readonly pickers: readonly Picker[];
} {
  const byName = stepsByName(flow);
  const sourceOf = (step: SwarmStep): string => sourcesOf(step)[0] ?? INPUT_NAME;
  /** The maker of the tasks that come to a step; null: items do. To where a text is split the text's own task comes. */
  const comingTo = (step: SwarmStep): SwarmStep | null =>
    makerOf(byName, step.split ? sourceOf(step) : nameOfStep(step));
  /** What must stand before it: of a merge only where the text was split, as its parts go their own way. */
  const readBy = (step: SwarmStep): string[] => {
    const split = step.merge === undefined ? undefined : splitOf(byName, step);
    return split ? [nameOfStep(split)] : sourcesOf(step);
  };
  const given = flow.filter((step) => !isFilter(step) && !isPick(byName, step) && step.reviews === undefined);
  const inTurn = [
    ...given.filter(({ split }) => split),
    ...given.filter(({ split, merge }) => !split && merge === undefined),
    ...given.filter(({ merge }) => merge !== undefined),
  ];
  // What works on items of the input reads nothing else, and comes first: every item begins at step 0.
  const isOfItems = (step: SwarmStep): boolean => comingTo(step) === null;
  const ofItems = inTurn.filter(isOfItems);
  const isPicked = (step: SwarmStep): boolean => sourcesOf(step).some((name) => picksOf(byName, name).length > 0);
  const giving = [
    // What all items go through comes first: those that nobody chose begin nowhere else.
    ...ofItems.filter((step) => !isPicked(step)),
    ...ofItems.filter(isPicked),
    ...inTurn.filter((step) => !isOfItems(step)),
  ];
  const order: Placed[] = [];
  const making: SwarmStep[] = [];
  const placed = new Set<string>();
  const ready = (step: SwarmStep): boolean =>
    !placed.has(nameOfStep(step)) && readBy(step).every((name) => placed.has(gateOf(byName, name)));
  placed.add(INPUT_NAME);
  for (const step of flow) if (isPick(byName, step)) placed.add(nameOfStep(step));
  for (let next = giving.find(ready); next; next = giving.find(ready)) {
    if (next.role !== undefined || next.split || next.merge !== undefined) order.push({ step: next });
    if (isMaker(byName, next)) making.push(next);
    placed.add(nameOfStep(next));
  }
  for (const step of giving) {
    if (step.merge === undefined || step.role === undefined) continue;
    order.push({ step, turns: true });
    making.push(step);
  }
  order.push(...flow.filter(({ reviews }) => reviews !== undefined).map((step) => ({ step })));
  const isOf = (step: SwarmStep, turns: boolean): ((each: Placed) => boolean) => {
    return (each) => each.step === step && (each.turns ?? false) === turns;
  };
  const placeIn = (step: SwarmStep, turns = false): number => order.findIndex(isOf(step, turns));
  // The name of a split is that of its parts.
  const places = new Map(
    order.flatMap(({ step, turns }, index): [string, number][] =>
      step.split || turns ? [] : [[nameOfStep(step), index]],
    ),
  );
  const makerAt = (step: SwarmStep | null): number => making.findIndex((each) => each === step);

  /** Where an output is found; null: it is what the tasks are given. */
  const placeOf = (name: string): OutputPlace | null => {
    const at = behind(byName, name).name;
    const maker = makerAt(byName.get(at) ?? null);
    return places.get(at) ?? (maker < 0 ? null : ~maker);
  };
  /** What agents read of it: of a group, and of a part, its text, which is what the task is given. */
  const readFrom = (name: string): number | null => {
    const place = placeOf(name);
    return place !== null && place < 0 ? null : place;
  };
  const conditions = (given: readonly Filter[]): StepCondition[] =>
    given.flatMap(({ source, where }): StepCondition[] => {
      const looked = lookedAt(roles, byName, source);
      const { ofItem, others } = partsOf(where, looked);
      const step = placeOf(source);
      return [
        ...(others ? [{ step, condition: conditionOf(others, looked) }] : []),
        ...(ofItem ? [{ step: null, condition: conditionOf(ofItem, looked), written: whereText(ofItem) }] : []),
      ];
    });
  const conditionsOf = (step: SwarmStep): StepCondition[] => {
    const source = sourceOf(step);
    const own = step.where ? [{ source, where: step.where }] : [];
    return conditions([...own, ...sourcesOf(step).flatMap((name) => behind(byName, name).filters)]);
  };
  const ofTasks = (maker: SwarmStep | null): { readonly maker?: number } =>
    maker === null ? {} : { maker: makerAt(maker) };
  /** The role whose outputs these are, or are made of. */
  const writerOf = (step: SwarmStep): string => {
    const source = byName.get(behind(byName, step.merge ?? '').name);
    return step.role ?? (source?.merge === undefined ? (source?.role ?? '') : writerOf(source));
  };
  const merging = giving.filter(({ merge }) => merge !== undefined);

  const picking = flow.filter((step) => isPick(byName, step));
  // Each behind the one that it chooses of.
  picking.sort((a, b) => picksOf(byName, nameOfStep(a)).length - picksOf(byName, nameOfStep(b)).length);
  const pickAt = (name: string): number => picking.findIndex((step) => nameOfStep(step) === name);
  const pickers = picking.map((step): Picker => {
    const [, of] = picksOf(byName, nameOfStep(step));
    const where = conditions(filtersBefore(byName, step));
    const lets = where.length === 0 ? null : (item: ItemValues) => meets(where, () => undefined, item);
    return { name: nameOfStep(step), rule: step, of: of === undefined ? null : pickAt(of), lets };
  });
  const picksBy = (step: SwarmStep): { readonly picks?: readonly number[] } => {
    const [...picks] = new Set(sourcesOf(step).flatMap((name) => picksOf(byName, name).slice(0, 1)));
    return picks.length > 0 ? { picks: picks.map(pickAt) } : {};
  };

  const steps = order.map(({ step, turns }): FlowStep => {
    const { role = '', reviews, collect, merge, split, with: beside, marked = false, dedupe = false } = step;
    const byCode = (split !== undefined || merge !== undefined) && !turns;
    const given = collect !== undefined || turns;
    // What is collected, or merged, has passed already, and stands in the text.
    const where = given || merge !== undefined ? [] : conditionsOf(step);
    const parts = merge === undefined ? null : splitOf(byName, step);
    return {
      name: nameOfStep(step),
      role: byCode ? '' : role,
      ...ofTasks(turns ? step : comingTo(step)),
      on: given ? null : parts ? placeIn(parts) : readFrom(sourceOf(step)),
      ...(beside !== undefined && { beside: readFrom(beside) }),
      ...(where.length > 0 && { where }),
      review: reviews !== undefined,
      share: shareOf(step),
      ...(marked && { marked }),
      ...(dedupe && { dedupe }),
      ...picksBy(step),
      slots: byCode ? 0 : 1,
      ...(byCode && split && { split: makerAt(step) }),
      ...(byCode && merge !== undefined && { merge: merging.indexOf(step), as: writerOf(step) }),
    };
  });
  const planned = making.map((step): Maker => {
    const name = sourceOf(step);
    const { group, collect, split, merge } = step;
    const source = lookedAt(roles, byName, name);
    const groups = byName.get(behind(byName, name).name)?.group !== undefined;
    return {
      name: nameOfStep(step),
      ...ofTasks(merge === undefined ? makerOf(byName, name) : comingTo(step)),
      on: placeOf(name),
      where: conditionsOf(step),
      ...(group && { group }),
      ...(isChoice(step) && {
        choice: { rule: ruleOf(step), output: source.output, groups, held: source.held, given: [] },
      }),
      ...picksBy(step),
      source,
      ...(collect !== undefined && { step: placeIn(step) }),
      ...(split && { split }),
      ...(merge !== undefined && { step: placeIn(step, true), merges: true }),
    };
  });
  const merges = merging.map((step): Merge => {
    const source = sourceOf(step);
    const split = splitOf(byName, step) ?? step;
    return {
      name: nameOfStep(step),
      at: placeIn(step),
      parts: makerAt(split),
      split: placeIn(split),
      on: places.get(behind(byName, source).name) ?? 0,
      where: conditionsOf(step),
      source: lookedAt(roles, byName, source).output,
      ...(step.role !== undefined && { maker: makerAt(step) }),
    };
  });
  const filters = flow.filter(isFilter).map((step): FlowFilter => {
    const { name, filters: where } = behind(byName, nameOfStep(step));
    return {
      name: nameOfStep(step),
      ...ofTasks(makerOf(byName, nameOfStep(step))),
      on: placeOf(name),
      where: conditions(where),
    };
  });
  const makers = planned.map((maker, at) =>
    maker.choice
      ? { ...maker, choice: { ...maker.choice, given: givenTo(at, maker, { steps, filters, makers: planned }) } }
      : maker,
  );
  const told = new Set(stepsOfReport(report ? { report } : {}).map((name) => behind(byName, String(name)).name));
  const isTold = (name: string): boolean => !report || told.has(name);
  const rewritten = moveConditions(steps, [...makers, ...merges], isTold);
  return { steps: rewritten.steps, moved: rewritten.moved, filters, makers, merges, pickers };
}

const ruleOf = ({ sort, limit, sample }: SwarmStep): ChoiceRule => ({
  ...(sort && { sort }),
  ...(limit !== undefined && { limit }),
  ...(sample && { sample }),
});

/** Outputs of those that a maker chooses of that its tasks, and what is chosen of them again, are read for. */
function givenTo(
  at: number,
  { on }: Maker,
  { steps, filters, makers }: Pick<TaskPlan, 'steps' | 'filters' | 'makers'>,
): Choice['given'] {
  const own = new Set([at]);
  // Each stands behind those that it chooses of.
  for (const [index, { choice, maker }] of makers.entries()) if (choice && own.has(maker ?? -1)) own.add(index);
  const isOwn = ({ maker = -1 }: { readonly maker?: number }): boolean => own.has(maker);
  const looked = [...steps, ...filters, ...makers]
    .filter(isOwn)
    .flatMap((each) => [each.on, 'beside' in each ? each.beside : null, ...(each.where ?? []).map(({ step }) => step)]);
  const read = [...new Set([on, ...looked])].filter((place) => typeof place === 'number' && place >= 0) as number[];
  return read
    .filter((step) => !isOwn(steps[step] ?? {}))
    .sort((a, b) => a - b)
    .map((step) => ({ step, beside: step !== on }));
}
