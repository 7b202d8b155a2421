/** What was recorded plays again: the same log twice, and the same healing as in the run that was recorded. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { decodeEvents } from '../../journal/journal.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { systemClock } from '../../kernel/clock.ts';
import { faultPlanOf, type Incident, readIncident, type StoredRun, writeIncident } from './incident.ts';
import { parseFaultPlan } from '../../chaos/fault-plan.ts';
import { healStep } from './recording.ts';
import { ReplaySession } from './session.ts';
import { recordedRun } from './testing/recorded-run.ts';

function incidentOf(run: StoredRun, withInput = true): Incident {
  const incident = readIncident(writeIncident(run, withInput));
  if (!incident.ok) throw new Error(incident.error.detail);
  return incident.value;
}

async function replayed(incident: Incident): Promise<{ events: JournalEvent[]; session: ReplaySession }> {
  const session = await ReplaySession.open('replay-1', incident, systemClock());
  await session.clock.run(() => session.over, 3_600_000);
  const events = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
  return { events, session };
}

const healing = (events: readonly JournalEvent[]): string[] =>
  events.flatMap((event) => healStep(event)?.join(' ') ?? []);

const seeds = Array.from({ length: 24 }, (_, k) => 21 + k);

describe('a replay', () => {
  test.each(seeds)('heals as the recorded run did, seed %i', async (seed) => {
    const run = await recordedRun(seed);
    const { events, session } = await replayed(incidentOf(run));
    expect(healing(events)).toEqual(healing(run.events));
    const { played, improvised, recorded, heals } = session.info();
    expect({ played, improvised }).toEqual({ played: recorded, improvised: 0 });
    expect(heals).toEqual({ seen: heals.recorded, same: heals.recorded, recorded: heals.recorded });
    expect(events.at(-1)?.type).toBe('run.ended');
  });

  test('gives the same log twice, to the byte', async () => {
    const incident = incidentOf(await recordedRun(1));
    const [first, second] = [await replayed(incident), await replayed(incident)];
    expect(JSON.stringify(second.events)).toBe(JSON.stringify(first.events));
    expect(healing(first.events).length).toBeGreaterThan(5);
  });

  test('without the input goes through the same turns, and carries none of the input', async () => {
    const secrets = Array.from(
      { length: 80 },
      (_, k) => `Tom${String(k)}[7]: Passphrase hunter${String(k)} of Grünwald refused`,
    );
    const run = await recordedRun(5, { tasks: 80, input: secrets.join('\n') });
    const text = writeIncident(run, false);
    expect(text).not.toMatch(/Tom\d|Passphrase|hunter|Gr\u00fcnwald|test\.log/);
    const incident = incidentOf(run, false);
    expect(incident.input).toBeNull();
    expect(incident.facts.inputIncluded).toBe(false);
    expect(incident.plan.items.map(({ text: item }) => item.length)).toEqual(secrets.map(({ length }) => length));
    const { events, session } = await replayed(incident);
    expect(healing(events)).toEqual(healing(run.events));
    expect(session.info().improvised).toBe(0);
  });

  test('makes up what the record lacks, and counts it', async () => {
    const incident = incidentOf(await recordedRun(3, { tasks: 30, kinds: ['stall'] }));
    const half = { ...incident, recording: { ...incident.recording, turns: incident.recording.turns.slice(0, 20) } };
    const { events, session } = await replayed(half);
    const { played, improvised } = session.info();
    expect(played).toBeGreaterThan(10);
    expect(improvised).toBeGreaterThan(5);
    expect(events.filter(({ type }) => type === 'task.committed' || type === 'task.failed')).toHaveLength(30);
  });

  test('of a run that was stopped stops; of one that still went on goes on with made-up turns', async () => {
    const run = await recordedRun(4, { tasks: 60, kinds: ['stall'] });
    const until = Math.floor(run.events.length / 2);
    const half = { ...run, events: run.events.slice(0, until) };
    const goesOn = await replayed(incidentOf(half));
    expect(goesOn.session.info().improvised).toBeGreaterThan(0);
    expect(goesOn.events.filter(({ type }) => type === 'task.committed' || type === 'task.failed')).toHaveLength(60);

    const { seq, at, wall } = half.events.at(-1)!;
    const cancelled: JournalEvent = { type: 'run.cancelled', seq: seq + 1, at: at + 10, wall: wall + 10 };
    const stopped = await replayed(incidentOf({ ...run, events: [...half.events, cancelled] }));
    expect(stopped.events.some(({ type }) => type === 'run.cancelled')).toBe(true);
    expect(stopped.events.at(-1)?.type).toBe('run.ended');
    expect(stopped.events.filter(({ type }) => type === 'task.failed').length).toBeGreaterThan(5);
  });

  test('offers its faults as a plan for a live run', async () => {
    const incident = incidentOf(await recordedRun(22));
    const plan = parseFaultPlan('faults.json', faultPlanOf(incident) ?? '', incident.plan.layout);
    expect(plan.ok && plan.value.faults.map(({ kind }) => kind)).toEqual(incident.facts.faults.map(({ kind }) => kind));
    expect(incident.facts.faults.length).toBeGreaterThan(2);
  });

  test('a paced one stands still, goes at its pace, and stops at the end', async () => {
    const incident = incidentOf(await recordedRun(9, { tasks: 10, kinds: ['stall'] }));
    const session = await ReplaySession.open('replay-1', incident, systemClock());
    expect(session.info()).toMatchObject({ pace: 0, at: 0, played: 0 });
    session.pace = 'end';
    await expect.poll(() => session.over, { timeout: 20_000 }).toBe(true);
    expect(session.info().played).toBe(incident.recording.turns.length);
    await session.close();
  });
});

describe('an incident that somebody wrote', () => {
  test('never throws, whatever is in it', async () => {
    const good = JSON.parse(writeIncident(await recordedRun(2, { tasks: 12 }), true)) as Record<string, unknown>;
    const paths = (node: unknown, at: (string | number)[] = []): (string | number)[][] =>
      typeof node === 'object' && node !== null
        ? Object.entries(node)
            .slice(0, 40)
            .flatMap(([key, child]) => [[...at, key], ...paths(child, [...at, key])])
        : [];
    const all = paths(good);
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...all), fc.jsonValue(), async (path, value) => {
        const changed = structuredClone(good);
        let node = changed as Record<string | number, unknown>;
        for (const key of path.slice(0, -1)) node = node[key] as Record<string | number, unknown>;
        node[path.at(-1)!] = value;
        const incident = readIncident(JSON.stringify(changed));
        if (!incident.ok) {
          expect(incident.error).not.toBe('');
          return;
        }
        const session = await ReplaySession.open('replay-1', incident.value, systemClock());
        let steps = 0;
        await session.clock.run(() => session.over || ++steps > 3000, 600_000);
      }),
      { numRuns: 150 },
    );
  }, 120_000);

  test.each([
    ['an address of a model', (json: Json) => (json.run.model = 'https://example.test/model')],
    ['a key', (json: Json) => (json.settings.apiKey = 'sk-1234')],
    ['a model folder', (json: Json) => (json.settings.modelUrl = 'https://example.test')],
    ['another engine', (json: Json) => (json.run.engine = 'cloud')],
    ['a tool', (json: Json) => (json.tools = [{ name: 'fetch' }])],
    ['code', (json: Json) => (json.script = 'alert(1)')],
    ['a fault that this version does not know', (json: Json) => (json.faults = [{ kind: 'format-disk', at: 0 }])],
    ['a tool in its swarm file', (json: Json) => (json.swarm.text += 'tools: [fetch]\n')],
    ['an address in its swarm file', (json: Json) => (json.swarm.text += 'model: https://example.test\n')],
  ])('cannot name %s', async (_, change) => {
    const json = JSON.parse(writeIncident(await recordedRun(2, { tasks: 4, kinds: [] as never }), true)) as Json;
    change(json);
    expect(readIncident(JSON.stringify(json)).ok).toBe(false);
  });
});

interface Json {
  run: Record<string, unknown>;
  settings: Record<string, unknown>;
  swarm: { text: string };
  [key: string]: unknown;
}
