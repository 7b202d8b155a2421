/** Which steps of the flow each item goes through, decided before the run starts and by nothing but the file, the seed and the item's index. */
import { type Random, seededRandom } from '../kernel/random.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';
import { behind, type Filter, nameOfStep, shareOf, sourcesOf, stepsByName } from './steps.ts';
import { type Condition, conditionOf, passes } from './where.ts';

/** A step at which agents work. Steps that only let pass are conditions of those behind them. */
export interface FlowStep {
  readonly name: string;
  readonly role: string;
  /** Step whose output this one works on; null = the item itself. */
  readonly on: number | null;
  /** What is read beside that: the output of a step; null = the item itself; absent: nothing. */
  readonly beside?: number | null;
  /** What outputs of earlier steps must be, for the item to go through this one; absent: anything. */
  readonly where?: readonly StepCondition[];
  readonly review: boolean;
  /** Share of items that go through this step, in (0, 1]; 0: none but those that are marked. */
  readonly share: number;
  /** Items that have signs of an instruction go through it whatever the share; not among `TaskPlan.chosen`. */
  readonly marked?: true;
  /** Agents that answer each item at this step, side by side. */
  readonly slots: number;
}

/** A step that lets outputs of step `on` pass, where they meet all conditions on the way to it. */
export interface FlowFilter {
  readonly name: string;
  readonly on: number;
  readonly where: readonly StepCondition[];
}

export interface StepCondition {
  /** Step whose output is looked at. */
  readonly step: number;
  readonly condition: Condition;
}

export interface TaskPlan {
  readonly items: number;
  readonly seed: number;
  /** In an order in which every step comes after those whose outputs it reads. Step 0 takes the item; reviews come last. */
  readonly steps: readonly FlowStep[];
  /** The last step that is no review: the item's result is its output or, where the item does not go through it, that of the last before it. */
  readonly result: number;
  /** Steps without a role, which only let pass. */
  readonly filters: readonly FlowFilter[];
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
  const { steps, filters } = orderSteps(swarm);
  let turns = 0;
  const chosen = steps.map(({ name, share, slots }) => {
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
  return { items, seed, steps, result: steps.findLastIndex((step) => !step.review), filters, chosen, turns };
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
 */
export function admits({ on, beside, where = [] }: FlowStep, outputOf: (step: number) => unknown): boolean {
  const read = [on, beside].filter((step) => typeof step === 'number');
  return (
    read.every((step) => outputOf(step) !== undefined) &&
    where.every(({ step, condition }) => outputOf(step) !== undefined && passes(condition, outputOf(step)))
  );
}

/** Steps with a role, each as early as the file has it once all that it reads stands before it; then the reviews. */
function orderSteps({ flow, roles }: Pick<Swarm, 'flow' | 'roles'>): Pick<TaskPlan, 'steps' | 'filters'> {
  const byName = stepsByName(flow);
  const working = flow.filter(({ role, reviews }) => role !== undefined && reviews === undefined);
  const order: SwarmStep[] = [];
  const placed = new Set<string>();
  const ready = (step: SwarmStep): boolean =>
    !placed.has(nameOfStep(step)) && sourcesOf(step).every((name) => placed.has(behind(byName, name).name));
  placed.add(INPUT_NAME);
  for (let next = working.find(ready); next; next = working.find(ready)) {
    order.push(next);
    placed.add(nameOfStep(next));
  }
  order.push(...flow.filter(({ reviews }) => reviews !== undefined));
  const places = new Map(order.map((step, index) => [nameOfStep(step), index]));
  const placeOf = (name: string): number | null => places.get(behind(byName, name).name) ?? null;

  const conditions = (given: readonly Filter[]): StepCondition[] =>
    given.flatMap(({ source, where }) => {
      const step = placeOf(source);
      if (step === null) return [];
      return [{ step, condition: conditionOf(where, roles[order[step]?.role ?? '']?.output ?? null) }];
    });

  const steps = order.map((step): FlowStep => {
    const { role = '', reviews, with: beside, marked = false } = step;
    const [source = INPUT_NAME] = sourcesOf(step);
    const own = step.where ? [{ source, where: step.where }] : [];
    const where = conditions([...own, ...sourcesOf(step).flatMap((name) => behind(byName, name).filters)]);
    return {
      name: nameOfStep(step),
      role,
      on: placeOf(source),
      ...(beside !== undefined && { beside: placeOf(beside) }),
      ...(where.length > 0 && { where }),
      review: reviews !== undefined,
      share: shareOf(step),
      ...(marked && { marked }),
      slots: 1,
    };
  });
  const filters = flow.flatMap((step): FlowFilter[] => {
    const { name, filters: where } = behind(byName, nameOfStep(step));
    const on = step.role === undefined ? placeOf(name) : null;
    return on === null ? [] : [{ name: nameOfStep(step), on, where: conditions(where) }];
  });
  return { steps, filters };
}
