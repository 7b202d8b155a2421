import { instructionSigns } from '../../agents/instruction-signs.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { type HeldOutput, outputOf } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import { TASK } from '../../journal/tables.ts';
import type { WorkItem } from '../../journal/work-item.ts';
import type { Cancel, Clock } from '../../kernel/clock.ts';
import { parsedJson } from '../../kernel/parsed-json.ts';
import { writtenNumbers } from '../../kernel/written-json.ts';
import type { ResultRow } from '../../store/records.ts';
import { readShape, type TextShape } from '../../swarm/shape.ts';
import { type Pair, sharedOutput } from '../../swarm/shared-output.ts';
import type { Definition } from '../definition/definition.ts';
import { type RunSetup, type RunStep, taskInput } from '../definition/run-setup.ts';
import { readBy } from './result-row.ts';
import { heldIn } from './shared-rows.ts';
import { KIND, StepKinds, textKey } from './step-kinds.ts';
import type { GivenOutput, TaskFlow } from './task-flow.ts';
import type { Pump, WorkQueue } from './work-queue.ts';

/** An item that was not asked in the recording: whose answer it had, and what that was for it, as it was written; null: nobody knows any more. */
export interface RecordedShare extends WorkItem {
  readonly from: number;
  readonly text: string | null;
}

export interface SharingOptions {
  readonly clock: Clock;
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  readonly queue: WorkQueue;
  readonly flow: TaskFlow;
  readonly pump: Pump;
  /** Committed rows of these tasks, as far as they can be read. */
  readonly rows: (tasks: readonly number[]) => Promise<readonly ResultRow[]>;
  /** Resolves when all that was told so far is on the disk. */
  readonly settled: () => Promise<void>;
  /** Of a replay: who had whose answer. Null: texts decide. */
  readonly recorded: readonly RecordedShare[] | null;
}

/** Tasks that get an answer, or that are looked at after a reload, before others have their turn. */
const PIECE = 250;
/** Answers that stay at hand, of each step; others are read anew. */
const AT_HAND = 4096;
/** Tasks of one kind that may fail before the others of it are asked all at once. */
const MOST_FAILED = 3;
/** A text that is longer is seldom another's like. */
const LONGEST = 65_536;

/** What an agent is given. */
interface Given {
  readonly item: string;
  readonly below: string | null;
}

interface Answer extends GivenOutput {
  /** Task that was asked. */
  readonly from: number;
  readonly given: Given;
  /** Of the texts that were given, once somebody asked for them. */
  shapes: readonly TextShape[] | null;
  readonly agent: number;
  readonly model: string | null;
  readonly edited: boolean;
}

/**
 * Asks one of many that are alike. At a step with `dedupe`, the first item of a kind is asked; others of its kind wait here, and have its answer
 * once that is there, copied anew for each (see `sharedOutput`). Where it cannot be copied, they are asked themselves.
 *
 * Invariants:
 * - Who waits here waits for a task that is open and of which the same is asked, or for its turn to have an answer that is there: nobody is
 *   forgotten. If the one that is asked fails, or loses its answer, the next of its kind is asked.
 * - The log and the rows are the truth: what is known here is found again from them (`#restore`). Until it is, nobody of the step is asked.
 * - Answers are given in pieces, each on the disk before the next, and only while turns may be handed out.
 * - No text with signs of an instruction waits, or is waited for.
 */
export class Sharing {
  readonly #with: SharingOptions;
  /** By step; undefined where the step has no `dedupe`. */
  readonly #steps: readonly (SharingStep | undefined)[];
  /** Kinds that have something to be given to those that wait, in order. */
  readonly #ready: { readonly step: SharingStep; readonly kind: number }[] = [];
  #going = false;
  #giving = false;
  #stopped = false;
  #timer: Cancel | null = null;

