import type { PageVersion } from '../../src/store/page-files.ts';

/** A lock that some page or worker of this origin holds. */
export interface HeldLock {
  readonly name?: string | undefined;
  readonly clientId?: string | undefined;
}

export interface Surroundings {
  /** Version that answers now. */
  readonly current: string;
  /** A newer one is being stored, or waits. */
  readonly pending: boolean;
  /** Ids of the tabs of this page. */
  readonly tabs: readonly string[];
  readonly locks: readonly HeldLock[];
  /** The lock that a tab of a version holds as long as it lives, without the version's id. */
  readonly lockPrefix: string;
}

/**
 * Which versions are kept: the current one, a newer one that is on its way, and each that a tab still runs. A tab says which one it runs by
 * holding a lock; while there is one that does not (it is just loading, or of a version that knew no such lock) nothing goes.
 */
export function keptVersions({
  current,
  pending,
  tabs,
  locks,
  lockPrefix,
}: Surroundings): (version: PageVersion, all: readonly PageVersion[]) => boolean {
  const ours = locks.filter(({ name }) => name?.startsWith(lockPrefix));
  const running = new Set(ours.map(({ name }) => name?.slice(lockPrefix.length)));
  const known = new Set(ours.map(({ clientId }) => clientId));
  const unknown = tabs.some((tab) => !known.has(tab));
  return ({ id, order }, all) => {
    const mine = all.find((version) => version.id === current)?.order ?? Number.NEGATIVE_INFINITY;
    return id === current || unknown || running.has(id) || (pending && order > mine);
  };
}
