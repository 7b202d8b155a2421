/** A flow as it is planned: its steps in the order in which items go through them, what makes tasks, and what each looks at. */
import type { ChoiceRule } from './choice.ts';
import type { ChoiceSource } from './chooser.ts';
import type { GroupRule } from './groups.ts';
import type { OutputSchema } from './output-schema.ts';
import type { ItemPick } from './picks.ts';
import type { Moved } from './rewrite.ts';
import type { SplitRule } from './split.ts';
import { type Condition, type ItemValues, type Looked, passes } from './where.ts';

/** A step at which agents work. Steps that only let pass are conditions of those behind them. */
export interface FlowStep {
  readonly name: string;
  readonly role: string;
  /** Maker of the tasks that go through it; absent: the items of the input do. */
  readonly maker?: number;
  /** Step whose output this one works on; null = the item itself. */
  readonly on: number | null;
  /** What is read beside that: the output of a step; null = the item itself; absent: nothing. */
  readonly beside?: number | null;
  /** What the item and outputs of earlier steps must be, for the item to go through this one; absent: anything. */
  readonly where?: readonly StepCondition[];
  readonly review: boolean;
  /** Share of items that go through this step, in (0, 1]; 0: none but those that are marked. */
  readonly share: number;
  /** Items that have signs of an instruction go through it whatever the share; not among `TaskPlan.chosen`. */
  readonly marked?: true;
  /** Texts that are equal once numbers and names are left out are asked once (shape.ts). */
  readonly dedupe?: true;
  /** Agents that answer each item at this step, side by side; 0: code does. */
  readonly slots: number;
  /** The text becomes parts, tasks of that maker. The output is how many: `{parts: 3}`. */
  readonly split?: number;
  /** What the parts of the text came to becomes one again: index in `TaskPlan.merges`. */
  readonly merge?: number;
  /** Whose outputs code makes one of: the output is one that this role could have. */
  readonly as?: string;
  /** Choices of the input's items, by their index, that an item must be in; absent: none. */
  readonly picks?: readonly number[];
}

/** A step that lets outputs of step `on` pass, or items of the input (null), where they meet all conditions on the way to it. */
export interface FlowFilter {
  readonly name: string;
  /** Maker of the tasks whose outputs they are; absent: the items of the input. */
  readonly maker?: number;
  readonly on: OutputPlace | null;
  readonly where: readonly StepCondition[];
}

/** Where an output comes from: a step, or, as `~maker`, the group that a task was made of. */
export type OutputPlace = number;

export interface StepCondition {
  /** Whose output is looked at; null: the item itself, which is there before any output is. */
  readonly step: OutputPlace | null;
  readonly condition: Condition;
  /** As the swarm file has it, of conditions on the item itself. */
  readonly written?: string;
}

/** Outputs of the parts of one text that become one again, once the last of these parts has its row. */
export interface Merge {
  readonly name: string;
  /** The step at which the task that was split waits for it. */
  readonly at: number;
  /** Maker of the parts, and the step at which the text was split. */
  readonly parts: number;
  readonly split: number;
  /** Output of a part that is taken, and what outputs of parts must be. */
  readonly on: number;
  readonly where: readonly StepCondition[];
  /** What the outputs are; null: free text. */
  readonly source: OutputSchema | null;
  /** Maker of the tasks in which a role reads the outputs; absent: they become one by rules of the schema. */
  readonly maker?: number;
}

/** What a step chooses, and what its tasks know of those that they are chosen of. */
export interface Choice extends ChoiceSource {
  readonly rule: ChoiceRule;
  /** Steps whose outputs the tasks have from the beginning; `beside`: not what was chosen, but what is read beside it. */
  readonly given: readonly { readonly step: number; readonly beside: boolean }[];
}

/** Makes tasks of all that its source gave, once every task that goes through the source has ended; or parts of each text, once it is there. */
export interface Maker {
  readonly name: string;
  /** Maker of the tasks that go through the source; absent: the items of the input do. */
  readonly maker?: number;
  /** Output that is taken; null: what the source's tasks are given themselves. */
  readonly on: OutputPlace | null;
  readonly where: readonly StepCondition[];
  /** What the groups are and come in; without it and `choice` all outputs become one, in the hands of step `step`. */
  readonly group?: GroupRule;
  /** What is chosen: its tasks are those it was chosen of once more, in their new order. */
  readonly choice?: Choice;
  /** As those of a step. */
  readonly picks?: readonly number[];
  /** What the source gives. */
  readonly source: Looked;
  /** The step of a collecting or merging role, the first of the tasks that are made. */
  readonly step?: number;
  /** Cuts a text into parts; and whether what it cuts is the task's own text, as of an item. */
  readonly split?: SplitRule;
  /** Its tasks are those of a merge. */
  readonly merges?: true;
}

export interface TaskPlan {
  readonly items: number;
  readonly seed: number;
  /** In an order in which every step comes after those whose outputs it reads. Step 0 takes the item; reviews come last. */
  readonly steps: readonly FlowStep[];
  /**
   * The last step of items of the input that is no review: the item's result is its output or, where the item does not go through it, that of
   * the last before it.
   */
  readonly result: number;
  /** Each behind those that make what its source works on. */
  readonly makers: readonly Maker[];
  /** Conditions on the input that moved before steps, for the answer is the same without the rest. */
  readonly moved: readonly Moved[];
  /** Steps without a role, which only let pass. */
  readonly filters: readonly FlowFilter[];
  readonly merges: readonly Merge[];
  readonly picks: readonly ItemPick[];
  /** Indices of the items of the input that go through any step, where that are not all; the others are no tasks. */
  readonly taken: Uint32Array<ArrayBuffer> | null;
  /** By step: bit `item` of the bytes is set where the item goes through it; null where all do. */
  readonly chosen: readonly (Uint8Array | null)[];
  /** Turns that a run without failures takes where every item meets every condition, for items without signs of an instruction. */
  readonly turns: number;
}

/** Whether all of the conditions hold, and all that they look at is there. */
export function meets(where: readonly StepCondition[], outputOf: (step: number) => unknown, item: ItemValues): boolean {
  return where.every(({ step, condition }) => {
    if (step === null) return passes(condition, undefined, item);
    const output = outputOf(step);
    return output !== undefined && passes(condition, output, item);
  });
}
