import { outputOf } from '../../journal/outputs.ts';
import type { TaskFailure } from '../../journal/vocabulary.ts';
import { parsedJson } from '../../kernel/parsed-json.ts';
import { writtenNumbers } from '../../kernel/written-json.ts';
import type { ResultRow } from '../../store/records.ts';
import { agentRow } from '../../swarm/expand.ts';
import { type Merge, meets } from '../../swarm/task-plan.ts';
import { contextOf, cutText, MOST_PARTS, type PartRecord, partRecords } from '../../swarm/split.ts';
import { itemOf, nextStep, type RunStep, taskInput } from '../definition/run-setup.ts';
import { outputIn } from '../storage/row-outputs.ts';
import { type Collected, inParts, roomFor } from './collected.ts';
import { type Created, firstStep, type MakerOptions } from './created-task.ts';
import { byRules, type Given, keyOf, nameOfPart, ownText, partsIn, sourceOf, textIn, textOf } from './merged-parts.ts';
import { outputText } from './result-row.ts';
import { heldIn } from './shared-rows.ts';
import type { GivenOutput } from './task-flow.ts';

/** Parts without a row beyond which no further text is split: of a million items not all wait as parts. */
const MOST_WAITING = 1000;
/** Rows of parts that are read at once. */
const ROWS_A_READ = 500;

interface PartMakerOptions extends MakerOptions {
  /** Tells the task; it begins at that step, or is done as code made it. */
  readonly create: (task: Created, step: number | null) => void;
}

/** Parts of one text, numbered one after the other, or what a role makes of their outputs. */
interface Made {
  readonly tasks: number[];
  /** Without a row. */
  open: number;
}

/**
 * Splits texts into parts, and makes one of what the parts of each came to. A task that is split stands at a step at which nobody has a turn: as
 * soon as it gets there its parts are made, and it goes on; where outputs of its parts are to become one, it waits at that step until the last of
 * them has its row, and no longer, and has what they came to as its own output.
 *
 * Invariants:
 * - The parts of a text are told in one step with the word that it is split, and so are in one transaction. A text is split once: where the row
 *   of its task was lost, its parts stay.
 * - A text has at most `MOST_PARTS` parts, or its task ends as that failure. No more than `MOST_WAITING` parts, and those of one text, wait.
 * - What parts came to is made of rows that are on the disk, in the order of parts, and says which parts have nothing in it.
 * - Parts of other texts are never waited for.
 */
export class PartMaker {
  readonly #with: PartMakerOptions;
  /** By task and maker, of tasks that are open. */
  readonly #made = new Map<number, Made>();
  /** Tasks that were there at first: looked at up to here, one by one. */
  #next = 0;
  readonly #upTo: number;
  /** Tasks that have come to where they are split. */
  readonly #due: number[] = [];
  #taken = 0;
  /** Tasks of whose parts each has its row. */
  readonly #ready = new Set<number>();
  /** Of a replay: tasks for which others are to be made first. */
  readonly #deferred = new Set<number>();
  /** Parts without a row. */
  #waiting = 0;
  #looksSoon = false;
  #merging = false;
  #stopped = false;

  constructor(options: PartMakerOptions) {
    this.#with = options;
    const { state, index } = options;
    this.#upTo = state.tasks.size;
    for (const [task, { cut }] of state.created) {
      const made = this.#madeOf(task);
      if (made) {
        made.tasks.push(task);
        if (!index.has(task)) made.open++;
      }
      if (cut && !index.has(task)) this.#waiting++;
    }
  }

