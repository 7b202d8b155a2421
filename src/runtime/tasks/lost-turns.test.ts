/** Turns that die with their engine: nothing of that is held against a task, unless the task is what kills engines. */
import { expect, test } from 'vitest';
import type { TurnRequest } from '../../engine/contract.ts';
import type { ScriptedFault } from '../../engine/scripted.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const WRONG = { kind: 'say', text: '{"severity":"loud"}' } as const;
const isTriageOf = (request: TurnRequest, task: number): boolean =>
  request.messages.at(-1)?.content.includes(`sshd[${String(task)}]`) === true &&
  request.schema?.includes('severity') === true;

/** Runs to the end; a person presses resume where the run waits for one. */
async function rowsOf(world: World, tab: Tab, tasks: number): Promise<{ rows: ResultRow[]; status: RunStatus }> {
  const seen: RunStatus[] = [];
  let id = '';
  void tab.runtime
    .start({
      swarm: { file: 'test.yaml', text: SWARM },
      input: { name: 'test.log', text: lines(tasks) },
      engine: 'scripted',
    })
    .then(async (reply) => {
      if (!reply.ok) throw new Error('refused');
      id = reply.runId;
      await tab.runtime.watch(id, ({ status }) => void seen.push(status));
    });
  world.clock.every(60_000, () => {
    if (id !== '') void tab.runtime.resume(id);
  });
  await world.clock.run(() => seen.at(-1)?.phase === 'done', 7_200_000);
  const rows: ResultRow[] = [];
  await world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row)));
  return { rows, status: seen.at(-1)! };
}

test('a task that loses its turn with a dozen engines has the attempts that its answers used, and no more', async () => {
  const world = await World.create(1);
  let asked = 0;
  let lost = 0;
  const tab: Tab = world.tab({
    fault: (request): ScriptedFault | null => {
      if (!isTriageOf(request, 3)) return null;
      asked++;
      if (asked <= 2) return WRONG;
      if (lost === 12) return null;
      // Its engine is lost while it writes; others have ended a turn on that engine by then.
      lost++;
      const engine = tab.engines.at(-1)!;
      world.clock.timeout(900, () => {
        engine.lose();
      });
      return { kind: 'stall' };
    },
  });
  const { rows, status } = await rowsOf(world, tab, 400);
  expect(status).toMatchObject({ results: 400, failed: 0 });
  expect(tab.engines.length).toBeGreaterThan(12);
  expect(rows.find(({ task }) => task === 3)).toMatchObject({ failure: null, attempts: 3 });
});

test('a task that kills every engine that takes it ends as a named failure, and takes nobody with it', async () => {
  const world = await World.create(2);
  const tab: Tab = world.tab({
    fault: (request): ScriptedFault | null => {
      if (!isTriageOf(request, 3)) return null;
      const engine = tab.engines.at(-1)!;
      world.clock.timeout(900, () => {
        engine.lose();
      });
      return { kind: 'stall' };
    },
  });
  const { rows, status } = await rowsOf(world, tab, 200);
  expect(status).toMatchObject({ results: 199, failed: 1 });
  expect(rows.filter(({ failure }) => failure !== null)).toMatchObject([
    // Alone with the last of them: no attempt more is worth an engine.
    { task: 3, failure: 'engine-error', attempts: 1 },
  ]);
});
