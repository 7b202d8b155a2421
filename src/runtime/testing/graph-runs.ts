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
}

/** Runs a swarm file over lines, in a world of its own, to its end; its rows by task. */
export async function rowsOfGraph(
  file: string,
  items: readonly string[],
  { seed, faults, kills }: GraphRun,
): Promise<ResultRow[]> {
  const world = await World.create(seed);
  const open = () => world.tab({ fault: (request, random) => modelFault(request, random, faults) });
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
  return rows.toSorted((a, b) => a.task - b.task);
}
