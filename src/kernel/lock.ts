/** Mutual exclusion between tabs, passed in. A lock dies with its holder; nobody needs to clean up. */
export interface Lock {
  /** Takes the named lock if nobody has it: a function that lets go, or null at once. */
  tryAcquire(name: string): Promise<(() => void) | null>;
  /** Whether anybody has it at this moment. */
  isHeld(name: string): Promise<boolean>;
}

/** The Web Locks API, shared by all tabs and workers of the origin. */
export function webLock(locks: LockManager): Lock {
  return {
    tryAcquire: (name) =>
      new Promise((resolve, reject) => {
        locks
          .request(name, { ifAvailable: true }, (held) => {
            if (!held) {
              resolve(null);
              return undefined;
            }
            // The lock is ours until this promise settles.
            return new Promise<void>((release) => {
              resolve(release);
            });
          })
          .catch(reject);
      }),
    isHeld: async (name) => (await locks.query()).held?.some((lock) => lock.name === name) ?? false,
  };
}

/** Locks within one process, for tests and for hosts without Web Locks. */
export function memoryLock(): Lock {
  const held = new Map<string, symbol>();
  return {
    isHeld: (name) => Promise.resolve(held.has(name)),
    tryAcquire: (name) => {
      if (held.has(name)) return Promise.resolve(null);
      const mine = Symbol(name);
      held.set(name, mine);
      return Promise.resolve(() => {
        if (held.get(name) === mine) held.delete(name);
      });
    },
  };
}

/**
 * How a thread that ends without a word is missed at once: it holds a name for as long as it lives, and whoever waits for the name gets it
 * when it is dead. A thread that is only busy still holds it, so there are no false alarms, however long it computes.
 */
export interface Lifeline {
  /** Holds the name for the rest of this thread's life; resolves once it does. */
  hold(name: string): Promise<void>;
  /** Resolves when nobody holds the name any more; never once `signal` has aborted. */
  gone(name: string, signal: AbortSignal): Promise<void>;
}

/** The Web Locks API lets go of a thread's locks when the thread ends, in whatever way. */
export function webLifeline(locks: LockManager): Lifeline {
  return {
    hold: (name) =>
      new Promise((resolve, reject) => {
        locks
          .request(name, () => {
            resolve();
            return new Promise<never>(() => undefined);
          })
          .catch(reject);
      }),
    gone: (name, signal) =>
      new Promise((resolve) => {
        // Refused or called off: then it is never told, and the heartbeat has to find out.
        locks.request(name, { signal }, () => resolve()).catch(() => undefined);
      }),
  };
}

/** Lifelines within one process, for tests: `cut` is the end of the thread that holds the name. */
export function memoryLifeline(): Lifeline & { cut(name: string): void } {
  const held = new Set<string>();
  const waiting = new Map<string, (() => void)[]>();
  return {
    hold: (name) => {
      held.add(name);
      return Promise.resolve();
    },
    gone: (name, signal) =>
      new Promise((resolve) => {
        const told = (): void => {
          if (!signal.aborted) resolve();
        };
        if (held.has(name)) waiting.set(name, [...(waiting.get(name) ?? []), told]);
        else told();
      }),
    cut: (name) => {
      held.delete(name);
      for (const told of waiting.get(name) ?? []) told();
      waiting.delete(name);
    },
  };
}
