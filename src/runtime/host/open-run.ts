import type { Clock } from '../../kernel/clock.ts';
import { inTurn } from '../../kernel/in-turn.ts';
import type { Lock } from '../../kernel/lock.ts';
import { asStoreFault, StoreFault } from '../../store/fault.ts';
import { lockName } from './run-list.ts';
import type { RunView } from '../views/run-view.ts';

const TAKE_OVER_MS = 250;
const TAKE_OVER_TRIES = 8;
/** Waits before a run that could not be opened again is tried once more, ms. */
const REOPEN_FIRST_MS = 1000;
const REOPEN_CAP_MS = 15_000;

export interface OpenRunOptions {
  readonly clock: Clock;
  readonly lock: Lock;
  /** Opens a stored run. Rejects with a `StoreFault`. */
  readonly view: (runId: string) => Promise<RunView>;
}

/** The one run that a runtime has open: opened, closed and opened again, one change at a time. */
export class OpenRun {
  readonly #with: OpenRunOptions;
  #view: RunView | null = null;
  /** The run that is to be open; there is no view of it while it cannot be. */
  #wanted: string | null = null;
  /** Asked for once: a second time would open again what is open by then. */
  #takingOver = false;
  /** One change at a time. */
  readonly #alone = inTurn();

  constructor(options: OpenRunOptions) {
    this.#with = options;
  }

  get view(): RunView | null {
    return this.#view;
  }

  /** False where there is no such run, or none that could be read. Rejects where it is out of reach. */
  async open(runId: string): Promise<boolean> {
    return this.#alone(async () => {
      if (this.#view?.id === runId) return true;
      await this.#close();
      try {
        await this.#show(runId);
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    });
  }

  /** The run, opened where it is not. Rejects with `missing` where it cannot be. */
  async require(runId: string): Promise<RunView> {
    if (this.#view?.id !== runId) await this.open(runId);
    if (this.#view?.id !== runId) throw new StoreFault('missing', `There is no run ${runId}.`);
    return this.#view;
  }

  /** Leaves it in order. */
  close(): Promise<void> {
    return this.#alone(() => this.#close());
  }

  /** Leaves it, if it is this one, before it is removed. Nothing of it is to be kept: full storage, which may be why it goes, is not waited for. */
  drop(runId: string, remove: () => Promise<void>): Promise<void> {
    return this.#alone(async () => {
      if (this.#wanted === runId) await this.#close(false);
      await remove();
    });
  }

  /** As `reopen`, but the tab that ran it may be closing at this moment: its lock is waited for a little, while the watching goes on. */
  async takeOver(runId: string): Promise<void> {
    if (this.#takingOver) return;
    this.#takingOver = true;
    try {
      const { lock, clock } = this.#with;
      for (let tries = 0; tries < TAKE_OVER_TRIES && (await lock.isHeld(lockName(runId))); tries++) {
        await clock.sleep(TAKE_OVER_MS);
      }
      await this.reopen(runId);
    } finally {
      this.#takingOver = false;
    }
  }

  /** Opens the run again in whichever way it can be had now, or, where it is out of reach for the moment, as soon as it can be. */
  reopen(runId: string, tries = 0): Promise<void> {
    return this.#alone(async () => {
      if (this.#wanted !== runId || (tries > 0 && this.#view)) return;
      await this.#close();
      try {
        await this.#show(runId);
      } catch (error) {
        // One that was removed, or that this version cannot read, is not waited for: the next call for it says so.
        if (isGone(error) || asStoreFault(error).code === 'newer') return;
        this.#wanted = runId;
        const ms = Math.min(REOPEN_CAP_MS, REOPEN_FIRST_MS * 2 ** tries);
        this.#with.clock.timeout(ms, () => void this.reopen(runId, tries + 1));
      }
    });
  }

  async #show(runId: string): Promise<void> {
    this.#view = await this.#with.view(runId);
    this.#wanted = runId;
  }

  /** `keep`: see `RunView.stop`. */
  async #close(keep = true): Promise<void> {
    const view = this.#view;
    this.#view = null;
    this.#wanted = null;
    await view?.stop(keep);
  }
}

/** Whether there is no such run any more, or none that could be read. */
function isGone(error: unknown): boolean {
  const { code } = asStoreFault(error);
  return code === 'missing' || code === 'corrupt';
}
