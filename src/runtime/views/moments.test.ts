/** Scrubbing: any moment of a long life, in any order of asking, is the fold of the log up to there, and says of its faults what was known then. */
import fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { MemoryDisk, MemoryStore } from '../../chaos/memory-store.ts';
import { encodeEvents } from '../../journal/journal.ts';
import { RunState } from '../../journal/run-state.ts';
import { memoryLock } from '../../kernel/lock.ts';
import { seededRandom } from '../../kernel/random.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { History } from '../history/history.ts';
import { setupOf, type RunSetup } from '../definition/run-setup.ts';
import type { JournalEvent, RunFrame } from '../protocol/protocol.ts';
import { livedRun } from '../replay/testing/lived-run.ts';
import { Runtime } from '../host/runtime.ts';
import { agentsByState, CellDiff } from './status.ts';
import { NO_EXAMPLES, NO_GPU } from '../testing/no-gpu.ts';

const TASKS = 1200;
const AGENTS = 8;

let run: Awaited<ReturnType<typeof livedRun>>;
let plan: RunSetup;
let runtime: Runtime;
let end: number;

beforeAll(async () => {
  run = await livedRun(11, {
    tasks: TASKS,
    kinds: [
      'stall',
      'loop',
      'worker-kill',
      'device-lost',
      'poisoned-output',
      'supervisor-crash',
      'clock-jump',
      'quota',
    ],
    actions: 8,
    reloads: 2,
  });
  const planned = setupOf(run.source);
  if (!planned.ok) throw new Error('the swarm does not parse');
  plan = planned.value;
  end = run.events.at(-1)!.at;
  const store = new MemoryStore(new MemoryDisk());
  await store.create(run.record, run.source);
  const fence = await store.openWriter(run.record.id);
  const commit = (events: readonly JournalEvent[], rows = run.rows.slice(0, 0)) =>
    store.commit({ run: run.record.id, fence, events: encodeEvents(events), rows, agents: [], record: run.record });
  for (let at = 0; at < run.events.length; at += 97)
    await commit(run.events.slice(at, at + 97), at === 0 ? [...run.rows] : []);
  runtime = new Runtime({
    clock: new SimulatedClock(),
    random: seededRandom(1),
    store,
    lock: memoryLock(),
    engines: NO_GPU,
    examples: NO_EXAMPLES,
    version: 'test',
    tab: 'tab',
  });
  expect(await runtime.open(run.record.id)).toBe(true);
}, 60_000);

/** From nothing, without checkpoints. */
function folded(at: number) {
  const state = new RunState(TASKS, AGENTS);
  const history = new History(plan);
  for (const event of run.events) {
    if (event.at > at) continue;
    state.apply(event);
    history.hear(event, state);
  }
  const { results, failed, retries, promptTokens, completionTokens } = state.totals;
  return {
    cells: [...new CellDiff().next(state).cells],
    results,
    failed,
    retries,
    tokens: { prompt: promptTokens, completion: completionTokens },
    states: agentsByState(state),
    ...history.figures(Math.min(at, end)),
  };
}

function told({ cells, status }: RunFrame): ReturnType<typeof folded> {
  const {
    results,
    failed,
    retries,
    tokens,
    agentsByState: states,
    faults,
    healing,
    seatsChanged,
    storageNotes,
    endpoint,
  } = status;
  return {
    cells: [...cells],
    results,
    failed,
    retries,
    tokens,
    states,
    faults,
    healing,
    seatsChanged,
    storageNotes,
    endpoint,
  };
}

const moment = async (at: number): Promise<RunFrame> => runtime.moment(run.record.id, at);

describe('a moment', () => {
  test('there are checkpoints on the way, and faults', () => {
    expect(run.events.length).toBeGreaterThan(3 * 2048);
    expect(run.events.filter(({ type }) => type === 'fault.injected').length).toBeGreaterThan(2);
    expect(run.events.some(({ type }) => type === 'run.resumed')).toBe(true);
  });

  test('anywhere, asked for in any order, is the fold up to it', async () => {
    const anywhere = fc.oneof(
      fc.double({ min: 0, max: end, noNaN: true }),
      fc.constantFrom(...run.events).map(({ at }) => at),
      fc.constantFrom(...run.events).map(({ at }) => at - 0.001),
      fc
        .constantFrom(...run.events.filter(({ type }) => /^(fault|engine|run|heal)\./.test(type)))
        .chain(({ at }) => fc.constantFrom(at, at - 1, at + 1)),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anywhere, { minLength: 1, maxLength: 6 }), async (moments) => {
        for (const at of moments) expect(told(await moment(at)), `at ${String(at)}`).toEqual(folded(at));
      }),
      { numRuns: 60 },
    );
  }, 60_000);

  test('right at each fault has it, and knows nothing yet of its end; right before has it not', async () => {
    for (const { at, seq } of run.events.filter(({ type }) => type === 'fault.injected')) {
      const line = (await moment(at)).status.faults.find((fault) => fault.seq === seq);
      expect(line, `fault ${String(seq)}`).toBeDefined();
      const after = run.events.filter((event) => event.at === at && event.seq > seq);
      if (after.length === 0) expect(line).toMatchObject({ mendedMs: null });
      if (at > 0) expect((await moment(at - 0.001)).status.faults.some((fault) => fault.seq === seq)).toBe(false);
    }
  });

  test('before the start nothing has happened; at the end and after it everything has', async () => {
    for (const at of [-1, Number.NEGATIVE_INFINITY]) {
      const { status } = await moment(at);
      expect(status).toMatchObject({
        phase: 'loading',
        results: 0,
        failed: 0,
        faults: [],
        elapsedMs: expect.any(Number) as number,
      });
      expect(status.elapsedMs, `at ${String(at)}`).toBe(0);
    }
    for (const at of [end, end + 1, 1e15, Number.POSITIVE_INFINITY]) {
      const { status } = await moment(at);
      expect(status.results + status.failed).toBe(TASKS);
      expect(status).toMatchObject({ phase: 'done' });
      expect(status.elapsedMs, `at ${String(at)}`).toBe(Math.round(end));
    }
  });
});
