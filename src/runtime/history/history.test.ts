import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import { RunState } from '../../journal/run-state.ts';
import { parseSwarm } from '../../swarm/parse.ts';
import { History } from './history.ts';
import { Checkpoints } from './checkpoints.ts';
import { setupOf } from '../definition/run-setup.ts';
import { AGENT_STATES, type FaultKind } from '../../journal/vocabulary.ts';
import type { JournalEvent, RunFrame, RunStatus, Timeline } from '../protocol/protocol.ts';
import { agentsByState, CellDiff } from '../views/status.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

const AGENTS = 8;

interface Lived {
  readonly world: World;
  readonly tab: Tab;
  readonly id: string;
  readonly status: () => RunStatus;
}

/** A run that goes on in a tab, with faults on the way. */
async function live(seed: number, tasks: number, faults: readonly FaultKind[]): Promise<Lived> {
  const world = await World.create(seed);
  const tab = world.tab({ decodeMs: 20 });
  const starting = tab.runtime.start({
    swarm: { file: 'test.yaml', text: SWARM },
    input: { name: 'test.log', text: lines(tasks) },
    engine: 'scripted',
    seed,
  });
  await world.clock.settle();
  const reply = await starting;
  if (!reply.ok) throw new Error(reply.diagnostics[0]?.message);
  let status!: RunStatus;
  await tab.runtime.watch(reply.runId, (frame) => void (status = frame.status));
  await world.clock.run(() => status.results > 2, 3_600_000);
  for (const kind of faults) void tab.runtime.breakSomething(reply.runId, kind);
  return { world, tab, id: reply.runId, status: () => status };
}

/** Lets virtual time pass until the answer is there: the store takes its share of it. */
async function ask<T>(world: World, question: Promise<T>): Promise<T> {
  let answer: { readonly value: T } | null = null;
  void question.then((value) => (answer = { value }));
  for (let k = 0; k < 200 && answer === null; k++) await world.clock.settle();
  return question;
}

/** The log of a run that has come to its end. */
async function log(world: World, id: string): Promise<JournalEvent[]> {
  await world.clock.advance(5000);
  return (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
}

const cellsOf = (state: RunState): Uint32Array => new CellDiff().next(state).cells;

function told(frame: RunFrame): object {
  const { results, failed, retries, tokens, agentsByState: states } = frame.status;
  return { cells: [...frame.cells], results, failed, retries, tokens, states };
}

function folded(events: readonly JournalEvent[], at: number, tasks: number): object {
  const state = new RunState(tasks, AGENTS);
  for (const event of events) if (event.at <= at) state.apply(event);
  const { results, failed, retries, promptTokens, completionTokens } = state.totals;
  const tokens = { prompt: promptTokens, completion: completionTokens };
  return { cells: [...cellsOf(state)], results, failed, retries, tokens, states: agentsByState(state) };
}

test('a moment is the fold of the log up to it, and the last one is the live state; after a reload too', async () => {
  const { world, tab, id, status } = await live(31, 60, ['stall', 'loop', 'poisoned-output']);
  const running = await ask(world, tab.runtime.moment(id, status().elapsedMs + 60_000));
  // What is live now is in the log, be it on the disk yet or not.
  expect(running.status.agentsByState).toEqual(status().agentsByState);
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);

  const events = await log(world, id);
  const end = events.at(-1)!.at;
  const last = await ask(world, tab.runtime.moment(id, end));
  expect(last.full).toBe(true);
  expect(last.cells).toHaveLength(3 * AGENTS);
  const { results, failed, retries, tokens, agentsByState: states, phase, faults, healing } = status();
  expect(last.status).toMatchObject({
    results,
    failed,
    retries,
    tokens,
    agentsByState: states,
    phase,
    faults,
    healing,
  });
  expect(faults.map(({ kind }) => kind).sort()).toEqual(['loop', 'poisoned-output', 'stall']);

  const later = world.tab();
  void tab.runtime.close();
  await world.clock.advance(5000);
  for (const runtime of [later.runtime]) {
    expect(await ask(world, runtime.open(id))).toBe(true);
    for (let k = 0; k <= 40; k++) {
      const at = Math.round((k * end) / 40);
      const frame = await ask(world, runtime.moment(id, at));
      expect(told(frame), `at ${at} of ${end}`).toEqual(folded(events, at, 60));
      expect(frame.status.faults.every((fault) => fault.at <= at)).toBe(true);
    }
    expect((await ask(world, runtime.moment(id, 0))).status.results).toBe(0);
  }
});

