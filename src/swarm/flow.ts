/** Which steps of the flow each item goes through, decided before the run starts and by nothing but the file, the seed and the item's index. */
import { type Random, seededRandom } from '../kernel/random.ts';
import { INPUT_NAME, type Swarm, type SwarmStep } from './model.ts';

export interface FlowStep {
  readonly role: string;
  /** Step whose output this one works on; null = the item itself. */
  readonly on: number | null;
  readonly review: boolean;
  /** Share of items that go through this step, in (0, 1]; 0: none but those that are marked. */
  readonly share: number;
  /** Items that have signs of an instruction go through it whatever the share; not among `TaskPlan.chosen`. */
  readonly marked?: true;
  /** Agents that answer each item at this step, side by side. */
  readonly slots: number;
}

export interface TaskPlan {
  readonly items: number;
  readonly seed: number;
  /** In an order in which every step comes after the one it works on. Step 0 takes the item; a review comes last. */
  readonly steps: readonly FlowStep[];
  /** The step whose output is the item's result. */
  readonly result: number;
  /** By step: bit `item` of the bytes is set where the item goes through it; null where all do. */
  readonly chosen: readonly (Uint8Array | null)[];
  /** Turns that a run without failures takes, for items without signs of an instruction. */
  readonly turns: number;
}

/**
 * @param swarm a checked swarm: its flow is a chain from the input with at most one review
 * @param items number of items
 * @param seed overrides the swarm's own
 */
export function planTasks(swarm: Pick<Swarm, 'flow' | 'seed'>, items: number, seed = swarm.seed): TaskPlan {
  const steps = orderSteps(swarm.flow);
  let turns = 0;
  const chosen = steps.map(({ role, share, slots }) => {
    if (share >= 1) {
      turns += items * slots;
      return null;
    }
    const bits = new Uint8Array(Math.ceil(items / 8));
    if (share === 0) return bits;
    const random = seededRandom(seed).split(`plan/${role}`);
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
  return { items, seed, steps, result: steps.findLastIndex((step) => !step.review), chosen, turns };
}

/** Whether the item goes through the step, marks aside; of those that came later, chance decides for each by itself. */
export function goesThrough({ items, seed, steps, chosen }: TaskPlan, item: number, step: number): boolean {
  const bits = chosen[step];
  if (bits === undefined) return false;
  if (bits === null) return true;
  if (item < items) return ((bits[item >> 3] as number) & (1 << (item & 7))) !== 0;
  const { role, share } = steps[step] as FlowStep;
  return (
    seededRandom(seed)
      .split(`plan/${role}/${String(item)}`)
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

/** The chain from the input, then the review. */
function orderSteps(flow: readonly SwarmStep[]): FlowStep[] {
  const steps: FlowStep[] = [];
  let on = INPUT_NAME;
  for (let step = taker(flow, on); step; step = taker(flow, on)) {
    steps.push({
      role: step.role,
      on: steps.length === 0 ? null : steps.length - 1,
      review: false,
      share: 1,
      slots: 1,
    });
    on = step.role;
  }
  for (const step of flow) {
    if (step.reviews === undefined) continue;
    const reviewed = steps.findIndex(({ role }) => role === step.reviews);
    const { marked = false, share = marked ? 0 : 1 } = step;
    steps.push({ role: step.role, on: reviewed, review: true, share, ...(marked && { marked }), slots: 1 });
  }
  return steps;
}

function taker(flow: readonly SwarmStep[], on: string): SwarmStep | undefined {
  return flow.find((step) => step.each === on);
}
