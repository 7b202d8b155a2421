/** How tasks go through the flow: pure functions of the plan and of what is held of a task. */
import { hasEnded, type HeldOutput } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { WorkItem } from '../../journal/work-item.ts';
import { nextStep, type RunSetup } from '../definition/run-setup.ts';

/** The task's items at the step where it stands that are not done; all of them where that were none, for a task that stands has work. */
export function openItems(plan: RunSetup, state: RunState, task: number): WorkItem[] {
  const step = state.tasks.step[task] as number;
  const slots = plan.steps[step]?.slots ?? 1;
  if (slots === 1) return [{ task, step, slot: 0 }];
  const all = Array.from({ length: slots }, (_, slot) => ({ task, step, slot }));
  const open = all.filter((item) => !hasEnded(state.held.get(task), item));
  return open.length > 0 ? open : all;
}

/** Other items of the same step. */
function others(plan: RunSetup, { task, step, slot }: WorkItem): WorkItem[] {
  const slots = plan.steps[step]?.slots ?? 1;
  return Array.from({ length: slots }, (_, other) => ({ task, step, slot: other })).filter(
    (each) => each.slot !== slot,
  );
}

/**
 * Whether the task can do without the item's output: what is reviewed stands on its own, and of several slots one that gives an output, or
 * still may, is enough.
 */
export function isSpare(plan: RunSetup, state: RunState, item: WorkItem): boolean {
  if (plan.steps[item.step]?.review) return true;
  const held = state.held.get(item.task) ?? [];
  return others(plan, item).some(
    (other) =>
      !hasEnded(held, other) ||
      held.some(({ step, slot, output }) => output !== null && step === other.step && slot === other.slot),
  );
}

/**
 * Where the task goes on once the item has given that output, which is not held yet: the same step while others of it are open; null: nowhere,
 * the task is done.
 */
export function stepAfter(
  plan: RunSetup,
  state: RunState,
  item: WorkItem & Pick<HeldOutput, 'agent'>,
  output: unknown,
): number | null {
  const { task, step, slot, agent } = item;
  const held = state.held.get(task) ?? [];
  const waits = others(plan, item).some((other) => !hasEnded(held, other));
  return waits ? step : nextStep(plan, state, task, step, [...held, { step, slot, agent, output }]);
}
