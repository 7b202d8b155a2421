/** Which steps of the flow each item goes through, decided before the run starts and by nothing but the file, the seed and the item's index. */
import { type Random, seededRandom } from '../kernel/random.ts';
import type { Swarm } from './model.ts';
import { orderSteps } from './order-steps.ts';
import { bitsOf, chooseItems, countBits, hasBit, type RecordedPicks, setBit, takenOf } from './picks.ts';
import { type FlowStep, meets, type TaskPlan } from './task-plan.ts';
import { type ItemValues, NO_ITEM } from './where.ts';

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
