/** Golden files: runs, incidents and links as a version of the log wrote them. Kept for ever; src/runtime/testing/golden/README.md says how a new set is made. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync } from 'node:zlib';
import { MemoryDisk, MemoryStore } from '../../src/chaos/memory-store.ts';
import type { EngineReport } from '../../src/engine/contract.ts';
import type { JournalEvent } from '../../src/journal/events.ts';
import { decodeEvents } from '../../src/journal/journal.ts';
import type { RunState, RunTotals } from '../../src/journal/run-state.ts';
import { columns } from '../../src/journal/tables.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import type { JournalChunk, RunRecord, RunSource } from '../../src/store/records.ts';
import type { OrderedRow } from '../../src/store/run-store.ts';
import { openFile, openLink } from '../../src/swarm/share.ts';
import { type Incident, readIncident } from '../../src/runtime/replay/incident.ts';
import { ReplaySession } from '../../src/runtime/replay/session.ts';

/** Versions of the log of which there is a set. */
export const VERSIONS = [1, 2] as const;
export type Version = (typeof VERSIONS)[number];

/** A run as it was stored, and the state that its log came to. */
export interface GoldenRun {
  readonly record: RunRecord;
  readonly source: RunSource;
  readonly chunks: readonly JournalChunk[];
  /** None where the run was recorded without them. */
  readonly rows: readonly OrderedRow[];
  readonly fold: Fold;
}

/** A state, as JSON has it. */
export interface Fold {
  readonly totals: RunTotals;
  readonly paused: boolean;
  readonly cancelled: boolean;
  readonly ended: boolean;
  readonly seq: number;
  readonly at: number;
  readonly tasks: Readonly<Record<string, readonly number[]>>;
  readonly agents: Readonly<Record<string, readonly number[]>>;
}

/** What a replay of an incident came to. */
export interface GoldenReplay {
  /** How each task ended: its output as it was committed, or its failure. */
  readonly ends: Readonly<Record<string, string>>;
  /** What MONITOR and RECOVER did, in order, and what befell the engines. */
  readonly healing: readonly string[];
  readonly played: number;
  readonly improvised: number;
  readonly recorded: number;
  readonly heals: { readonly seen: number; readonly same: number; readonly recorded: number };
}

/** From the repository's root, where tests and tools run. */
export const folder = (version: number): string => `src/runtime/testing/golden/v${String(version)}`;
/** Columns of tasks that have another name now. */
const RENAMED: Readonly<Record<string, string>> = { stage: 'step' };
export const REPLAYS = 'replays.json.gz';
const packed = (file: string): unknown => JSON.parse(gunzipSync(readFileSync(file)).toString('utf8'));

/** Names of the set's files that end so. */
export const namesOf = (version: Version, ending: string): string[] =>
  readdirSync(folder(version)).filter((name) => name.endsWith(ending));

/** Names of files that hold an incident, or a link to one. */
export const incidentsOf = (version: Version): string[] =>
  [...namesOf(version, '.planaria'), ...namesOf(version, '.txt')].filter((name) => !name.startsWith('swarm.'));

/** A stored fold names the columns as they were called then. */
export function runOf(version: Version, name: string): GoldenRun {
  const run = packed(path.join(folder(version), name)) as GoldenRun;
  const tasks = Object.entries(run.fold.tasks).map(([column, rows]) => [RENAMED[column] ?? column, rows] as const);
  return { ...run, fold: { ...run.fold, tasks: Object.fromEntries(tasks) } };
}

export const replaysOf = (version: Version): Readonly<Record<string, GoldenReplay>> =>
  packed(path.join(folder(version), REPLAYS)) as Record<string, GoldenReplay>;

export const bytesOf = (version: Version, name: string): Uint8Array<ArrayBuffer> =>
  new Uint8Array(readFileSync(path.join(folder(version), name)));

export const textOf = (version: Version, name: string): string =>
  readFileSync(path.join(folder(version), name), 'utf8').trim();

/** A browser that has just this run. */
export async function storeWith({ record, source, chunks, rows }: Omit<GoldenRun, 'fold'>): Promise<MemoryStore> {
  const store = new MemoryStore(new MemoryDisk());
  await store.create(record, source);
  const fence = await store.openWriter(record.id);
  const batch = { run: record.id, fence, agents: [], record };
  for (const events of chunks) await store.commit({ ...batch, events, rows: [] });
  if (rows.length > 0) await store.commit({ ...batch, events: null, rows });
  return store;
}

export function foldOf(state: RunState): Fold {
  const { totals, paused, cancelled, ended, seq, at, tasks, agents } = state;
  const plain = (table: Parameters<typeof columns>[0]) =>
    Object.fromEntries(columns(table).map(([name, column]) => [name, [...column]]));
  return { totals: { ...totals }, paused, cancelled, ended, seq, at, tasks: plain(tasks), agents: plain(agents) };
}

/** The incident in a file, or in a text that holds a link. */
export async function incidentIn(version: Version, name: string): Promise<Incident> {
  const opened = await (name.endsWith('.txt') ? openLink(textOf(version, name)) : openFile(bytesOf(version, name)));
  if (!opened.ok || opened.value.kind !== 'incident') throw new Error(`${name} does not open`);
  const incident = readIncident(opened.value.text);
  if (!incident.ok) throw new Error(`${name}: ${incident.error.detail}`);
  return incident.value;
}

export async function replayed(incident: Incident): Promise<GoldenReplay> {
  const session = await ReplaySession.open('replay-1', incident, systemClock());
  await session.clock.run(() => session.over, 7_200_000);
  const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
  const { played, improvised, recorded, heals } = session.info();
  await session.close();
  return { ends: endsOf(events), healing: events.flatMap(healing), played, improvised, recorded, heals };
}

function endsOf(events: readonly JournalEvent[]): Record<string, string> {
  const outputs = new Map<number, unknown>();
  const ends: Record<string, string> = {};
  for (const event of events) {
    // A review that agrees leaves the output before it as it was.
    if (event.type === 'task.advanced' && event.output !== null) outputs.set(event.task, event.output);
    else if (event.type === 'task.committed') ends[event.task] = JSON.stringify(outputs.get(event.task));
    else if (event.type === 'task.failed') ends[event.task] = event.failure;
  }
  return ends;
}

function healing(event: JournalEvent): string[] {
  switch (event.type) {
    case 'heal.suspected':
      return [`suspected ${String(event.agent)} ${event.fault}`];
    case 'heal.ordered':
      return [`ordered ${String(event.agent)} ${event.fault} ${event.action} (${event.rung})`];
    case 'heal.mended':
      return [`mended ${String(event.agent)} ${event.fault} ${event.action}`];
    case 'heal.notice':
      return [`asked about ${event.of ?? ''} ${String(event.task)}`];
    case 'heal.decided':
      return [`${event.by} decided ${event.decision}`];
    case 'engine.lost':
      return [`engine lost: ${event.code}`];
    case 'engine.loaded':
      return [`engine with ${String((event.report as EngineReport | undefined)?.residents)} seats`];
    case 'run.resumed':
    case 'run.paused':
    case 'run.continued':
      return [event.type];
    default:
      return [];
  }
}
