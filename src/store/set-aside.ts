import type { Database } from './schema.ts';
import type { Sealed } from './seal.ts';
import { unseal } from './seal.ts';
import { asStoreFault } from './fault.ts';

/** As the table's primary key has it. */
export type RecordKey = string | readonly (string | number)[];
export type SealedTable = 'runs' | 'sources' | 'journal' | 'results' | 'agents';

/**
 * The value of a record that was read; null once it has been set aside, or where it cannot be trusted and there is no room to say so. A
 * record that was written anew since it was read is the one that counts; one that has the version before it beside it becomes that again.
 */
export async function openOrSetAside<T>(
  db: Database,
  table: SealedTable,
  key: RecordKey,
  record: Sealed,
  run: string,
): Promise<T | null> {
  const opened = unseal<T>(record);
  if (opened.ok) return opened.value;
  let value: T | null = null;
  try {
    await db.transaction('rw', [table, 'quarantine'], async () => {
      value = null;
      const all = db.table<Sealed & { readonly before?: Sealed }, typeof key>(table);
      const now = await all.get(key);
      if (!now) return;
      const again = unseal<T>(now);
      if (again.ok) {
        value = again.value;
        return;
      }
      const { before, ...bad } = now;
      await db.quarantine.add({ run, table, key: JSON.stringify(key), reason: again.error, record: bad });
      const older = before && unseal<T>(before);
      if (!older?.ok) {
        await all.delete(key);
        return;
      }
      await all.put({ ...bad, ...before } as Sealed);
      value = older.value;
    });
  } catch (error) {
    // On a full disk what is bad stays where it is; it is as if it were not there all the same.
    if (asStoreFault(error).code !== 'quota') throw error;
  }
  return value;
}
