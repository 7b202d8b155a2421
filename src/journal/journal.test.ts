import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import type { EventBody } from './events.ts';
import { decodeEvents, type EncodedEvents, encodeEvents, Journal } from './journal.ts';
import { outputOf } from './outputs.ts';
import { AGENT, RunState, TASK } from './run-state.ts';
import { columns } from './tables.ts';
import { FINISHES, REQUEUE_REASONS, TASK_FAILURES } from './vocabulary.ts';
import type { Place } from './work-item.ts';

const TASKS = 6;
const AGENTS = 3;
/** Some of them are there only once they were created. */
const task = fc.nat(TASKS + 1);
const agent = fc.nat(AGENTS - 1);
const count = fc.nat(500);
const told = fc.record({ code: fc.constant('told' as const), text: fc.string() });
/** Mostly the step at which the task stands, and its first slot. */
const place = fc.constantFrom<Place>({}, {}, {}, { slot: 1 }, { stage: 1 }, { stage: 2, slot: 2 });

/** Any event at any time: the fold must be total. */
const somewhere = <Body extends EventBody>(body: fc.Arbitrary<Body>): fc.Arbitrary<Body> =>
  fc.tuple(place, body).map(([at, event]) => ({ ...at, ...event }));

const anyEvent: fc.Arbitrary<EventBody> = fc.oneof(
  somewhere(
    fc.record({ type: fc.constant('task.assigned' as const), task, agent, stage: fc.nat(2), attempt: fc.nat(3) }),
  ),
  somewhere(fc.record({ type: fc.constant('turn.started' as const), task, agent, turn: fc.string() })),
  fc.record({
    type: fc.constant('task.created' as const),
    task: fc.integer({ min: TASKS - 1, max: TASKS + 3 }),
    from: fc.array(fc.nat(TASKS + 3), { maxLength: 2 }),
    text: fc.string(),
  }),
  fc.record({
    type: fc.constant('turn.ended' as const),
    task,
    agent,
    turn: fc.string(),
    finish: fc.constantFrom(...FINISHES),
    tokens: fc.record({ prompt: count, cached: count, completion: count }),
    ms: count,
  }),
  somewhere(fc.record({ type: fc.constant('task.retried' as const), task, agent, reason: told, delayMs: count })),
  somewhere(
    fc.record({
      type: fc.constant('task.requeued' as const),
      task,
      agent,
      reason: fc.constantFrom(...REQUEUE_REASONS),
    }),
  ),
  somewhere(
    fc.record({
      type: fc.constant('task.advanced' as const),
      task,
      agent,
      stage: fc.nat(2),
      next: fc.nat(2),
      output: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
      attempts: fc.nat(3),
    }),
  ),
  fc.record({ type: fc.constant('task.committed' as const), task, agent, attempts: fc.nat(3) }),
  fc.record({
    type: fc.constant('task.failed' as const),
    task,
    agent,
    failure: fc.constantFrom(...TASK_FAILURES),
    attempts: fc.nat(3),
  }),
  fc.record({ type: fc.constant('task.reopened' as const), task, reason: told }),
  fc.record({
    type: fc.constant('agent.state' as const),
    agent,
    from: fc.constant('idle' as const),
    to: fc.constantFrom('idle', 'degraded', 'recovering', 'failed', 'nonsense' as 'idle'),
    because: told,
  }),
  fc.constantFrom<EventBody>(
    { type: 'run.paused' },
    { type: 'run.continued' },
    { type: 'run.resumed', tab: 't', fence: 2 },
  ),
  fc.record({ type: fc.constant('run.ended' as const), results: count, failed: count }),
);

