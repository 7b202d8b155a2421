import { entropySeed } from '../kernel/random.ts';
import { Connection } from './connection.ts';
import type { LogCare } from './log-care.ts';
import { asStoreFault, StoreFault } from './fault.ts';
import type { ColdAgent, CommitBatch, JournalChunk, ResultRow, RunRecord, RunSnapshot, RunSource } from './records.ts';
import { isLike, isRunRecord } from './records.ts';
import type { OrderedRow, RunStore, SetAside } from './run-store.ts';
import type { StoredAgent, StoredChunk, StoredRun, StoredSnapshot } from './schema.ts';
import { Database, erase, fenceKey } from './schema.ts';
import type { Sealed, SealFault } from './seal.ts';
import { seal, unseal } from './seal.ts';
import type { RecordKey, SealedTable } from './set-aside.ts';
import { openOrSetAside } from './set-aside.ts';
import { packSnapshot, unpackSnapshot } from './stored-snapshot.ts';

/** Characters of input a record; a corrupt part then costs no more than itself, and no record is huge. */
const INPUT_PART = 256 * 1024;
/** As they are stored they are not needed once they are read: never all of a long input at once. */
const PARTS_A_READ = 8;
const ROWS_A_READ = 500;
/** Chunks hold a few hundred events, some 100 kB. */
const CHUNKS_A_READ = 32;
const CHUNKS_A_TRIM = 50;

type SourceHeader = Omit<RunSource, 'input'> & { readonly input: { readonly name: string; readonly parts: number } };

/** `RunStore` over IndexedDB. */
export class DexieStore implements RunStore {
  readonly #connection: Connection;
  /** Runs that have a writer here, with the mark of the database that it writes to. */
  readonly #writers = new Map<string, number>();

  constructor(connection: Connection) {
    this.#connection = connection;
  }

  /** Work on the database itself, for what is no call of a run. Rejects with a `StoreFault`. */
  with<T>(work: (db: Database) => PromiseLike<T>): Promise<T> {
    return this.#connection.use(work);
  }

