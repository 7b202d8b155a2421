/** What befell a run beside its turns, as a recording has it. Times are milliseconds from the run's start. */
import type { EngineLoss, SeatsCause } from '../../journal/engine-events.ts';
import type { FaultDetail } from '../../journal/fault-events.ts';
import type { RevisedAgents, RoleChange } from '../../journal/revisions.ts';
import type { FaultKind } from '../../journal/vocabulary.ts';

/** One engine: how long it loaded, what it reported, and when it was lost. Times are milliseconds from the run's start. */
export interface RecordedEngine {
  readonly readyAt: number;
  readonly loadMs: number;
  readonly residents: number;
  readonly contextTokens: number;
  /** Null: it lived to the end, or the supervisor put another in its place. `silentFrom`: it gave no sign from then on. */
  readonly lost: {
    readonly at: number;
    readonly silentFrom: number;
    readonly loss: EngineLoss;
  } | null;
}

/** How many agents were to sit on the GPU from `at` on. */
export interface RecordedSeats {
  readonly at: number;
  readonly from: number;
  readonly to: number;
  readonly max: number;
  readonly because: SeatsCause;
}

/** A revision of what agents are told and held to, or agents that one was given to. See `Revisions`. */
export interface RecordedRevision {
  /** Milliseconds from the run's start. */
  readonly at: number;
  readonly revision: number;
  readonly from: number;
  readonly roles: Readonly<Record<string, RoleChange>>;
  readonly agents: RevisedAgents;
}

/** A task that was created while the run went on; they are numbered on from those of the input. */
export interface RecordedTask {
  /** Milliseconds from the run's start. */
  readonly at: number;
  readonly from: readonly number[];
  readonly text: string;
  /** Step that it begins with; absent: the first. */
  readonly stage?: number;
}

export interface RecordedFault {
  readonly kind: FaultKind;
  /** Milliseconds from the run's start. */
  readonly at: number;
  readonly agents: readonly number[];
  readonly detail: FaultDetail;
  readonly seed: number;
  readonly forMs: number;
}
