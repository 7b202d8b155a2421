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
