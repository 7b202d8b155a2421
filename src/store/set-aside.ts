import { err, type Result } from '../kernel/result.ts';
import type { Database } from './schema.ts';
import type { Sealed, SealFault } from './seal.ts';
import { seal, unseal } from './seal.ts';
import { asStoreFault } from './fault.ts';

/** As the table's primary key has it. */
export type RecordKey = string | readonly (string | number)[];
export type SealedTable = 'runs' | 'sources' | 'journal' | 'results' | 'agents';

export interface SetAsideOptions<T> {
  /** Whether what was sealed is what the table holds; anything is, unless given. */
  readonly fits?: (value: unknown) => boolean;
  /** What takes the place of a record that cannot be trusted and has no version before it; nothing does, unless given. */
  readonly instead?: () => Promise<T | null>;
}

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
  { fits = () => true, instead }: SetAsideOptions<T> = {},
): Promise<T | null> {
  const open = (sealed: Sealed): Result<T, SealFault> => {
    const opened = unseal<T>(sealed);
    return opened.ok && !fits(opened.value) ? err({ code: 'fields' }) : opened;
  };
  const opened = open(record);
  if (opened.ok) return opened.value;
  const spare = (await instead?.()) ?? null;
  let value: T | null = spare;
  try {
    await db.transaction('rw', [table, 'quarantine'], async () => {
      value = spare;
      const all = db.table<Sealed & { readonly before?: Sealed }, typeof key>(table);
      const now = await all.get(key);
      if (!now) {
        value = null;
        return;
      }
      const again = open(now);
      if (again.ok) {
        value = again.value;
        return;
      }
      const { before, ...bad } = now;
      await db.quarantine.add({ run, table, key: JSON.stringify(key), reason: again.error, record: bad });
      const older = before && open(before);
      if (older?.ok) value = older.value;
      if (older?.ok || spare) await all.put({ ...bad, ...(older?.ok ? before : seal(spare)) } as Sealed);
      else await all.delete(key);
    });
  } catch (error) {
    // On a full disk what is bad stays where it is; it is as if it were not there all the same.
    if (asStoreFault(error).code !== 'quota') throw error;
  }
  return value;
}
