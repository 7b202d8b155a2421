/** Swarm files and the start of a run: what is checked, what is asked for, and why it cannot be. */
import type { Diagnostic } from '../../swarm/diagnostic.ts';
import type { InputNote } from '../../swarm/input/notes.ts';
import type { SkippedRecord } from '../../swarm/input/read-input.ts';
import type { SwarmSummary } from '../../swarm/summary.ts';

export interface ExampleSwarm {
  readonly id: string;
  readonly file: string;
  readonly text: string;
  readonly summary: SwarmSummary;
}

/** An input file as a person gave it: its bytes, of which the swarm file may name the encoding, or text that was pasted or shared. */
export type GivenInput =
  | { readonly name: string; readonly text: string; readonly bytes?: undefined }
  | { readonly name: string; readonly bytes: Uint8Array<ArrayBuffer> };

export interface StartRequest {
  readonly swarm: { readonly file: string; readonly text: string };
  /** Absent when the swarm names an example input. */
  readonly input?: GivenInput;
  readonly modelId?: string;
  /** Model folder in the hub's layout, overrides modelId. */
  readonly modelUrl?: string;
  readonly engine: 'webllm' | 'scripted' | 'stock';
  readonly limit?: number;
  readonly seed?: number;
  readonly vramMiB?: number;
  /** How long a task that has failed all its attempts waits for a person's word, ms; 0: not at all. Absent: as the swarm file says. */
  readonly askMs?: number;
}

export type CheckedSwarm =
  | { readonly ok: true; readonly summary: SwarmSummary }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

/** What a run would do, as far as that can be said before there are answers. */
export interface PlanPreview {
  /** Of the input, and how many of them were looked at: of a long one the first. */
  readonly items: number;
  readonly looked: number;
  /** Turns for the items that were looked at: as planned, and as the file is written. */
  readonly turns: { readonly planned: number; readonly plain: number };
  /** Steps with a role whose tasks are items of the input. `hangs`: answers decide, so many at most; `asked`: of those, the others share an answer. */
  readonly steps: readonly {
    readonly name: string;
    readonly items: number;
    readonly hangs: boolean;
    readonly asked?: number;
  }[];
  /** Conditions on the input that moved before a step, and for how many items it still works. */
  readonly moved: readonly {
    readonly step: string;
    readonly where: string;
    readonly items: number;
    readonly of: number;
  }[];
}

/** How an input file would be read for a swarm file: what agents are given first, and what is guessed, changed or left out on the way. */
export type CheckedInput =
  | {
      readonly ok: true;
      readonly items: number;
      /** The first three, their texts cut to 200 characters. */
      readonly first: readonly { readonly line: number; readonly lastLine?: number; readonly text: string }[];
      readonly notes: readonly InputNote[];
      /** The first 50. */
      readonly skipped: readonly SkippedRecord[];
      readonly plan: PlanPreview;
    }
  | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };

export type StartReply =
  { readonly ok: true; readonly runId: string } | { readonly ok: false; readonly diagnostics: readonly Diagnostic[] };
