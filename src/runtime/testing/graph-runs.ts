import type { TurnRequest } from '../../engine/contract.ts';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import type { Random } from '../../kernel/random.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { modelFault } from './graphs.ts';
import { type Tab, World } from './world.ts';

export interface GraphRun {
  readonly seed: number;
  /** Chance that a turn goes wrong. */
  readonly faults: number;
  /** After so many ms each the tab is killed and opened anew. */
  readonly kills: readonly number[];
  /** What the model writes instead; absent: see `modelFault`. */
  readonly says?: (request: TurnRequest, random: Random) => ScriptedFault;
  /** Events between two snapshots; absent: as ever. */
  readonly snapshotEvery?: number;
}

export interface LivedGraph {
  /** By task. */
  readonly rows: readonly ResultRow[];
  readonly events: readonly JournalEvent[];
}

export interface EndedRun {
  readonly world: World;
  readonly runId: string;
  /** Open still, with the run in it. */
  readonly tab: Tab;
}

/** A run over lines in a world of its own, at its end. @param open a tab, at first and after each kill */
export async function endedRun(
  file: string,
  items: readonly string[],
  { seed, kills }: Pick<GraphRun, 'seed' | 'kills'>,
  open: (world: World) => Tab = (world) => world.tab(),
): Promise<EndedRun> {
  const world = await World.create(seed);
  let tab = open(world);
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'graph.yaml', text: file },
      input: { name: 'test.log', text: items.join('\n') },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(`${JSON.stringify(reply.diagnostics)}\n${file}`);
  const { runId } = reply;
  for (const ms of kills) {
    await world.clock.advance(ms);
    tab.kill();
    tab = open(world);
    if (!(await world.clock.track(tab.runtime.open(runId)))) throw new Error('the run does not open');
  }
  let status!: RunStatus;
  await tab.runtime.watch(runId, (frame) => void (status = frame.status));
  if (!(await world.clock.run(() => status.phase === 'done', 24 * 3_600_000))) throw new Error('the run does not end');
  await world.clock.advance(2000);
  return { world, runId, tab };
}

/** Rows of the run by task. */
export async function rowsOf({ world, runId }: EndedRun): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  await world.store.eachRow(runId, (some) => void rows.push(...some.map(({ row }) => row)));
  return rows.toSorted((a, b) => a.task - b.task);
}

/** Runs a swarm file over lines, in a world of its own, to its end. */
export async function runGraph(file: string, items: readonly string[], how: GraphRun): Promise<LivedGraph> {
  const { faults, says, snapshotEvery } = how;
  const fault = says ?? ((request, random) => modelFault(request, random, faults));
  const more = snapshotEvery === undefined ? {} : { snapshotEvery };
  const ended = await endedRun(file, items, how, (world) => world.tab({ fault }, undefined, undefined, more));
  const { world, runId, tab } = ended;
  tab.kill();
  const events = (await world.store.chunks(runId, 0)).flatMap((chunk) => decodeEvents(chunk));
  return { rows: await rowsOf(ended), events };
}
