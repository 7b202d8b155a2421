/**
 * The warm tier: K/V of agents that are not on the GPU, in IndexedDB. A cache: whatever it loses is computed again from the cold record, so
 * nothing here is ever worth an error. It may be large, so it gives way first when storage runs short.
 */
import { openDB, type DBSchema, type IDBPDatabase } from 'idb';
import type { NotKept } from '../../../src/engine/contract.ts';
import { inTurn } from '../../../src/kernel/in-turn.ts';
import { bytesOf, openRecord, sealRecord, WARM_VERSION, type SealedRecord, type WarmRecord } from './record.ts';

interface WarmDatabase extends DBSchema {
  /** Two slots an agent: generation modulo 2, so that writing one leaves the one before alone. */
  pages: { key: [number, number]; value: StoredPages };
  /** What must be known of all records at once: small, read when the store opens. */
  index: { key: [number, number]; value: IndexRow };
  quarantine: { key: number; value: Quarantined };
}

interface StoredPages extends SealedRecord {
  readonly slot: number;
}

interface IndexRow {
  readonly agent: number;
  readonly slot: number;
  readonly generation: number;
  readonly bytes: number;
}

/** A record that could not be trusted. Its bytes are not kept: they are worth nothing, and can be many. */
export interface Quarantined {
  readonly agent: number;
  readonly generation: number | null;
  readonly reason: string;
}

export interface WarmOptions {
  /** Bytes it may take up at most. */
  readonly limit: number;
  /** Sets stores apart in tests. */
  readonly name?: string;
}

export type PutOutcome =
  | { readonly ok: true; readonly bytes: number }
  /** Nothing was written. */
  | { readonly ok: false; readonly because: NotKept };

const QUARANTINE_KEPT = 32;
/** A write that finds storage full makes room and tries again this often. */
const TRIES = 3;

/**
 * Agents' pages on the disk.
 *
 * Invariants:
 * - Writing a generation leaves the one before it alone; of two, the newest that can be trusted is given out.
 * - Changes run one at a time, and before each record is written the others are cut down to what the limit leaves beside it.
 * - Once it is open, nothing here throws at whoever reads or writes agents' pages: what cannot be kept or trusted is as if it were not there.
 */
export class WarmStore {
  readonly #db: IDBPDatabase<WarmDatabase>;
  readonly #limit: number;
  /** Oldest use first; a Map keeps the order in which keys were last set. */
  readonly #used = new Map<string, IndexRow>();
  /** Why an agent's pages could not be trusted, until somebody asks. */
  readonly #troubles = new Map<number, string>();
  #bytes = 0;
  #closed = false;
  /** Changes run one at a time: each reckons with what the one before has left. */
  readonly #inTurn = inTurn();

  private constructor(db: IDBPDatabase<WarmDatabase>, limit: number, rows: readonly IndexRow[]) {
    this.#db = db;
    this.#limit = limit;
    for (const row of rows) this.#note(row);
  }

  /** Rejects where there is no IndexedDB (private windows of some browsers, storage that is broken). */
  static async open({ limit, name = 'planaria-warm' }: WarmOptions): Promise<WarmStore> {
    let store: WarmStore | null = null;
    const db = await openDB<WarmDatabase>(name, 1, {
      upgrade(fresh) {
        fresh.createObjectStore('pages', { keyPath: ['agent', 'slot'] });
        fresh.createObjectStore('index', { keyPath: ['agent', 'slot'] });
        fresh.createObjectStore('quarantine', { autoIncrement: true });
      },
      // Another tab wants the database gone or newer; a cache does not stand in the way.
      blocking: () => store?.close(),
      terminated: () => store?.close(),
    });
    store = new WarmStore(db, limit, await db.getAll('index'));
    return store;
  }

