/** Which steps of the flow each item goes through, decided before the run starts and by nothing but the file, the seed and the item's index. */
import type { ChoiceRule } from './choice.ts';
import type { ChoiceSource } from './chooser.ts';
import { type Random, seededRandom } from '../kernel/random.ts';
import { type GroupRule, lookedAt } from './groups.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import type { OutputSchema } from './output-schema.ts';
import {
  bitsOf,
  chooseItems,
  countBits,
  hasBit,
  type ItemPick,
  type Picker,
  type RecordedPicks,
  setBit,
  takenOf,
} from './picks.ts';
import {
  behind,
  type Filter,
  gateOf,
  isChoice,
  isFilter,
  isMaker,
  isPick,
  filtersBefore,
  makerOf,
  nameOfStep,
  picksOf,
  shareOf,
  sourcesOf,
  splitOf,
  stepsByName,
} from './steps.ts';
import type { SplitRule } from './split.ts';
import { stepsOfReport } from './report.ts';
import { type Moved, moveConditions } from './rewrite.ts';
import {
  type Condition,
  conditionOf,
  type ItemValues,
  type Looked,
  NO_ITEM,
  partsOf,
  passes,
  whereText,
} from './where.ts';

/** A step at which agents work. Steps that only let pass are conditions of those behind them. */
export interface FlowStep {
  readonly name: string;
  readonly role: string;
  /** Maker of the tasks that go through it; absent: the items of the input do. */
  readonly maker?: number;
  /** Step whose output this one works on; null = the item itself. */
  readonly on: number | null;
  /** What is read beside that: the output of a step; null = the item itself; absent: nothing. */
  readonly beside?: number | null;
  /** What the item and outputs of earlier steps must be, for the item to go through this one; absent: anything. */
  readonly where?: readonly StepCondition[];
  readonly review: boolean;
  /** Share of items that go through this step, in (0, 1]; 0: none but those that are marked. */
  readonly share: number;
  /** Items that have signs of an instruction go through it whatever the share; not among `TaskPlan.chosen`. */
  readonly marked?: true;
  /** Texts that are equal once numbers and names are left out are asked once (shape.ts). */
  readonly dedupe?: true;
  /** Agents that answer each item at this step, side by side; 0: code does. */
  readonly slots: number;
  /** The text becomes parts, tasks of that maker. The output is how many: `{parts: 3}`. */
  readonly split?: number;
  /** What the parts of the text came to becomes one again: index in `TaskPlan.merges`. */
  readonly merge?: number;
  /** Whose outputs code makes one of: the output is one that this role could have. */
  readonly as?: string;
  /** Choices of the input's items, by their index, that an item must be in; absent: none. */
  readonly picks?: readonly number[];
}

/** A step that lets outputs of step `on` pass, or items of the input (null), where they meet all conditions on the way to it. */
export interface FlowFilter {
  readonly name: string;
  /** Maker of the tasks whose outputs they are; absent: the items of the input. */
  readonly maker?: number;
  readonly on: OutputPlace | null;
  readonly where: readonly StepCondition[];
}

/** Where an output comes from: a step, or, as `~maker`, the group that a task was made of. */
export type OutputPlace = number;

export interface StepCondition {
  /** Whose output is looked at; null: the item itself, which is there before any output is. */
  readonly step: OutputPlace | null;
  readonly condition: Condition;
  /** As the swarm file has it, of conditions on the item itself. */
  readonly written?: string;
}

/** Outputs of the parts of one text that become one again, once the last of these parts has its row. */
export interface Merge {
  readonly name: string;
  /** The step at which the task that was split waits for it. */
  readonly at: number;
  /** Maker of the parts, and the step at which the text was split. */
  readonly parts: number;
  readonly split: number;
  /** Output of a part that is taken, and what outputs of parts must be. */
  readonly on: number;
  readonly where: readonly StepCondition[];
  /** What the outputs are; null: free text. */
  readonly source: OutputSchema | null;
  /** Maker of the tasks in which a role reads the outputs; absent: they become one by rules of the schema. */
  readonly maker?: number;
}