  private constructor(options: SharingOptions) {
    this.#with = options;
    const { plan, recorded } = options;
    this.#steps = plan.steps.map((step, index) => {
      if (!step.dedupe || step.slots !== 1) return undefined;
      return new SharingStep(index, step, recorded && recorded.filter((each) => each.step === index));
    });
  }

  /** Null where no step shares. */
  static of(options: SharingOptions): Sharing | null {
    return options.plan.steps.some(({ dedupe }) => dedupe) ? new Sharing(options) : null;
  }

  set going(going: boolean) {
    this.#going = going;
    if (going) this.#giveSoon();
  }

  /** Takes over what the log and the rows tell of an earlier tab; in a run that begins there is nothing. */
  start(): void {
    const { state } = this.#with;
    const fresh = state.totals.results + state.totals.failed === 0 && state.held.size === 0;
    for (const step of this.#steps)
      if (step) {
        step.restored = fresh || step.recorded !== null || this.#revised(step);
        if (!step.restored) void this.#restore(step);
      }
  }

  stop(): void {
    this.#stopped = true;
    this.#timer?.();
  }

  /** Whether it is known of the step who was asked before. */
  serves(step: number): boolean {
    return this.#steps[step]?.restored !== false;
  }

  /** Whether the item waits for another one's answer. False: it is to be asked. */
  takes({ task, step: index }: WorkItem): boolean {
    const step = this.#steps[index];
    if (!step || this.#stopped) return false;
    const { kinds } = step;
    if (kinds.of(task) === undefined) this.#place(step, task);
    const kind = kinds.of(task);
    if (kind == null || kinds.state(kind) === KIND.apart || kinds.first(kind) === task) return false;
    if (kinds.state(kind) === KIND.open) {
      kinds.set(kind, KIND.asked, task);
      return false;
    }
    kinds.wait(task, kind);
    if (kinds.state(kind) === KIND.known) this.#isReady(step, kind);
    return true;
  }

  /** Every event of the run. */
  hear(event: JournalEvent): void {
    if (this.#stopped) return;
    switch (event.type) {
      case 'task.advanced': {
        const step = this.#steps[event.stage];
        if (step && event.shared === undefined) this.#answered(step, event);
        break;
      }
      case 'task.committed':
      case 'task.failed':
        for (const step of this.#steps) if (step) this.#ended(step, event.task);
        break;
      case 'definition.revised':
        for (const step of this.#steps) if (step && step.recorded === null && this.#revised(step)) this.#revise(step);
        break;
      default:
        break;
    }
  }

  /** The kind of the task, at the step where it stands. */
  #place(step: SharingStep, task: number): void {
    const { kinds, recorded } = step;
    if (recorded) {
      const from = recorded.fromOf(task);
      // A recording may come from a stranger.
      if (from === undefined || from >= this.#with.state.tasks.size) kinds.put(task, null);
      else kinds.put(task, this.#recordedKind(step, from));
      return;
    }
    const key = this.#keyOf(this.#given(step, task), task);
    kinds.put(task, key === null ? null : (kinds.find(key) ?? kinds.add(key)));
  }

  /** The kind of those that had that task's answer in the recording. */
  #recordedKind(step: SharingStep, from: number): number {
    const { kinds } = step;
    const known = kinds.find(from);
    if (known !== undefined) return known;
    const kind = kinds.add(from);
    const { state } = this.#with;
    const isThere = !state.isOpen(from) || outputOf(state.held.get(from), step.index) !== undefined;
    kinds.set(kind, isThere ? KIND.known : KIND.asked, from);
    kinds.put(from, kind);
    return kind;
  }

  /** What the task's agent is given at the step. */
  #given({ step }: SharingStep, task: number, held: readonly HeldOutput[] | undefined = undefined): Given {
    const { plan, state } = this.#with;
    return readBy(step, held ?? state.held.get(task), taskInput(plan, state, task).text);
  }

  /** Equal for those that are alike; null: it is like no other. */
  #keyOf({ item, below }: Given, task: number): number | null {
    const { plan, state } = this.#with;
    const whole = below === null ? item : `${item}\n${below}`;
    // What was cut before any model saw it is not known whole.
    if (whole.length > LONGEST || taskInput(plan, state, task).of !== undefined) return null;
    if (instructionSigns(whole).length > 0) return null;
    return textKey(shapeOf(item, below));
  }

  #answered(step: SharingStep, event: Extract<JournalEvent, { type: 'task.advanced' }>): void {
    const { kinds } = step;
    const { task, output, written = null, agent, model = null, edited = false } = event;
    const kind = kinds.of(task);
    if (kind == null || kinds.first(kind) !== task || kinds.state(kind) !== KIND.asked) return;
    if (output === null || step.stale.delete(kind)) {
      this.#next(step, kind);
      return;
    }
    const cut = this.#wasCut(step, task);
    kinds.set(kind, cut ? KIND.apart : KIND.known);
    if (!cut) {
      const before = this.#with.state.held.get(task)?.filter((each) => each.step !== step.index);
      const given = this.#given(step, task, before ?? []);
      step.keep(kind, { from: task, given, shapes: null, output, written, agent, model, edited });
    }
    if (kinds.hasWaiting(kind)) this.#isReady(step, kind);
  }

  /** The task is over: if it was asked for others and gave nothing, the next of them is. */
  #ended(step: SharingStep, task: number): void {
    const { kinds } = step;
    const kind = kinds.of(task);
    if (kind == null || kinds.first(kind) !== task || kinds.state(kind) !== KIND.asked) return;
    step.stale.delete(kind);
    if (kinds.failed(kind) >= MOST_FAILED) {
      kinds.set(kind, KIND.apart);
      if (kinds.hasWaiting(kind)) this.#isReady(step, kind);
    } else this.#next(step, kind);
  }

  /** The next of its kind that waits is asked; the kind is open where none does. */
  #next(step: SharingStep, kind: number): void {
    const { kinds, index } = step;
    for (let task = kinds.take(kind); task !== undefined; task = kinds.take(kind)) {
      if (!this.#stands(task, index)) continue;
      kinds.set(kind, KIND.asked, task);
      this.#ask(task, index);
      return;
    }
    kinds.set(kind, KIND.open, -1);
  }

  #ask(task: number, step: number): void {
    this.#with.queue.push({ task, step, slot: 0 });
    this.#giveSoon();
  }

  #stands(task: number, step: number): boolean {
    const { state } = this.#with;
    return state.isOpen(task) && state.tasks.step[task] === step;
  }

  #isReady(step: SharingStep, kind: number): void {
    if (step.ready.has(kind)) return;
    step.ready.add(kind);
    this.#ready.push({ step, kind });
    this.#giveSoon();
  }

  /** Not in the middle of what is being told. */
  #giveSoon(): void {
    if (this.#timer || this.#stopped || !this.#going) return;
    this.#timer = this.#with.clock.timeout(0, () => {
      this.#timer = null;
      this.#with.pump.pump();
      void this.#give();
    });
  }

  async #give(): Promise<void> {
    if (this.#giving) return;
    this.#giving = true;
    while (this.#going && !this.#stopped && this.#ready.length > 0) {
      const given = await this.#giveSome();
      if (given > 0) await this.#with.settled();
    }
    this.#giving = false;
  }

  /** Some of those that wait for what is there; how many of them got an answer. */
  async #giveSome(): Promise<number> {
    let given = 0;
    for (let looked = 0; looked < PIECE;) {
      const [next] = this.#ready;
      if (!next) break;
      const { step, kind } = next;
      const answer = step.kinds.state(kind) === KIND.known ? await this.#answerOf(step, kind) : null;
      if (this.#stopped || !this.#going) break;
      if (!answer && step.kinds.state(kind) === KIND.known) this.#next(step, kind);
      // An answer that was lost is asked for again.
      const waits = step.kinds.state(kind) === KIND.asked || step.kinds.state(kind) === KIND.open;
      while (!waits && looked < PIECE) {
        const task = step.kinds.take(kind);
        if (task === undefined) break;
        looked++;
        if (this.#giveTo(step, kind, task, answer)) given++;
      }
      if (!waits && step.kinds.hasWaiting(kind)) continue;
      step.ready.delete(kind);
      this.#ready.shift();
    }
    this.#with.pump.pump();
    return given;
  }

  /** Whether the task has the answer now; where it cannot have that one, it is asked itself. */
  #giveTo(step: SharingStep, kind: number, task: number, answer: Answer | null): boolean {
    const { flow } = this.#with;
    const { index, kinds } = step;
    if (!this.#stands(task, index)) return false;
    const own = answer && this.#own(step, task, answer);
    if (!answer || !own) {
      kinds.put(task, null);
      this.#ask(task, index);
      return false;
    }
    const { agent, model, from, edited } = answer;
    // A task that is done again may be what the others once had it from.
    const first = from === task ? kinds.first(kind) : from;
    flow.share({ task, step: index, slot: 0, agent, model }, own, { from: first, edited });
    return true;
  }

  /** What the answer is for the task; null where that cannot be said. */
  #own(step: SharingStep, task: number, answer: Answer): GivenOutput | null {
    const brief = this.#with.definition.of(answer.agent);
    const text = step.recorded?.textOf(task) ?? null;
    if (text !== null) {
      const output = brief.check ? parsedJson(text) : text;
      return output === undefined ? null : { output, written: brief.check ? writtenNumbers(text) : null };
    }
    const given = this.#given(step, task);
    const made = sharedOutput(brief.output, answer.output, pairsOf(answer, given));
    if (!made || brief.check?.(made.output, given.item)) return null;
    const { written } = answer;
    if (written === null) return { output: made.output, written };
    // Numbers that do not survive are only in what was written.
    return JSON.stringify(made.output) === JSON.stringify(answer.output) ? { output: answer.output, written } : null;
  }

  /** What the first of the kind gave; null where that is nowhere any more. */
  async #answerOf(step: SharingStep, kind: number): Promise<Answer | null> {
    const known = step.answers.get(kind);
    if (known) return known;
    const { plan, state, settled } = this.#with;
    const from = step.kinds.first(kind);
    const open = state.isOpen(from);
    let [row] = open ? [] : await this.#read([from]);
    if (!open && !row) {
      // It was committed, and may be on its way to the disk.
      await settled();
      [row] = await this.#read([from]);
    }
    const held = open ? state.held.get(from) : row && heldIn(plan, row);
    const output = outputOf(held, step.index);
    if (!output || output.output === null) return null;
    if (row?.read?.some(({ role }) => role === step.step.name)) {
      step.kinds.set(kind, KIND.apart);
      return null;
    }
    const before = held?.filter((each) => each.step !== step.index);
    const answer: Answer = {
      from: output.shared ?? from,
      given: this.#given(step, from, before ?? []),
      shapes: null,
      output: output.output,
      written: output.written ?? null,
      agent: Math.max(0, output.agent >= 0 ? output.agent : (state.tasks.agent[from] as number)),
      model: output.model ?? null,
      edited: output.edited ?? false,
    };
    step.keep(kind, answer);
    return answer;
  }

  async #read(tasks: readonly number[]): Promise<readonly ResultRow[]> {
    return this.#with.rows(tasks).catch(() => []);
  }

  /** What was answered under another definition, or is being asked under it, is asked again. */
  #revise(step: SharingStep): void {
    const { kinds } = step;
    step.answers.clear();
    for (let kind = 0; kind < kinds.size; kind++) {
      if (kinds.state(kind) === KIND.asked) step.stale.add(kind);
      else if (kinds.state(kind) === KIND.known) this.#next(step, kind);
    }
  }

  /** Whether agents of the step work, or may work, under a revision. */
  #revised({ step }: SharingStep): boolean {
    return this.#with.definition.inUse(step.roleIndex).some(({ revision }) => revision > 0);
  }

  /** Who has an answer at the step is the first of its kind; of those that failed later on, where there is no other. */
  async #restore(step: SharingStep): Promise<void> {
    const { clock, state } = this.#with;
    const { size } = state.tasks;
    for (const failed of [false, true])
      for (let from = 0; from < size && !this.#stopped; from += PIECE) {
        const tasks = Array.from({ length: Math.min(PIECE, size - from) }, (_, k) => from + k);
        await this.#restoreSome(step, tasks, failed);
        await clock.sleep(0);
      }
    step.restored = true;
    this.#with.pump.pump();
  }

  async #restoreSome(step: SharingStep, tasks: readonly number[], failed: boolean): Promise<void> {
    const { plan, state } = this.#with;
    const { on, beside = null, maker } = step.step;
    const ended = tasks.filter(
      (task) =>
        state.tasks.status[task] === (failed ? TASK.failed : TASK.committed) &&
        state.created.get(task)?.maker === maker,
    );
    // Where only the item is read, no row is needed; of tasks that were created it is not known whether they came through the step.
    const bare = (task: number): boolean =>
      on === null && beside === null && task < plan.items.length && step.step.picks === undefined;
    const unknown = ended.filter((task) => !bare(task));
    const rows = new Map((unknown.length > 0 ? await this.#read(unknown) : []).map((row) => [row.task, row]));
    for (const task of tasks) {
      if (state.isOpen(task)) {
        // What it was chosen with, it was not asked for.
        if (state.created.get(task)?.maker !== maker) continue;
        const held = state.held.get(task);
        const output = failed ? undefined : outputOf(held, step.index);
        if (output && output.output !== null && !this.#wasCut(step, task)) this.#found(step, task, held);
      } else if (ended.includes(task)) {
        const row = rows.get(task);
        if (bare(task)) this.#found(step, task, []);
        else if (row && outputOf(heldIn(plan, row), step.index)) this.#found(step, task, heldIn(plan, row));
      }
    }
  }

  #wasCut({ index }: SharingStep, task: number): boolean {
    return this.#with.state.reads.get(task)?.some((each) => each.step === index && each.read !== undefined) ?? false;
  }

  #found(step: SharingStep, task: number, held: readonly HeldOutput[] | undefined): void {
    const { kinds } = step;
    const key = this.#keyOf(this.#given(step, task, held ?? []), task);
    if (key === null || kinds.find(key) !== undefined) return;
    const kind = kinds.add(key);
    kinds.put(task, kind);
    kinds.set(kind, KIND.known, task);
  }
}

