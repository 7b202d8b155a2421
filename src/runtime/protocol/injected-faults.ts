/** Faults on purpose: what can be broken, and what became of what was. */
import type { FaultDetail, MissedFault } from '../../journal/fault-events.ts';
import type { FaultKind, RecoveryAction, Rung } from '../../journal/vocabulary.ts';

/** Something that a person may break on purpose. */
export interface FaultChoice {
  readonly kind: FaultKind;
  /** It strikes one agent, which may be named. */
  readonly takesTarget: boolean;
}

/** Whether it struck, or why it did not; what it did to whom the log tells. */
export type FaultReply = { readonly landed: true } | { readonly landed: false; readonly detail: MissedFault };

/** A fault that was injected, and what became of it. Times from the strike in ms, as the run's clock and the wall tell them together. */
export interface FaultLine {
  /** Number of its event in the log: unique in the run. */
  readonly seq: number;
  /** Number that its injector gave it. */
  readonly fault: number;
  readonly kind: FaultKind;
  /** Run time, ms. */
  readonly at: number;
  /** Agents that it struck. */
  readonly agents: readonly number[];
  readonly detail: FaultDetail;
  readonly detectedMs: number | null;
  readonly mendedMs: number | null;
  /** Rung and step of the ladder that cured; null where none was needed or none has yet. */
  readonly rung: Rung | null;
  readonly by: RecoveryAction | null;
  /** The step that is being tried, and the how manieth of its case; null before the first and once it is mended. */
  readonly trying: { readonly rung: Rung; readonly by: RecoveryAction; readonly nth: number } | null;
}