/** What a step chooses, and what its tasks know of those that they are chosen of. */
export interface Choice extends ChoiceSource {
  readonly rule: ChoiceRule;
  /** Steps whose outputs the tasks have from the beginning; `beside`: not what was chosen, but what is read beside it. */
  readonly given: readonly { readonly step: number; readonly beside: boolean }[];
}

/** Makes tasks of all that its source gave, once every task that goes through the source has ended; or parts of each text, once it is there. */
export interface Maker {
  readonly name: string;
  /** Maker of the tasks that go through the source; absent: the items of the input do. */
  readonly maker?: number;
  /** Output that is taken; null: what the source's tasks are given themselves. */
  readonly on: OutputPlace | null;
  readonly where: readonly StepCondition[];
  /** What the groups are and come in; without it and `choice` all outputs become one, in the hands of step `step`. */
  readonly group?: GroupRule;
  /** What is chosen: its tasks are those it was chosen of once more, in their new order. */
  readonly choice?: Choice;
  /** As those of a step. */
  readonly picks?: readonly number[];
  /** What the source gives. */
  readonly source: Looked;
  /** The step of a collecting or merging role, the first of the tasks that are made. */
  readonly step?: number;
  /** Cuts a text into parts; and whether what it cuts is the task's own text, as of an item. */
  readonly split?: SplitRule;
  /** Its tasks are those of a merge. */
  readonly merges?: true;
}

export interface TaskPlan {
  readonly items: number;
  readonly seed: number;
  /** In an order in which every step comes after those whose outputs it reads. Step 0 takes the item; reviews come last. */
  readonly steps: readonly FlowStep[];
  /**
   * The last step of items of the input that is no review: the item's result is its output or, where the item does not go through it, that of
   * the last before it.
   */
  readonly result: number;
  /** Each behind those that make what its source works on. */
  readonly makers: readonly Maker[];
  /** Conditions on the input that moved before steps, for the answer is the same without the rest. */
  readonly moved: readonly Moved[];
  /** Steps without a role, which only let pass. */
  readonly filters: readonly FlowFilter[];
  readonly merges: readonly Merge[];
  readonly picks: readonly ItemPick[];
  /** Indices of the items of the input that go through any step, where that are not all; the others are no tasks. */
  readonly taken: Uint32Array<ArrayBuffer> | null;
  /** By step: bit `item` of the bytes is set where the item goes through it; null where all do. */
  readonly chosen: readonly (Uint8Array | null)[];
  /** Turns that a run without failures takes where every item meets every condition, for items without signs of an instruction. */
  readonly turns: number;
}

/** What is known of the items of the input before the flow is planned. */
export interface KnownItems {
  readonly recorded?: RecordedPicks | null | undefined;
  readonly fields?: { of(item: number): ItemValues } | null | undefined;
}

/**
 * @param swarm a checked swarm: its flow is a graph without circles
 * @param all number of items of the input
 * @param seed overrides the swarm's own
 * @param known items that choices are known to have made, in their order, absent: made here; and what is known of items
 */