/** What is known of one step. */
class SharingStep {
  readonly index: number;
  readonly step: RunStep;
  readonly kinds = new StepKinds();
  /** The newest at the end. */
  readonly answers = new Map<number, Answer>();
  /** Kinds whose question was put before the definition was revised. */
  readonly stale = new Set<number>();
  /** Kinds among those that have something to give. */
  readonly ready = new Set<number>();
  readonly recorded: Recorded | null;
  restored = true;

  constructor(index: number, step: RunStep, recorded: readonly RecordedShare[] | null) {
    this.index = index;
    this.step = step;
    this.recorded = recorded && new Recorded(recorded);
  }

  keep(kind: number, answer: Answer): void {
    this.answers.set(kind, answer);
    const [oldest] = this.answers.keys();
    if (this.answers.size > AT_HAND && oldest !== undefined) this.answers.delete(oldest);
  }
}

/** Who had whose answer, at one step of a recording. */
class Recorded {
  readonly #shares: ReadonlyMap<number, RecordedShare>;
  readonly #firsts: ReadonlySet<number>;

  constructor(shares: readonly RecordedShare[]) {
    this.#shares = new Map(shares.map((share) => [share.task, share]));
    this.#firsts = new Set(shares.map(({ from }) => from));
  }

  /** The task that was asked for it, which may be itself; undefined: it was asked, and for nobody else. */
  fromOf(task: number): number | undefined {
    return this.#shares.get(task)?.from ?? (this.#firsts.has(task) ? task : undefined);
  }

  textOf(task: number): string | null {
    return this.#shares.get(task)?.text ?? null;
  }
}

/** The two texts that an agent is given, as one shape. */
const shapeOf = (item: string, below: string | null): string =>
  below === null ? readShape(item).shape : `${readShape(item).shape}\n\n${readShape(below).shape}`;

function pairsOf(answer: Answer, { item, below }: Given): [Pair, ...Pair[]] {
  const { given } = answer;
  answer.shapes ??= [readShape(given.item), ...(given.below === null ? [] : [readShape(given.below)])];
  const [first, second] = answer.shapes as [TextShape, TextShape?];
  const pair: Pair = [first, readShape(item)];
  return second && below !== null ? [pair, [second, readShape(below)]] : [pair];
}
