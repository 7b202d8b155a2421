import type { RunState } from '../../journal/run-state.ts';
import type { CreatedTask, GivenOutput } from '../../journal/outputs.ts';
import type { ResultRow } from '../../store/records.ts';
import { Chooser } from '../../swarm/chooser.ts';
import type { Maker } from '../../swarm/task-plan.ts';
import type { RunSetup } from '../definition/run-setup.ts';
import type { RowSource } from '../storage/backed-rows.ts';
import { heldIn } from './shared-rows.ts';

export interface ChoiceMakerOptions {
  readonly plan: RunSetup;
  readonly state: RunState;
  readonly run: string;
  readonly rows: RowSource;
  /** Of a replay: what each step chose, by place among what its source may give. Null: outputs decide. */
  readonly recorded: readonly RecordedChoice[] | null;
}

/** What a step chose, by place among the tasks that go through its source, in its order. */
export interface RecordedChoice {
  readonly maker: number;
  readonly places: readonly number[];
  /** How many there were. */
  readonly of: number;
}

export interface Chosen {
  /** In their order; of each its source, and what it had come to. */
  readonly tasks: readonly Pick<CreatedTask, 'from' | 'text' | 'given' | 'group'>[];
  readonly of: number;
  /** Rows that could not be read: nothing is chosen then. */
  readonly missing: number;
}

/** Calls back with each row of the maker's source that passes, and what is taken of it; how many rows cannot be read. */
export type EachGiven = (maker: Maker, take: (row: ResultRow, output: unknown) => void) => Promise<number>;

/** Rows that are read at once. */
const ROWS_A_READ = 500;

/**
 * Chooses of what a source gave: rows are looked at one by one, and of those that are not chosen nothing is kept. A task that is chosen is the
 * one it is chosen of once more: it has its text, by reference, and of its outputs those that somebody behind it reads.
 */
export class ChoiceMaker {
  readonly #with: ChoiceMakerOptions;

  constructor(options: ChoiceMakerOptions) {
    this.#with = options;
  }

  async choose(at: number, maker: Maker, eachGiven: EachGiven): Promise<Chosen> {
    const { choice } = maker;
    if (!choice) return { tasks: [], of: 0, missing: 0 };
    const { seed } = this.#with.plan.tasks;
    const chooser = new Chooser(choice.rule, choice, seed, maker.name);
    const tasks = this.#tasksOf(maker.maker);
    const placeOf = tasks && new Map(tasks.map((task, place) => [task, place]));
    const missing = await eachGiven(maker, ({ task, line }, output) => {
      chooser.add(placeOf?.get(task) ?? task, line, output);
    });
    if (missing > 0) return { tasks: [], of: 0, missing };
    const found = chooser.end();
    const known = this.#with.recorded?.find((each) => each.maker === at);
    const places = known?.places ?? found.places;
    const sources = places.flatMap((place) => (tasks ? (tasks[place] ?? []) : place));
    return { of: known?.of ?? found.all, ...(await this.#created(maker, sources)) };
  }

  /** Tasks that go through the source, in the order in which they were made; null: the items of the input. */
  #tasksOf(maker: number | undefined): number[] | null {
    if (maker === undefined) return null;
    const { created } = this.#with.state;
    return [...created].flatMap(([task, each]) => (each.maker === maker && !each.partial ? task : []));
  }

  async #created(maker: Maker, sources: readonly number[]): Promise<Pick<Chosen, 'tasks' | 'missing'>> {
    const { plan, state, rows, run } = this.#with;
    const given = maker.choice?.given ?? [];
    const tasks: Chosen['tasks'][number][] = [];
    let missing = 0;
    for (let from = 0; from < sources.length; from += ROWS_A_READ) {
      const some = sources.slice(from, from + ROWS_A_READ);
      const found = new Map((await rows.rows(run, some)).map(({ row }) => [row.task, row]));
      for (const task of some) {
        const row = found.get(task);
        if (!row) {
          missing++;
          continue;
        }
        const held = heldIn(plan, row);
        const outputs = given.flatMap(({ step, beside }): GivenOutput[] => {
          const output = held.find((each) => each.step === step && each.output !== null);
          if (!output) return [];
          const { output: value, written } = output;
          return [{ step, output: value, ...(written !== undefined && { written }), ...(beside && { beside }) }];
        });
        const { group } = state.created.get(task) ?? {};
        tasks.push({ from: [task], text: '', given: outputs, ...(group && { group }) });
      }
    }
    return { tasks, missing };
  }
}