test('a replay of the stored log gives the state of the running program', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 80 }), fc.nat(7), (bodies, cut) => {
      const clock = new SimulatedClock();
      const journal = new Journal(clock, () => clock.now());
      const live = new RunState(TASKS, AGENTS);
      const stored: EncodedEvents[] = [];
      bodies.forEach((body, i) => {
        live.apply(journal.append(body));
        if (i % (cut + 1) === 0) {
          const chunk = journal.take();
          if (chunk) stored.push(chunk);
          // Every third write fails; nothing may be lost or doubled by that.
          if (i % 3 === 2) {
            journal.giveBack();
            stored.pop();
          } else journal.settle();
        }
      });
      const rest = journal.take();
      if (rest) stored.push(rest);

      const events = stored.flatMap(decodeEvents);
      expect(events.map((event) => event.seq)).toEqual(bodies.map((_, i) => i + 1));
      const replayed = new RunState(TASKS, AGENTS);
      for (const event of events) replayed.apply(event);
      expect(replayed).toEqual(live);
    }),
  );
});

test('a task ends once, whatever is told afterwards', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 120 }), (bodies) => {
      const journal = new Journal(new SimulatedClock(), () => 0);
      const state = new RunState(TASKS, AGENTS);
      for (const body of bodies) {
        const before = [...state.tasks.status];
        state.apply(journal.append(body));
        state.tasks.status.forEach((now, row) => {
          if ((before[row] ?? 0) >= TASK.committed && body.type !== 'task.reopened') expect(now).toBe(before[row]);
        });
        const over = [...state.tasks.status].filter((status) => status >= TASK.committed).length;
        expect(state.totals.results + state.totals.failed).toBe(over);
        expect(state.open).toBe(TASKS + state.created.size - over);
      }
    }),
  );
});

test('a copy is what the state was, whatever happens to either afterwards', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 60 }), fc.nat(60), (bodies, at) => {
      const journal = new Journal(new SimulatedClock(), () => 0);
      const events = bodies.map((body) => journal.append(body));
      const state = new RunState(TASKS, AGENTS);
      for (const event of events.slice(0, at)) state.apply(event);
      const copy = state.copy();
      expect(copy).toEqual(state);
      expect(copy.bytes).toBe(state.bytes);
      const before = new RunState(TASKS, AGENTS);
      for (const event of events.slice(0, at)) before.apply(event);
      for (const event of events.slice(at)) state.apply(event);
      expect(copy).toEqual(before);
      for (const event of events.slice(at)) copy.apply(event);
      expect(copy).toEqual(state);
    }),
  );
});

test('tasks that are created get the next number; each column is as long as there are tasks, however many come', () => {
  const journal = new Journal(new SimulatedClock(), () => 0);
  const state = new RunState(2, 1);
  const tell = (body: EventBody): void => {
    state.apply(journal.append(body));
  };
  const bytesEach = state.tasks.ms.BYTES_PER_ELEMENT + 4 + 4 + 2 + 4;
  tell({ type: 'task.assigned', task: 1, agent: 0, stage: 0, attempt: 1 });
  for (let task = 2; task < 1000; task++) {
    const before = state.bytes;
    tell({ type: 'task.created', task, from: [task - 1, task, -1], text: `group ${String(task)}`, stage: 1 });
    expect(state.bytes - before).toBe(bytesEach);
    expect(state.tasks.size).toBe(task + 1);
    for (const [name, column] of columns(state.tasks)) expect(column, name).toHaveLength(task + 1);
    expect([state.tasks.status[task], state.tasks.step[task], state.tasks.agent[task]]).toEqual([TASK.pending, 1, -1]);
    expect(state.created.get(task)).toEqual({ from: [task - 1], text: `group ${String(task)}`, stage: 1 });
  }
  // Rows that were there before are as they were.
  expect([state.tasks.status[1], state.tasks.agent[1]]).toEqual([TASK.assigned, 0]);
  expect(state.open).toBe(1000);
  tell({ type: 'task.committed', task: 999, agent: 0, attempts: 1 });
  expect(state.open).toBe(999);
  // A number that is not the next one makes no sense.
  tell({ type: 'task.created', task: 1001, from: [], text: 'late' });
  tell({ type: 'task.created', task: 5, from: [], text: 'twice' });
  expect([state.tasks.size, state.created.size]).toEqual([1000, 998]);
});

