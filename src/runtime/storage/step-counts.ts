import type { RunState } from '../../journal/run-state.ts';
import type { ResultRow } from '../../store/records.ts';
import { meets, type TaskPlan } from '../../swarm/flow.ts';
import { type ItemFields, NO_FIELDS } from '../../swarm/input/item-fields.ts';
import { INPUT_NAME } from '../../swarm/model.ts';
import { turnsOf } from '../protocol/row-turns.ts';
import { type GivenOutput, givenIn, outputIn } from './row-outputs.ts';

type Steps = Pick<TaskPlan, 'items' | 'steps' | 'result' | 'filters' | 'makers'>;
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
    const given = [...givenIn(row, this.#plan), ...this.#groupOf(row)];
    this.#count(this.#ended, this.#filters, given, row.of === undefined ? row.task : -1);
  }

  /** See `turnsOf`. */
  turnsOf(row: Pick<ResultRow, 'outputs'>): number {
    return turnsOf(row, this.#plan.steps);
  }

  /** By name, with what is held of tasks that are open now; null where that is not known. */
  now({
    held,
    made,
    makes,
    created,
  }: Pick<RunState, 'held' | 'made' | 'makes' | 'created'>): Record<string, number> | null {
    if (!this.#ended) return null;
    const { items, steps, filters: passing, makers } = this.#plan;
    const [counts, filters] = [[...this.#ended], [...this.#filters]];
    let looked = 0;
    for (const [task, given] of held) {
      if (++looked > MOST_OPEN) break;
      const { group, maker = 0 } = created.get(task) ?? {};
      const all = group ? [...given, { step: ~maker, output: group }] : given;
      this.#count(counts, filters, all, created.get(task)?.maker === undefined ? task : -1);
    }
    return Object.fromEntries([
      [INPUT_NAME, items],
      ...makers.map(({ name }, maker) => [name, made.get(maker)?.tasks ?? 0]),
      // A step that merges, and its turns, have one name.
      ...steps.flatMap(({ name, maker = -1 }, step) => (makers[maker]?.merges ? [] : [[name, counts[step] ?? 0]])),
      ...makers.flatMap(({ name, split }, maker) => (split ? [[name, makes.get(maker) ?? 0]] : [])),
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

  /** @param item -1: they are of a task that a step made */
  #count(steps: number[], filters: number[], given: readonly GivenOutput[], item: number): void {
    const outputOf = (of: number): GivenOutput | undefined =>
      given.find(({ step, output }) => step === of && output !== null);
    for (const each of given)
      if (each.step >= 0 && outputOf(each.step) === each) steps[each.step] = (steps[each.step] ?? 0) + 1;
    for (const [filter, { on, where }] of this.#plan.filters.entries()) {
      if (on === null ? item < 0 || item >= this.#plan.items : !outputOf(on)) continue;
      if (meets(where, (step) => outputOf(step)?.output, this.#fields.of(item)))
        filters[filter] = (filters[filter] ?? 0) + 1;
    }
  }

  /** The group that the row is about, where steps that let pass look at groups. */
  #groupOf(row: ResultRow): GivenOutput[] {
    const { makers } = this.#plan;
    const step = row.of === undefined ? 0 : ~makers.findIndex(({ name }) => name === row.of);
    const output = step < 0 ? outputIn(row, this.#plan, step) : undefined;
    return output === undefined ? [] : [{ step, output }];
  }
}

export interface SavedCounts {
  readonly steps: readonly number[];
  readonly filters: readonly number[];
}
