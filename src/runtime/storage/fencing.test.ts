import { expect, test } from 'vitest';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, World } from '../testing/world.ts';

const TASKS = 60;

test('of two tabs that both believe they write, only the newer one can; the older turns into a watcher', async () => {
  const world = await World.create(1);
  const { clock } = world;
  const seen: Record<'old' | 'new', RunStatus | null> = { old: null, new: null };
  const look = (tab: 'old' | 'new'): RunStatus | null => seen[tab];

  const old = world.tab();
  const starting = old.runtime.start({
    swarm: { file: 't.yaml', text: SWARM },
    input: { name: 't.log', text: lines(TASKS) },
    engine: 'scripted',
  });
  await clock.settle();
  const reply = await starting;
  const id = reply.ok ? reply.runId : '';
  await old.runtime.watch(id, ({ status }) => void (seen.old = status));
  await clock.run(() => (look('old')?.results ?? 0) > 5);

  old.loseLock();
  const young = world.tab();
  // Cut off, as far as anybody can see.
  expect(await young.runtime.runs()).toMatchObject([{ id, phase: 'paused' }]);
  const watching = young.runtime.watch(id, ({ status }) => void (seen.new = status));
  await clock.settle();
  await watching;
  expect(look('new')).toMatchObject({ writer: true });

  expect(await clock.run(() => look('old')?.phase === 'done' && look('new')?.phase === 'done')).toBe(true);
  expect(look('old')).toMatchObject({ writer: false, results: TASKS });
  expect(look('new')).toMatchObject({ writer: true, results: TASKS });
  // The old writer's engine went with its right to write.
  expect(old.engines).toHaveLength(1);
  const rows: number[] = [];
  await world.store.eachRow(id, (some) => rows.push(...some.map(({ row }) => row.task)));
  expect(rows).toEqual(Array.from({ length: TASKS }, (_, task) => task));
});
