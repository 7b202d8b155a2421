/** The browser throws away what was stored, under a run that goes on: nothing that was committed is lost, and nothing is said that is not so. */
import { describe, expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import { seededRandom } from '../../kernel/random.ts';
import { StoreFault } from '../../store/fault.ts';
import type { ResultRow } from '../../store/records.ts';
import type { RunFrame, RunStatus, StartRequest } from '../protocol/protocol.ts';
import { type CommitHook, lines, SWARM, type Tab, World } from '../testing/world.ts';

const request = (count: number): StartRequest => ({
  swarm: { file: 'test.yaml', text: SWARM },
  input: { name: 'test.log', text: lines(count) },
  engine: 'scripted',
});

async function begin(world: World, tab: Tab, count: number) {
  const frames: RunFrame[] = [];
  const pending = tab.runtime.start(request(count));
  await world.clock.settle();
  const reply = await pending;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  await tab.runtime.watch(reply.runId, (frame) => void frames.push(frame));
  return { id: reply.runId, status: (): RunStatus => frames.at(-1)!.status };
}

/** What takes a while, with the time that it takes. */
async function done<T>(world: World, work: Promise<T>): Promise<T> {
  let over = false;
  void work.finally(() => (over = true));
  await world.clock.run(() => over);
  return work;
}

const exported = async (world: World, tab: Tab, id: string): Promise<ResultRow[]> => {
  const text = await world.clock.track(tab.runtime.export(id, 'jsonl').then((blob) => blob.text()));
  const all = text.split('\n').filter((line) => line !== '');
  return all.map((line) => JSON.parse(line) as ResultRow);
};

const stored = async (world: World, id: string): Promise<ResultRow[]> => {
  const rows: ResultRow[] = [];
  await world.clock.track(world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row))));
  return rows;
};

const isGone = (status: RunStatus): boolean => status.waits?.code === 'storage-gone';

/** A run under which all is thrown away after so many results, and the rows that were committed by then. */
async function lose(world: World, tab: Tab, tasks: number, results: number) {
  const run = await begin(world, tab, tasks);
  await world.clock.run(() => run.status().results >= results);
  const before = await stored(world, run.id);
  await world.throwAway();
  const at = world.clock.now();
  await world.clock.run(() => isGone(run.status()));
  return { ...run, before, ms: world.clock.now() - at };
}

