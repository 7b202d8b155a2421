import { seededRandom } from '../kernel/random.ts';
import type { Database } from './schema.ts';

/** Records that are written to make a database begin a new log; more than the 4 MiB after which LevelDB does so, none so large that it becomes a file. */
const RECORDS = 150;
const RECORD_BYTES = 32_000;
const SCRATCH = 'scratch/';

/**
 * Twice a log's worth of what doesn't compress, each followed by a small write: LevelDB begins a new log with the write behind the one that
 * made it too long, and with the second such write it has to be done with the first log.
 */
export async function beginLog(db: Database): Promise<void> {
  const scratch = db.table<{ readonly key: string; readonly value: unknown }>('kv');
  const random = seededRandom(SCRATCH);
  const words = new Uint32Array(RECORD_BYTES / 4);
  const record = (key: number) => {
    for (let i = 0; i < words.length; i++) words[i] = random.int(2 ** 32);
    return { key: SCRATCH + String(key), value: words.slice() };
  };
  for (let times = 0; times < 2; times++) {
    await scratch.bulkPut(Array.from({ length: RECORDS }, (_, key) => record(key)));
    await scratch.put({ key: SCRATCH, value: times });
  }
  await scratch.where('key').startsWith(SCRATCH).delete();
}
