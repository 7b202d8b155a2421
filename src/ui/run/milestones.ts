/** What of a run is worth saying aloud: each change of phase, failures, and every tenth of the results; never every number. */
import type { RunPhase, RunStatus } from '../../runtime/protocol/protocol.ts';

export class Milestones {
  #phase: RunPhase | null = null;
  #failed = 0;
  #tenth = 0;

  /** The news in this status, or null. The first status is news only in its phase. */
  note(status: Pick<RunStatus, 'phase' | 'failed' | 'results' | 'tasks'>): 'phase' | 'failed' | 'results' | null {
    const first = this.#phase === null;
    const newPhase = status.phase !== this.#phase;
    const moreFailed = status.failed > this.#failed;
    const tenth = status.tasks > 0 ? Math.floor((10 * status.results) / status.tasks) : 0;
    const newTenth = tenth > this.#tenth;
    this.#phase = status.phase;
    this.#failed = status.failed;
    this.#tenth = Math.max(this.#tenth, tenth);
    if (newPhase) return 'phase';
    if (first) return null;
    if (moreFailed) return 'failed';
    return newTenth ? 'results' : null;
  }
}
