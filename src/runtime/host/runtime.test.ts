import { describe, expect, test } from 'vitest';
import type { RunFrame, RunStatus, StartRequest } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const request = (count: number, extra: Partial<StartRequest> = {}): StartRequest => ({
  swarm: { file: 'test.yaml', text: SWARM },
  input: { name: 'test.log', text: lines(count) },
  engine: 'scripted',
  ...extra,
});

/** Starts a run, watches it, and gives the newest status. */
async function begin(
  world: World,
  tab: Tab,
  start: StartRequest,
): Promise<{ id: string; status: () => RunStatus; frames: RunFrame[] }> {
  const frames: RunFrame[] = [];
  const pending = tab.runtime.start(start);
  await world.clock.settle();
  const reply = await pending;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  await tab.runtime.watch(reply.runId, (frame) => void frames.push(frame));
  return { id: reply.runId, frames, status: () => frames.at(-1)!.status };
}

const exported = async (tab: Tab, id: string): Promise<Record<string, unknown>[]> =>
  (await (await tab.runtime.export(id, 'jsonl')).text())
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown>);

describe('a run', () => {
  test('turns every line into one checked result, a share of them reviewed', async () => {
    const world = await World.create(1);
    const tab = world.tab();
    const run = await begin(world, tab, request(40));
    expect(await world.clock.run(() => run.status().phase === 'done')).toBe(true);

    const rows = await exported(tab, run.id);
    expect(rows.map((row) => row['line'])).toEqual(Array.from({ length: 40 }, (_, i) => i + 1));
    expect(rows[3]).toMatchObject({ output: { severity: 'error', subject: 'sshd' }, failure: null, attempts: 1 });
    expect(rows.filter((row) => row['review'] !== null)).toHaveLength(10);
    expect(rows.every((row) => (row['tokens'] as number) > 0 && (row['agent'] as string).startsWith('triager.'))).toBe(
      true,
    );

    const report = JSON.parse(await (await tab.runtime.export(run.id, 'report')).text()) as Record<string, unknown>;
    expect(report).toMatchObject({
      engine: 'scripted',
      batched: true,
      adapter: null,
      tasks: 40,
      results: 40,
      failed: 0,
      seed: 7,
      residents: 4,
      version: 'test',
    });
    expect(report['agentsByState']).toMatchObject({ done: 8, failed: 0 });
    expect(Object.keys(report['vram'] as object)).toEqual(expect.arrayContaining(['now', 'peak', 'budget', 'limit']));
    expect(report['tokensPerSecond']).toBeGreaterThan(0);

    const metrics = await (await tab.runtime.export(run.id, 'metrics')).text();
    for (const line of metrics.trimEnd().split('\n'))
      expect(line).toMatch(/^(# (HELP|TYPE) planaria_\w+ .+|planaria_\w+({\w+="[^"]*"})? \d+(\.\d+)?)$/);
    expect(metrics).toContain('\nplanaria_results_total 40\n');
    expect(metrics).toContain('\nplanaria_agents{state="done"} 8\n');
  });

  test('the same seed gives the same log', async () => {
    const logOf = async (): Promise<unknown[]> => {
      const world = await World.create(3);
      const tab = world.tab();
      const run = await begin(world, tab, request(25));
      await world.clock.run(() => run.status().phase === 'done');
      return (await world.store.chunks(run.id, 0)).map((chunk) => chunk.body);
    };
    expect(await logOf()).toEqual(await logOf());
  });

  test('frames carry only what changed, the first one everything, never faster than the page takes them', async () => {
    const world = await World.create(2);
    const tab = world.tab();
    const pending = tab.runtime.start(request(30));
    await world.clock.settle();
    const reply = await pending;
    const id = reply.ok ? reply.runId : '';
    const cells = new Map<number, number>();
    let inHand = 0;
    let last!: RunFrame;
    let frames = 0;
    await tab.runtime.watch(id, async (frame) => {
      expect(++inHand).toBe(1);
      if (frames++ === 0) expect([frame.full, frame.cells.length]).toEqual([true, 24]);
      else expect(frame.full).toBe(false);
      for (let k = 0; k < frame.cells.length; k += 3) cells.set(frame.cells[k]!, frame.cells[k + 1]!);
      last = frame;
      await world.clock.sleep(170);
      inHand--;
    });
    await world.clock.run(() => last.status.phase === 'done' && inHand === 0);
    await world.clock.advance(1000);
    // 5 = done, tier cold.
    expect([...cells.values()]).toEqual(new Array(8).fill(5));
    expect(last.status.agentsByState.done).toBe(8);
  });

  test('pauses, goes on, and takes no turn in between', async () => {
    const world = await World.create(4);
    const tab = world.tab();
    const run = await begin(world, tab, request(60));
    await world.clock.run(() => run.status().results >= 10);
    await tab.runtime.pause(run.id);
    await world.clock.advance(3000);
    const { results, phase, elapsedMs } = run.status();
    expect(phase).toBe('paused');
    expect(results).toBeLessThan(60);
    await world.clock.advance(60_000);
    expect(run.status()).toMatchObject({ phase: 'paused', results, elapsedMs });
    await tab.runtime.resume(run.id);
    await world.clock.run(() => run.status().phase === 'done');
    expect(run.status().results).toBe(60);
  });

  test('a cancelled run ends every open task by name', async () => {
    const world = await World.create(5);
    const tab = world.tab();
    const run = await begin(world, tab, request(60));
    await world.clock.run(() => run.status().results >= 10);
    await tab.runtime.cancel(run.id);
    await world.clock.run(() => run.status().phase === 'cancelled');
    const rows = await exported(tab, run.id);
    expect(rows).toHaveLength(60);
    expect(rows.filter((row) => row['failure'] === 'cancelled')).toHaveLength(run.status().failed);
    expect(run.status().results + run.status().failed).toBe(60);
  });

  test('nobody works in a run that was cancelled, not even who was in its very first turn', async () => {
    const world = await World.create(5);
    const tab = world.tab();
    const run = await begin(world, tab, request(60));
    await world.clock.run(() => run.status().agentsByState.running > 0);
    await tab.runtime.cancel(run.id);
    await world.clock.run(() => run.status().phase === 'cancelled');
    expect(run.status().agentsByState).toMatchObject({ running: 0, recovering: 0, degraded: 0 });
  });

  test('bad input is told with its place, and nothing is stored', async () => {
    const world = await World.create(6);
    const { runtime } = world.tab();
    const reply = await runtime.start(
      request(3, { swarm: { file: 'bad.yaml', text: SWARM.replace('replicas: 6', 'replicas: none') } }),
    );
    expect(reply).toMatchObject({ ok: false, diagnostics: [{ file: 'bad.yaml', line: 10 }] });
    const { input: _, ...without } = request(3);
    expect(await runtime.start(without)).toMatchObject({ ok: false, diagnostics: [{ expected: 'an input file' }] });
    expect(await runtime.runs()).toEqual([]);
  });
});

describe('turns that fail', () => {
  const failing = (say: string) => ({ fault: () => ({ kind: 'say' as const, text: say }) });

  test('a task whose attempts are spent ends as a named failure', async () => {
    const world = await World.create(10);
    const tab = world.tab(failing('{"severity":"info","subject":"somebody else"}'));
    const run = await begin(world, tab, request(5));
    await world.clock.run(() => run.status().phase === 'done');
    const rows = await exported(tab, run.id);
    expect(rows.map((row) => [row['failure'], row['attempts'], row['output']])).toEqual(
      new Array(5).fill(['not-copied', 3, null]),
    );
    expect(run.status()).toMatchObject({ results: 0, failed: 5, retries: 10 });
  });

  test('a review that fails leaves the result standing, with a note', async () => {
    const world = await World.create(11);
    const tab = world.tab({
      fault: (turn) => (turn.prefix[0]?.content.startsWith('Review') ? { kind: 'say', text: 'no JSON' } : null),
    });
    const run = await begin(world, tab, request(20));
    await world.clock.run(() => run.status().phase === 'done');
    const rows = await exported(tab, run.id);
    expect(rows.every((row) => row['failure'] === null && row['review'] === null)).toBe(true);
    // Nobody has given this runtime words for it.
    expect(rows.filter((row) => row['note'] === 'no-review')).toHaveLength(5);
  });

  test('faults that pass are mended by another attempt', async () => {
    const world = await World.create(12);
    const kinds = ['stall', 'loop'] as const;
    let turns = 0;
    // Each task once: a fault that meets it on every attempt does not pass.
    const struck = new Set<string | undefined>();
    const tab = world.tab({
      fault: ({ messages }) => {
        const asked = messages.at(-1)?.content;
        if (++turns % 5 !== 0 || struck.has(asked)) return null;
        struck.add(asked);
        return { kind: kinds[turns % 2]! };
      },
    });
    const run = await begin(world, tab, request(40));
    await world.clock.run(() => run.status().phase === 'done');
    expect(run.status()).toMatchObject({ results: 40, failed: 0 });
    expect(run.status().retries).toBeGreaterThan(4);
    const retried = await tab.runtime.results(run.id, { offset: 0, count: 50, only: 'retried' });
    expect(retried.total).toBeGreaterThan(0);
    const story = await tab.runtime.agent(run.id, 0);
    expect(story.events.map((event) => event.seq)).toEqual(
      [...story.events.map((event) => event.seq)].sort((a, b) => a - b),
    );
    expect(story.turns).toBe(story.events.filter((event) => event.type === 'turn.ended').length);
  });

  test('a turn that keeps no deadline is taken from its agent and done elsewhere', async () => {
    const world = await World.create(13);
    let turns = 0;
    const tab = world.tab({ fault: () => (++turns === 5 ? { kind: 'hang' } : null) });
    const run = await begin(world, tab, request(20));
    await world.clock.run(() => run.status().phase === 'done');
    expect(run.status()).toMatchObject({ results: 20, failed: 0 });
    // It gave the turn back when asked: no need for another one.
    expect(tab.engines).toHaveLength(1);
  });

  test('the token budget of a run stops it', async () => {
    const world = await World.create(14);
    const tab = world.tab();
    const text = SWARM.replace('{resident: 4}', '{resident: 4, tokens: 800}');
    const run = await begin(world, tab, request(60, { swarm: { file: 'test.yaml', text } }));
    await world.clock.run(() => run.status().phase === 'done');
    const { results, failed } = run.status();
    expect(results).toBeGreaterThan(0);
    expect(failed).toBe(60 - results);
    expect((await exported(tab, run.id)).at(-1)).toMatchObject({ failure: 'token-budget' });
  });
});

describe('engines that are lost', () => {
  test('turns in flight go back and a fresh engine takes them; a second quick loss waits and says so', async () => {
    const world = await World.create(20);
    const tab = world.tab();
    const run = await begin(world, tab, request(60));
    await world.clock.run(() => run.status().results >= 5);
    tab.engines.at(-1)!.lose();
    await world.clock.run(() => run.status().results >= 20);
    tab.engines.at(-1)!.lose();
    await world.clock.advance(100);
    expect(run.status()).toMatchObject({ phase: 'waiting', problem: { code: 'device-lost' } });
    expect(run.status().waits).toMatchObject({ code: 'engine-soon', quick: true, loss: { code: 'device-lost' } });
    await world.clock.run(() => run.status().phase === 'done');
    expect(run.status()).toMatchObject({ results: 60, failed: 0 });
    expect(tab.engines).toHaveLength(3);
  });

  test('an engine that never comes back stops the run with a way on, and keeps all tasks', async () => {
    const world = await World.create(21);
    let broken = true;
    const error = { code: 'device-lost', message: 'The GPU is gone.', remedy: 'Restart the browser.' } as const;
    const tab = world.tab({ failLoad: () => (broken ? error : null) });
    const run = await begin(world, tab, request(10));
    await world.clock.advance(120_000);
    expect(run.status()).toMatchObject({
      phase: 'waiting',
      waits: {
        code: 'engine-stopped',
        loss: { code: 'device-lost', by: 'engine', detail: 'The GPU is gone.' },
        remedy: 'Restart the browser.',
        kept: false,
      },
      results: 0,
    });
    const made = tab.engines.length;
    await world.clock.advance(600_000);
    expect(tab.engines).toHaveLength(made);
    broken = false;
    await tab.runtime.resume(run.id);
    await world.clock.run(() => run.status().phase === 'done');
    expect(run.status().results).toBe(10);
  });
});

describe('tabs', () => {
  test('a second tab watches, and takes over when the first is gone', async () => {
    const world = await World.create(30);
    const first = world.tab();
    const run = await begin(world, first, request(80));
    await world.clock.run(() => run.status().results >= 10);

    const second = world.tab();
    const seen: RunStatus[] = [];
    const watching = second.runtime.watch(run.id, (frame) => void seen.push(frame.status));
    await world.clock.settle();
    await watching;
    await world.clock.run(() => (seen.at(-1)?.results ?? 0) > 30);
    expect(seen.at(-1)).toMatchObject({ writer: false });
    first.kill();
    await second.runtime.resume(run.id);
    await world.clock.run(() => seen.at(-1)?.phase === 'done');
    expect(seen.at(-1)).toMatchObject({ writer: true, results: 80, failed: 0 });
    const page = await second.runtime.results(run.id, { offset: 10, count: 5, sort: 'line' });
    expect(page.rows.map((row) => row.line)).toEqual([11, 12, 13, 14, 15]);
    const found = await second.runtime.results(run.id, { offset: 0, count: 5, text: 'USER77' });
    expect(found).toMatchObject({ total: 1, rows: [{ line: 78 }] });
  });

  test('a stored run is listed, opened as it was, and gone when removed', async () => {
    const world = await World.create(31);
    const first = world.tab();
    const run = await begin(world, first, request(10));
    await world.clock.run(() => run.status().phase === 'done');
    const closed = first.runtime.close();
    await world.clock.advance(1000);
    await closed;
    const second = world.tab();
    expect(await second.runtime.runs()).toMatchObject([{ id: run.id, phase: 'done', results: 10 }]);
    expect(await second.runtime.open(run.id)).toBe(true);
    expect(second.engines).toHaveLength(0);
    const report = JSON.parse(await (await second.runtime.export(run.id, 'report')).text()) as Record<string, unknown>;
    expect(report).toMatchObject({ engine: 'scripted', results: 10, agentsByState: { done: 8 } });
    await second.runtime.remove(run.id);
    expect(await second.runtime.runs()).toEqual([]);
    expect(await second.runtime.open(run.id)).toBe(false);
  });
});
