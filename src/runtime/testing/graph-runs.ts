import type { TurnRequest } from '../../engine/contract.ts';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import type { Random } from '../../kernel/random.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { modelFault } from './graphs.ts';
import { World } from './world.ts';

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

/** Runs a swarm file over lines, in a world of its own, to its end. */
export async function runGraph(file: string, items: readonly string[], how: GraphRun): Promise<LivedGraph> {
  const { seed, faults, kills, says, snapshotEvery } = how;
  const world = await World.create(seed);
  const fault = says ?? ((request, random) => modelFault(request, random, faults));
  const open = () => world.tab({ fault }, undefined, undefined, snapshotEvery === undefined ? {} : { snapshotEvery });
  let tab = open();
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'graph.yaml', text: file },
      input: { name: 'test.log', text: items.join('\n') },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(`${JSON.stringify(reply.diagnostics)}\n${file}`);
  for (const ms of kills) {
    await world.clock.advance(ms);
    tab.kill();
    tab = open();
    if (!(await world.clock.track(tab.runtime.open(reply.runId)))) throw new Error('the run does not open');
  }
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  if (!(await world.clock.run(() => status.phase === 'done', 24 * 3_600_000))) throw new Error('the run does not end');
  await world.clock.advance(2000);
  tab.kill();
  const rows: ResultRow[] = [];
  await world.store.eachRow(reply.runId, (some) => void rows.push(...some.map(({ row }) => row)));
  const events = (await world.store.chunks(reply.runId, 0)).flatMap((chunk) => decodeEvents(chunk));
  return { rows: rows.toSorted((a, b) => a.task - b.task), events };
}
