/**
 * A run store in memory with the promises of the real one: whole batches or nothing, one result a task, one writer, sealed records that are
 * checked on reading. For simulation, where a database would cost a thousand times the run itself; a test holds it against the real store.
 *
 * It also has what a disk has and a database hides: an acknowledged batch survives anything, one on its way may or may not, and a record can
 * go bad behind the database's back.
 */
import type { Random } from '../kernel/random.ts';
import { StoreFault } from '../store/fault.ts';
import type {
  ColdAgent,
  CommitBatch,
  JournalChunk,
  ResultRow,
  RunRecord,
  RunSnapshot,
  RunSource,
} from '../store/records.ts';
import type { OrderedRow, RunStore, SetAside } from '../store/run-store.ts';
import { seal, type Sealed, type SealFault, unseal } from '../store/seal.ts';

type Table = 'runs' | 'sources' | 'journal' | 'results' | 'agents';
type Stored = Sealed & { readonly run: string; readonly order: number; readonly agents: readonly number[] };

const ROWS_A_READ = 500;
const CHUNKS_A_READ = 32;

/** What a disk had at some moment. */
export interface DiskContent {
  readonly tables: MemoryDisk['tables'];
  readonly fences: ReadonlyMap<string, number>;
}

/** What is on the disk: shared by every store that is opened on it. */
export class MemoryDisk {
  readonly tables: Readonly<Record<Table, Map<string, Stored>>> = {
    runs: new Map(),
    sources: new Map(),
    journal: new Map(),
    results: new Map(),
    agents: new Map(),
  };
  readonly fences = new Map<string, number>();
  /** The newest of each run. */
  readonly snapshots = new Map<string, RunSnapshot>();
  readonly quarantine: {
    readonly run: string;
    readonly table: string;
    readonly key: string;
    readonly reason: SealFault;
  }[] = [];
  /** Tells this disk's content from what it had before it was thrown away. */
  mark = 0;

  /** The browser throws all of it away; what is opened next is fresh. */
  throwAway(): void {
    for (const table of Object.values(this.tables)) table.clear();
    this.fences.clear();
    this.snapshots.clear();
    this.quarantine.length = 0;
    this.mark++;
  }

  /** All that is on the disk now. */
  copy(): DiskContent {
    const tables = Object.entries(this.tables).map(([name, table]) => [name, new Map(table)]);
    return { tables: Object.fromEntries(tables) as MemoryDisk['tables'], fences: new Map(this.fences) };
  }

  /** The power goes, and with it what the disk had acknowledged but not yet written since `earlier`. */
  loseSince(earlier: DiskContent): void {
    for (const [name, table] of Object.entries(earlier.tables)) {
      this.tables[name as Table].clear();
      for (const [key, stored] of table) this.tables[name as Table].set(key, stored);
    }
    this.fences.clear();
    for (const [run, fence] of earlier.fences) this.fences.set(run, fence);
  }

  /**
   * Spoils one stored record: a flipped bit of its body, or a version from the future. Tables are chosen evenly among those that have
   * records. Null when nothing is stored.
   */
  spoil<Among extends Table>(
    random: Random,
    how: 'bit' | 'version',
    among: readonly Among[],
  ): { readonly table: Among; readonly key: string } | null {
    const filled = among.filter((name) => this.tables[name].size > 0);
    if (filled.length === 0) return null;
    const table = random.pick(filled);
    const key = random.pick([...this.tables[table].keys()]);
    const record = this.tables[table].get(key) as Stored;
    if (how === 'version') this.tables[table].set(key, { ...record, v: 1000 });
    else {
      const at = random.int(record.body.length);
      const flipped = String.fromCharCode(record.body.charCodeAt(at) ^ 1);
      this.tables[table].set(key, { ...record, body: record.body.slice(0, at) + flipped + record.body.slice(at + 1) });
    }
    return { table, key };
  }
}

const gone = (): StoreFault => new StoreFault('gone', 'The browser has thrown away what was stored.');
const pad = (value: number): string => String(value).padStart(12, '0');

/** One program's view of a disk. */
export class MemoryStore implements RunStore {
  readonly #disk: MemoryDisk;
  /** As in the real store: the mark of the disk on which a run's writer was opened here. */
  readonly #writers = new Map<string, number>();

  constructor(disk: MemoryDisk) {
    this.#disk = disk;
  }

