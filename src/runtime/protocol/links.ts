/** What the page asks of links, files and replays, and what it is told. docs/links.md tells the same to people. */
import type { FaultKind } from '../../journal/vocabulary.ts';
import type { LinkErrorCode } from '../../swarm/link.ts';
import type { CheckedSwarm, GivenInput } from './starting.ts';

/** Why a link or a file cannot be opened. `not-ours`: whole, but what is in it is neither a swarm nor an incident that this version knows. */
export type LinkProblem = LinkErrorCode;

export interface NamedText {
  readonly name: string;
  readonly text: string;
}

/** A swarm file that somebody shared. It was read and checked, nothing more. */
export interface SharedSwarm {
  readonly kind: 'swarm';
  readonly swarm: { readonly file: string; readonly text: string };
  /** Null: it did not come along. */
  readonly input: NamedText | null;
  readonly checked: CheckedSwarm;
}

/** What an incident is about, for people. */
export interface IncidentFacts {
  readonly name: string;
  /** Wall time in milliseconds since the epoch. */
  readonly startedAt: number;
  /** Engine and model that gave the answers. */
  readonly engine: 'webllm' | 'scripted' | 'remote';
  readonly modelId: string;
  readonly seed: number;
  readonly agents: number;
  readonly tasks: number;
  /** Turns that were recorded. */
  readonly turns: number;
  /** Milliseconds from start to end, pauses not counted. */
  readonly ms: number;
  /** Faults that were injected, `at` milliseconds from the start. */
  readonly faults: readonly { readonly kind: FaultKind; readonly at: number; readonly agents: readonly number[] }[];
  /** Times that a person decided, or did something to an agent. */
  readonly actions: number;
  readonly mended: number;
  /** False: input lines are placeholders of the same length. */
  readonly inputIncluded: boolean;
  /** Version of Planaria that recorded it. */
  readonly version: string;
}

export interface SharedIncident {
  readonly kind: 'incident';
  readonly swarm: { readonly file: string; readonly text: string };
  readonly checked: CheckedSwarm;
  /** As it was read in the run; null where only placeholders came along. */
  readonly input: NamedText | null;
  /** Items that agents worked on, or their placeholders, the first few. */
  readonly sample: readonly string[];
  /** Its faults as a fault plan (docs/faults.md), for a live run; null where there were none. */
  readonly plan: string | null;
  readonly facts: IncidentFacts;
}

export type OpenedLink =
  SharedSwarm | SharedIncident | { readonly kind: 'broken'; readonly problem: LinkProblem; readonly detail: string };

/** What is to be shared: the swarm of a stored run, or a file in hand. */
export type ShareRequest =
  | { readonly runId: string }
  | { readonly swarm: { readonly file: string; readonly text: string }; readonly input: GivenInput | null };

export interface Packed {
  /** With the `#`; null where it would be longer than `most`. */
  readonly link: string | null;
  /** Characters of the link without the page's address, also where there is none to give; null where no link can hold it. */
  readonly length: number | null;
  readonly most: number;
  readonly file: { readonly name: string; readonly blob: Blob };
}

export interface PackedSwarm extends Packed {
  readonly swarm: { readonly file: string; readonly bytes: number };
  /** The input of the run or the one in hand; null where there is none but the swarm's own example. */
  readonly input: { readonly name: string; readonly lines: number; readonly bytes: number } | null;
  readonly inputIncluded: boolean;
  /** The swarm names an example as its input, which everybody has. */
  readonly example: string | null;
}

export interface PackedIncident extends Packed {
  readonly swarm: PackedSwarm['swarm'];
  readonly facts: IncidentFacts;
}

/** How fast a replay's time goes: 0 stands still, 16 is sixteen times as fast as it was, `end` as fast as this computer can. */
export const PACES = [0, 1, 4, 16, 'end'] as const;
export type Pace = (typeof PACES)[number];

/** Part of the status of a run that is a replay. */
export interface ReplayInfo {
  readonly pace: Pace;
  /** Milliseconds from the start, now and when the recorded run ended. */
  readonly at: number;
  readonly recordedMs: number;
  /** When it was recorded, wall time in milliseconds since the epoch; by which engine and model. */
  readonly recordedAt: number;
  readonly engine: 'webllm' | 'scripted' | 'remote';
  readonly modelId: string;
  /** Turns so far: with their recorded outcome, and answered by rule because the record has none. */
  readonly played: number;
  readonly improvised: number;
  readonly recorded: number;
  /** Events of healing so far, those of them that came as they were recorded, and all that were recorded. */
  readonly heals: { readonly seen: number; readonly same: number; readonly recorded: number };
  readonly inputIncluded: boolean;
}

/** Ids of replays begin so; they live in this tab's memory and nowhere else. */
export const REPLAY_PREFIX = 'replay-';
