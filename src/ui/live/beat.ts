/**
 * When figures are shown anew. The runtime tells them with every frame of cells, up to 20 a second; nobody reads that fast, and laying the
 * page out is what costs. What somebody waits for is shown at once.
 */
import type { RunStatus } from '../../runtime/protocol/protocol.ts';

const BEAT_MS = 250;

export class Beat {
  #shown: RunStatus | null = null;
  #at = 0;

  /**
   * Whether this status is to be shown; if not, a later one will be: the runtime tells a status at least every quarter second.
   * @param now milliseconds of any steady clock
   */
  due(status: RunStatus, now: number): boolean {
    const shown = this.#shown;
    if (shown && now - this.#at < BEAT_MS && !news(shown, status)) return false;
    this.#shown = status;
    this.#at = now;
    return true;
  }
}

/** Whether something happened that somebody waits for, or has to answer. */
function news(a: RunStatus, b: RunStatus): boolean {
  return (
    a.phase !== b.phase ||
    a.writer !== b.writer ||
    a.waits?.code !== b.waits?.code ||
    a.remote !== b.remote ||
    a.endedAt !== b.endedAt ||
    a.notices.length !== b.notices.length ||
    a.faults.at(-1)?.seq !== b.faults.at(-1)?.seq ||
    a.healing.mended !== b.healing.mended ||
    a.healing.open !== b.healing.open ||
    a.replay?.pace !== b.replay?.pace
  );
}
