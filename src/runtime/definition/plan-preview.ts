/** What a run would do, counted before it runs: how many items come to each step, how many turns that takes, and what the plan saves. */
import { goesThrough } from '../../swarm/flow.ts';
import { meets, type StepCondition } from '../../swarm/task-plan.ts';
import { readShape } from '../../swarm/shape.ts';
import type { PlanPreview } from '../protocol/protocol.ts';
import type { RunSetup, RunStep } from './run-setup.ts';

/** Items looked at; of longer inputs the first. */
const MOST_LOOKED_AT = 100_000;

interface Counting {
  readonly step: RunStep;
  readonly index: number;
  /** Conditions on the item, and of those the ones that the swarm file has at this step. */
  readonly where: readonly StepCondition[];
  readonly own: readonly StepCondition[];
  /** Whether answers decide as well. */
  readonly hangs: boolean;
  items: number;
  plain: number;
  readonly kinds: Set<string> | null;
}

/** Steps of items of the input alone: how many tasks others have, answers decide. Second opinions, reviews of marked items and retries come on top. */
export function planPreview(setup: Pick<RunSetup, 'steps' | 'tasks' | 'items' | 'fields' | 'inputItems'>): PlanPreview {
  const { steps, tasks, items, fields, inputItems } = setup;
  const looked = Math.min(items.length, MOST_LOOKED_AT);
  const counted: Counting[] = [];
  for (const [index, step] of steps.entries())
    if (step.maker === undefined && step.slots > 0) counted.push(countingOf(setup, step, index, counted));
  for (let item = 0; item < looked; item++) {
    const values = fields.of(item);
    const holds = (where: readonly StepCondition[]): boolean => meets(where, () => undefined, values);
    for (const each of counted) {
      if (!goesThrough(tasks, item, each.index)) continue;
      const own = holds(each.own);
      if (own) each.plain++;
      if (!own || !holds(each.where)) continue;
      each.items++;
      each.kinds?.add(readShape(items.at(item)?.text ?? '').shape);
    }
  }
  const asked = ({ items: all, kinds }: Counting): number => kinds?.size ?? all;
  const sum = (of: (each: Counting) => number): number => counted.reduce((all, each) => all + of(each), 0);
  return {
    ...{ items: inputItems, looked },
    turns: { planned: sum(asked), plain: sum(({ plain }) => plain) },
    steps: counted.map((each) => ({
      ...{ name: each.step.name, items: each.items, hangs: each.hangs },
      ...(each.kinds && { asked: each.kinds.size }),
    })),
    moved: tasks.moved.map(({ step, where }) => {
      const found = counted.find((each) => each.step.name === step);
      return { step, where: where.join(', '), items: found?.items ?? 0, of: found?.plain ?? 0 };
    }),
  };
}

function countingOf(
  { tasks }: Pick<RunSetup, 'tasks'>,
  step: RunStep,
  index: number,
  before: readonly Counting[],
): Counting {
  const { on, beside, where = [], dedupe, review, name } = step;
  const behind = before.filter((each) => each.index === on || each.index === beside);
  const moved = new Set(tasks.moved.find((each) => each.step === name)?.where);
  const ofItem = where.filter((each) => each.step === null);
  // What it reads is there only where those steps had the item.
  const reached = behind.flatMap((each) => each.where);
  const own = [...ofItem.filter(({ written = '' }) => !moved.has(written)), ...behind.flatMap((each) => each.own)];
  return {
    ...{ step, index, where: [...ofItem, ...reached], own, items: 0, plain: 0 },
    hangs: where.length > ofItem.length || behind.some((each) => each.hangs),
    kinds: dedupe && on === null && (beside === undefined || beside === null) && !review ? new Set() : null,
  };
}
