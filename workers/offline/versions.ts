import type { PageVersion } from '../../src/store/page-files.ts';

export interface Surroundings {
  /** Version that answers now. */
  readonly current: string;
  /** A newer one is being stored, or waits. */
  readonly pending: boolean;
  /** How many tabs of this page there are. */
  readonly tabs: number;
  /** Names of the locks that are held on this origin. */
  readonly locks: readonly string[];
  /** The lock that a tab of a version holds as long as it lives, without the version's id. */
  readonly lockPrefix: string;
}

/**
 * Which versions are kept: the current one, a newer one that is on its way, and each that a tab still runs. A tab says which one it runs by
 * holding a lock; while there is one that does not (it is just loading, or of a version that knew no such lock) nothing goes. They are counted,
 * because Chromium's locks do not name their holders as service workers do.
 */
export function keptVersions({
  current,
  pending,
  tabs,
  locks,
  lockPrefix,
}: Surroundings): (version: PageVersion, all: readonly PageVersion[]) => boolean {
  const held = locks.filter((name) => name.startsWith(lockPrefix)).map((name) => name.slice(lockPrefix.length));
  const running = new Set(held);
  const unknown = tabs > held.length;
  return ({ id, order }, all) => {
    const mine = all.find((version) => version.id === current)?.order ?? Number.NEGATIVE_INFINITY;
    return id === current || unknown || running.has(id) || (pending && order > mine);
  };
}