  /** Within the work that is given to the connection: its handle. */
  get #db(): Database {
    return this.#connection.db;
  }

  async list(): Promise<RunRecord[]> {
    return this.#connection.use(async () => {
      const records: RunRecord[] = [];
      for (const item of await this.#db.runs.toArray()) {
        const record = await this.#record(item);
        if (record) records.push(record);
      }
      return records.sort((a, b) => b.startedAt - a.startedAt);
    });
  }

  async create(record: RunRecord, source: RunSource): Promise<void> {
    const { text } = source.input;
    const parts = Math.ceil(text.length / INPUT_PART);
    const header: SourceHeader = { ...source, input: { name: source.input.name, parts } };
    await this.#connection.use(() =>
      this.#db.transaction('rw', this.#db.runs, this.#db.sources, async () => {
        await this.#db.runs.add({ id: record.id, startedAt: record.startedAt, ...seal(record) });
        await this.#db.sources.add({ run: record.id, part: 0, ...seal(header) });
        for (let part = 0; part < parts; part++) {
          const piece = text.slice(part * INPUT_PART, (part + 1) * INPUT_PART);
          await this.#db.sources.add({ run: record.id, part: part + 1, ...seal(piece) });
        }
      }),
    );
  }

  async record(run: string): Promise<RunRecord | null> {
    return this.#connection.use(async () => {
      const stored = await this.#db.runs.get(run);
      return stored ? this.#record(stored) : null;
    });
  }

  async source(run: string): Promise<RunSource> {
    return this.#connection.use(async () => {
      const first = await this.#db.sources.get([run, 0]);
      if (!first) throw new StoreFault('missing', `Run ${run} has no source.`);
      const header = await this.#read<SourceHeader>('sources', [run, 0], first, run, HEADER);
      if (!header) throw new StoreFault('corrupt', `The swarm file of run ${run} can no longer be read.`);
      const pieces: string[] = [];
      for (let from = 0; ;) {
        const range = this.#db.sources.where('[run+part]').between([run, from], [run, Infinity], false, true);
        const some = await range.limit(PARTS_A_READ).toArray();
        const last = some.at(-1);
        if (!last) break;
        for (const item of some) {
          const piece = await this.#read<string>('sources', [run, item.part], item, run, '');
          if (piece === null)
            throw new StoreFault(
              'corrupt',
              `Part ${String(item.part)} of the input of run ${run} can no longer be read.`,
            );
          pieces.push(piece);
        }
        from = last.part;
      }
      if (pieces.length !== header.input.parts)
        throw new StoreFault('corrupt', `The input of run ${run} is not whole.`);
      return { ...header, input: { name: header.input.name, text: pieces.join('') } };
    });
  }

  async openWriter(run: string): Promise<number> {
    return this.#connection.use(() =>
      this.#db.transaction('rw', this.#db.kv, async () => {
        const { kv } = this.#db;
        const key = fenceKey(run);
        const value = ((await kv.get(key))?.value ?? 0) + 1;
        await kv.put({ key, value });
        const mark = (await kv.get(MARK))?.value ?? entropySeed();
        await kv.put({ key: MARK, value: mark });
        this.#writers.set(run, mark);
        return value;
      }),
    );
  }

  async look(run: string): Promise<void> {
    await this.#connection.use(() => this.#db.transaction('r', this.#db.kv, () => this.#sameDatabase(run)));
  }

  async commit(batch: CommitBatch): Promise<void> {
    const { run, events } = batch;
    await this.#connection.use((db) => {
      const { runs, journal, results, agents, kv } = db;
      return db.transaction('rw', [runs, journal, results, agents, kv], async () => {
        await this.#sameDatabase(run);
        const fence = (await kv.get(fenceKey(run)))?.value ?? 0;
        if (fence !== batch.fence) throw new StoreFault('stale-writer', 'Another tab has taken over this run.');
        await results.bulkAdd(batch.rows.map(({ order, row }) => ({ run, task: row.task, order, ...seal(row) })));
        if (events) {
          const { firstSeq, lastSeq } = events;
          const touched = events.agents.map((agent) => agentKey(run, agent));
          await journal.add({ run, firstSeq, lastSeq, touched, ...seal(events) });
        }
        await agents.bulkPut(
          batch.agents.map((cold) => ({ run, agent: cold.agent, slot: cold.generation % 2, ...seal(cold) })),
        );
        const before = await this.#lastGood(run);
        await runs.put({
          id: run,
          startedAt: batch.record.startedAt,
          ...seal(batch.record),
          ...(before && { before }),
        });
      });
    });
  }

  async chunks(run: string, afterSeq: number, upToSeq = Infinity): Promise<JournalChunk[]> {
    const all: JournalChunk[] = [];
    await this.eachChunk(run, afterSeq, upToSeq, (chunks) => {
      all.push(...chunks);
    });
    return all;
  }

  eachChunk: RunStore['eachChunk'] = async (run, afterSeq, upToSeq, visit) => {
    await this.#connection.use(async () => {
      const journal = this.#db.journal.where('[run+firstSeq]');
      const split = await journal.between([run, 0], [run, afterSeq], true, true).last();
      if (split && split.lastSeq > afterSeq && visit(await this.#chunks([split])) === false) return;
      for (let from = afterSeq; ;) {
        const range = this.#db.journal.where('[run+firstSeq]').between([run, from], [run, upToSeq], false, true);
        const stored = await range.limit(CHUNKS_A_READ).toArray();
        const last = stored.at(-1);
        if (!last || visit(await this.#chunks(stored)) === false) return;
        from = last.firstSeq;
      }
    });
  };

  async chunksOf(run: string, agent: number, atMost: number): Promise<JournalChunk[]> {
    return this.#connection.use(async () => {
      const keys = await this.#db.journal.where('touched').equals(agentKey(run, agent)).primaryKeys();
      keys.sort((a, b) => a[1] - b[1]);
      const stored = await this.#db.journal.bulkGet(keys.slice(-atMost));
      return this.#chunks(stored.filter((chunk) => chunk !== undefined));
    });
  }

  async rows(run: string, tasks: readonly number[]): Promise<OrderedRow[]> {
    return this.#connection.use(async () => {
      const stored = await this.#db.results.bulkGet(tasks.map((task) => [run, task] as [string, number]));
      return this.#rows(stored.filter((item) => item !== undefined));
    });
  }

  async eachRow(run: string, visit: (rows: readonly OrderedRow[]) => void): Promise<void> {
    await this.#connection.use(async () => {
      for (let from = -1; ;) {
        const range = this.#db.results.where('[run+task]').between([run, from], [run, Infinity], false, true);
        const stored = await range.limit(ROWS_A_READ).toArray();
        if (stored.length === 0) return;
        visit(await this.#rows(stored));
        from = (stored[stored.length - 1] as { task: number }).task;
      }
    });
  }

  async countRows(run: string): Promise<number> {
    return this.#connection.use((db) =>
      db.results.where('[run+task]').between([run, 0], [run, Infinity], true, true).count(),
    );
  }

  async saveSnapshot(run: string, fence: number, snapshot: RunSnapshot): Promise<void> {
    const packed = await packSnapshot(snapshot);
    await this.#connection.use(({ snapshots, kv }) =>
      this.#db.transaction('rw', [snapshots, kv], async () => {
        await this.#sameDatabase(run);
        if (((await kv.get(fenceKey(run)))?.value ?? 0) !== fence)
          throw new StoreFault('stale-writer', 'Another tab has taken over this run.');
        const [newest] = await this.#snapshots(run);
        await snapshots.put({ run, slot: newest?.slot === 0 ? 1 : 0, ...packed });
      }),
    );
  }

  async snapshot(run: string): Promise<RunSnapshot | null> {
    return this.#connection.use(async () => {
      for (const stored of await this.#snapshots(run)) {
        const opened = await unpackSnapshot(stored);
        if (opened.ok) return opened.value;
        await this.#setAside(stored, opened.error);
      }
      return null;
    });
  }

  async agent(run: string, agent: number): Promise<ColdAgent | null> {
    return this.#connection.use(async () => {
      const stored = await this.#db.agents
        .where('[run+agent+slot]')
        .between([run, agent, 0], [run, agent, 1], true, true)
        .toArray();
      return (await this.#newest(stored)).get(agent) ?? null;
    });
  }

  async agents(run: string): Promise<ColdAgent[]> {
    return this.#connection.use(async () => {
      const range = this.#db.agents.where('[run+agent+slot]').between([run, 0, 0], [run, Infinity, 1], true, true);
      return [...(await this.#newest(await range.toArray())).values()];
    });
  }

  async remove(run: string): Promise<void> {
    await this.#connection.use((db) => erase(db, run));
  }

  async trimTraces(spared: string, bytes: number, lean: (chunk: JournalChunk) => JournalChunk): Promise<number> {
    const ended = (await this.list()).filter(({ id, phase }) => id !== spared && isOver(phase)).reverse();
    let freed = 0;
    for (const { id } of ended) {
      for (let from = -1; freed < bytes;) {
        const range = this.#db.journal.where('[run+firstSeq]').between([id, from], [id, Infinity], false, true);
        const stored = await this.#connection.use(() => range.limit(CHUNKS_A_TRIM).toArray());
        const last = stored.at(-1);
        if (!last) break;
        from = last.firstSeq;
        freed += await this.#connection.use(() => this.#trim(stored, lean));
      }
      if (freed >= bytes) break;
    }
    return freed;
  }

  async quarantined(run: string): Promise<SetAside[]> {
    return this.#connection.use(async () => {
      const stored = await this.#db.quarantine.where('run').equals(run).toArray();
      return stored.map(({ table, key, reason }) => ({
        table,
        key,
        reason: typeof reason === 'string' ? { code: 'told', text: reason } : reason,
      }));
    });
  }

  close(): void {
    this.#connection.close();
  }

  /** Within a transaction: rejects where the database is not the one that the run's writer here was opened on. */
  async #sameDatabase(run: string): Promise<void> {
    const mark = this.#writers.get(run);
    if (mark !== undefined && (await this.#db.kv.get(MARK))?.value !== mark)
      throw new StoreFault('gone', 'The browser has thrown away what was stored.');
  }

  async #chunks(stored: readonly StoredChunk[]): Promise<JournalChunk[]> {
    const chunks: JournalChunk[] = [];
    for (const item of stored) {
      const { run, firstSeq } = item;
      const like = { lastSeq: 0, body: '' };
      const chunk = await this.#read<JournalChunk>('journal', [run, firstSeq], item, run, like, { firstSeq });
      if (chunk) chunks.push(chunk);
    }
    return chunks;
  }

  /** A snapshot that cannot be trusted, without its body: the log says the same. */
  async #setAside({ run, slot, seq, v, sum }: StoredSnapshot, reason: SealFault): Promise<void> {
    const { snapshots, quarantine } = this.#db;
    try {
      await this.#db.transaction('rw', [snapshots, quarantine], async () => {
        await snapshots.delete([run, slot]);
        const record = { run, slot, seq, v, sum };
        await quarantine.add({ run, table: 'snapshots', key: JSON.stringify([run, slot]), reason, record });
      });
    } catch (error) {
      // On a full disk it stays where it is.
      if (asStoreFault(error).code !== 'quota') throw error;
    }
  }

  /** Newest first. */
  async #snapshots(run: string): Promise<StoredSnapshot[]> {
    const range = this.#db.snapshots.where('[run+slot]').between([run, 0], [run, 1], true, true);
    return (await range.toArray()).sort((a, b) => b.seq - a.seq);
  }

  /** Puts lean chunks in the place of these; characters that were freed. */
  async #trim(stored: readonly StoredChunk[], lean: (chunk: JournalChunk) => JournalChunk): Promise<number> {
    let freed = 0;
    await this.#db.transaction('rw', this.#db.journal, async () => {
      freed = 0;
      const keys = stored.map(({ run, firstSeq }) => [run, firstSeq] as [string, number]);
      // Read again: the run may have been removed meanwhile.
      for (const item of await this.#db.journal.bulkGet(keys)) {
        const chunk = item && unseal<JournalChunk>(item);
        if (!item || !chunk?.ok) continue;
        const sealed = seal(lean(chunk.value));
        if (sealed.body.length >= item.body.length) continue;
        freed += item.body.length - sealed.body.length;
        const { run, firstSeq, lastSeq, touched } = item;
        await this.#db.journal.put({ run, firstSeq, lastSeq, touched, ...sealed });
      }
    });
    return freed;
  }

  /** The run's row as it was written last and can be read, to be kept beside the next: without it a run could not be found again. */
  async #lastGood(run: string): Promise<Sealed | undefined> {
    const row = await this.#db.runs.get(run);
    if (!row || !unseal(row).ok) return row?.before;
    const { v, sum, body } = row;
    return { v, sum, body };
  }

  async #rows(stored: readonly (Sealed & { run: string; task: number; order: number })[]): Promise<OrderedRow[]> {
    const rows: OrderedRow[] = [];
    for (const item of stored) {
      const { run, task, order } = item;
      const like = { line: 0, input: '', agent: '' };
      const row = await this.#read<ResultRow>('results', [run, task], item, run, like, { task });
      if (row) rows.push({ order, row });
    }
    return rows;
  }

  async #newest(stored: readonly StoredAgent[]): Promise<Map<number, ColdAgent>> {
    const newest = new Map<number, ColdAgent>();
    for (const item of stored) {
      const { run, agent, slot } = item;
      const like = { generation: 0, state: {} };
      const cold = await this.#read<ColdAgent>('agents', [run, agent, slot], item, run, like, { agent });
      if (cold && cold.generation > (newest.get(cold.agent)?.generation ?? -1)) newest.set(cold.agent, cold);
    }
    return newest;
  }

  /** A run whose record cannot be trusted is there all the same: it is opened from its source and its log, and writes its record anew then. */
  #record(stored: StoredRun): Promise<RunRecord | null> {
    const { id, startedAt } = stored;
    const instead = async (): Promise<RunRecord | null> => {
      const first = await this.#db.sources.get([id, 0]);
      const header = first && unseal<SourceHeader>(first);
      if (!header?.ok || !isLike(header.value, HEADER)) return null;
      const results = await this.#db.results.where('[run+task]').between([id, -Infinity], [id, Infinity]).count();
      return {
        id,
        name: header.value.swarm.file,
        phase: 'paused',
        startedAt: Number.isFinite(startedAt) ? startedAt : 0,
        endedAt: null,
        tasks: results,
        results,
        failed: 0,
        agents: 0,
        modelId: '',
        engine: 'webllm',
      };
    };
    const fits = (value: unknown): boolean => isRunRecord(value, id);
    return openOrSetAside<RunRecord>(this.#db, 'runs', id, stored, id, { fits, instead });
  }

  /** The record's value; null once it has been set aside. */
  #read<T>(
    table: SealedTable,
    key: RecordKey,
    record: Sealed,
    run: string,
    like: unknown,
    same?: object,
  ): Promise<T | null> {
    return openOrSetAside(this.#db, table, key, record, run, { fits: (value) => isLike(value, like, same) });
  }
}

const HEADER = { swarm: { file: '', text: '' }, input: { name: '', parts: 0 } };
const isOver = (phase: RunRecord['phase']): boolean => phase === 'done' || phase === 'cancelled';
/** Under this a database keeps a number that it shares with no other: one that was thrown away and made anew is known by it. */
const MARK = 'database';
const agentKey = (run: string, agent: number): string => `${run}/${String(agent)}`;

/** Opens the product's database, or what is given; a function makes a handle anew each time the last one has died. */
export async function openStore(
  database: Database | (() => Database) = () => new Database('planaria'),
): Promise<DexieStore> {
  const connection = new Connection({ make: typeof database === 'function' ? database : () => database });
  await connection.ready();
  return new DexieStore(connection);
}

/** As `openStore`, but the database is opened by the first call, and by each after one that failed. */
export const lazyStore = (make: () => Database, care: LogCare | null): DexieStore =>
  new DexieStore(new Connection({ make, ...(care && { care }) }));
