/**
 * Faults of storage as browsers bring them about: stands between a run and its store, where `FaultyStore` has the tidy one. Every error is
 * the browser's own, and reaches the run the way the real store hands it on.
 */
import type { Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';
import { asStoreFault, maybeDead } from '../store/fault.ts';
import type { RunStore } from '../store/run-store.ts';

/** Calls that write. */
const WRITES = ['create', 'openWriter', 'commit', 'remove', 'trimTraces', 'quarantined'] as const;
type Write = (typeof WRITES)[number];
const writes = (name: PropertyKey): name is Write => (WRITES as readonly PropertyKey[]).includes(name);

/** How a write ends that does not end well. */
export const WRITE_FAULTS = ['abort', 'no-space', 'quota', 'unacknowledged'] as const;
export type WriteFault = (typeof WRITE_FAULTS)[number];

export interface UnreliableOptions {
  readonly inner: RunStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** How many writes of a hundred fail; 0 when nothing is to fail any more. */
  readonly rate: () => number;
  /** For how long a handle stays dead that died, ms at most. */
  readonly deadMs: number;
}

const named = (name: string, message: string, inner?: Error): Error =>
  Object.assign(new Error(message), { name, ...(inner && { inner }) });
const NO_SPACE = named('UnknownError', 'Connection is closing because of: IO error: 000003.log: FILE_ERROR_NO_SPACE');
const ERRORS: Readonly<Record<WriteFault, Error>> = {
  abort: named('AbortError', 'Transaction aborted'),
  'no-space': named('AbortError', 'Transaction aborted', NO_SPACE),
  quota: named('AbortError', 'Transaction aborted', named('QuotaExceededError', 'Quota exceeded')),
  // It was written; that was never told.
  unacknowledged: named('AbortError', 'Transaction aborted'),
};
const CLOSING = named('InvalidStateError', 'The database connection is closing.');

/**
 * Invariants:
 * - Nothing is written by a write that fails, but by one that is unacknowledged: all of that is.
 * - A handle that died refuses every call until its time is over.
 */
export class UnreliableStore {
  readonly #with: UnreliableOptions;
  #deadUntil = Number.NEGATIVE_INFINITY;
  /** Writes that failed so far, by how. */
  readonly failed: Record<WriteFault, number> = { abort: 0, 'no-space': 0, quota: 0, unacknowledged: 0 };

  constructor(options: UnreliableOptions) {
    this.#with = options;
  }

  /** As the run sees it. */
  get store(): RunStore {
    return new Proxy(this.#with.inner, {
      get: (target, name: keyof RunStore) => {
        if (name === 'close') return () => undefined;
        const method = target[name] as (...given: unknown[]) => Promise<unknown>;
        return (...given: unknown[]) => this.#call(name, () => method.apply(target, given));
      },
    });
  }

  /** The browser closes the handle, whatever is done with it. */
  die(): void {
    const { clock, random, deadMs } = this.#with;
    this.#deadUntil = Math.max(this.#deadUntil, clock.now() + random.between(0, deadMs));
  }

  async #call(name: keyof RunStore, work: () => Promise<unknown>): Promise<unknown> {
    const { clock, random, rate } = this.#with;
    const going = rate() > 0;
    if (going && clock.now() < this.#deadUntil) throw asStoreFault(CLOSING);
    if (!going || !writes(name) || !random.chance(rate() / 100)) return work();
    const how = random.pick(WRITE_FAULTS);
    this.failed[how]++;
    if (how === 'unacknowledged') await work();
    const error = ERRORS[how];
    if (maybeDead(error)) this.die();
    throw asStoreFault(error);
  }
}
