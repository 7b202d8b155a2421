/** What people did to a run is done again in its replay, at the same moments and with the same end for each task. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { ResultRow } from '../../store/records.ts';
import { SWARM } from '../testing/world.ts';
import { type Incident, readIncident, type StoredRun, writeIncident } from './incident.ts';
import { pausedFor } from './operator-actions.ts';
import { healStep } from './recording.ts';
import { ReplaySession } from './session.ts';
import { recordedRun, type RecordOptions } from './testing/recorded-run.ts';

const WRONG = { kind: 'say', text: '{"severity":"loud"}' } as const;
const failsAt =
  (...tasks: readonly number[]) =>
  (request: { readonly messages: readonly { readonly content: string }[] }) =>
    tasks.some((task) => request.messages.at(-1)?.content.includes(`sshd[${String(task)}]`)) ? WRONG : null;

function incidentOf(run: StoredRun, withInput = true): Incident {
  const incident = readIncident(writeIncident(run, withInput));
  if (!incident.ok) throw new Error(incident.error.detail);
  return incident.value;
}

async function replayed(incident: Incident) {
  const session = await ReplaySession.open('replay-1', incident, systemClock());
  await session.clock.run(() => session.over, 3_600_000);
  const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
  const rows = new Map<number, ResultRow>();
  await session.store.eachRow('replay-1', (some) => {
    for (const { row } of some) rows.set(row.task, row);
  });
  return { events, session, rows };
}

/** All that people and healing did, and how each task ended, without moments and names. */
const story = (events: readonly JournalEvent[]): string[] =>
  events.flatMap((event) => {
    switch (event.type) {
      case 'heal.decided':
        return [`${event.by}: ${event.decision} of ${String(event.task)}`];
      case 'agent.held':
        return [`${String(event.agent)} ${event.held ? 'held' : 'released'}`];
      case 'agent.asked':
        return [`${event.action} ${String(event.agent)}`];
      case 'task.escalated':
        return [`${String(event.task)} to ${event.to}`];
      case 'task.committed':
        return [`${String(event.task)} done by ${String(event.agent)} after ${String(event.attempts)}`];
      case 'task.failed':
        return [`${String(event.task)} ${event.failure} after ${String(event.attempts)}`];
      default:
        return [healStep(event)?.join(' ') ?? []].flat();
    }
  });

/** Every step of a run in order, but for what the page alone is told. */
const course = (events: readonly JournalEvent[]): string[] =>
  events.flatMap((event) => {
    const { type } = event;
    if (type === 'fault.injected' || type === 'seats.changed') return [];
    const of = ['task', 'agent', 'stage', 'fault', 'action', 'finish', 'reason', 'to', 'failure'] as const;
    const facts = event as unknown as Readonly<Record<(typeof of)[number], unknown>>;
    return [
      [type, ...of.flatMap((key) => (facts[key] === undefined ? [] : [`${key} ${String(facts[key])}`]))].join(', '),
    ];
  });

/** Says one of these answers after the other, each to the next question, a while after it was asked. */
function answers(...given: readonly ('retry' | 'skip' | 'give-up' | ((task: number) => object))[]) {
  const left = [...given];
  const person: RecordOptions['person'] = (event, hands) => {
    if (event.type !== 'heal.notice' || event.of !== 'task') return;
    const answer = left.shift();
    const id = event.notice ?? event.case;
    if (answer === undefined) return;
    hands.after(1234.5, (runtime, run) => {
      const decision =
        typeof answer === 'string'
          ? { kind: answer }
          : { kind: 'edit' as const, output: JSON.stringify(answer(event.task ?? 0)) };
      void runtime.decide(run, id, decision);
    });
  };
  return person;
}

