import type { EventBody } from '../../journal/events.ts';
import type { Ranges } from '../../kernel/ranges.ts';
import { type CreatedTask, heldFrom } from '../../journal/outputs.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { Definition } from '../definition/definition.ts';
import { nextStep, type RunSetup } from '../definition/run-setup.ts';
import type { RowSource } from '../storage/backed-rows.ts';
import type { ResultRecorder } from './result-recorder.ts';

/** A task that a step of the flow makes, as it is told. */
export type Created = Omit<Extract<EventBody, { type: 'task.created' }>, 'type' | 'task'>;

/** What steps make tasks with. */
export interface MakerOptions {
  readonly plan: RunSetup;
  readonly definition: Definition;
  readonly state: RunState;
  readonly run: string;
  readonly rows: RowSource;
  /** Whether the task's row is on the disk. */
  readonly index: { has(task: number): boolean };
  readonly recorder: ResultRecorder;
  readonly tell: (event: EventBody) => unknown;
  /** The task waits for turns from now on. */
  readonly open: (task: number) => void;
  /** Of a replay: where texts were cut. Null: their own words decide. */
  readonly recordedParts: RecordedParts | null;
  /** All tasks of a step were made; or, `missing`, so many rows that are on the disk could not be read. */
  readonly onMade: (missing: number) => void;
}

/** What a recording knows of texts in parts; undefined: nothing of that one. */
export interface RecordedParts {
  /** Where the text of the task was cut by that maker. */
  readonly cuts: (task: number, maker: number) => Ranges | undefined;
  /** What its parts came to by rules at that step, as it was written. */
  readonly merged: (task: number, step: number) => string | undefined;
  /**
   * Whether that maker may make the next of the task, of which it has made so many: tasks have the numbers that they had, as long as others that came
   * before them come again.
   */
  readonly mayMake: (task: number, maker: number, made: number, tasks: number) => boolean;
  /** Asks once more after a while. */
  readonly again: (look: () => void) => void;
}

/** Where a task that code made begins, which is the next that is created; null: nobody works on it. */
export function firstStep(
  { plan, state }: { readonly plan: RunSetup; readonly state: RunState },
  made: Omit<Created, 'from' | 'text'> & Partial<Pick<Created, 'from' | 'text'>>,
): number | null {
  const task = state.tasks.size;
  const whole = { from: [], text: '', ...made };
  // What it is chosen of is looked at by its number.
  const created = new Map([...whole.from.flatMap((from) => one(from, state.created.get(from))), [task, whole]]);
  return nextStep(plan, { created }, task, -1, heldFrom(whole) ?? []);
}

const one = (task: number, created: CreatedTask | undefined): [number, CreatedTask][] =>
  created ? [[task, created]] : [];
