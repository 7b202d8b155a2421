import type { ResultRow } from '../../store/records.ts';
import { type Maker, meets } from '../../swarm/task-plan.ts';
import { hasBit } from '../../swarm/picks.ts';
import { type GroupRule, Groups, groupText } from '../../swarm/groups.ts';
import { itemOf, type RunSetup } from '../definition/run-setup.ts';
import { outputIn } from '../storage/row-outputs.ts';
import { ChoiceMaker, type RecordedChoice } from './choice-maker.ts';
import { type Collected, inParts, roomFor } from './collected.ts';
import { type Created, firstStep, type MakerOptions } from './created-task.ts';
import type { PartMaker } from './part-maker.ts';
import { outputText } from './result-row.ts';

export interface TaskMakerOptions extends MakerOptions {
  /** What splits texts, and makes one of what their parts came to; null where the flow does neither. */
  readonly Parts: typeof PartMaker | null;
  /** Of a replay: what steps chose. Null: outputs decide. */
  readonly recorded: readonly RecordedChoice[] | null;
}

/**
 * Makes tasks of what steps gave: of each group one, of each output that is chosen one, and of outputs that become one as many as fit one turn, again and again, until one is
 * left. It begins as soon as every task that goes through the source has its row on the disk, and not before: rows are the truth, and the same
 * rows give the same tasks in the same order, in a tab that takes the run up as well.
 *
 * Invariants:
 * - Tasks that are made together are told in one step with the sign that they are all there, and so are in one transaction.
 * - A step makes its tasks once. Nothing is made in a run that a person ended; where the run has used up its tokens, tasks are made and those
 *   that need a turn end as that failure.
 */
export class TaskMaker {
  readonly #with: TaskMakerOptions;
  /** Tasks without a row: of the input at 0, of each maker at its index plus 1. */
  readonly #open: number[];
  /** Null where nothing is split. */
  readonly #parts: PartMaker | null;
  #making = false;
  #stopped = false;

  constructor(options: TaskMakerOptions) {
    this.#with = options;
    const { plan, state, index } = options;
    this.#open = [0, ...plan.tasks.makers.map(() => 0)];
    if (this.#makers.length > 0)
      for (let task = 0; task < state.tasks.size; task++) if (!index.has(task)) this.#count(task, 1);
    const { Parts } = options;
    this.#parts = Parts && new Parts({ ...options, create: this.#create });
    // The row of a group, or of what was chosen, that nobody works on was lost: code makes it again.
    for (const [task, { group, given, stage }] of state.created)
      if ((group ?? given) && stage === undefined && state.isOpen(task)) options.recorder.done(task, null);
  }

  /** Whether nothing is to be made any more. */
  get done(): boolean {
    const { state } = this.#with;
    return state.cancelled || this.#makers.every((_, maker) => state.made.has(maker));
  }

  /** These rows are on the disk. */
  committed(tasks: readonly number[]): void {
    if (this.#makers.length === 0) return;
    for (const task of tasks) this.#count(task, -1);
    this.#parts?.committed(tasks);
    this.look();
  }

  /** The task is there since now, whoever made it. */
  created(task: number): void {
    this.#count(task, 1);
  }

  /** The task has come to a step at which code does what is to be done. */
  reached(task: number): void {
    this.#parts?.reached(task);
  }

  /** Makes what can be made now. */
  look(): void {
    const { state } = this.#with;
    if (this.#stopped || state.ended) return;
    // A text whose task is done again comes to its parts also where all have been made.
    this.#parts?.look();
    if (this.#making || this.done) return;
    const next = this.#makers.findIndex((maker, at) => !state.made.has(at) && this.#isDue(maker, at));
    if (next < 0) return;
    this.#making = true;
    // What cannot be read now is read the next time.
    const made = this.#make(next).catch(() => 1);
    void made.then((missing) => {
      this.#making = false;
      if (this.#stopped) return;
      this.#with.onMade(missing);
      if (missing === 0) this.look();
    });
  }

  stop(): void {
    this.#stopped = true;
    this.#parts?.stop();
  }

  get #makers(): readonly Maker[] {
    return this.#with.plan.tasks.makers;
  }

  #count(task: number, more: number): void {
    const place = (this.#with.state.created.get(task)?.maker ?? -1) + 1;
    this.#open[place] = (this.#open[place] ?? 0) + more;
  }

  /** All that it makes tasks of has its row; and of what is collected, how much fits one turn is known. */
  #isDue({ maker: source, group, choice, split, merges }: Maker, at: number): boolean {
    const { made, engineReport } = this.#with.state;
    const collects = !group && !choice && !split && !merges;
    if (collects && engineReport === null) return false;
    const ended = this.#open[(source ?? -1) + 1] === 0 && (source === undefined || made.has(source));
    return ended && this.#open[at + 1] === 0;
  }

  /** How many rows could not be read, so that nothing was made. */
  async #make(at: number): Promise<number> {
    const maker = this.#makers[at] as Maker;
    if (maker.split || maker.merges) {
      this.#with.tell({ type: 'tasks.made', maker: at, ...this.#countOf(at) });
      return 0;
    }
    if (maker.choice) return this.#choose(at, maker);
    return maker.group ? this.#group(at, maker, maker.group) : this.#collect(at, maker, maker.step ?? 0);
  }

  /** Parts, and of how many texts; or what merges took, and to how many outputs they came. */
  #countOf(at: number): { readonly tasks: number; readonly of: number } {
    let [tasks, of] = [0, 0];
    for (const { maker, group, partial } of this.#with.state.created.values()) {
      if (maker !== at) continue;
      tasks++;
      if (group ? group.part === 1 : !partial) of++;
    }
    return { tasks, of };
  }

  async #group(at: number, maker: Maker, rule: GroupRule): Promise<number> {
    const groups = new Groups(rule, maker.source);
    const missing = await this.#eachGiven(maker, (row, output) => {
      const item = itemOf(this.#with.plan, this.#with.state, row.task);
      groups.add({ task: row.task, output, line: row.line, text: row.input, item });
    });
    if (missing > 0 || this.#stopped || this.done) return missing;
    const { groups: all, all: of } = groups.end();
    for (const { record, from } of all) this.#create({ from, text: groupText(record), maker: at, group: record });
    this.#with.tell({ type: 'tasks.made', maker: at, tasks: all.length, of });
    return 0;
  }