test('each fault has its line: struck, noticed, mended and by what', async () => {
  const { world, tab, id, status } = await live(32, 240, ['stall', 'device-lost']);
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);
  const { faults, healing } = status();
  expect(faults).toHaveLength(2);
  for (const fault of faults) {
    expect(fault.detectedMs, fault.kind).toBeGreaterThanOrEqual(0);
    expect(fault.mendedMs, fault.kind).toBeGreaterThanOrEqual(fault.detectedMs!);
  }
  const stall = faults.find(({ kind }) => kind === 'stall');
  expect(stall).toMatchObject({ rung: expect.any(String), by: expect.any(String), agents: [expect.any(Number)] });
  expect(healing).toMatchObject({ mended: expect.any(Number), open: 0, restarts: { of: 20, windowMs: 60_000 } });
  expect(healing.p50).toBeGreaterThan(0);
  expect(healing.p95).toBeGreaterThanOrEqual(healing.p50!);

  const timeline = await ask(world, tab.runtime.timeline(id));
  expect(timeline.faults.map(({ kind, at }) => ({ kind, at }))).toEqual(faults.map(({ kind, at }) => ({ kind, at })));
  expect(timeline.events.map(({ kind }) => kind)).toEqual(['engine-loaded', 'engine-lost', 'engine-loaded']);
  expect(sum(timeline.tasks)).toBe(240);
  expect(sum(timeline.tokens)).toBeCloseTo(status().tokens.completion, 6);
  expect(sum(timeline.mended)).toBe(healing.mended);
});

const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

test('while it is mended, the step that is tried is told: newest first, then none; at any moment of the past alike', async () => {
  const { world, tab, id, status } = await live(32, 240, ['stall', 'device-lost']);
  const seen = new Set<string>();
  await world.clock.run(() => {
    for (const { kind, trying } of status().faults)
      if (trying) seen.add(`${kind}: ${trying.rung}, ${trying.by}, ${trying.nth}`);
    return status().phase === 'done';
  }, 3_600_000);
  const { faults, elapsedMs } = status();
  expect(faults.map(({ trying }) => trying)).toEqual([null, null]);
  for (const { kind, rung, by } of faults) if (rung) expect([...seen].join('\n')).toContain(`${kind}: ${rung}, ${by}`);
  expect([...seen].some((one) => one.startsWith('stall'))).toBe(true);
  const past = new Set<string>();
  for (let at = 0; at < elapsedMs; at += 20)
    for (const { kind, trying } of (await ask(world, tab.runtime.moment(id, at))).status.faults)
      if (trying) past.add(`${kind}: ${trying.rung}, ${trying.by}, ${trying.nth}`);
  for (const one of seen) expect([...past]).toContain(one);
});

test('a fault that a plan makes shorter than usual is over when it is', async () => {
  const { world, tab, id } = await live(9, 4000, []);
  const plan = 'planaria-faults: 1\nname: x\nfaults:\n  - {kind: hidden-tab, at: 0s, for: 4s}\n';
  void tab.runtime.playFaults(id, 'x.yaml', plan);
  const faults = async () => (await ask(world, tab.runtime.timeline(id))).faults;
  await world.clock.advance(12_000);
  const [fault] = await faults();
  expect(fault).toMatchObject({ kind: 'hidden-tab', mendedAt: expect.any(Number) });
  expect(fault!.mendedAt! - fault!.at).toBeLessThan(8000);
});

