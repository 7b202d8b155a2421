/** Strikes what a run has on the disk, behind the back of everyone who has it open: they meet it when they read. */
import { STORED_TABLES, type StoredTable } from '../journal/vocabulary.ts';
import type { Random } from '../kernel/random.ts';
import type { Database, StoredAgent, StoredChunk, StoredResult } from '../store/schema.ts';

/** `bit`: one bit of its body flips; `version`: its version is one of the future. */
export type Damage = 'bit' | 'version';

export interface SpoiltRecord {
  readonly table: StoredTable;
  /** As the quarantine names it. */
  readonly key: string;
}

/** A store in which single records can be struck. Null where nothing of the run is stored yet. */
export type SpoilRecord = (run: string, how: Damage, random: Random) => Promise<SpoiltRecord | null>;

const NEXT_VERSION = 1000;

/** @returns what was struck; rejects where the database cannot be written */
export async function spoilStored(
  db: Database,
  run: string,
  how: Damage,
  random: Random,
): Promise<SpoiltRecord | null> {
  return db.transaction('rw', [db.results, db.journal, db.agents], async () => {
    const ranges = {
      results: db.results.where('[run+task]').between([run, 0], [run, Infinity], true, true),
      journal: db.journal.where('[run+firstSeq]').between([run, 0], [run, Infinity], true, true),
      agents: db.agents.where('[run+agent+slot]').between([run, 0, 0], [run, Infinity, 1], true, true),
    };
    // A run can lose one of any of them and go on; evenly drawn among those that have any.
    const filled: { table: StoredTable; count: number }[] = [];
    for (const table of STORED_TABLES) {
      const count = await ranges[table].count();
      if (count > 0) filled.push({ table, count });
    }
    if (filled.length === 0) return null;
    const { table, count } = random.pick(filled);
    const record = (await ranges[table].offset(random.int(count)).first()) as
      StoredResult | StoredChunk | StoredAgent | undefined;
    if (!record) return null;
    await db.table(table).put({ ...record, ...damaged(record, how, random) });
    return { table, key: JSON.stringify(keyOf(record)) };
  });
}

function damaged({ body }: { readonly body: string }, how: Damage, random: Random): { v: number } | { body: string } {
  if (how === 'version') return { v: NEXT_VERSION };
  const at = random.int(body.length);
  return { body: body.slice(0, at) + String.fromCharCode(body.charCodeAt(at) ^ 1) + body.slice(at + 1) };
}

function keyOf(record: StoredResult | StoredChunk | StoredAgent): readonly (string | number)[] {
  if ('task' in record) return [record.run, record.task];
  if ('slot' in record) return [record.run, record.agent, record.slot];
  return [record.run, record.firstSeq];
}
