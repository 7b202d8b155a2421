import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AGENT_STATES, type AgentState, type RunFrame, type RunStatus } from '../../runtime/protocol/protocol.ts';
import { RunBuffer, type CellChange } from './buffer.ts';

const status: RunStatus = {
  id: 'run',
  name: 'test',
  phase: 'running',
  startedAt: 0,
  endedAt: null,
  tasks: 10,
  results: 0,
  failed: 0,
  agents: 4,
  modelId: 'pocket',
  engine: 'scripted',
  writer: true,
  waits: null,
  problem: null,
  loading: null,
  report: null,
  input: { notes: [], skipped: [] },
  summary: {
    name: 'test',
    description: '',
    agents: 4,
    roles: [],
    flow: [],
    model: 'pocket',
    seed: 1,
    budget: { vramMiB: 7168, occupancy: 0.85, resident: 12, tokens: 0 },
    input: { from: 'dropped', format: 'lines', limit: null },
    askMs: null,
  },
  seed: 1,
  elapsedMs: 0,
  agentsByState: { idle: 4, running: 0, degraded: 0, recovering: 0, failed: 0, done: 0 },
  tokens: { prompt: 0, completion: 0 },
  tokensPerSecond: 0,
  tokensPerSecondMean: 0,
  retries: 0,
  steps: null,
  shared: 0,
  leftOut: 0,
  vram: null,
  residents: [],
  seats: { now: 0, target: 0, max: 0 },
  seatsChanged: null,
  storageNotes: [],
  endpoint: { lacks: [], waits: { times: 0, ms: 0, last: null } },
  notices: [],
  remote: null,
  faults: [],
  healing: { p50: null, p95: null, mended: 0, open: 0, restarts: { used: 0, of: 0, windowMs: 0 } },
};

function frame(
  cells: readonly [agent: number, state: AgentState, tier: number, health: number][],
  change: Partial<RunFrame> = {},
): RunFrame {
  return {
    runId: 'run',
    full: false,
    cells: Uint32Array.from(
      cells.flatMap(([agent, state, tier, health]) => [agent, AGENT_STATES.indexOf(state) | (tier << 8), health]),
    ),
    status,
    ...change,
  };
}