describe('a replay does again what a person did', () => {
  test('answers of every kind, and no answer in time', async () => {
    const wrong = () => ({ severity: 'loud' });
    const written = (task: number) => ({ severity: 'error', subject: `user${String(task)}` });
    const run = await recordedRun(31, {
      tasks: 40,
      kinds: ['stall', 'worker-kill'],
      askMs: 30_000,
      engine: { fault: failsAt(3, 11, 20, 28, 33) },
      person: answers('skip', wrong, written, 'give-up', 'retry', 'skip'),
    });
    expect(run.events.filter(({ type }) => type === 'heal.decided').length).toBeGreaterThan(4);
    const { events, session, rows } = await replayed(incidentOf(run));
    expect(story(events)).toEqual(story(run.events));
    expect(session.info()).toMatchObject({ improvised: 0 });
    const edited = [...rows.values()].filter(({ failure, edited: byPerson }) => failure === null && byPerson);
    expect(edited).toMatchObject([{ note: { code: 'edited' } }]);
  });

  test('agents paused, resumed, called back and made anew', async () => {
    const run = await recordedRun(32, {
      tasks: 120,
      kinds: ['stall', 'loop'],
      person: (event, hands) => {
        if (event.type !== 'engine.loaded') return;
        const press = (ms: number, agent: number, action: 'pause' | 'resume' | 'retry' | 'restart') => {
          hands.after(ms, (runtime, id) => void runtime.act(id, agent, action));
        };
        press(911.25, 2, 'pause');
        press(1203.75, 4, 'retry');
        press(1702.25, 1, 'restart');
        press(4205.75, 2, 'resume');
      },
    });
    const asked = run.events.filter(({ type }) => type === 'agent.held' || type === 'agent.asked');
    expect(asked.length).toBeGreaterThanOrEqual(3);
    const { events, session } = await replayed(incidentOf(run));
    expect(story(events)).toEqual(story(run.events));
    expect(session.info()).toMatchObject({ improvised: 0, played: session.info().recorded });
  });

  test.each([36, 37, 38, 39])('the whole run paused, for a moment and for hours, seed %i', async (seed) => {
    const run = await recordedRun(seed, {
      tasks: 160,
      askMs: 30_000,
      engine: { fault: failsAt(3, 11) },
      person: (event, hands) => {
        if (event.type !== 'run.created') return;
        const hold = (from: number, until: number) => {
          hands.after(from, (runtime, id) => void runtime.pause(id));
          hands.after(until, (runtime, id) => void runtime.resume(id));
        };
        hold(1800.25, 2100.75);
        hold(100.5 * seed, 5000.25 + 150 * seed);
        hold(12_000.125, 3 * 3_600_000);
      },
    });
    const incident = incidentOf(run);
    const holds = incident.recording.actions.filter(({ do: did }) => did === 'pause' || did === 'continue');
    expect(holds).toHaveLength(6);
    expect(incident.recording.ms - incident.facts.ms).toBeCloseTo(pausedFor(incident.recording.actions), 6);
    const { events, session } = await replayed(incident);
    expect(course(events)).toEqual(course(run.events));
    expect(session.info()).toMatchObject({ improvised: 0, played: incident.recording.turns.length });
  });

  test('ended while it was paused, it ends so again; paused when its log was read, it goes on', async () => {
    const paused = async (cancel: boolean) =>
      recordedRun(40, {
        tasks: 40,
        kinds: [],
        person: (event, hands) => {
          if (event.type !== 'run.created') return;
          hands.after(2500.25, (runtime, id) => void runtime.pause(id));
          hands.after(7000.75, (runtime, id) => void (cancel ? runtime.cancel(id) : runtime.resume(id)));
        },
      });
    const ended = await paused(true);
    expect(course((await replayed(incidentOf(ended))).events)).toEqual(course(ended.events));

    const run = await paused(false);
    const until = run.events.findIndex(({ type }) => type === 'run.continued');
    const { events, session } = await replayed(incidentOf({ ...run, events: run.events.slice(0, until) }));
    expect(session.info().improvised).toBeGreaterThan(0);
    expect(events.filter(({ type }) => type === 'task.committed')).toHaveLength(40);
  });

  test('a pause does not hold a watched replay up', async () => {
    const run = await recordedRun(41, {
      tasks: 4,
      kinds: [],
      person: (event, hands) => {
        if (event.type !== 'engine.loaded') return;
        hands.after(10.25, (runtime, id) => void runtime.pause(id));
        hands.after(1_800_000.75, (runtime, id) => void runtime.resume(id));
      },
    });
    const incident = incidentOf(run);
    expect(incident.facts.ms).toBeLessThan(60_000);
    const session = await ReplaySession.open('replay-1', incident, systemClock());
    session.pace = 16;
    await expect.poll(() => session.over, { timeout: 20_000 }).toBe(true);
    expect(session.info().at).toBeLessThan(60_000);
    await session.close();
  });

  test('without the input, and with nothing of it in what a person wrote', async () => {
    const secret = { severity: 'error', subject: 'Failed password' };
    const run = await recordedRun(33, {
      tasks: 12,
      kinds: [],
      askMs: 30_000,
      engine: { fault: failsAt(5) },
      person: answers(() => secret),
    });
    const text = writeIncident(run, false);
    expect(text).not.toMatch(/Failed|password|sshd/);
    const { events } = await replayed(incidentOf(run, false));
    expect(story(events)).toEqual(story(run.events));
  });
});

