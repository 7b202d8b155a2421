/**
 * Where faults enter. Whoever runs the swarm hands these in: the simulation its own, the tab the real ones (Worker.terminate,
 * GPUDevice.destroy, a failing transaction). The product's code knows nothing of chaos; it only meets what chaos does.
 */
import type { DueFault } from './schedule.ts';

/** What became of a fault that was due. */
export interface Injection {
  /** False: there was nothing to strike, e.g. no turn in flight; the fault does not count. */
  readonly landed: boolean;
  /** Agents that it struck. */
  readonly agents: readonly number[];
  /** Tasks that it struck, in the order of `agents` where there are any. */
  readonly tasks: readonly number[];
  /** For the log: what was done to whom. */
  readonly detail: string;
  /** False where no one could mend it, e.g. both generations of a record are gone. */
  readonly survivable: boolean;
  /** It stays with its agents beyond the turn, until their context is dropped. */
  readonly lasting?: boolean;
}

export const MISSED: Injection = {
  landed: false,
  agents: [],
  tasks: [],
  detail: 'nothing was there to strike',
  survivable: true,
};

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