  /** The task stands where code does what is to be done. */
  reached(task: number): void {
    if (this.#mergeOf(task)) this.#isReady(task);
    else this.#due.push(task);
    if (this.#looksSoon) return;
    this.#looksSoon = true;
    void Promise.resolve().then(() => {
      this.#looksSoon = false;
      this.look();
    });
  }

  /** These rows are on the disk. */
  committed(tasks: readonly number[]): void {
    const { plan, state } = this.#with;
    for (const task of tasks) {
      const one = state.created.get(task);
      if (one?.cut) this.#waiting--;
      for (const maker of plan.tasks.makers.keys()) this.#made.delete(keyOf(task, maker));
      const made = one && this.#madeOf(task, false);
      if (made && --made.open === 0) this.#isReady(sourceOf(state, task));
    }
  }

  /** Splits what may be split now, and makes one of what is there. */
  look(): void {
    const { state } = this.#with;
    if (this.#stopped || state.cancelled || state.ended) return;
    for (let task = this.#take(); task !== undefined; task = this.#take()) {
      const step = this.#stepOf(task);
      if (step?.merge !== undefined) this.#isReady(task);
      if (step?.split !== undefined) this.#split(task, step, step.split);
    }
    if (this.#ready.size > 0 && !this.#merging) void this.#mergeAll();
  }

  stop(): void {
    this.#stopped = true;
  }

  /** The next task that has come to a step of code; undefined: none has, or enough parts wait. */
  #take(): number | undefined {
    if (this.#waiting >= MOST_WAITING) return undefined;
    if (this.#taken < this.#due.length) return this.#due[this.#taken++];
    this.#due.length = this.#taken = 0;
    while (this.#next < this.#upTo) {
      const task = this.#next++;
      if (this.#stepOf(task)) return task;
    }
    return undefined;
  }

  /** The step of code at which the task stands; undefined: it is over, or stands where somebody works. */
  #stepOf(task: number): RunStep | undefined {
    const { plan, state } = this.#with;
    const step = plan.steps[state.tasks.step[task] as number];
    const isThere = step?.slots === 0 && step.maker === state.created.get(task)?.maker;
    return isThere && state.isOpen(task) && !state.isIdle(task) ? step : undefined;
  }

  /** Where the task is one of several that were made of one that is open. `fresh`: it begins the list where there is none. */
  #madeOf(task: number, fresh = true): Made | undefined {
    const { plan, state } = this.#with;
    const { maker = -1 } = state.created.get(task) ?? {};
    const { split, merges } = plan.tasks.makers[maker] ?? {};
    if (!split && !merges) return undefined;
    const source = sourceOf(state, task);
    if (!state.isOpen(source)) return undefined;
    const key = keyOf(source, maker);
    const known = this.#made.get(key);
    if (known || !fresh) return known;
    const made = { tasks: [], open: 0 };
    this.#made.set(key, made);
    return made;
  }

  #split(task: number, step: RunStep, maker: number): void {
    const { plan, state, recorder, recordedParts } = this.#with;
    const rule = plan.tasks.makers[maker]?.split;
    const known = this.#made.get(keyOf(task, maker));
    if (!rule || known) {
      this.#advance(task, { output: { parts: known?.tasks.length ?? 0 }, written: null });
      return;
    }
    const input = taskInput(plan, state, task);
    const text = step.on === null ? input.text : outputText(outputOf(state.held.get(task), step.on));
    const cuts = recordedParts?.cuts(task, maker) ?? cutText(text, rule);
    if (cuts.length > MOST_PARTS) {
      recorder.fail(task, 'too-many-parts', null, 0);
      return;
    }
    if (cuts.length > 0 && !this.#mayMake(task, maker, 0)) return;
    const records = partRecords(text, cuts, input);
    for (const [k, cut] of cuts.entries()) {
      const record = records[k] as PartRecord;
      const own = step.on === null ? null : ownText(text, cut, contextOf(text, cut, record, rule));
      const group = record as unknown as NonNullable<Created['group']>;
      const made = { maker, group };
      this.#create({ from: [task], text: '', ...made, cut, ...own }, firstStep(this.#with, made));
    }
    this.#advance(task, { output: { parts: cuts.length }, written: null });
  }

  #mayMake(task: number, maker: number, made: number): boolean {
    const { state, recordedParts } = this.#with;
    if (recordedParts?.mayMake(task, maker, made, state.tasks.size) !== false) return true;
    this.#deferred.add(task);
    recordedParts.again(() => {
      this.#resume();
    });
    return false;
  }

  /** Others were made meanwhile. */
  #resume(): void {
    const deferred = [...this.#deferred];
    this.#deferred.clear();
    if (!this.#stopped) for (const task of deferred) this.reached(task);
  }

  #create(task: Created, step: number | null): void {
    const { state, create } = this.#with;
    if (this.#deferred.size > 0)
      void Promise.resolve().then(() => {
        this.#resume();
      });
    const number = state.tasks.size;
    create(task, step);
    if (task.cut) this.#waiting++;
    const made = this.#madeOf(number);
    made?.tasks.push(number);
    if (made) made.open++;
  }

  /** Code gave the output of the step at which the task stands, or a role that read what its parts gave. */
  #advance(task: number, { output, written }: GivenOutput, agent = -1, missing: readonly number[] = []): void {
    const { plan, state, recorder, tell, open } = this.#with;
    const step = state.tasks.step[task] as number;
    const given = { step, slot: 0, agent, output };
    const next = nextStep(plan, state, task, step, [...(state.held.get(task) ?? []), given]);
    tell({
      type: 'task.advanced',
      task,
      agent,
      stage: step,
      next: next ?? step,
      output,
      ...(written !== null && { written }),
      attempts: state.tasks.attempts[task] as number,
      ...(missing.length > 0 && { missing }),
    });
    if (next === null) recorder.done(task, null);
    // To where code does it the word of it leads.
    else if (plan.steps[next]?.slots !== 0) open(task);
  }

  /** Its parts may become one as soon as each has its row, and so may what a role made of some of them. */
  #isReady(task: number): void {
    const merge = this.#mergeOf(task);
    if (!merge || this.#waitsFor(task, merge)) return;
    this.#ready.add(task);
    if (!this.#merging) void this.#mergeAll();
  }

  /** Whether a part of its text, or what a role makes of some of them, has no row yet. */
  #waitsFor(task: number, { parts, maker }: Merge): boolean {
    const isOpen = (made: number): boolean => (this.#made.get(keyOf(task, made))?.open ?? 0) > 0;
    return isOpen(parts) || (maker !== undefined && isOpen(maker));
  }

  async #mergeAll(): Promise<void> {
    this.#merging = true;
    // Whoever told of the last row has more to tell.
    await Promise.resolve();
    let missing = 0;
    while (this.#ready.size > 0 && missing === 0 && !this.#stopped) {
      const tasks = this.#someReady();
      for (const task of tasks) this.#ready.delete(task);
      // What cannot be read now is read the next time.
      missing = await this.#mergeSome(tasks).catch(() => 1);
      if (missing > 0) for (const task of tasks) this.#ready.add(task);
    }
    this.#merging = false;
    if (!this.#stopped) this.#with.onMade(missing);
  }

  /** As many as have about so many parts as are read at once, one at least. */
  #someReady(): number[] {
    const some: number[] = [];
    let rows = 0;
    for (const task of this.#ready) {
      rows += this.#readOf(task).length;
      if (some.length > 0 && rows > ROWS_A_READ) break;
      some.push(task);
    }
    return some;
  }

  /** Tasks whose rows tell what the task's parts came to, or what a role made of them last. */
  #readOf(task: number): readonly number[] {
    const merge = this.#mergeOf(task);
    if (!merge) return [];
    const turns = merge.maker === undefined ? undefined : this.#made.get(keyOf(task, merge.maker))?.tasks;
    return turns ? this.#level(turns) : (this.#made.get(keyOf(task, merge.parts))?.tasks ?? []);
  }

  /** Of tasks in which a role reads what parts gave, or what it wrote of some of them: those of which no other was made yet. */
  #level(turns: readonly number[]): readonly number[] {
    const { created } = this.#with.state;
    const taken = new Set(turns.flatMap((turn) => created.get(turn)?.from ?? []));
    return turns.filter((turn) => !taken.has(turn));
  }

  #mergeOf(task: number): Merge | undefined {
    return this.#with.plan.tasks.merges[this.#stepOf(task)?.merge ?? -1];
  }