describe('a: what was stored is thrown away under a run', () => {
  test('the page hears of it within seconds, and can look at, search and download all that was committed', async () => {
    const world = await World.create(1);
    const tab = world.tab();
    const { id, status, before, ms } = await lose(world, tab, 60, 20);
    expect(ms).toBeLessThan(5000);
    expect(status()).toMatchObject({ phase: 'waiting', waits: { code: 'storage-gone' } });
    const { waits, results } = status();
    expect(waits).toEqual({ code: 'storage-gone', rows: results, of: results });
    const rows = await exported(world, tab, id);
    expect(rows).toHaveLength(results);
    expect(rows).toEqual(expect.arrayContaining(before));
    expect(rows.map(({ task }) => task)).toEqual([...new Set(rows.map(({ task }) => task))].toSorted((a, b) => a - b));
    const csv = await world.clock.track(tab.runtime.export(id, 'csv').then((blob) => blob.text()));
    expect(csv.trim().split('\r\n')).toHaveLength(results + 1);
    const page = await world.clock.track(tab.runtime.results(id, { offset: 0, count: 10, sort: 'line' }));
    expect(page).toEqual({ total: results, rows: rows.slice(0, 10) });
    const sought = await world.clock.track(tab.runtime.results(id, { offset: 0, count: 9, text: rows[7]!.input }));
    expect(sought).toEqual({ total: 1, rows: [rows[7]] });
    expect((await world.clock.track(tab.runtime.agent(id, 0))).name).toMatch(/^triager/);
    const told = await world.clock.track(tab.runtime.rowTexts(id, 'jsonl', -1));
    expect(new Set(told.rows.map(({ text }) => text))).toEqual(new Set(rows.map((row) => `${JSON.stringify(row)}\n`)));
    expect(await world.clock.track(tab.runtime.runs())).toMatchObject([{ id, results }]);
  });

  test('it is stored anew and the run goes on: each row once, those of before as they were', async () => {
    const world = await World.create(2);
    const tab = world.tab();
    const { id, status, before } = await lose(world, tab, 60, 20);
    expect(await world.clock.run(() => status().phase === 'done')).toBe(true);
    expect(status().waits).toBeNull();
    expect(status().storageNotes.map(({ detail }) => detail)).toMatchObject([{ code: 'written-anew' }]);
    const rows = await stored(world, id);
    expect(rows.map(({ task }) => task)).toEqual(Array.from({ length: 60 }, (_, task) => task));
    expect(rows).toEqual(expect.arrayContaining(before));
    expect(await exported(world, tab, id)).toEqual(rows);
    // The log says of each task that it ended, and of each once.
    const log = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
    const ended = log.filter(({ type }) => type === 'task.committed' || type === 'task.failed');
    expect(ended).toHaveLength(60);
    expect(log.map(({ seq }) => seq)).toEqual(log.map(({ seq }) => seq).toSorted((a, b) => a - b));
    // What agents have worked is told by their own records.
    const sum = rows.reduce((all, { tokens }) => all + tokens, 0);
    expect(status().tokens.prompt + status().tokens.completion).toBeGreaterThan(0.8 * sum);

    // As a reload would have it.
    tab.kill();
    const fresh = world.tab();
    expect(await world.clock.track(fresh.runtime.open(id))).toBe(true);
    expect(await exported(world, fresh, id)).toEqual(rows);
  });

  test('a run that is over says so too, and is over when it is stored anew', async () => {
    const world = await World.create(3);
    const tab = world.tab();
    const run = await begin(world, tab, 12);
    await world.clock.run(() => run.status().phase === 'done');
    const rows = await stored(world, run.id);
    await world.throwAway();
    await world.clock.run(() => isGone(run.status()));
    expect(run.status()).toMatchObject({ phase: 'done', waits: { rows: 12, of: 12 } });
    expect(await exported(world, tab, run.id)).toEqual(rows);
    await world.clock.run(() => !isGone(run.status()));
    expect(run.status()).toMatchObject({ phase: 'done', results: 12 });
    expect(await stored(world, run.id)).toEqual(rows);
  });

  test('while nothing can be stored it is tried again, at once where a person asks; leaving the run loses nothing', async () => {
    const world = await World.create(4);
    let full = false;
    const onCommit: CommitHook = (when) => {
      if (full && when === 'before') throw new StoreFault('quota', 'full');
    };
    const tab = world.tab({}, onCommit);
    const { id, status, before } = await lose(world, tab, 60, 20);
    full = true;
    await world.clock.advance(60_000);
    expect(isGone(status())).toBe(true);
    const rows = await exported(world, tab, id);
    expect(rows).toEqual(expect.arrayContaining(before));
    // Another run is looked at meanwhile, and this one again.
    full = false;
    const other = await done(world, tab.runtime.start(request(3)));
    full = true;
    expect(other.ok).toBe(true);
    expect((await world.clock.track(tab.runtime.runs())).map((run) => run.id)).toContain(id);
    expect(await done(world, tab.runtime.open(id))).toBe(true);
    expect(await exported(world, tab, id)).toEqual(rows);
    full = false;
    const again: RunStatus[] = [];
    await tab.runtime.watch(id, (frame) => void again.push(frame.status));
    await done(world, tab.runtime.resume(id));
    await world.clock.run(() => again.at(-1)?.phase === 'done');
    const ended = await stored(world, id);
    expect(ended.map(({ task }) => task)).toEqual(Array.from({ length: 60 }, (_, task) => task));
    expect(ended).toEqual(expect.arrayContaining(rows));
  });

  test('thrown away again while it is stored anew, it is neither lost nor doubled', async () => {
    for (let at = 0; at < 6; at++) {
      const world = await World.create(50 + at);
      let writes = Infinity;
      const tab = world.tab({}, (when) => {
        // Behind the write, before its writer hears of it.
        if (when === 'after' && writes-- === 0) void world.throwAway();
      });
      const { id, status, before } = await lose(world, tab, 40, 15);
      writes = at;
      expect(await world.clock.run(() => status().phase === 'done')).toBe(true);
      const rows = await stored(world, id);
      expect(rows.map(({ task }) => task)).toEqual(Array.from({ length: 40 }, (_, task) => task));
      expect(rows).toEqual(expect.arrayContaining(before));
    }
  });

  test('at any moment, however often, under agents that fail: each row once, and those that were told stay as they were', async () => {
    let thrown = 0;
    for (let seed = 0; seed < 8; seed++) {
      const world = await World.create(900 + seed);
      const random = seededRandom(`gone/${String(seed)}`);
      const text = () => random.pick(['{"severity":"loud"}', '{"sev', '']);
      let losses = 1 + random.int(3);
      const tab = world.tab(
        { fault: () => (random.chance(0.1) ? random.pick([{ kind: 'stall' }, { kind: 'say', text: text() }]) : null) },
        (when) => {
          if (losses === 0 || when !== 'after' || !random.chance(0.15)) return;
          losses--;
          thrown++;
          void world.throwAway();
        },
      );
      const { id, status } = await begin(world, tab, 40);
      const told = new Map<number, ResultRow>();
      for (let part = 1; part <= 4; part++) {
        await world.clock.run(() => status().results + status().failed >= 10 * part);
        for (const row of await exported(world, tab, id)) told.set(row.task, told.get(row.task) ?? row);
      }
      expect(await world.clock.run(() => status().phase === 'done' && !isGone(status()))).toBe(true);
      await world.clock.advance(5000);
      await world.clock.run(() => !isGone(status()));
      const rows = await stored(world, id);
      expect(rows.map(({ task }) => task)).toEqual(Array.from({ length: 40 }, (_, task) => task));
      expect(rows).toEqual(expect.arrayContaining([...told.values()]));
    }
    expect(thrown).toBeGreaterThan(8);
  });

  test('a tab that watches goes on showing what it knows', async () => {
    const world = await World.create(6);
    const tab = world.tab();
    const run = await begin(world, tab, 60);
    const watcher = world.tab();
    await world.clock.run(() => run.status().results >= 10);
    const seen: RunStatus[] = [];
    await world.clock.track(watcher.runtime.watch(run.id, (frame) => void seen.push(frame.status)));
    await world.clock.run(() => (seen.at(-1)?.results ?? 0) >= 20);
    await world.throwAway();
    await world.clock.run(() => isGone(run.status()));
    const rows = await exported(world, watcher, run.id);
    expect(rows.length).toBeGreaterThanOrEqual(20);
    await world.clock.run(
      () => run.status().phase === 'done' && !isGone(run.status()) && seen.at(-1)?.phase === 'done',
    );
    expect(await exported(world, watcher, run.id)).toEqual(await stored(world, run.id));
  });
});
