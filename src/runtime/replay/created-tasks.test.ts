/** Tasks that are created while a run goes on: they go through the flow, survive a reload, stand in the past, and play again. */
import { expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { RunState } from '../../journal/run-state.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { ResultRow } from '../../store/records.ts';
import { Checkpoints } from '../history/checkpoints.ts';
import type { RunFrame, RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';
import { readIncident, writeIncident } from './incident.ts';
import { ReplaySession } from './session.ts';
import { recordedRun } from './testing/recorded-run.ts';

const TASKS = 24;
const text = (k: number): string => `sshd[${String(900 + k)}]: group ${String(k)} of Gr\u00fcnwald`;

interface Lived {
  readonly world: World;
  readonly tab: Tab;
  readonly id: string;
  readonly status: () => RunStatus;
}

async function started(): Promise<Lived> {
  const world = await World.create(3);
  const tab = world.tab({ decodeMs: 20 });
  const reply = await world.clock.track(
    tab.runtime.start({
      swarm: { file: 'test.yaml', text: SWARM },
      input: { name: 'test.log', text: lines(TASKS) },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error('refused');
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame: RunFrame) => void (status = frame.status));
  return { world, tab, id: reply.runId, status: () => status };
}

async function rowsOf(world: World, id: string): Promise<ResultRow[]> {
  const rows: ResultRow[] = [];
  await world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row)));
  return rows.sort((a, b) => a.task - b.task);
}

const logOf = async (world: World, id: string): Promise<JournalEvent[]> =>
  (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));

test('they end in a row each, at the line that they come from, across a reload; the log folds to the same at any moment', async () => {
  const { world, tab, id } = await started();
  await world.clock.advance(1200);
  for (let k = 0; k < 40; k++)
    tab.runtime.createTask({ from: [5, 7 + (k % 3)], text: text(k), ...(k % 4 === 3 && { stage: 1 }) });
  await world.clock.advance(1500);
  tab.kill();

  const next = world.tab({ decodeMs: 20 });
  expect(await world.clock.track(next.runtime.open(id))).toBe(true);
  let status!: RunStatus;
  await next.runtime.watch(id, (frame: RunFrame) => void (status = frame.status));
  await world.clock.advance(200);
  // One that comes from another which was created.
  next.runtime.createTask({ from: [TASKS + 1], text: text(40) });
  expect(await world.clock.run(() => status.phase === 'done', 3_600_000)).toBe(true);
  await world.clock.advance(2000);
  expect(status).toMatchObject({ tasks: TASKS + 41, results: TASKS + 41, failed: 0 });
  const rows = await rowsOf(world, id);
  expect(rows.map(({ task }) => task)).toEqual(Array.from({ length: TASKS + 41 }, (_, task) => task));
  expect(rows.slice(TASKS).map(({ input, line }) => [input, line])).toEqual(
    Array.from({ length: 41 }, (_, k) => [text(k), 6]),
  );

  const events = await logOf(world, id);
  const end = events.at(-1)!.at;
  const state = new RunState(TASKS, 8);
  const checkpoints = new Checkpoints(100, 8);
  for (const event of events) {
    state.apply(event);
    checkpoints.consider(state);
  }
  expect([state.open, state.tasks.size]).toEqual([0, TASKS + 41]);
  for (let k = 0; k <= 20; k++) {
    const at = Math.round((k * end) / 20);
    const expected = new RunState(TASKS, 8);
    for (const event of events) if (event.at <= at) expected.apply(event);
    const { state: past, lastSeq } = checkpoints.before(at, TASKS, 8);
    for (const event of events) if (event.seq > past.seq && event.seq <= lastSeq && event.at <= at) past.apply(event);
    expect(past).toEqual(expected);
    const frame = await world.clock.track(next.runtime.moment(id, at));
    expect([frame.status.results, frame.status.retries], `at ${String(at)}`).toEqual([
      expected.totals.results,
      expected.totals.retries,
    ]);
  }
});

test('an incident of it plays the same turns, with the input and without it', async () => {
  let made = 0;
  const run = await recordedRun(9, {
    tasks: 40,
    kinds: ['stall', 'loop', 'device-lost'],
    person: (event, hands) => {
      if (event.type !== 'task.committed' || event.task % 4 !== 1 || event.task >= 40) return;
      const k = made++;
      hands.after(50, (runtime) => {
        runtime.createTask({ from: [event.task], text: text(k) });
      });
    },
  });
  expect(made).toBe(10);
  // Somebody may send one that names a step which the flow does not have.
  const nowhere = writeIncident(run, true).replace('"created":[{', '"created":[{"stage":63,');
  expect(readIncident(nowhere)).toMatchObject({ ok: false, error: { problem: 'not-ours' } });
  for (const withInput of [true, false]) {
    const json = writeIncident(run, withInput);
    expect(/Gr\u00fcnwald/.test(json)).toBe(withInput);
    const incident = readIncident(json);
    if (!incident.ok) throw new Error(incident.error.detail);
    expect(incident.value.facts.tasks).toBe(50);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const { played, improvised, recorded, heals } = session.info();
    expect({ played, improvised }).toEqual({ played: recorded, improvised: 0 });
    expect(heals.same).toBe(heals.recorded);
    const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    const ends = (log: readonly JournalEvent[]) => log.filter(({ type }) => type === 'task.committed').length;
    expect(ends(events)).toBe(ends(run.events));
  }
});
