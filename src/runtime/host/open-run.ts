import type { Cancel, Clock } from '../../kernel/clock.ts';
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
/** Waits before what is gone from the store is written anew: the first is long enough to read what happened, ms. */
const ANEW_FIRST_MS = 4000;
const ANEW_CAP_MS = 60_000;

export interface OpenRunOptions {
  readonly clock: Clock;
  readonly lock: Lock;
  /** Opens a stored run. Rejects with a `StoreFault`. */
  readonly view: (runId: string) => Promise<RunView>;
}

/** A run that is gone from the store, and the next time that it is to be written anew. */
interface OnlyHere {
  readonly view: RunView;
  cancel: Cancel;
}

/**
 * The one run that a runtime has open: opened, closed and opened again, one change at a time.
 *
 * Invariants:
 * - A run that is gone from the store is let go of only once it is written anew and opened again from there, or removed: until then what its
 *   view has in memory is all that there is of it.
 */
export class OpenRun {
  readonly #with: OpenRunOptions;
  #view: RunView | null = null;
  /** The run that is to be open; there is no view of it while it cannot be. */
  #wanted: string | null = null;
  /** Runs that are gone from the store, by id. */
  readonly #onlyHere = new Map<string, OnlyHere>();
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

  /** Runs whose rows are in this tab's memory, and nowhere else. */
  get onlyHere(): readonly RunView[] {
    return [...this.#onlyHere.values()].map(({ view }) => view);
  }

  /** What was stored of the run is gone. It is written anew as soon as that can be done, and opened again. */
  gone(runId: string): void {
    if (this.#view?.id !== runId || this.#onlyHere.has(runId)) return;
    this.#onlyHere.set(runId, { view: this.#view, cancel: () => undefined });
    this.#writeAnewIn(runId, 0);
  }

  /** Writes the run anew at once, if it is gone from the store. */
  retry(runId: string): Promise<void> {
    return this.#alone(() => this.#writeAnew(runId, 0));
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
      this.#onlyHere.get(runId)?.cancel();
      this.#onlyHere.delete(runId);
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
      if (this.#wanted !== runId || this.#onlyHere.has(runId) || (tries > 0 && this.#view)) return;
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

  #writeAnewIn(runId: string, tries: number): void {
    const here = this.#onlyHere.get(runId);
    if (!here) return;
    const ms = Math.min(ANEW_CAP_MS, ANEW_FIRST_MS * 2 ** tries);
    here.cancel = this.#with.clock.timeout(ms, () => void this.#alone(() => this.#writeAnew(runId, tries)));
  }

  async #writeAnew(runId: string, tries: number): Promise<void> {
    const here = this.#onlyHere.get(runId);
    if (!here) return;
    const { view, cancel } = here;
    cancel();
    try {
      await view.writeAnew();
      if (this.#view === view) {
        // It gives the lock back, so that it can be opened again, and goes on having what it has.
        await view.stop(false);
        this.#view = await this.#with.view(runId);
      }
      this.#onlyHere.delete(runId);
    } catch {
      this.#writeAnewIn(runId, tries + 1);
    }
  }

  async #show(runId: string): Promise<void> {
    this.#view = this.#onlyHere.get(runId)?.view ?? (await this.#with.view(runId));
    this.#wanted = runId;
  }

  /** `keep`: see `RunView.stop`. */
  async #close(keep = true): Promise<void> {
    const view = this.#view;
    this.#view = null;
    this.#wanted = null;
    await view?.stop(keep && !this.#onlyHere.has(view.id));
  }
}

/** Whether there is no such run any more, or none that could be read. */
function isGone(error: unknown): boolean {
  const { code } = asStoreFault(error);
  return code === 'missing' || code === 'corrupt';
}
