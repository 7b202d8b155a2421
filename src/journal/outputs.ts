import type { Ranges } from '../kernel/ranges.ts';
import type { WorkItem } from './work-item.ts';

/** Output of a step that waits for the rest of the flow. */
export interface HeldOutput {
  readonly step: number;
  readonly slot: number;
  readonly agent: number;
  /** Null also where the step is done without one. */
  readonly output: unknown;
  /** As JSON text, as it was written, where reading and writing it would change a number. */
  readonly written?: string;
  /** A person gave it. */
  readonly edited?: true;
  /** A bigger model gave it, in place of the run's own. */
  readonly model?: string;
  /** Task that was asked in its place. */
  readonly shared?: number;
  /** Of what parts came to: those of which there is nothing in it, by number. */
  readonly missing?: readonly number[];
  /** It is another task's, and only read beside what this one was made of: never the task's own result. */
  readonly beside?: true;
}

/** An output that a task has from the beginning: that of a task that it is chosen of. */
export type GivenOutput = Pick<HeldOutput, 'step' | 'output' | 'written' | 'beside'>;

/** A part of a text that has been read. */
export interface ReadPart {
  readonly step: number;
  readonly slot: number;
  readonly output: unknown;
  /** As in `HeldOutput`. */
  readonly written?: string;
  /** Character of the text with which the part after it begins. */
  readonly next: number;
}

/** Parts of the item's text that have been read, in their order. */
export const partsOf = (parts: readonly ReadPart[] | undefined, { step, slot }: WorkItem): readonly ReadPart[] =>
  parts?.filter((each) => each.step === step && each.slot === slot) ?? [];

/** What the newest turn of a work item did not read. */
export interface Reading {
  readonly step: number;
  readonly slot: number;
  /** Characters of its text that were read; absent: all. */
  readonly read?: Ranges;
  /** Messages of the agent's memory that were left out. */
  readonly dropped: number;
}

/** Of a task that a step of the flow made: a group of outputs, several that become one, or a part of a text. */
export interface MadeTask {
  /** Index of the step among those that make tasks; absent: nobody's, it goes the way of an item of the input. */
  readonly maker?: number;
  /** The group, or the part, as code made it. */
  readonly group?: Readonly<Record<string, unknown>>;
  /** Of a part: from which character of the whole text up to which. Its own text is empty where that is the text of the task that it comes from. */
  readonly cut?: readonly [from: number, to: number];
  /** What its agents are given above it, where that does not follow from the text of the task that it comes from. */
  readonly above?: string;
  /** What it is chosen of had come to, as far as it is read here: it is that task once more, with its text. */
  readonly given?: readonly GivenOutput[];
  /** Of several that become one: its output is one of those that the next task collects, and nobody else's. */
  readonly partial?: true;
}

/** A task that was created while the run went on. */
export interface CreatedTask extends MadeTask {
  /** Tasks that it comes from, all of lower numbers. */
  readonly from: readonly number[];
  readonly text: string;
  /** Step of the flow that it begins with; absent: the first, or, of a group that code made, none. */
  readonly stage?: number;
}

/** What a step of the flow made. */
export interface MadeTasks {
  readonly tasks: number;
  /** Groups or outputs that there were. */
  readonly of: number;
}

/** What such a task holds when it begins; undefined: nothing. Nobody here gave it. */
export const heldFrom = ({ given }: Pick<MadeTask, 'given'>): HeldOutput[] | undefined =>
  given && given.length > 0 ? given.map((each) => ({ slot: 0, agent: -1, ...each })) : undefined;

/** What the step gave: the output of its lowest slot that has one; undefined where none is held. */
export function outputOf(held: readonly HeldOutput[] | undefined, step: number): HeldOutput | undefined {
  const of = held?.filter((each) => each.step === step) ?? [];
  return of.reduce<HeldOutput | undefined>((best, each) => (best && rank(best) <= rank(each) ? best : each), undefined);
}

/** Slots without an output come after all that have one. */
const rank = ({ output, slot }: HeldOutput): number => (output === null ? Number.MAX_SAFE_INTEGER : slot);

/** Whether the item is done, with an output or without. */
export function hasEnded(held: readonly HeldOutput[] | undefined, { step, slot }: WorkItem): boolean {
  return held?.some((each) => each.step === step && each.slot === slot) ?? false;
}