export function planTasks(
  swarm: Pick<Swarm, 'flow' | 'seed' | 'roles' | 'report'>,
  all: number,
  seed = swarm.seed,
  { recorded = null, fields = null }: KnownItems = {},
): TaskPlan {
  const { steps, moved, filters, makers, merges, pickers } = orderSteps(swarm);
  const chosenOf = chooseItems({
    pickers,
    items: all,
    seed,
    recorded,
    itemOf: (item) => fields?.of(item) ?? NO_ITEM,
  });
  const { taken, picks } = takenOf(pickers, chosenOf, [...steps, ...makers], all);
  const items = taken?.length ?? all;
  let turns = 0;
  const chosen = steps.map(({ name, share, slots, maker, picks: among = [] }) => {
    if (maker !== undefined) return share >= 1 ? null : new Uint8Array(0);
    if (share >= 1 && among.length === 0) {
      turns += items * slots;
      return null;
    }
    const bits = share >= 1 ? bitsOf(items, null) : new Uint8Array(Math.ceil(items / 8));
    if (share > 0 && share < 1) {
      const random = seededRandom(seed).split(`plan/${name}`);
      // One in ten means one of every ten, not ten that happen to come first: chance decides within a block only.
      const size = Math.ceil(1 / share);
      for (let start = 0; start < items; start += size)
        for (const item of draw(share, start, size, random)) if (item < items) setBit(bits, item);
    }
    for (const pick of among)
      for (let at = 0; at < bits.length; at++) bits[at] = (bits[at] as number) & (picks[pick]?.bits[at] ?? 0);
    turns += countBits(bits) * slots;
    return bits;
  });
  const giving = (step: FlowStep): boolean => !step.review && step.maker === undefined;
  const last = steps.findLastIndex((step) => giving(step) && step.split === undefined);
  // Where an item is only split, that it was is all that it comes to.
  const result = last < 0 ? steps.findLastIndex(giving) : last;
  return { items, seed, steps, moved, result, filters, makers, merges, picks, taken, chosen, turns };
}

/** Whether the item goes through the step, marks aside; of those that came later, chance decides for each by itself. */
export function goesThrough({ items, seed, steps, chosen }: TaskPlan, item: number, step: number): boolean {
  const bits = chosen[step];
  if (bits === undefined) return false;
  if (bits === null) return true;
  if (item < items) return hasBit(bits, item);
  const { name, share, picks } = steps[step] as FlowStep;
  return (
    picks === undefined &&
    seededRandom(seed)
      .split(`plan/${name}/${String(item)}`)
      .next() < share
  );
}

/** Items of one block: as many as the share owes up to its end, drawn without repeats. */
function draw(share: number, start: number, size: number, random: Random): number[] {
  const items = Array.from({ length: size }, (_, offset) => start + offset);
  // The running total is rounded, not each block, so that the share of the whole is right.
  const due = Math.round((start + size) * share) - Math.round(start * share);
  for (let k = 0; k < due; k++) {
    const other = k + random.int(size - k);
    [items[k], items[other]] = [items[other] ?? start, items[k] ?? start];
  }
  return items.slice(0, due);
}

/**
 * Whether what is known of the item lets it go through the step: the outputs that the step reads are there, and they are what `where` wants.
 * @param outputOf what a step gave; undefined: the item did not go through it
 * @param item what is known of the item itself
 */
export function admits(
  { on, beside, where = [] }: FlowStep,
  outputOf: (step: number) => unknown,
  item: ItemValues,
): boolean {
  const read = [on, beside].filter((step) => typeof step === 'number');
  return read.every((step) => outputOf(step) !== undefined) && meets(where, outputOf, item);
}

/** Whether all of the conditions hold, and all that they look at is there. */
export function meets(where: readonly StepCondition[], outputOf: (step: number) => unknown, item: ItemValues): boolean {
  return where.every(({ step, condition }) => {
    if (step === null) return passes(condition, undefined, item);
    const output = outputOf(step);
    return output !== undefined && passes(condition, output, item);
  });
}

/** A step of the order: as the file has it, or the turns of a role that merges, of which the step itself waits. */
interface Placed {
  readonly step: SwarmStep;
  readonly turns?: true;
}

/**
 * Steps that give outputs, each as early as the file has it once all that it reads stands before it; then the reviews. Texts are split before others
 * work on them, and what their parts came to is waited for last.
 */
function orderSteps({ flow, roles, report }: Pick<Swarm, 'flow' | 'roles' | 'report'>): Pick<
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
