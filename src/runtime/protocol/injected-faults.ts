/** Faults on purpose: what can be broken, and what became of what was. */

/** Something that a person may break on purpose. */
export interface FaultChoice {
  readonly kind: string;
  /** One line each: what will happen, and what is seen when all went well. */
  readonly does: string;
  readonly afterwards: string;
  /** It strikes one agent, which may be named. */
  readonly takesTarget: boolean;
}

export interface FaultReply {
  /** False where there was nothing to strike. */
  readonly landed: boolean;
  /** What was done to whom, or why nothing was. */
  readonly detail: string;
}

/** A fault that was injected, and what became of it. Times from the strike in ms, as the run's clock and the wall tell them together. */
export interface FaultLine {
  /** Number of its event in the log: unique in the run. */
  readonly seq: number;
  /** Number that its injector gave it. */
  readonly fault: number;
  readonly kind: string;
  /** Run time, ms. */
  readonly at: number;
  /** Agents that it struck. */
  readonly agents: readonly number[];
  readonly detail: string;
  readonly detectedMs: number | null;
  readonly mendedMs: number | null;
  /** Rung and step of the ladder that cured; null where none was needed or none has yet. */
  readonly rung: string | null;
  readonly by: string | null;
  /** The step that is being tried, and the how manieth of its case; null before the first and once it is mended. */
  readonly trying: { readonly rung: string; readonly by: string; readonly nth: number } | null;
}
