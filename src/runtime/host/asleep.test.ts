/** A computer that sleeps, or a tab that is frozen, in the middle of a run. */
import { expect, test } from 'vitest';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { awakeClock, OF_A_WORKER } from '../../kernel/awake-clock.ts';
import { type SleepyMachine, sleepyMachine } from '../../kernel/testing/sleepy-machine.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunFrame } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const HOUR = 3_600_000;
const TASKS = 120;

/** A tab on a machine that sleeps. */
function sleepyTab(world: World) {
  let machine!: SleepyMachine;
  const tab = world.tab({}, undefined, (mortal) => {
    machine = sleepyMachine(world.clock, mortal);
    return awakeClock(machine.clock, OF_A_WORKER);
  });
  return { tab, sleep: (ms: number) => machine.sleep(ms) };
}

async function started(world: World, tab: Tab): Promise<string> {
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'test.yaml', text: SWARM },
      input: { name: 'test.log', text: lines(TASKS) },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error(JSON.stringify(reply));
  return reply.runId;
}

interface Lived {
  readonly rows: readonly ResultRow[];
  readonly kinds: readonly string[];
  readonly elapsedMs: number;
}

/** The whole run, asleep for so long each time that so many results were committed. */
async function lived(naps: readonly (readonly [results: number, ms: number])[]): Promise<Lived> {
  const world = await World.create(11);
  const { tab, sleep } = sleepyTab(world);
  const id = await started(world, tab);
  let last: RunFrame['status'] | null = null;
  void tab.runtime.watch(id, ({ status }) => void (last = status));
  const status = (): RunFrame['status'] | null => last;
  for (const [results, ms] of naps) {
    await world.clock.run(() => (status()?.results ?? 0) >= results);
    await sleep(ms);
  }
  await world.clock.run(() => status()?.phase === 'done', world.clock.now() + HOUR);
  const rows: ResultRow[] = [];
  await world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row)));
  const events: JournalEvent[] = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
  const kinds = [...new Set(events.map(({ type }) => type))].sort();
  return { rows, kinds, elapsedMs: status()!.elapsedMs };
}

test('m. nobody is blamed for what a sleep in the middle of the work took: no turn, no agent, no engine', async () => {
  const awake = await lived([]);
  const asleep = await lived([
    [10, 8 * HOUR],
    [40, 60_000],
    [80, 72 * HOUR],
  ]);
  expect(asleep.rows).toHaveLength(TASKS);
  expect(asleep.rows.filter(({ failure, attempts }) => failure !== null || attempts !== 1)).toEqual([]);
  // Nothing happened in it that does not happen in a run without sleep.
  expect(asleep.kinds.filter((kind) => !awake.kinds.includes(kind))).toEqual([]);
  expect(asleep.elapsedMs).toBeLessThan(awake.elapsedMs + 3 * (OF_A_WORKER.mostMs + 1000));
});

test('m. an engine that was given up while nobody looked is tried again when the tab is awake, without a press', async () => {
  const world = await World.create(12);
  let dead = true;
  const gone = { code: 'device-lost', message: 'The GPU is gone.', remedy: '' } as const;
  const tab = world.tab({ failLoad: () => (dead ? gone : null) });
  const id = await started(world, tab);
  let last: RunFrame['status'] | null = null;
  void tab.runtime.watch(id, ({ status }) => void (last = status));
  const status = (): RunFrame['status'] => last!;
  await world.clock.advance(60_000);
  expect(status().waits?.code).toBe('engine-stopped');
  dead = false;
  tab.runtime.woke();
  await world.clock.run(() => status().phase === 'done', world.clock.now() + HOUR);
  expect(status()).toMatchObject({ phase: 'done', failed: 0, results: TASKS });
});

test('m. waking changes nothing in a run that a person has paused', async () => {
  const world = await World.create(13);
  const tab = world.tab();
  const id = await started(world, tab);
  await tab.runtime.pause(id);
  tab.runtime.woke();
  await world.clock.advance(60_000);
  expect((await tab.runtime.runs())[0]).toMatchObject({ phase: 'paused', results: 0 });
});
