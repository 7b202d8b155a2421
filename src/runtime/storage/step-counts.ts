import type { HeldOutput } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { ResultRow } from '../../store/records.ts';
import type { TaskPlan } from '../../swarm/flow.ts';
import { passes } from '../../swarm/where.ts';
import { turnsOf } from '../protocol/row-turns.ts';

type Steps = Pick<TaskPlan, 'steps' | 'result' | 'filters'>;

type Given = Pick<HeldOutput, 'step' | 'output'>;

/** Open tasks whose outputs are looked through for one count. */
const MOST_OPEN = 20_000;

/**
 * How many items came through each step of the flow, those that only let pass included: of tasks that ended by their rows, of open ones by what is
 * held of them.
 */
export class StepCounts {
  readonly #plan: Steps;
  /** Of rows, by step; null where nobody counted the first of them. */
  #ended: number[] | null;
  readonly #filters: number[];

  constructor(plan: Steps) {
    this.#plan = plan;
    this.#ended = plan.steps.map(() => 0);
    this.#filters = plan.filters.map(() => 0);
  }

  add(row: ResultRow): void {
    if (!this.#ended) return;
    const { steps, result: last } = this.#plan;
    const at = (name: string): number => steps.findIndex((step) => step.name === name);
    const given = Object.entries(row.outputs ?? {}).map(([name, output]): Given => ({ step: at(name), output }));
    const result = row.step === undefined ? last : at(row.step);
    if (row.failure === null) given.push({ step: result, output: row.output });
    const { review } = row;
    if (review)
      given.push({ step: review.step === undefined ? this.#reviewOf(result) : at(review.step), output: review.output });
    this.#count(this.#ended, this.#filters, given);
  }

  /** See `turnsOf`. */
  turnsOf(row: Pick<ResultRow, 'outputs'>): number {
    return turnsOf(row, this.#plan.steps);
  }

  /** By name, with what is held of tasks that are open now; null where that is not known. */
  now({ held }: Pick<RunState, 'held'>): Record<string, number> | null {
    if (!this.#ended) return null;
    const { steps, filters: passing } = this.#plan;
    const [counts, filters] = [[...this.#ended], [...this.#filters]];
    let looked = 0;
    for (const given of held.values()) {
      if (++looked > MOST_OPEN) break;
      this.#count(counts, filters, given);
    }
    return Object.fromEntries([
      ...steps.map(({ name }, step) => [name, counts[step] ?? 0]),
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

  #count(steps: number[], filters: number[], given: readonly Given[]): void {
    const outputOf = (of: number): Given | undefined =>
      given.find(({ step, output }) => step === of && output !== null);
    for (const each of given) if (outputOf(each.step) === each) steps[each.step] = (steps[each.step] ?? 0) + 1;
    for (const [filter, { on, where }] of this.#plan.filters.entries()) {
      if (!outputOf(on)) continue;
      const through = where.every(({ step, condition }) => {
        const looked = outputOf(step);
        return looked !== undefined && passes(condition, looked.output);
      });
      if (through) filters[filter] = (filters[filter] ?? 0) + 1;
    }
  }

  /** The review of that step or, where it has none, the first one. */
  #reviewOf(result: number): number {
    const { steps } = this.#plan;
    const own = steps.findIndex(({ review, on }) => review && on === result);
    return own >= 0 ? own : steps.findIndex(({ review }) => review);
  }
}

export interface SavedCounts {
  readonly steps: readonly number[];
  readonly filters: readonly number[];
}
