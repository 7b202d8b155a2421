import { beforeAll, describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { RunState } from '../../journal/run-state.ts';
import { saveState, type SavedState, stateFrom } from '../../journal/saved-state.ts';
import { FAULT_KINDS } from '../../journal/vocabulary.ts';
import { pack, unpack } from '../../kernel/packed.ts';
import type { RunStore } from '../../store/run-store.ts';
import { type RunSetup, setupOf } from '../definition/run-setup.ts';
import { History, type SavedHistory } from '../history/history.ts';
import { livedRun } from '../replay/testing/lived-run.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';
import { type LoadedRun, loadRun } from './load-run.ts';

interface Folded {
  readonly state: RunState;
  readonly history: History;
}

/** All that is known of a run, as plain values. */
function known({ state, history }: Folded): object {
  const { at } = state;
  return {
    state: unpack(pack(saveState(state))),
    figures: [history.figures(at), history.figures(at / 2), history.faultsByKind(), history.tokensPerSecond(at, 500)],
    timeline: history.timeline(),
    learned: history.learned.entries(),
    history: JSON.parse(JSON.stringify(history.saved())) as unknown,
  };
}

function fold({ state, history }: Folded, events: readonly JournalEvent[]): Folded {
  for (const event of events) {
    state.apply(event);
    history.hear(event, state);
  }
  return { state, history };
}

const empty = (plan: RunSetup): Folded => ({
  state: new RunState(plan.items.length, plan.layout.agents),
  history: new History(plan),
});

/** What comes out of a snapshot of it. */
function afresh({ state, history }: Folded, plan: RunSetup): Folded {
  const { value, columns } = saveState(state);
  const { value: read, columns: found } = unpack(pack({ value: { value, history: history.saved() }, columns }));
  const saved = read as { readonly value: SavedState; readonly history: SavedHistory };
  const again = { state: stateFrom(saved.value, found), history: new History(plan) };
  again.history.restore(saved.history, again.state);
  return again;
}

describe('c: what is saved of a run goes on as the run itself', () => {
  let events: readonly JournalEvent[] = [];
  let plan!: RunSetup;
  beforeAll(async () => {
    const run = await livedRun(8, { kinds: FAULT_KINDS, reloads: 2, takeovers: 1, actions: 12, tasks: 120 });
    const planned = setupOf(run.source);
    if (!planned.ok) throw new Error('the run cannot be planned');
    plan = planned.value;
    ({ events } = run);
  }, 120_000);

  test('wherever it is cut, also several times', () => {
    const whole = known(fold(empty(plan), events));
    const cuts = Array.from({ length: 24 }, (_, k) => Math.floor((events.length * k) / 24));
    for (const cut of cuts) {
      const first = afresh(fold(empty(plan), events.slice(0, cut)), plan);
      expect(known(fold(first, events.slice(cut)))).toEqual(whole);
    }
    let folded = empty(plan);
    for (const [k, cut] of cuts.entries()) folded = afresh(fold(folded, events.slice(cut, cuts[k + 1])), plan);
    expect(known(folded)).toEqual(whole);
  });

  test('outputs with numbers that are no doubles stay as they were written', () => {
    const state = new RunState(1, 1);
    const written = '{"n":1e400}';
    const event = { type: 'task.advanced', task: 0, agent: 0, stage: 0, next: 0, output: { n: null }, written };
    state.apply({ ...event, attempts: 1, seq: 1, at: 0, wall: 0 } as JournalEvent);
    const saved = saveState(state);
    const { value, columns } = unpack(pack(saved));
    expect(stateFrom(value as SavedState, columns).held).toEqual(state.held);
    expect(state.held.get(0)?.[0]?.output).toEqual({ n: Infinity });
  });
});

/** As a store that never kept a snapshot. */
const without = (store: RunStore): RunStore =>
  new Proxy(store, {
    get: (target, name: keyof RunStore) =>
      name === 'snapshot'
        ? () => Promise.resolve(null)
        : (...given: unknown[]) => (target[name] as (...all: unknown[]) => unknown).apply(target, given),
  });

async function lists({ index }: LoadedRun): Promise<object> {
  const { rows, total } = await index.query({ offset: 0, count: 1000, sort: 'newest' });
  return {
    rows,
    total,
    size: index.size,
    failed: index.failed,
    failures: index.failures(),
    signs: index.signs(),
    after: index.after(0, 500),
  };
}

/** Both ways to open the run, which must not differ. */
async function openedBothWays(world: World, id: string): Promise<LoadedRun> {
  const [opened, whole] = [await loadRun(world.store, id), await loadRun(without(world.store), id)];
  expect(known(opened)).toEqual(known(whole));
  expect(await lists(opened)).toEqual(await lists(whole));
  expect(opened.recent).toEqual(whole.recent);
  expect(whole.since).toBe(0);
  return opened;
}

/** A run of 60 tasks whose tab is killed now and then, with a snapshot every 40 events. */
async function run(world: World, kills: number): Promise<string> {
  const open = (): Tab => world.tab({ decodeMs: 20 }, undefined, undefined, { snapshotEvery: 40 });
  let tab = open();
  const starting = tab.runtime.start({
    swarm: { file: 'test.yaml', text: SWARM },
    input: { name: 'test.log', text: lines(60) },
    engine: 'scripted',
    seed: 3,
  });
  await world.clock.settle();
  const reply = await starting;
  if (!reply.ok) throw new Error('the run did not start');
  for (let k = 0; k < kills; k++) {
    await world.clock.advance(900);
    tab.kill();
    tab = open();
    const opening = tab.runtime.open(reply.runId);
    await world.clock.settle();
    await opening;
  }
  let phase = '';
  void tab.runtime.watch(reply.runId, ({ status }) => void ({ phase } = status));
  expect(await world.clock.run(() => phase === 'done', 600_000)).toBe(true);
  await world.clock.advance(5000);
  tab.kill();
  return reply.runId;
}

describe('c: a run that is opened from a snapshot', () => {
  test('is the run that its log folds to, whenever its tab was killed', async () => {
    const world = await World.create(5);
    const id = await run(world, 4);
    const opened = await openedBothWays(world, id);
    expect(opened.since).toBeGreaterThan(0);
    expect(opened.index.size).toBe(60);
  });

  test('comes from the one before where the newest cannot be read, and from the log where none can', async () => {
    const world = await World.create(6);
    const id = await run(world, 2);
    const kept = (await world.db.snapshots.toArray()).sort((a, b) => a.seq - b.seq);
    expect(kept).toHaveLength(2);
    for (const [k, stored] of kept.toReversed().entries()) {
      const body = stored.body.slice();
      body[7] = (body[7] ?? 0) ^ 1;
      await world.db.snapshots.put({ ...stored, body });
      const opened = await openedBothWays(world, id);
      expect(opened.since).toBe(k === 0 ? kept[0]?.seq : 0);
    }
    expect(await world.store.quarantined(id)).toMatchObject([{ table: 'snapshots' }, { table: 'snapshots' }]);
    expect(await world.db.snapshots.count()).toBe(0);
  });

  test('takes over rows whose events went bad, and misses none of those that went bad', async () => {
    const world = await World.create(7);
    const id = await run(world, 1);
    const { seq = 0 } = (await world.store.snapshot(id)) ?? {};
    const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
    expect(seq).toBe(events.at(-1)?.seq);
    // As if the last snapshot had never been written: what it knew comes from the end of the log, of which a piece is gone.
    const [newest] = (await world.db.snapshots.toArray()).sort((a, b) => b.seq - a.seq);
    await world.db.snapshots.delete([id, newest?.slot ?? 0]);
    const last = await world.db.journal.where('[run+firstSeq]').between([id, 0], [id, Infinity]).last();
    await world.db.journal.put({ ...last!, sum: 0 });
    const opened = await openedBothWays(world, id);
    expect([opened.since > 0, opened.index.size]).toEqual([true, 60]);
    // A row that is found to be bad while it is read is missing from then on, whatever the snapshot says.
    await world.db.results.update([id, 3], { sum: 0 });
    expect(await world.store.rows(id, [3])).toEqual([]);
    expect((await openedBothWays(world, id)).index.has(3)).toBe(false);
  });

  test('is not opened from one of another version, and is not kept by a writer that another has followed', async () => {
    const world = await World.create(9);
    const id = await run(world, 0);
    const snapshot = (await world.store.snapshot(id))!;
    const fence = await world.store.openWriter(id);
    await expect(world.store.saveSnapshot(id, fence - 1, snapshot)).rejects.toMatchObject({ code: 'stale-writer' });
    const { value, columns } = unpack(snapshot.parts[0]!);
    const parts = [pack({ value: { ...(value as object), version: 99 }, columns }), snapshot.parts[1]!];
    await world.store.saveSnapshot(id, fence, { seq: snapshot.seq + 1, parts });
    expect((await openedBothWays(world, id)).since).toBe(0);
    await world.store.remove(id);
    expect(await world.db.snapshots.count()).toBe(0);
  });

  test('a: of which all is thrown away while its rows are read is not opened again from what is fresh, and loses nothing it has read', async () => {
    const world = await World.create(11);
    const id = await run(world, 1);
    const tab = world.tab({ decodeMs: 20 }, undefined, undefined, { snapshotEvery: 40 });
    const opening = tab.runtime.open(id);
    await world.clock.settle();
    await opening;
    const waits: (string | null)[] = [];
    void tab.runtime.watch(id, ({ status }) => void waits.push(status.waits?.code ?? null));
    // Before the first rows are read.
    await world.throwAway();
    await world.clock.run(() => waits.at(-1) === 'storage-gone', 60_000);
    await world.clock.run(() => waits.at(-1) === null, 600_000);
    await world.clock.advance(600_000);
    tab.kill();
    expect(await world.store.record(id)).toMatchObject({ phase: 'done', results: 60 });
    const tasks: number[] = [];
    await world.store.eachRow(id, (rows) => void tasks.push(...rows.map(({ row }) => row.task)));
    expect(tasks).toEqual(Array.from({ length: 60 }, (_, task) => task));
  });

  test('finds a row that went bad while nobody looked, and has its task done again', async () => {
    const world = await World.create(10);
    const id = await run(world, 1);
    const before = (await world.store.rows(id, [7]))[0]?.row;
    await world.db.results.update([id, 7], { sum: 0 });
    const tab = world.tab({ decodeMs: 20 }, undefined, undefined, { snapshotEvery: 40 });
    const opening = tab.runtime.open(id);
    await world.clock.settle();
    await opening;
    let phase = '';
    void tab.runtime.watch(id, ({ status }) => void ({ phase } = status));
    await world.clock.run(() => phase === 'running', 600_000);
    expect(await world.clock.run(() => phase === 'done', 600_000)).toBe(true);
    await world.clock.advance(5000);
    tab.kill();
    expect((await world.store.rows(id, [7]))[0]?.row.input).toBe(before?.input);
    expect((await openedBothWays(world, id)).index.size).toBe(60);
  });
});