  list(): Promise<RunRecord[]> {
    const records = [...this.#disk.tables.runs.keys()].map((key) => this.#read<RunRecord>('runs', key));
    return Promise.resolve(records.filter((record) => record !== null).sort((a, b) => b.startedAt - a.startedAt));
  }

  create(record: RunRecord, source: RunSource): Promise<void> {
    if (this.#disk.tables.runs.has(record.id))
      return Promise.reject(new StoreFault('duplicate-result', 'The run is there already.'));
    this.#write('runs', record.id, record.id, record);
    this.#write('sources', record.id, record.id, source);
    return Promise.resolve();
  }

  record(run: string): Promise<RunRecord | null> {
    return Promise.resolve(this.#read<RunRecord>('runs', run));
  }

  source(run: string): Promise<RunSource> {
    if (!this.#disk.tables.sources.has(run))
      return Promise.reject(new StoreFault('missing', `Run ${run} has no source.`));
    const source = this.#read<RunSource>('sources', run);
    if (!source)
      return Promise.reject(new StoreFault('corrupt', `The swarm file of run ${run} can no longer be read.`));
    return Promise.resolve(source);
  }

  openWriter(run: string): Promise<number> {
    const fence = (this.#disk.fences.get(run) ?? 0) + 1;
    this.#disk.fences.set(run, fence);
    this.#writers.set(run, this.#disk.mark);
    return Promise.resolve(fence);
  }

  look(run: string): Promise<void> {
    return this.#isGone(run) ? Promise.reject(gone()) : Promise.resolve();
  }

  commit(batch: CommitBatch): Promise<void> {
    const { run, events } = batch;
    const { results } = this.#disk.tables;
    if (this.#isGone(run)) return Promise.reject(gone());
    if ((this.#disk.fences.get(run) ?? 0) !== batch.fence)
      return Promise.reject(new StoreFault('stale-writer', 'Another tab has taken over this run.'));
    const keys = new Set(batch.rows.map(({ row }) => `${run}/${pad(row.task)}`));
    if (keys.size < batch.rows.length || [...keys].some((key) => results.has(key)))
      return Promise.reject(new StoreFault('duplicate-result', 'A result of this task is there already.'));
    const eventsKey = events ? `${run}/${pad(events.firstSeq)}` : '';
    if (events && this.#disk.tables.journal.has(eventsKey))
      return Promise.reject(new StoreFault('duplicate-result', 'These events are there already.'));
    for (const { order, row } of batch.rows) this.#write('results', `${run}/${pad(row.task)}`, run, row, order);
    if (events) this.#write('journal', eventsKey, run, events, events.firstSeq, events.agents);
    for (const cold of batch.agents)
      this.#write('agents', `${run}/${pad(cold.agent)}/${cold.generation % 2}`, run, cold, cold.agent);
    this.#write('runs', run, run, batch.record);
    return Promise.resolve();
  }

  chunks(run: string, afterSeq: number, upToSeq = Infinity): Promise<JournalChunk[]> {
    const meant = this.#inOrder<JournalChunk>('journal', run, ({ order }) => order <= upToSeq);
    return Promise.resolve(meant.map(({ value }) => value).filter(({ lastSeq }) => lastSeq > afterSeq));
  }

  async eachChunk(
    run: string,
    afterSeq: number,
    upToSeq: number,
    visit: (chunks: readonly JournalChunk[]) => unknown,
  ): Promise<void> {
    const chunks = await this.chunks(run, afterSeq, upToSeq);
    for (let at = 0; at < chunks.length; at += CHUNKS_A_READ)
      if (visit(chunks.slice(at, at + CHUNKS_A_READ)) === false) return;
  }

  chunksOf(run: string, agent: number, atMost: number): Promise<JournalChunk[]> {
    const found = this.#inOrder<JournalChunk>('journal', run, (stored) => stored.agents.includes(agent));
    return Promise.resolve(found.slice(-atMost).map(({ value }) => value));
  }

  rows(run: string, tasks: readonly number[]): Promise<OrderedRow[]> {
    const rows: OrderedRow[] = [];
    for (const task of tasks) {
      const key = `${run}/${pad(task)}`;
      const order = this.#disk.tables.results.get(key)?.order;
      const row = this.#read<ResultRow>('results', key);
      if (row && order !== undefined) rows.push({ order, row });
    }
    return Promise.resolve(rows);
  }

  eachRow(run: string, visit: (rows: readonly OrderedRow[]) => void): Promise<void> {
    const rows = this.#inOrder<ResultRow>('results', run, () => true).map(({ order, value }) => ({
      order,
      row: value,
    }));
    rows.sort((a, b) => a.row.task - b.row.task);
    for (let at = 0; at < rows.length; at += ROWS_A_READ) visit(rows.slice(at, at + ROWS_A_READ));
    return Promise.resolve();
  }

  countRows(run: string): Promise<number> {
    let count = 0;
    for (const { run: owner } of this.#disk.tables.results.values()) if (owner === run) count++;
    return Promise.resolve(count);
  }

  saveSnapshot(run: string, fence: number, snapshot: RunSnapshot): Promise<void> {
    if (this.#isGone(run)) return Promise.reject(gone());
    if ((this.#disk.fences.get(run) ?? 0) !== fence)
      return Promise.reject(new StoreFault('stale-writer', 'Another tab has taken over this run.'));
    this.#disk.snapshots.set(run, snapshot);
    return Promise.resolve();
  }

  snapshot(run: string): Promise<RunSnapshot | null> {
    return Promise.resolve(this.#disk.snapshots.get(run) ?? null);
  }

  async agent(run: string, agent: number): Promise<ColdAgent | null> {
    return (await this.agents(run)).find((cold) => cold.agent === agent) ?? null;
  }

  agents(run: string): Promise<ColdAgent[]> {
    const newest = new Map<number, ColdAgent>();
    for (const { value } of this.#inOrder<ColdAgent>('agents', run, () => true))
      if (value.generation > (newest.get(value.agent)?.generation ?? -1)) newest.set(value.agent, value);
    return Promise.resolve([...newest.values()].sort((a, b) => a.agent - b.agent));
  }

  remove(run: string): Promise<void> {
    for (const table of Object.values(this.#disk.tables))
      for (const [key, { run: owner }] of table) if (owner === run) table.delete(key);
    this.#disk.fences.delete(run);
    this.#disk.snapshots.delete(run);
    const kept = this.#disk.quarantine.filter((item) => item.run !== run);
    this.#disk.quarantine.splice(0, this.#disk.quarantine.length, ...kept);
    return Promise.resolve();
  }

  async trimTraces(spared: string, bytes: number, lean: (chunk: JournalChunk) => JournalChunk): Promise<number> {
    let freed = 0;
    for (const { id, phase } of (await this.list()).reverse()) {
      if (id === spared || (phase !== 'done' && phase !== 'cancelled')) continue;
      for (const [key, stored] of [...this.#disk.tables.journal]) {
        if (stored.run !== id || freed >= bytes) continue;
        const chunk = unseal<JournalChunk>(stored);
        if (!chunk.ok) continue;
        const sealed = seal(lean(chunk.value));
        if (sealed.body.length >= stored.body.length) continue;
        freed += stored.body.length - sealed.body.length;
        this.#disk.tables.journal.set(key, { ...stored, ...sealed });
      }
    }
    return freed;
  }

  quarantined(run: string): Promise<readonly SetAside[]> {
    return Promise.resolve(
      this.#disk.quarantine
        .filter((item) => item.run === run)
        .map(({ table, key, reason }) => ({ table, key, reason })),
    );
  }

  close(): void {
    // Nothing is held open.
  }

  #isGone(run: string): boolean {
    return (this.#writers.get(run) ?? this.#disk.mark) !== this.#disk.mark;
  }

  #write(table: Table, key: string, run: string, value: unknown, order = 0, agents: readonly number[] = []): void {
    this.#disk.tables[table].set(key, { run, order, agents, ...seal(value) });
  }

  #inOrder<T>(table: Table, run: string, wanted: (stored: Stored) => boolean): { order: number; value: T }[] {
    const found: { order: number; value: T }[] = [];
    for (const [key, stored] of [...this.#disk.tables[table]]) {
      if (stored.run !== run || !wanted(stored)) continue;
      const value = this.#read<T>(table, key);
      if (value !== null) found.push({ order: stored.order, value });
    }
    return found.sort((a, b) => a.order - b.order);
  }

  #read<T>(table: Table, key: string): T | null {
    const stored = this.#disk.tables[table].get(key);
    if (!stored) return null;
    const opened = unseal<T>(stored);
    if (opened.ok) return opened.value;
    this.#disk.tables[table].delete(key);
    this.#disk.quarantine.push({ run: stored.run, table, key, reason: opened.error });
    return null;
  }
}
