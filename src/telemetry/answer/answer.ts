/** The answer of a run: its report, made of committed rows. Plain JSON; `version` counts up where a reader of it would have to know. */
import type { Scalar } from '../../swarm/output-schema.ts';

export const ANSWER_VERSION = 1;
/** Equal parts of `Answer.time` in which an incident's lines are counted. */
export const WHEN_PARTS = 48;

export interface Answer {
  readonly version: typeof ANSWER_VERSION;
  readonly title: string;
  /** False while tasks are open: what is known so far. */
  readonly complete: boolean;
  readonly run: { readonly id: string; readonly name: string; readonly model: string; readonly engine: string };
  /** Items of the input, and those of them that have a result. */
  readonly items: number;
  readonly results: number;
  /** From the first time to the last that lines of incidents name, ms; null: they name none. Of lines without a zone as if it were UTC, without a year in an order. */
  readonly time: { readonly from: number; readonly to: number } | null;
  readonly sections: readonly AnswerSection[];
  readonly incidents: readonly Incident[];
  readonly leftOut: LeftOut;
}

/** What the answer does not hold. */
export interface LeftOut {
  /** Tasks that have not ended. */
  readonly open: number;
  /** Rows without a result, by the name of the failure; `skipped`, `given-up`, `cancelled` among them. */
  readonly failures: Readonly<Record<string, number>>;
  /** Items that conditions of the flow on the input let through to no step; absent: none. */
  readonly conditions?: number;
  /** Records of the input that could not be read and were passed over. */
  readonly passedOver: number;
  /** Sentences of models that could not be traced to a line. */
  readonly sentences: number;
  /** Quotes and line numbers of groups that no row has; 0 unless something was damaged. */
  readonly quotes: number;
  readonly lines: number;
}

export type AnswerSection = CountsSection | TableSection | GroupsSection | TextSection;

export interface Tally {
  readonly values: readonly { readonly value: Scalar; readonly count: number }[];
  /** Rows counted, and those of them whose values are not listed. */
  readonly total: number;
  readonly others: number;
}
export interface CountsSection extends Tally {
  readonly kind: 'counts';
  readonly title: string;
  readonly of: string;
  readonly field: string;
}
export interface TableSection {
  readonly kind: 'table';
  readonly title: string;
  readonly of: string;
  readonly columns: readonly string[];
  readonly rows: readonly { readonly task: number; readonly line: number; readonly cells: readonly Scalar[] }[];
  /** Rows that there are. */
  readonly total: number;
}
export interface GroupsSection {
  readonly kind: 'groups';
  readonly title: string;
  readonly of: string;
  /** Places in `Answer.incidents`: from, up to another. */
  readonly from: number;
  readonly to: number;
  /** False where groups have not been made: not yet, or never, as the run was stopped. */
  readonly made: boolean;
  /** Groups beyond the section's limit, those that it does not take, and those beyond the limit of the step that groups; and their lines. */
  readonly beyond: GroupCount;
  readonly other: GroupCount;
  /** `groups`: at least so many, where `more`. */
  readonly unmade: GroupCount & { readonly more: boolean };
}
export interface GroupCount {
  readonly groups: number;
  readonly lines: number;
}
export interface TextSection {
  readonly kind: 'text';
  readonly title: string;
  readonly of: string;
  readonly texts: readonly { readonly task: number; readonly line: number; readonly claims: readonly Claim[] }[];
  /** Texts that there are. */
  readonly total: number;
}

/** A sentence of a model, beside lines that it was made from. */
export interface Claim {
  /** Field of the output that it stands in; empty: free text. */
  readonly heading: string;
  readonly sentence: string;
  readonly evidence: readonly Evidence[];
  /** Lines besides that hold it up as well. */
  readonly more: number;
}
export interface Evidence {
  readonly line: number;
  /** The item, or a part of it around what is marked. */
  readonly text: string;
  /** What the sentence quotes or names: from a character, up to another. */
  readonly marks: readonly (readonly [from: number, to: number])[];
}

/** A time as a line has it. */
export interface Moment {
  readonly line: number;
  readonly text: string;
  readonly ms: number;
}

export interface Incident {
  readonly title: string;
  readonly titleBy: 'code' | 'model';
  readonly severity: Scalar;
  readonly subject: string | null;
  /** Members, and lines of the first and the last. */
  readonly count: number;
  readonly first: number;
  readonly last: number;
  /** Lines of members, in order, at most 10,000. */
  readonly lines: readonly number[];
  /** The first members in full, as many as fit. */
  readonly quotes: readonly { readonly line: number; readonly text: string }[];
  /** Task of the group. */
  readonly task: number;
  readonly key: Readonly<Record<string, Scalar>>;
  /** Members whose rows were counted anew; fewer than `count` while some are not written yet. */
  readonly recounted: number;
  /** The earliest and the latest time that members name; null: none. */
  readonly began: Moment | null;
  readonly ended: Moment | null;
  /** Members in each of `WHEN_PARTS` parts of `Answer.time`; empty without times. */
  readonly when: readonly number[];
  readonly subjects: Tally | null;
  readonly actions: Tally | null;
  /** Reviews of members: how many there are and how many of them disagree. */
  readonly reviews: { readonly given: number; readonly disputed: number };
  readonly claims: readonly Claim[];
  /** Why no role wrote about it, where one was to. */
  readonly failure: string | null;
}
