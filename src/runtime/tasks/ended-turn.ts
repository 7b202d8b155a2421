/** What becomes of a task needs to know of a turn that ended. */
export interface EndedTurn {
  readonly task: number;
  readonly stage: number;
  readonly agent: number;
  /** Attempts at the stage that had failed before it. */
  readonly failures: number;
  /** Bigger model that had the turn in place of the run's own; null as a rule. */
  readonly model: string | null;
}
