/**
 * Where faults enter. Whoever runs the swarm hands these in: the simulation its own, the tab the real ones (Worker.terminate,
 * GPUDevice.destroy, a failing transaction). The product's code knows nothing of chaos; it only meets what chaos does.
 */
import type { FaultDetail, MissedFault } from '../journal/fault-events.ts';
import type { DueFault } from './schedule.ts';

/** A fault that was due and struck. */
export interface Struck {
  readonly landed: true;
  /** Agents that it struck. */
  readonly agents: readonly number[];
  /** Tasks that it struck, in the order of `agents` where there are any. */
  readonly tasks: readonly number[];
  /** For the log: what was done to whom. */
  readonly detail: FaultDetail;
  /** False where no one could mend it, e.g. both generations of a record are gone. */
  readonly survivable: boolean;
  /** It stays with its agents beyond the turn, until their context is dropped. */
  readonly lasting?: boolean;
}

/** One that found nothing to strike, e.g. no turn in flight; it does not count. */
export interface Missed {
  readonly landed: false;
  readonly detail: MissedFault;
}

/** What became of a fault that was due. */
export type Injection = Struck | Missed;

export const missed = (detail: MissedFault = { code: 'nothing-there' }): Missed => ({ landed: false, detail });

/** It struck no agent in particular. */
export const struck = (detail: FaultDetail): Struck => ({
  landed: true,
  agents: [],
  tasks: [],
  detail,
  survivable: true,
});

/**
 * One function a seam. A fault may land at once or later (the next turn of an agent); `landed` is called exactly once, when it is known.
 * A seam that is absent cannot be struck here.
 */
export interface FaultSeams {
  readonly turn?: (fault: DueFault, landed: (injection: Injection) => void) => void;
  readonly engine?: (fault: DueFault, landed: (injection: Injection) => void) => void;
  readonly store?: (fault: DueFault, landed: (injection: Injection) => void) => void;
  readonly clock?: (fault: DueFault, landed: (injection: Injection) => void) => void;
  readonly messages?: (fault: DueFault, landed: (injection: Injection) => void) => void;
  readonly run?: (fault: DueFault, landed: (injection: Injection) => void) => void;
}
