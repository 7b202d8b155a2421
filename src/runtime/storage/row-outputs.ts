import type { HeldOutput } from '../../journal/outputs.ts';
import type { ResultRow } from '../../store/records.ts';
import type { OutputPlace, TaskPlan } from '../../swarm/task-plan.ts';

export type GivenOutput = Pick<HeldOutput, 'step' | 'output'>;

/** The outputs that a row has, by step: what it is read for by the steps that make tasks of rows, and counted by. */
export function givenIn(
  row: ResultRow,
  { steps, result: last, makers }: Pick<TaskPlan, 'steps' | 'result' | 'makers'>,
): GivenOutput[] {
  // A step that merges, and its turns, have one name; a task that is chosen has outputs of those that it is chosen of.
  const placeIn = (name: string, of: string | undefined): number => {
    const found = steps.findIndex((step) => step.name === name && makers[step.maker ?? -1]?.name === of);
    const chooses = found < 0 ? makers.find((maker) => maker.choice && maker.name === of) : undefined;
    return chooses ? placeIn(name, makers[chooses.maker ?? -1]?.name) : found;
  };
  const at = (name: string): number => placeIn(name, row.of);
  const given = Object.entries(row.outputs ?? {}).map(([name, output]): GivenOutput => ({ step: at(name), output }));
  const result = row.step === undefined ? last : at(row.step);
  // What code made itself is no step's.
  const byCode = row.of !== undefined && row.step === undefined;
  if (row.failure === null && !byCode) given.push({ step: result, output: row.output });
  const { review } = row;
  if (review)
    given.push({ step: review.step === undefined ? reviewOf(steps, result) : at(review.step), output: review.output });
  return given;
}

/** What a row has from that place: the output of a step or, as `~maker`, the group that it is about; undefined: nothing. */
export function outputIn(
  row: ResultRow,
  plan: Pick<TaskPlan, 'steps' | 'result' | 'makers'>,
  place: OutputPlace,
): unknown {
  if (place >= 0) return givenIn(row, plan).find(({ step, output }) => step === place && output !== null)?.output;
  const maker = plan.makers.findIndex(({ name }) => name === row.of);
  const name = groupsOf(plan, maker);
  if (name === undefined || name !== plan.makers[~place]?.name) return undefined;
  return row.outputs && Object.hasOwn(row.outputs, name) ? row.outputs[name] : (row.output ?? undefined);
}

/** The step that made the groups, or parts, which the maker's tasks are about, by name: itself, or that of which it chooses; undefined: they are about none. */
export function groupsOf({ makers }: Pick<TaskPlan, 'makers'>, maker: number): string | undefined {
  const { name, choice, group, split, on } = makers[maker] ?? {};
  if (group ?? split) return name;
  return choice && on != null && on < 0 ? makers[~on]?.name : undefined;
}

/** The review of that step or, where it has none, the first one. */
function reviewOf(steps: TaskPlan['steps'], result: number): number {
  const own = steps.findIndex(({ review, on }) => review && on === result);
  return own >= 0 ? own : steps.findIndex(({ review }) => review);
}