const ESCALATES = SWARM.replace(
  '    prompt: Triage this line.',
  '    escalate: [big, bigger]\n    prompt: Triage this line.',
);

test('turns of bigger models are played as theirs, loading and all', async () => {
  const run = await recordedRun(34, {
    tasks: 30,
    kinds: ['stall'],
    swarm: ESCALATES,
    engine: { fault: failsAt(4, 17) },
  });
  const ups = run.events.filter(({ type }) => type === 'task.escalated');
  expect(ups.length).toBeGreaterThanOrEqual(2);
  const incident = incidentOf(run);
  const { events, session, rows } = await replayed(incident);
  expect(story(events)).toEqual(story(run.events));
  expect(session.info()).toMatchObject({ improvised: 0, played: incident.recording.turns.length });
  const by = (all: readonly JournalEvent[]) =>
    all.flatMap((event) => (event.type === 'task.advanced' && event.model ? [[event.task, event.model]] : []));
  expect(by(events)).toEqual(by(run.events));
  expect(rows.get(4)?.failure).toBeNull();
});

test('an endpoint that a person allowed for a while answers again, and nothing says which it was', async () => {
  const run = await recordedRun(35, {
    tasks: 60,
    kinds: ['stall'],
    engine: { fault: failsAt(4, 30, 58) },
    person: (event, hands) => {
      if (event.type === 'engine.loaded')
        hands.after(1100.25, (runtime, id) => {
          void runtime.allowRemote(id, { url: 'https://far.example/v1', model: 'big', key: 'sk-secret' });
        });
      if (event.type === 'task.escalated')
        hands.after(900.75, (runtime, id) => {
          void runtime.allowRemote(id, null);
        });
    },
  });
  const ups = run.events.filter(({ type }) => type === 'task.escalated').length;
  expect(ups).toBeGreaterThan(0);
  const text = writeIncident(run, true);
  expect(text).not.toMatch(/far\.example|big|sk-secret/);
  const { events, session } = await replayed(incidentOf(run));
  const nameless = (all: readonly JournalEvent[]) =>
    story(all).map((step) => step.replace(/ to .*/, ' to an endpoint'));
  expect(nameless(events)).toEqual(nameless(run.events));
  expect(session.info()).toMatchObject({ improvised: 0 });
});

const REMEMBERS = SWARM.replace(
  '    prompt: Triage this line.',
  '    memory: {turns: 4}\n    prompt: Triage this line.',
);

test.each([41, 42, 43])('agents that remember their turns heal as they did, seed %i', async (seed) => {
  const run = await recordedRun(seed, { tasks: 80, swarm: REMEMBERS });
  const { events, session } = await replayed(incidentOf(run));
  expect(story(events)).toEqual(story(run.events));
  expect(session.info()).toMatchObject({ improvised: 0 });
});

test('any mix of actions comes back as it was written', async () => {
  const run = await recordedRun(2, { tasks: 4, kinds: [] });
  const at = fc.double({ min: 0, max: 1e6, noNaN: true });
  const action = fc.oneof(
    fc.record({
      do: fc.constant('act' as const),
      at,
      agent: fc.nat(7),
      action: fc.constantFrom('retry', 'restart', 'pause', 'resume'),
    }),
    fc.record({ do: fc.constant('endpoint' as const), at, allowed: fc.boolean() }),
    fc.record({ do: fc.constantFrom('pause' as const, 'continue' as const), at }),
    fc.record({
      do: fc.constant('decide' as const),
      at,
      of: fc.constantFrom('agent', 'task'),
      about: fc.nat(3),
      choice: fc.constantFrom('retry', 'skip', 'give-up'),
    }),
    fc.record({
      do: fc.constant('decide' as const),
      at,
      of: fc.constant('task'),
      about: fc.nat(3),
      choice: fc.constant('edit'),
      task: fc.nat(3),
      stage: fc.nat(1),
      output: fc.string(),
    }),
  );
  const json = JSON.parse(writeIncident(run, true)) as Record<string, unknown>;
  fc.assert(
    fc.property(fc.array(action, { maxLength: 20 }), (actions) => {
      const read = readIncident(JSON.stringify({ ...json, words: actions }));
      expect(read.ok && read.value.recording.actions).toEqual(JSON.parse(JSON.stringify(actions)));
      expect(read.ok && read.value.facts.actions).toBe(actions.length);
    }),
  );
});