describe('RunBuffer', () => {
  it('takes whole frames and then changes', () => {
    const buffer = new RunBuffer();
    const changes: CellChange[] = [];
    buffer.onCells((change) => changes.push(change));
    buffer.apply(
      frame(
        [0, 1, 2, 3].map((agent) => [agent, 'idle', 0, 1000] as const),
        { full: true },
      ),
    );
    buffer.apply(frame([[2, 'running', 2, 930]]));

    expect([...buffer.state]).toEqual([0, 0, 1, 0]);
    expect([...buffer.tier]).toEqual([0, 0, 2, 0]);
    expect([...buffer.health]).toEqual([1000, 1000, 930, 1000]);
    expect(changes.map((change) => change.full)).toEqual([true, false]);
    expect([...(changes[1]?.agents ?? [])]).toEqual([2]);
    expect([...(changes[1]?.before ?? [])]).toEqual([0]);
  });

  it('goes on for everybody else when a listener fails, whichever and whenever, and says so', async () => {
    const listener = fc.record({
      of: fc.constantFrom('cells', 'status'),
      failsAt: fc.option(fc.nat(4), { nil: null }),
    });
    const step = fc.record({ cells: fc.boolean(), full: fc.boolean(), settles: fc.boolean() });
    const property = fc.asyncProperty(
      fc.array(listener, { maxLength: 6 }),
      fc.array(step),
      async (listeners, steps) => {
        const failed: unknown[] = [];
        const buffer = new RunBuffer((error) => failed.push(error));
        const heard: { cells: number; status: RunStatus | null }[] = [];
        let thrown = 0;
        for (const { of, failsAt } of listeners) {
          const mine = { cells: 0, status: null as RunStatus | null };
          heard.push(mine);
          let calls = 0;
          const fails = (): void => {
            if (failsAt === null || calls++ < failsAt) return;
            thrown += 1;
            throw new Error('no canvas');
          };
          if (of === 'cells')
            buffer.onCells(() => {
              mine.cells += 1;
              fails();
            });
          else
            buffer.onStatus((told) => {
              mine.status = told;
              fails();
            });
        }
        let painted = 0;
        let last: RunStatus | null = null;
        for (const [results, { cells, full, settles }] of steps.entries()) {
          last = { ...status, results };
          if (cells || results === 0) painted += 1;
          buffer.apply(frame(cells ? [[1, 'running', 2, 900]] : [], { full, status: last }));
          if (settles) await Promise.resolve();
        }
        await Promise.resolve();
        for (const [k, { of }] of listeners.entries())
          if (of === 'cells') expect(heard[k]?.cells).toBe(painted);
          else expect(heard[k]?.status).toBe(last);
        expect(failed).toHaveLength(thrown);
      },
    );
    await fc.assert(property);
  });

  it('says nothing about cells when only the figures moved', () => {
    const buffer = new RunBuffer();
    buffer.apply(frame([[0, 'idle', 0, 1000]], { full: true }));
    let told = 0;
    buffer.onCells(() => (told += 1));
    const { version } = buffer;
    buffer.apply(frame([]));
    expect(told).toBe(0);
    expect(buffer.version).toBe(version);
  });

  it('tells the status once for many frames, the newest', async () => {
    const buffer = new RunBuffer();
    const seen: number[] = [];
    const stop = buffer.onStatus((status) => seen.push(status.results));
    for (const results of [1, 2, 3]) buffer.apply(frame([], { status: { ...status, results } }));
    await Promise.resolve();
    expect(seen).toEqual([3]);
    stop();
    buffer.apply(frame([], { status: { ...status, results: 4 } }));
    await Promise.resolve();
    expect(seen).toEqual([3]);
    expect(buffer.status?.results).toBe(4);
  });

  it('drops cells of agents that do not exist, and starts over when their number changes', () => {
    const buffer = new RunBuffer();
    buffer.apply(frame([[99, 'failed', 0, 0]]));
    expect([...buffer.state]).toEqual([0, 0, 0, 0]);
    let full: boolean | null = null;
    buffer.onCells((change) => (full = change.full));
    buffer.apply(frame([[5, 'failed', 0, 0]], { status: { ...status, agents: 6 } }));
    expect(full).toBe(true);
    expect(buffer.state[5]).toBe(AGENT_STATES.indexOf('failed'));
  });

  it('shows another moment by what differs alone, and comes back to now through a frame of its own', () => {
    const cell = fc.tuple(fc.constantFrom(...AGENT_STATES), fc.nat(2), fc.nat(1000));
    const moment = fc.tuple(cell, cell, cell, cell);
    const whole = (cells: readonly (readonly [AgentState, number, number])[]) =>
      frame(
        cells.map(([state, tier, health], agent) => [agent, state, tier, health]),
        { full: true },
      );
    fc.assert(
      fc.property(moment, moment, (now, then) => {
        const buffer = new RunBuffer();
        buffer.apply(whole(now));
        const kept = new RunBuffer();
        kept.apply(buffer.frame()!);
        const told: CellChange[] = [];
        buffer.onCells((change) => told.push(change));
        buffer.show(whole(then));
        const differing = then.flatMap((one, agent) => (String(one) === String(now[agent]) ? [] : [agent]));
        expect(told.flatMap(({ agents }) => [...agents])).toEqual(differing);
        expect(told.every(({ full }) => !full)).toBe(true);
        expect([...buffer.frame()!.cells]).toEqual([...whole(then).cells]);
        buffer.show(kept.frame()!);
        expect([...buffer.frame()!.cells]).toEqual([...whole(now).cells]);
      }),
    );
  });
});
