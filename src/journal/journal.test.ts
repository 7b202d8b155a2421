import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import type { EventBody } from './events.ts';
import { decodeEvents, type EncodedEvents, encodeEvents, Journal } from './journal.ts';
import { AGENT, RunState, TASK } from './run-state.ts';
import { FINISHES, REQUEUE_REASONS, TASK_FAILURES } from './vocabulary.ts';

const TASKS = 6;
const AGENTS = 3;
const task = fc.nat(TASKS - 1);
const agent = fc.nat(AGENTS - 1);
const count = fc.nat(500);
const told = fc.record({ code: fc.constant('told' as const), text: fc.string() });

/** Any event at any time: the fold must be total. */
const anyEvent: fc.Arbitrary<EventBody> = fc.oneof(
  fc.record({ type: fc.constant('task.assigned' as const), task, agent, stage: fc.nat(2), attempt: fc.nat(3) }),
  fc.record({ type: fc.constant('turn.started' as const), task, agent, turn: fc.string() }),
  fc.record({
    type: fc.constant('turn.ended' as const),
    task,
    agent,
    turn: fc.string(),
    finish: fc.constantFrom(...FINISHES),
    tokens: fc.record({ prompt: count, cached: count, completion: count }),
    ms: count,
  }),
  fc.record({ type: fc.constant('task.retried' as const), task, agent, reason: told, delayMs: count }),
  fc.record({
    type: fc.constant('task.requeued' as const),
    task,
    agent,
    reason: fc.constantFrom(...REQUEUE_REASONS),
  }),
  fc.record({
    type: fc.constant('task.advanced' as const),
    task,
    agent,
    stage: fc.constant(0),
    next: fc.constant(1),
    output: fc.jsonValue().map((value) => JSON.parse(JSON.stringify(value)) as unknown),
    attempts: fc.nat(3),
  }),
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
          if (before[row]! >= TASK.committed && body.type !== 'task.reopened') expect(now).toBe(before[row]);
        });
        const over = [...state.tasks.status].filter((status) => status >= TASK.committed).length;
        expect(state.totals.results + state.totals.failed).toBe(over);
        expect(state.open).toBe(TASKS - over);
      }
    }),
  );
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
