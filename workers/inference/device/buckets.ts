/**
 * Storage buckets (Chrome 122): a page's storage in parts that the browser keeps or deletes each by itself. Elsewhere there is one, which
 * all share.
 */
export interface StorageBucket {
  readonly indexedDB: IDBFactory;
  estimate(): Promise<StorageEstimate>;
  persisted(): Promise<boolean>;
}

interface StorageBuckets {
  open(name: string, options?: { persisted: boolean; durability: 'relaxed' | 'strict' }): Promise<StorageBucket>;
  keys(): Promise<string[]>;
}

const buckets = (): StorageBuckets | undefined =>
  (globalThis.navigator as Partial<{ storageBuckets: StorageBuckets }> | undefined)?.storageBuckets;

/**
 * A bucket for what can be had again, made where it is not there; null where there are none, and where the browser gives no more (on disks
 * of less than some 70 MB it gives no second one).
 */
export async function openSpareBucket(name: string): Promise<StorageBucket | null> {
  try {
    return (await buckets()?.open(name, { persisted: false, durability: 'relaxed' })) ?? null;
  } catch {
    return null;
  }
}

/** Bytes that the bucket takes up, null where there is none of that name. */
export async function bucketBytes(name: string): Promise<number | null> {
  try {
    const all = buckets();
    if (!all || !(await all.keys()).includes(name)) return null;
    return (await (await all.open(name)).estimate()).usage ?? null;
  } catch {
    return null;
  }
}

/** Whether the browser keeps a bucket of this page until a person deletes it: the one that runs are in. */
export async function anyKept(): Promise<boolean> {
  try {
    const all = buckets();
    for (const name of (await all?.keys()) ?? []) if (await (await all?.open(name))?.persisted()) return true;
    return false;
  } catch {
    return false;
  }
}