  /** How many rows could not be read, so that nothing was made. */
  async #mergeSome(tasks: readonly number[]): Promise<number> {
    const { rows, run } = this.#with;
    const wanted = tasks.flatMap((task) => this.#readOf(task));
    const read = new Map<number, ResultRow>();
    for (let from = 0; from < wanted.length && !this.#stopped; from += ROWS_A_READ)
      for (const { row } of await rows.rows(run, wanted.slice(from, from + ROWS_A_READ))) read.set(row.task, row);
    if (this.#stopped) return 0;
    const missing = wanted.filter((task) => !read.has(task)).length;
    if (missing > 0) return missing;
    for (const task of tasks) {
      const merge = this.#mergeOf(task);
      const own = this.#readOf(task).flatMap((each) => read.get(each) ?? []);
      // It was made meanwhile, or a person ended the run.
      if (!merge || this.#waitsFor(task, merge) || this.#with.state.cancelled) continue;
      if (merge.maker === undefined) this.#byRules(task, merge, own);
      else this.#byRole(task, merge, merge.maker, own);
    }
    return 0;
  }

  #byRules(task: number, merge: Merge, rows: readonly ResultRow[]): void {
    const { plan, state } = this.#with;
    const given = this.#given(merge, rows);
    const missing = this.#missing(task, merge, new Set(given.map((each) => each.task)));
    if (given.length === 0) {
      this.#advance(task, { output: null, written: null }, -1, missing);
      return;
    }
    const told = this.#with.recordedParts?.merged(task, merge.at);
    if (told !== undefined) {
      const output = merge.source === null ? told : parsedJson(told);
      this.#advance(task, { output: output ?? told, written: writtenNumbers(told) }, -1, missing);
      return;
    }
    const { on } = plan.steps[merge.split] ?? { on: null };
    const input = on === null ? taskInput(plan, state, task).text : outputText(outputOf(state.held.get(task), on));
    this.#advance(task, byRules(given, merge.source, input), -1, missing);
  }

  /** One turn more, or several; or the last one came to its end. */
  #byRole(task: number, merge: Merge, maker: number, rows: readonly ResultRow[]): void {
    const { plan, state, recorder } = this.#with;
    const turns = this.#made.get(keyOf(task, maker));
    const [top] = rows;
    if (turns && top && !top.partial) {
      if (top.failure !== null) {
        recorder.fail(task, top.failure as TaskFailure, null, 0);
        return;
      }
      const held = heldIn(plan, top).at(-1);
      const written = held?.written ?? null;
      const missing = this.#missing(task, merge, new Set(partsIn(state, top.task)));
      this.#advance(task, { output: top.output, written }, agentRow(plan.layout, top.agent) ?? -1, missing);
      return;
    }
    const read = turns
      ? rows.flatMap((row): Collected[] => (row.failure === null ? [{ task: row.task, text: textIn(row) }] : []))
      : this.#given(merge, rows).map((given) => ({
          task: given.task,
          text: `${nameOfPart(plan, state, given.task)}: ${textOf(given)}`,
        }));
    if (read.length === 0) {
      const failed = rows.find(({ failure }) => turns && failure !== null)?.failure;
      if (failed) recorder.fail(task, failed as TaskFailure, null, 0);
      else this.#advance(task, { output: null, written: null }, -1, this.#missing(task, merge, new Set()));
      return;
    }
    if (!this.#mayMake(task, maker, turns?.tasks.length ?? 0)) return;
    const step = plan.tasks.makers[maker]?.step ?? 0;
    const pieces = inParts(read, roomFor(this.#with, step));
    for (const piece of pieces) {
      const text = piece.map((each) => each.text).join('\n');
      const from = piece.map((each) => each.task);
      this.#create({ from, text, maker, stage: step, ...(pieces.length > 1 && { partial: true }) }, step);
    }
  }

  /** What parts gave, where it is what is taken, in their order. */
  #given({ on, where }: Merge, rows: readonly ResultRow[]): Given[] {
    const { plan } = this.#with;
    return rows.flatMap((row): Given[] => {
      const output = outputIn(row, plan.tasks, on);
      if (output === undefined) return [];
      const through = meets(where, (step) => outputIn(row, plan.tasks, step), itemOf(plan, this.#with.state, row.task));
      const written = heldIn(plan, row).find((held) => held.step === on)?.written ?? null;
      return through ? [{ task: row.task, output, written }] : [];
    });
  }

  /** Parts of the task's text that are none of those, by number. */
  #missing(task: number, { parts }: Merge, given: ReadonlySet<number>): number[] {
    const all = this.#made.get(keyOf(task, parts))?.tasks ?? [];
    return all.flatMap((part, k) => (given.has(part) ? [] : [k + 1]));
  }
}