  async #choose(at: number, maker: Maker): Promise<number> {
    const choices = new ChoiceMaker(this.#with);
    const { tasks, of, missing } = await choices.choose(at, maker, (source, take) => this.#eachGiven(source, take));
    if (missing > 0 || this.#stopped || this.done) return missing;
    for (const task of tasks) this.#create({ ...task, maker: at });
    this.#with.tell({ type: 'tasks.made', maker: at, tasks: tasks.length, of });
    return 0;
  }

  /** The next level of the tree, from the outputs themselves or from those that the last level came to. */
  async #collect(at: number, maker: Maker, step: number): Promise<number> {
    const { state, tell } = this.#with;
    const own = [...state.created].filter(([, task]) => task.maker === at);
    const ofOwn = new Set(own.map(([task]) => task));
    const taken = new Set(own.flatMap(([, { from }]) => from.filter((task) => ofOwn.has(task))));
    const level = new Set(own.flatMap(([task]) => (taken.has(task) ? [] : task)));
    const given: Collected[] = [];
    const take = ({ task, line }: ResultRow, output: unknown): void => {
      given.push({ task, text: `${String(line)}: ${typeof output === 'string' ? output : outputText({ output })}` });
    };
    const missing = await (own.length === 0
      ? this.#eachGiven(maker, take)
      : this.#eachRow(level, (row) => {
          if (row.failure === null) take(row, row.output);
        }));
    if (missing > 0 || this.#stopped || this.done) return missing;
    given.sort((a, b) => a.task - b.task);
    const parts = inParts(given, roomFor(this.#with, step));
    const last = parts.length <= 1;
    for (const part of parts) {
      const text = part.map((each) => each.text).join('\n');
      const from = part.map(({ task }) => task);
      this.#create({ from, text, maker: at, stage: step, ...(!last && { partial: true }) }, step);
    }
    const outputs = own.length === 0 ? given.length : own.flatMap(([, { from }]) => from).length - taken.size;
    if (last) tell({ type: 'tasks.made', maker: at, tasks: own.length + parts.length, of: outputs });
    return 0;
  }

  /** A task at that step, or one that is done as code made it; absent: where what it is made of takes it. */
  readonly #create = (task: Created, step: number | null = firstStep(this.#with, task)): void => {
    const { plan, state, recorder, tell, open } = this.#with;
    const number = state.tasks.size;
    tell({ type: 'task.created', task: number, ...task, ...(step !== null && { stage: step }) });
    if (step === null) recorder.done(number, null);
    else if (recorder.overspent) recorder.fail(number, 'token-budget', null, 0);
    // To where code does it the word of it leads.
    else if (plan.steps[step]?.slots !== 0) open(number);
  };

  /** What the source gave of each task, where it passes; see `#eachRow`. */
  #eachGiven(maker: Maker, take: (row: ResultRow, output: unknown) => void): Promise<number> {
    const { plan, state } = this.#with;
    const { on, where } = maker;
    return this.#eachRow(
      (task) => state.created.get(task)?.maker === maker.maker,
      (row) => {
        if (row.partial || !isPicked(plan.tasks, maker, row.task)) return;
        const given = (place: number): unknown => outputIn(row, plan.tasks, place);
        const output = on === null ? row.input : given(on);
        if (output === undefined) return;
        if (meets(where, given, itemOf(plan, state, row.task))) take(row, output);
      },
    );
  }

  /** Reads rows of those tasks, in order of tasks as a rule. How many tasks have none that can be read. */
  async #eachRow(
    of: ReadonlySet<number> | ((task: number) => boolean),
    visit: (row: ResultRow) => void,
  ): Promise<number> {
    const { state, rows, run } = this.#with;
    const isOf = typeof of === 'function' ? of : (task: number): boolean => of.has(task);
    const read = new Uint8Array(state.tasks.size);
    await rows.eachRow(run, (some) => {
      for (const { row } of some) {
        if (this.#stopped || read[row.task] !== 0 || !isOf(row.task)) continue;
        read[row.task] = 1;
        visit(row);
      }
    });
    let missing = 0;
    for (let task = 0; task < read.length; task++) if (read[task] === 0 && isOf(task)) missing++;
    return missing;
  }
}

/** Whether the task is among the items that the maker's source was chosen of. */
const isPicked = ({ picks: all }: RunSetup['tasks'], { picks = [] }: Maker, task: number): boolean =>
  picks.every((pick) => hasBit(all[pick]?.bits ?? new Uint8Array(0), task));