test('the history of a log is the same whether it was heard live or read back, at any cut', async () => {
  const { world, tab, id, status } = await live(33, 40, ['stall', 'worker-kill', 'lying-voter']);
  expect(await world.clock.run(() => status().phase === 'done', 3_600_000)).toBe(true);
  const events = await log(world, id);
  const heard = await ask(world, tab.runtime.timeline(id));
  const planned = setupOf(await world.store.source(id));
  if (!planned.ok) throw new Error('the swarm does not parse');
  const read = (some: readonly JournalEvent[]): { history: History; timeline: Timeline } => {
    const history = new History(planned.value);
    const state = new RunState(40, AGENTS);
    for (const event of some) {
      state.apply(event);
      history.hear(event, state);
    }
    return { history, timeline: history.timeline() };
  };
  const whole = read(events);
  expect(whole.timeline).toEqual(heard);
  fc.assert(
    fc.property(fc.nat(events.length), (cut) => {
      const prefix = events.slice(0, cut);
      const at = prefix.at(-1)?.at ?? -1;
      // The cut must not part events of one millisecond: what a person scrubs to is a time.
      if (events[cut]?.at === at) return;
      const then = read(prefix).history.figures(at);
      const now = whole.history.figures(at);
      expect(now.faults).toEqual(then.faults);
      expect(now.healing).toEqual(then.healing);
    }),
  );
});

test('from checkpoints at any distance the same state is folded, and their number stays bounded', () => {
  const swarm = parseSwarm('test.yaml', SWARM);
  if (!swarm.ok) throw new Error('the swarm does not parse');
  const event = fc.oneof(
    fc.record({
      type: fc.constant('turn.started' as const),
      task: fc.nat(9),
      agent: fc.nat(7),
      turn: fc.constant('t'),
    }),
    fc.record({
      type: fc.constant('turn.ended' as const),
      task: fc.nat(9),
      agent: fc.nat(7),
      turn: fc.constant('t'),
      finish: fc.constantFrom('stop' as const, 'deadline' as const, 'error' as const),
      tokens: fc.record({ prompt: fc.nat(9), cached: fc.nat(9), completion: fc.nat(9) }),
      ms: fc.nat(500),
    }),
    fc.record({ type: fc.constant('task.committed' as const), task: fc.nat(9), agent: fc.nat(7), attempts: fc.nat(3) }),
    fc.record({
      type: fc.constant('task.advanced' as const),
      task: fc.nat(9),
      agent: fc.nat(7),
      stage: fc.constant(0),
      next: fc.constant(1),
      output: fc.nat(9),
      attempts: fc.nat(3),
    }),
    fc.record({
      type: fc.constant('agent.state' as const),
      agent: fc.nat(7),
      from: fc.constant('idle' as const),
      to: fc.constantFrom(...AGENT_STATES),
      because: fc.constant({ code: 'asked' as const }),
    }),
    fc.constant({ type: 'run.paused' as const }),
    fc.constant({ type: 'run.resumed' as const, tab: 't', fence: 2 }),
  );
  const steps = fc.array(fc.tuple(event, fc.nat(3)), { maxLength: 300 });
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 40 }), fc.nat(700), (list, distance, at) => {
      const checkpoints = new Checkpoints(distance, 4);
      const state = new RunState(10, AGENTS);
      let now = 0;
      const events = list.map(([body, wait], k): JournalEvent => {
        now += wait;
        return { ...body, seq: k + 1, at: now, wall: now };
      });
      for (const one of events) {
        state.apply(one);
        checkpoints.consider(state);
      }
      const { state: from, lastSeq } = checkpoints.before(at, 10, AGENTS);
      expect(from.at).toBeLessThanOrEqual(at);
      const expected = new RunState(10, AGENTS);
      for (const one of events) if (one.at <= at) expected.apply(one);
      for (const one of events) {
        if (one.seq <= from.seq || one.at > at) continue;
        expect(one.seq).toBeLessThanOrEqual(lastSeq);
        from.apply(one);
      }
      expect(from).toEqual(expected);
    }),
  );
});