  /** Bytes of all records. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Agents that have a record. */
  get agents(): number {
    return new Set([...this.#used.values()].map(({ agent }) => agent)).size;
  }

  has(agent: number): boolean {
    return this.#newest(agent) !== null;
  }

  /** Writes the next generation; durable when it resolves. The generation before stays until the one after this is written. */
  put(record: Omit<WarmRecord, 'v' | 'generation'>): Promise<PutOutcome> {
    return this.#inTurn(() => this.#put(record));
  }

  async #put(record: Omit<WarmRecord, 'v' | 'generation'>): Promise<PutOutcome> {
    if (this.#closed) return { ok: false, because: { code: 'warm-closed' } };
    const { agent } = record;
    const generation = (this.#newest(agent)?.generation ?? 0) + 1;
    const sealed = sealRecord({ ...record, v: WARM_VERSION, generation });
    const row: IndexRow = { agent, slot: generation % 2, generation, bytes: bytesOf(sealed) };
    if (row.bytes > this.#limit) return { ok: false, because: { code: 'warm-too-large' } };
    await this.#shrinkTo(this.#limit - row.bytes, agent);
    for (let tries = 1; ; tries++) {
      let failure: DOMException | null = null;
      try {
        const change = this.#db.transaction(['pages', 'index'], 'readwrite', { durability: 'strict' });
        change.addEventListener('abort', () => {
          failure = change.error;
        });
        await Promise.all([
          change.objectStore('pages').put({ ...sealed, slot: row.slot }),
          change.objectStore('index').put(row),
          change.done,
        ]);
        this.#note(row);
        return { ok: true, bytes: row.bytes };
      } catch (thrown) {
        // A request of a transaction that storage stopped only knows that it was aborted; the transaction knows why.
        const full = [thrown, failure].some((error) => (error as Error | null)?.name === 'QuotaExceededError');
        if (!full || tries === TRIES || this.#used.size === 0) return { ok: false, because: reason(thrown, full) };
        // As much as it needs, then twice and four times that: deleted bytes are not always free at once.
        await this.#shrinkTo(Math.max(0, this.#bytes - row.bytes * 2 ** (tries - 1)), agent);
      }
    }
  }

  /**
   * The newest record of the agent that can be trusted. One that cannot is set aside with its reason, and the generation before is looked at.
   */
  async get(agent: number): Promise<WarmRecord | null> {
    const rows = [0, 1]
      .map((slot) => this.#used.get(keyOf(agent, slot)))
      .filter((row) => row !== undefined)
      .sort((a, b) => b.generation - a.generation);
    for (const row of rows) {
      if (this.#closed) return null;
      let because: string;
      try {
        const stored = await this.#db.get('pages', [agent, row.slot]);
        const now = this.#used.get(keyOf(agent, row.slot));
        if (!now) continue; // dropped, or forgotten, while it was read
        const opened = stored && openRecord(stored);
        if (opened?.ok && opened.value.agent === agent) {
          // Another tab may have written there; whose generation it is makes no difference to whoever has the same tokens.
          const { generation } = opened.value;
          if (now === row)
            this.#note(generation === row.generation ? row : { ...row, generation, bytes: bytesOf(opened.value) });
          return opened.value;
        }
        if (!opened) {
          // Dropped for room, here or by another tab: nothing is wrong with it.
          await this.#inTurn(() => this.#remove([row]));
          continue;
        }
        because = opened.ok ? "it is another agent's" : opened.error;
      } catch (thrown) {
        because = `it cannot be read: ${describe(thrown)}`;
      }
      if (!this.#closed) await this.#setAside(row, because);
    }
    return null;
  }

  /** Why the agent's newest pages could not be trusted when they were read last; told once. */
  takeTrouble(agent: number): string | undefined {
    const trouble = this.#troubles.get(agent);
    this.#troubles.delete(agent);
    return trouble;
  }

  /** Drops all the agent has here. */
  forget(agent: number): Promise<void> {
    this.#troubles.delete(agent);
    return this.#inTurn(() =>
      this.#remove([0, 1].map((slot) => this.#used.get(keyOf(agent, slot))).filter((row) => row !== undefined)),
    );
  }

  /** Drops records until at least `bytes` are free, older generations first, then what was used longest ago. @returns bytes freed */
  trim(bytes: number): Promise<number> {
    return this.#inTurn(async () => {
      const before = this.#bytes;
      await this.#shrinkTo(Math.max(0, before - bytes), null);
      return before - this.#bytes;
    });
  }

  async quarantined(): Promise<readonly Quarantined[]> {
    return this.#db.getAll('quarantine');
  }

  close(): void {
    this.#closed = true;
    this.#used.clear();
    this.#bytes = 0;
    this.#db.close();
  }

  #newest(agent: number): IndexRow | null {
    const even = this.#used.get(keyOf(agent, 0));
    const odd = this.#used.get(keyOf(agent, 1));
    if (!even || !odd) return even ?? odd ?? null;
    return even.generation > odd.generation ? even : odd;
  }

  /** The row is there, and used just now. */
  #note(row: IndexRow): void {
    if (this.#closed) return;
    const key = keyOf(row.agent, row.slot);
    const before = this.#used.get(key);
    this.#bytes += row.bytes - (before?.bytes ?? 0);
    this.#used.delete(key);
    this.#used.set(key, row);
  }

  /** `spared`: an agent whose newest record stays. */
  async #shrinkTo(limit: number, spared: number | null): Promise<void> {
    if (this.#bytes <= limit) return;
    const kept = (row: IndexRow): boolean => row.agent === spared && row === this.#newest(row.agent);
    const rows = [...this.#used.values()].filter((row) => !kept(row));
    const old = rows.filter((row) => row !== this.#newest(row.agent));
    const newest = rows.filter((row) => row === this.#newest(row.agent));
    const going: IndexRow[] = [];
    let left = this.#bytes;
    for (const row of [...old, ...newest]) {
      if (left <= limit) break;
      going.push(row);
      left -= row.bytes;
    }
    await this.#remove(going);
  }

  async #remove(all: readonly IndexRow[]): Promise<void> {
    // Not what has been written in their place since they were looked up.
    const rows = all.filter((row) => this.#used.get(keyOf(row.agent, row.slot)) === row);
    if (rows.length === 0 || this.#closed) return;
    for (const row of rows) {
      this.#used.delete(keyOf(row.agent, row.slot));
      this.#bytes -= row.bytes;
    }
    try {
      const change = this.#db.transaction(['pages', 'index'], 'readwrite');
      for (const { agent, slot } of rows) {
        void change.objectStore('pages').delete([agent, slot]);
        void change.objectStore('index').delete([agent, slot]);
      }
      await change.done;
    } catch {
      // What could not be deleted is found again, and counted, when the store opens the next time.
    }
  }

  async #setAside(row: IndexRow, why: string): Promise<void> {
    this.#troubles.set(row.agent, `generation ${String(row.generation)}: ${why}`);
    await this.#inTurn(() => this.#remove([row]));
    try {
      const change = this.#db.transaction('quarantine', 'readwrite');
      await change.store.add({ agent: row.agent, generation: row.generation, reason: why });
      const keys = await change.store.getAllKeys();
      for (const key of keys.slice(0, -QUARANTINE_KEPT)) void change.store.delete(key);
      await change.done;
    } catch {
      // A note about a cache; the record itself is gone already.
    }
  }
}

const keyOf = (agent: number, slot: number): string => `${String(agent)}/${String(slot)}`;

function reason(thrown: unknown, full: boolean): NotKept {
  return full ? { code: 'warm-full' } : { code: 'warm-unwritable', detail: describe(thrown) };
}

const describe = (thrown: unknown): string => (thrown instanceof Error ? thrown.message : String(thrown));
