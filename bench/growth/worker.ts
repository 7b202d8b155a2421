/**
 * A run that has ended, of any number of tasks, as the product stores it. Ten thousand tasks are really run, by the runtime itself with the scripted
 * engine on virtual time; a longer run is that one again and again, behind one another: events, rows and chunks as they were written, with the
 * numbers of their tasks and their place in the log moved on. Of ten thousand tasks it is that run to the byte.
 */
import { MemoryDisk, MemoryStore } from '../../src/chaos/memory-store.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { decodeEvents, encodeEvents } from '../../src/journal/journal.ts';
import { memoryLock } from '../../src/kernel/lock.ts';
import { seededRandom } from '../../src/kernel/random.ts';
import { SimulatedClock } from '../../src/kernel/simulated-clock.ts';
import { prepareRun } from '../../src/runtime/host/new-run.ts';
import type { RuntimeOptions } from '../../src/runtime/host/opener.ts';
import { loadRun } from '../../src/runtime/run/load-run.ts';
import { Snapshots, type SnapshotsOptions } from '../../src/runtime/run/snapshots.ts';
import { Runtime } from '../../src/runtime/host/runtime.ts';
import { NO_EXAMPLES, NO_GPU } from '../../src/runtime/testing/no-gpu.ts';
import { openStore } from '../../src/store/dexie-store.ts';
import type { ColdAgent, JournalChunk, ResultRow, RunRecord } from '../../src/store/records.ts';
import type { OrderedRow } from '../../src/store/run-store.ts';
import type { Buckets } from '../../src/store/buckets.ts';
import { Database } from '../../src/store/schema.ts';
import { seal } from '../../src/store/seal.ts';

export interface Wanted {
  readonly swarm: { readonly file: string; readonly text: string };
  readonly lines: string;
  readonly tasks: number;
}

export interface Made {
  readonly runId: string;
  /** Characters of sealed records, and how many. */
  readonly log: { readonly bytes: number; readonly records: number };
  readonly results: { readonly bytes: number; readonly records: number };
  /** The whole log and all rows, read and folded in this worker, ms. */
  readonly foldMs: number;
  /** Bytes of the snapshot. */
  readonly snapshot: number;
  /** Of the run of ten thousand, as it was really written. */
  readonly real: { readonly tasks: number; readonly log: number; readonly results: number };
}

const REAL = 10_000;
const CHUNKS_A_WRITE = 200;

interface Lived {
  readonly record: RunRecord;
  readonly chunks: readonly (readonly JournalEvent[])[];
  readonly rows: readonly OrderedRow[];
  readonly agents: readonly ColdAgent[];
  readonly real: Made['real'];
}

/** The part that is really run. */
async function live(wanted: Wanted, tasks: number): Promise<Lived> {
  const clock = new SimulatedClock();
  const disk = new MemoryDisk();
  const store = new MemoryStore(disk);
  let ended = false;
  const runtime = new Runtime({
    ...shared(clock, store),
    onEvent: ({ type }) => void (ended ||= type === 'run.ended'),
  });
  const input = { name: 'input.log', text: wanted.lines.split('\n', tasks).join('\n') };
  const reply = await runtime.start({ swarm: wanted.swarm, input, engine: 'scripted' });
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  await clock.run(() => ended);
  // Its last batch is on its way.
  await clock.advance(5000);
  const id = reply.runId;
  const record = await store.record(id);
  if (!record) throw new Error('the run is not stored');
  const rows: OrderedRow[] = [];
  await store.eachRow(id, (some) => void rows.push(...some));
  const characters = (table: 'journal' | 'results'): number =>
    [...disk.tables[table].values()].reduce((sum, { body }) => sum + body.length, 0);
  return {
    record,
    chunks: (await store.chunks(id, 0)).map((chunk) => decodeEvents(chunk)),
    rows,
    agents: await store.agents(id),
    real: { tasks, log: characters('journal'), results: characters('results') },
  };
}

const shared = (clock: SimulatedClock, store: MemoryStore): RuntimeOptions => ({
  clock,
  random: seededRandom(14),
  store,
  lock: memoryLock(),
  engines: NO_GPU,
  examples: NO_EXAMPLES,
  version: 'bench',
  tab: 'bench',
});