test('slots of a step stand side by side: what befalls one is nothing to the others', () => {
  const journal = new Journal(new SimulatedClock(), () => 0);
  const state = new RunState(1, 3);
  const tell = (body: EventBody): void => {
    state.apply(journal.append(body));
  };
  const stateOf = (slot: number) => {
    const { status, failures, losses } = state.items.of({ task: 0, step: 0, slot });
    return [status, failures, losses];
  };
  for (const slot of [0, 1, 2])
    tell({ type: 'task.assigned', task: 0, agent: slot, stage: 0, ...(slot > 0 && { slot }), attempt: 1 });
  expect(state.items.assignments()).toEqual(new Map([0, 1, 2].map((agent) => [agent, 0])));
  tell({ type: 'task.retried', task: 0, slot: 1, agent: 1, reason: { code: 'told', text: 'wrong' }, delayMs: 5 });
  tell({ type: 'task.requeued', task: 0, slot: 2, agent: 2, reason: 'stalled' });
  expect([0, 1, 2].map(stateOf)).toEqual([
    [TASK.assigned, 0, 0],
    [TASK.pending, 1, 0],
    [TASK.pending, 0, 1],
  ]);
  // The first gives its output and the task stays, for others of the step are open.
  tell({ type: 'task.advanced', task: 0, agent: 0, stage: 0, next: 0, output: 'a', attempts: 1 });
  expect([state.tasks.step[0], stateOf(1)]).toEqual([0, [TASK.pending, 1, 0]]);
  tell({ type: 'task.advanced', task: 0, agent: 1, stage: 0, slot: 1, next: 0, output: null, attempts: 1 });
  tell({ type: 'task.advanced', task: 0, agent: 2, stage: 0, slot: 2, next: 1, output: 'c', attempts: 2 });
  expect([state.tasks.step[0], state.tasks.attempts[0], state.items.beside.size]).toEqual([1, 2, 0]);
  expect(outputOf(state.held.get(0), 0)).toMatchObject({ slot: 0, output: 'a' });
  expect(outputOf(state.held.get(0)?.slice(1), 0)).toMatchObject({ slot: 2, output: 'c' });
});

test('events for tasks and agents that do not exist change nothing but the place in the log', () => {
  const state = new RunState(1, 1);
  const stamp = { seq: 9, at: 5, wall: 6 };
  state.apply({ type: 'task.committed', task: 1, agent: 0, attempts: 1, ...stamp });
  state.apply({ type: 'task.committed', task: 0, agent: -1, attempts: 1, ...stamp });
  expect([state.totals.results, state.seq, state.at]).toEqual([0, 9, 5]);
});

test('a mended agent is seen as recovering during its next turn, then idle', () => {
  const state = new RunState(1, 1);
  const journal = new Journal(new SimulatedClock(), () => 0);
  const tell = (body: EventBody): number => {
    state.apply(journal.append(body));
    return state.agents.state[0]!;
  };
  expect(
    tell({
      type: 'agent.state',
      agent: 0,
      from: 'running',
      to: 'degraded',
      because: { code: 'failed', failure: 'json-invalid' },
    }),
  ).toBe(AGENT.degraded);
  expect(tell({ type: 'turn.started', task: 0, agent: 0, turn: 'a' })).toBe(AGENT.recovering);
  const tokens = { prompt: 1, cached: 0, completion: 1 };
  expect(tell({ type: 'turn.ended', task: 0, agent: 0, turn: 'a', finish: 'stop', tokens, ms: 1 })).toBe(AGENT.idle);
});

test('encoded events name each agent once', () => {
  const journal = new Journal(new SimulatedClock(), () => 0);
  for (const row of [4, 2, 4]) journal.append({ type: 'turn.started', task: 0, agent: row, turn: 'x' });
  const encoded = encodeEvents(journal.unsaved());
  expect([encoded.agents, encoded.firstSeq, encoded.lastSeq]).toEqual([[4, 2], 1, 3]);
});
