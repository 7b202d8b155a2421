import type { RunState } from '../../journal/run-state.ts';
import type { ResultRow } from '../../store/records.ts';
import { meets, type TaskPlan } from '../../swarm/task-plan.ts';
import { type ItemFields, NO_FIELDS } from '../../swarm/input/item-fields.ts';
import { INPUT_NAME } from '../../swarm/model.ts';
import { turnsOf } from '../protocol/row-turns.ts';
import { type GivenOutput, givenIn, groupsOf, outputIn } from './row-outputs.ts';

type Steps = Pick<TaskPlan, 'items' | 'steps' | 'result' | 'filters' | 'makers' | 'picks'>;
type Fields = Pick<ItemFields, 'of'>;

/** Open tasks whose outputs are looked through for one count. */
const MOST_OPEN = 20_000;

/**
 * How many tasks came through each step of the flow, those that only let pass included, and how many items the input has: of tasks that ended by their rows, of open ones by what is
 * held of them.
 */
export class StepCounts {
  readonly #plan: Steps;
  readonly #fields: Fields;
  /** Of rows, by step; null where nobody counted the first of them. */
  #ended: number[] | null;
  readonly #filters: number[];

  /** @param fields what conditions look at of the items themselves */
  constructor(plan: Steps, fields: Fields = NO_FIELDS) {
    this.#plan = plan;
    this.#fields = fields;
    this.#ended = plan.steps.map(() => 0);
    this.#filters = plan.filters.map(() => 0);
  }

  add(row: ResultRow): void {
    if (!this.#ended) return;
    const maker = this.#makerOf(row);
    const given = [...givenIn(row, this.#plan), ...this.#groupOf(row, maker)];
    this.#count(this.#ended, this.#filters, given, { maker, item: row.of === undefined ? row.task : -1 });
  }

  /** See `turnsOf`. */
  turnsOf(row: ResultRow): number {
    const maker = this.#makerOf(row);
    return turnsOf(
      row,
      this.#plan.steps.filter((step) => step.maker === maker),
    );
  }

  /** By name, with what is held of tasks that are open now; null where that is not known. */
  now({
    held,
    made,
    makes,
    created,
  }: Pick<RunState, 'held' | 'made' | 'makes' | 'created'>): Record<string, number> | null {
    if (!this.#ended) return null;
    const { items, steps, filters: passing, makers, picks } = this.#plan;
    const [counts, filters] = [[...this.#ended], [...this.#filters]];
    let looked = 0;
    for (const [task, given] of held) {
      if (++looked > MOST_OPEN) break;
      const { group, maker } = created.get(task) ?? {};
      const groups = group && makers.findIndex(({ name }) => name === groupsOf(this.#plan, maker ?? -1));
      const all = groups === undefined ? given : [...given, { step: ~groups, output: group }];
      this.#count(counts, filters, all, { maker, item: maker === undefined ? task : -1 });
    }
    return Object.fromEntries([
      [INPUT_NAME, items],
      ...makers.map(({ name }, maker) => [name, made.get(maker)?.tasks ?? 0]),
      // A step that merges, and its turns, have one name.
      ...steps.flatMap(({ name, maker = -1 }, step) => (makers[maker]?.merges ? [] : [[name, counts[step] ?? 0]])),
      ...makers.flatMap(({ name, split }, maker) => (split ? [[name, makes.get(maker) ?? 0]] : [])),
      ...picks.map((pick) => [pick.name, pick.items]),
      ...passing.map(({ name }, filter) => [name, filters[filter] ?? 0]),
    ]) as Record<string, number>;
  }

  saved(): SavedCounts | null {
    return this.#ended && { steps: [...this.#ended], filters: [...this.#filters] };
  }

  /** `saved`: null where whoever kept the rows did not count. */
  restore(saved: SavedCounts | null): void {
    this.#ended = saved && [...saved.steps];
    for (const [filter, count] of (saved?.filters ?? []).entries()) this.#filters[filter] = count;
  }

  /** What a task has of another, which it is chosen of, counts there. @param of `item`: -1, they are of a task that a step made */
  #count(
    steps: number[],
    filters: number[],
    given: readonly GivenOutput[],
    { maker, item }: { readonly maker: number | undefined; readonly item: number },
  ): void {
    const outputOf = (of: number): GivenOutput | undefined =>
      given.find(({ step, output }) => step === of && output !== null);
    for (const each of given)
      if (this.#plan.steps[each.step]?.maker === maker && each.step >= 0 && outputOf(each.step) === each)
        steps[each.step] = (steps[each.step] ?? 0) + 1;
    for (const [filter, { on, where, maker: of }] of this.#plan.filters.entries()) {
      if (of !== maker) continue;
      if (on === null ? item < 0 || item >= this.#plan.items : !outputOf(on)) continue;
      if (meets(where, (step) => outputOf(step)?.output, this.#fields.of(item)))
        filters[filter] = (filters[filter] ?? 0) + 1;
    }
  }

  /** The group that the row is about, where steps that let pass look at groups. */
  #groupOf(row: ResultRow, maker = -1): GivenOutput[] {
    const name = groupsOf(this.#plan, maker);
    if (name === undefined) return [];
    const step = ~this.#plan.makers.findIndex((each) => each.name === name);
    const output = outputIn(row, this.#plan, step);
    return output === undefined ? [] : [{ step, output }];
  }

  #makerOf({ of }: ResultRow): number | undefined {
    const maker = of === undefined ? -1 : this.#plan.makers.findIndex(({ name }) => name === of);
    return maker < 0 ? undefined : maker;
  }
}

export interface SavedCounts {
  readonly steps: readonly number[];
  readonly filters: readonly number[];
}