async function make(wanted: Wanted): Promise<Made> {
  const { swarm, lines, tasks } = wanted;
  const part = Math.min(REAL, tasks);
  const lived = await live(wanted, part);
  const db = await database();
  const store = await openStore(db);
  const clock = new SimulatedClock(Date.now());
  const request = { swarm, input: { name: 'input.log', text: lines }, engine: 'scripted' as const };
  const prepared = await prepareRun(request, { ...shared(clock, new MemoryStore(new MemoryDisk())) });
  if (!prepared.ok) throw new Error(prepared.diagnostics[0]?.message);
  const run = prepared.record.id;
  await store.create(prepared.record, prepared.source);
  const fence = await store.openWriter(run);

  const all = lines.split('\n', tasks);
  const turns = lived.chunks
    .flat()
    .reduce((most, event) => Math.max(most, 'turn' in event ? turnOf(event.turn) : 0), 0);
  const span = lived.chunks.at(-1)?.at(-1)?.at ?? 0;
  const rowOf = new Map(lived.rows.map(({ order, row }) => [order, row]));
  const sums = { log: { bytes: 0, records: 0 }, results: { bytes: 0, records: 0 } };
  let seq = 0;
  for (let block = 0; block * part < tasks; block++) {
    const last = (block + 1) * part >= tasks;
    for (let at = 0; at < lived.chunks.length; at += CHUNKS_A_WRITE) {
      const journal: Parameters<typeof db.journal.bulkAdd>[0][number][] = [];
      const results: Parameters<typeof db.results.bulkAdd>[0][number][] = [];
      for (const events of lived.chunks.slice(at, at + CHUNKS_A_WRITE)) {
        const moved: JournalEvent[] = [];
        for (const event of events) {
          const begins = event.type === 'run.created' || event.type === 'engine.loaded';
          if ((begins && block > 0) || (event.type === 'run.ended' && !last)) continue;
          seq++;
          moved.push({
            ...event,
            ...(event.type === 'run.created' && { tasks }),
            ...(event.type === 'run.ended' && { results: tasks }),
            ...('task' in event && event.task != null && { task: event.task + block * part }),
            ...('turn' in event && { turn: `1-${String(turnOf(event.turn) + block * turns)}` }),
            seq,
            at: event.at + block * span,
            wall: event.wall + block * span,
          } as JournalEvent);
          const row = rowOf.get(event.seq);
          if (row) results.push(stored(run, row, block * part, seq, all));
        }
        if (moved.length === 0) continue;
        const chunk: JournalChunk = encodeEvents(moved);
        const touched = chunk.agents.map((agent) => `${run}/${String(agent)}`);
        journal.push({ run, firstSeq: chunk.firstSeq, lastSeq: chunk.lastSeq, touched, ...seal(chunk) });
      }
      await db.transaction('rw', [db.journal, db.results], async () => {
        await db.journal.bulkAdd(journal);
        await db.results.bulkAdd(results);
      });
      for (const [sum, records] of [[sums.log, journal] as const, [sums.results, results] as const]) {
        sum.records += records.length;
        for (const { body } of records) sum.bytes += body.length;
      }
    }
  }
  const record = { ...prepared.record, phase: 'done' as const, endedAt: clock.wall(), tasks, results: tasks };
  await store.commit({ run, fence, events: null, rows: [], agents: lived.agents, record });
  const begun = performance.now();
  const loaded = await loadRun(store, run);
  const foldMs = performance.now() - begun;
  await keepSnapshot({ ...loaded, store, run, fence, every: 1 });
  const { body } = (await db.snapshots.where('[run+slot]').equals([run, 0]).first()) ?? {};
  store.close();
  return { runId: run, ...sums, real: lived.real, foldMs, snapshot: body?.length ?? 0 };
}

/** Where the product keeps runs: in a bucket of their own where the browser has such. */
async function database(): Promise<Database> {
  const { storageBuckets } = navigator as { readonly storageBuckets?: Buckets };
  const bucket = await storageBuckets?.open('runs', { durability: 'strict', persisted: true });
  return new Database('planaria', { indexedDB: bucket?.indexedDB ?? indexedDB, IDBKeyRange });
}

/** As a run keeps it at its end. */
async function keepSnapshot(options: SnapshotsOptions): Promise<void> {
  const { store } = options;
  const saved = new Promise<void>((resolve, reject) => {
    const saveSnapshot: typeof store.saveSnapshot = (...given) => store.saveSnapshot(...given).then(resolve, reject);
    new Snapshots({ ...options, store: { saveSnapshot } }).take()?.();
  });
  await saved;
}

/** Number of a turn of the first writer. */
const turnOf = (turn: string): number => Number(turn.slice(turn.indexOf('-') + 1));

function stored(run: string, row: ResultRow, moved: number, order: number, lines: readonly string[]) {
  const task = row.task + moved;
  return { run, task, order, ...seal({ ...row, task, line: row.line + moved, input: lines[task] ?? row.input }) };
}

self.onmessage = ({ data }: MessageEvent<Wanted>) => {
  make(data).then(
    (made) => {
      self.postMessage(made);
    },
    (error: unknown) => {
      // Heard by the page as an error of the worker.
      setTimeout(() => {
        throw error;
      });
    },
  );
};
