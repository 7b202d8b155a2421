/** Which steps of the flow each item goes through, decided before the run starts and by nothing but the file, the seed and the item's index. */
import { type Random, seededRandom } from '../kernel/random.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';

export interface Stage {
  readonly role: string;
  /** Stage whose output this one works on; null = the item itself. */
  readonly on: number | null;
  readonly review: boolean;
  /** Share of items that go through this stage, in (0, 1]. */
  readonly share: number;
}

export interface TaskPlan {
  readonly items: number;
  /** In an order in which every stage comes after the one it works on. Stage 0 takes the item; a review comes last. */
  readonly stages: readonly Stage[];
  /** The stage whose output is the item's result. */
  readonly result: number;
  /** Bit k of `mask[item]` is set where the item goes through stage k. */
  readonly mask: Uint16Array;
  /** Turns that a run without failures takes. */
  readonly turns: number;
}

/**
 * @param swarm a checked swarm: its flow is a chain from the input with at most one review
 * @param items number of items
 * @param seed overrides the swarm's own
 */
export function planTasks(swarm: Pick<Swarm, 'flow' | 'seed'>, items: number, seed = swarm.seed): TaskPlan {
  const stages = orderStages(swarm.flow);
  const mask = new Uint16Array(items);
  let turns = 0;
  for (const [index, stage] of stages.entries()) {
    const random = seededRandom(seed).split(`plan/${stage.role}`);
    // One in ten means one of every ten, not ten that happen to come first: chance decides within a block only.
    const size = Math.ceil(1 / stage.share);
    for (let start = 0; start < items; start += size) {
      for (const item of chosen(stage.share, start, size, random)) {
        if (item >= items) continue;
        mask[item] = (mask[item] ?? 0) | (1 << index);
        turns++;
      }
    }
  }
  return { items, stages, result: stages.findLastIndex((stage) => !stage.review), mask, turns };
}

export function goesThrough(plan: TaskPlan, item: number, stage: number): boolean {
  return ((plan.mask[item] ?? 0) & (1 << stage)) !== 0;
}

/** Items of one block: as many as the share owes up to its end, drawn without repeats. */
function chosen(share: number, start: number, size: number, random: Random): number[] {
  const items = Array.from({ length: size }, (_, offset) => start + offset);
  // The running total is rounded, not each block, so that the share of the whole is right.
  const due = Math.round((start + size) * share) - Math.round(start * share);
  for (let k = 0; k < due; k++) {
    const other = k + random.int(size - k);
    [items[k], items[other]] = [items[other] ?? start, items[k] ?? start];
  }
  return items.slice(0, due);
}

/** The chain from the input, then the review. */
function orderStages(flow: readonly SwarmStep[]): Stage[] {
  const stages: Stage[] = [];
  let on = INPUT_NAME;
  for (let step = taker(flow, on); step; step = taker(flow, on)) {
    stages.push({ role: step.role, on: stages.length === 0 ? null : stages.length - 1, review: false, share: 1 });
    on = step.role;
  }
  for (const step of flow) {
    if (step.reviews === undefined) continue;
    const reviewed = stages.findIndex((stage) => stage.role === step.reviews);
    stages.push({ role: step.role, on: reviewed, review: true, share: step.share ?? 1 });
  }
  return stages;
}

function taker(flow: readonly SwarmStep[], on: string): SwarmStep | undefined {
  return flow.find((step) => step.each === on);
}
