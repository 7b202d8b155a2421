/** Which steps of the flow each item goes through, decided before the run starts and by nothing but the file, the seed and the item's index. */
import { type Random, seededRandom } from '../kernel/random.ts';
import { type GroupRule, lookedAt } from './groups.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import {
  behind,
  type Filter,
  isFilter,
  isMaker,
  makerOf,
  nameOfStep,
  shareOf,
  sourcesOf,
  splitOf,
  stepsByName,
} from './steps.ts';
import type { OutputSchema } from './output-schema.ts';
import type { SplitRule } from './split.ts';
import { type Condition, conditionOf, type ItemValues, type Looked, passes } from './where.ts';

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
}

/** A step that lets outputs of step `on` pass, or items of the input (null), where they meet all conditions on the way to it. */
export interface FlowFilter {
  readonly name: string;
  readonly on: OutputPlace | null;
  readonly where: readonly StepCondition[];
}

/** Where an output comes from: a step, or, as `~maker`, the group that a task was made of. */
export type OutputPlace = number;

export interface StepCondition {
  /** Whose output is looked at; null: the item itself, which is there before any output is. */
  readonly step: OutputPlace | null;
  readonly condition: Condition;
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

/** Makes tasks of all that its source gave, once every task that goes through the source has ended; or parts of each text, once it is there. */
export interface Maker {
  readonly name: string;
  /** Maker of the tasks that go through the source; absent: the items of the input do. */
  readonly maker?: number;
  /** Output that is taken; null: what the source's tasks are given themselves. */
  readonly on: OutputPlace | null;
  readonly where: readonly StepCondition[];
  /** What the groups are and come in; absent: all outputs become one, in the hands of step `step`. */
  readonly group?: GroupRule;
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
  /** Steps without a role, which only let pass. */
  readonly filters: readonly FlowFilter[];
  readonly merges: readonly Merge[];
  /** By step: bit `item` of the bytes is set where the item goes through it; null where all do. */
  readonly chosen: readonly (Uint8Array | null)[];
  /** Turns that a run without failures takes where every item meets every condition, for items without signs of an instruction. */
  readonly turns: number;
}

/**
 * @param swarm a checked swarm: its flow is a graph without circles
 * @param items number of items
 * @param seed overrides the swarm's own
 */
export function planTasks(swarm: Pick<Swarm, 'flow' | 'seed' | 'roles'>, items: number, seed = swarm.seed): TaskPlan {
  const { steps, filters, makers, merges } = orderSteps(swarm);
  let turns = 0;
  const chosen = steps.map(({ name, share, slots, maker }) => {
    if (maker !== undefined) return share >= 1 ? null : new Uint8Array(0);
    if (share >= 1) {
      turns += items * slots;
      return null;
    }
    const bits = new Uint8Array(Math.ceil(items / 8));
    if (share === 0) return bits;
    const random = seededRandom(seed).split(`plan/${name}`);
    // One in ten means one of every ten, not ten that happen to come first: chance decides within a block only.
    const size = Math.ceil(1 / share);
    for (let start = 0; start < items; start += size) {
      for (const item of draw(share, start, size, random)) {
        if (item >= items) continue;
        bits[item >> 3] = (bits[item >> 3] as number) | (1 << (item & 7));
        turns += slots;
      }
    }
    return bits;
  });
  const giving = (step: FlowStep): boolean => !step.review && step.maker === undefined;
  const last = steps.findLastIndex((step) => giving(step) && step.split === undefined);
  // Where an item is only split, that it was is all that it comes to.
  const result = last < 0 ? steps.findLastIndex(giving) : last;
  return { items, seed, steps, result, filters, makers, merges, chosen, turns };
}

/** Whether the item goes through the step, marks aside; of those that came later, chance decides for each by itself. */
export function goesThrough({ items, seed, steps, chosen }: TaskPlan, item: number, step: number): boolean {
  const bits = chosen[step];
  if (bits === undefined) return false;
  if (bits === null) return true;
  if (item < items) return ((bits[item >> 3] as number) & (1 << (item & 7))) !== 0;
  const { name, share } = steps[step] as FlowStep;
  return (
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
function orderSteps({
  flow,
  roles,
}: Pick<Swarm, 'flow' | 'roles'>): Pick<TaskPlan, 'steps' | 'filters' | 'makers' | 'merges'> {
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
  const given = flow.filter((step) => !isFilter(step) && step.reviews === undefined);
  const inTurn = [
    ...given.filter(({ split }) => split),
    ...given.filter(({ split, merge }) => !split && merge === undefined),
    ...given.filter(({ merge }) => merge !== undefined),
  ];
  // What works on items of the input reads nothing else, and comes first: every item begins at step 0.
  const isOfItems = (step: SwarmStep): boolean => comingTo(step) === null;
  const giving = [...inTurn.filter(isOfItems), ...inTurn.filter((step) => !isOfItems(step))];
  const order: Placed[] = [];
  const making: SwarmStep[] = [];
  const placed = new Set<string>();
  const ready = (step: SwarmStep): boolean =>
    !placed.has(nameOfStep(step)) && readBy(step).every((name) => placed.has(behind(byName, name).name));
  placed.add(INPUT_NAME);
  for (let next = giving.find(ready); next; next = giving.find(ready)) {
    if (next.role !== undefined || next.split || next.merge !== undefined) order.push({ step: next });
    if (isMaker(next)) making.push(next);
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
    given.map(({ source, where }) => ({
      step: placeOf(source),
      condition: conditionOf(where, lookedAt(roles, byName, source)),
    }));
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
      slots: byCode ? 0 : 1,
      ...(byCode && split && { split: makerAt(step) }),
      ...(byCode && merge !== undefined && { merge: merging.indexOf(step), as: writerOf(step) }),
    };
  });
  const makers = making.map((step): Maker => {
    const source = sourceOf(step);
    const { group, collect, split, merge } = step;
    return {
      name: nameOfStep(step),
      ...ofTasks(merge === undefined ? makerOf(byName, source) : comingTo(step)),
      on: placeOf(source),
      where: conditionsOf(step),
      ...(group && { group }),
      source: lookedAt(roles, byName, source),
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
    return { name: nameOfStep(step), on: placeOf(name), where: conditions(where) };
  });
  return { steps, filters, makers, merges };
}
