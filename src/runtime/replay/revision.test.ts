/** A prompt that is revised while a run goes on, for half of a role's agents: what each is told, before and after a reload, then and now. */
import { expect, test } from 'vitest';
import type { TurnRequest } from '../../engine/contract.ts';
import type { JournalEvent } from '../../journal/events.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { RunState } from '../../journal/run-state.ts';
import { systemClock } from '../../kernel/clock.ts';
import type { ResultRow } from '../../store/records.ts';
import { Definition } from '../definition/definition.ts';
import { setupOf } from '../definition/run-setup.ts';
import { Checkpoints } from '../history/checkpoints.ts';
import type { RunFrame, RunStatus } from '../protocol/protocol.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';
import { readIncident, writeIncident } from './incident.ts';
import { ReplaySession } from './session.ts';
import { recordedRun } from './testing/recorded-run.ts';

const TASKS = 90;
const TRIAGERS = 6;
const OLD = 'Triage this line.';
const NEW = 'Triage this line of Gr\u00fcnwald, and look twice.';
/** Of the rows 0 to 5, every other one: the first row of each pair stays as it was. */
const revised = (agent: number): boolean => agent % 2 === 1;
const CANARY = { revision: 1, roles: { triager: { prompt: NEW } }, agents: { share: 0.5 } } as const;

interface Asked {
  /** The how manieth of its tab. */
  readonly turn: number;
  readonly agent: number;
  readonly prompt: string;
}
const askedIn = ({ id, agent, prefix }: TurnRequest): Asked => ({
  turn: Number(id.split('-')[1]),
  agent,
  prompt: prefix.map(({ content }) => content).join('\n'),
});

interface Lived {
  readonly rows: readonly ResultRow[];
  readonly events: readonly JournalEvent[];
  /** As their stories show them at the end, of the first two agents. */
  readonly prompts: readonly string[];
}

/** Two tabs, one after the other; `between` is done in the first. Everything that agents are asked is told to `ask`. */
async function lived(ask: (asked: Asked, tab: number) => void, between: (tab: Tab) => void): Promise<Lived> {
  const world = await World.create(4);
  const open = (number: number): Tab =>
    world.tab({
      decodeMs: 20,
      fault: (request) => {
        ask(askedIn(request), number);
        return null;
      },
    });
  const first = open(1);
  const reply = await world.clock.track(
    first.runtime.start({
      swarm: { file: 'test.yaml', text: SWARM },
      input: { name: 'test.log', text: lines(TASKS) },
      engine: 'scripted',
    }),
  );
  if (!reply.ok) throw new Error('refused');
  const id = reply.runId;
  await world.clock.advance(3000);
  between(first);
  await world.clock.advance(3000);
  first.kill();
  const second = open(2);
  expect(await world.clock.track(second.runtime.open(id))).toBe(true);
  let status!: RunStatus;
  await second.runtime.watch(id, (frame: RunFrame) => void (status = frame.status));
  expect(await world.clock.run(() => status.phase === 'done', 3_600_000)).toBe(true);
  await world.clock.advance(2000);
  const prompts = await Promise.all(
    [0, 1].map(async (agent) => (await world.clock.track(second.runtime.agent(id, agent))).prompt),
  );
  const rows: ResultRow[] = [];
  await world.store.eachRow(id, (some) => void rows.push(...some.map(({ row }) => row)));
  const events = (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));
  return { prompts, rows: rows.sort((a, b) => a.task - b.task), events };
}

test('the next turns of those agents carry the new prompt, all others the old; after a reload too; rows stay what they were', async () => {
  const asked: (Asked & { readonly tab: number })[] = [];
  const run = await lived(
    (one, tab) => asked.push({ ...one, tab }),
    (tab) => {
      expect(tab.runtime.revise({ revision: 1, roles: { triager: { kind: 'guardian' } }, agents: 'all' })).toContain(
        'kind',
      );
      expect(tab.runtime.revise(CANARY)).toBeNull();
    },
  );
  const { events, rows } = run;
  expect(events.filter(({ type }) => type === 'definition.revised')).toMatchObject([CANARY]);
  expect([run.prompts[0], run.prompts[1]]).toEqual([OLD, NEW]);

  // A tab's turns are numbered in the order in which they are handed out.
  const reopened = events.findIndex(({ type }) => type === 'run.resumed');
  const handedOut = [events.slice(0, reopened), events.slice(reopened)].map((log) =>
    log.filter(({ type }) => type === 'task.assigned'),
  );
  const from = events.find(({ type }) => type === 'definition.revised')!.seq;
  const told = { old: 0, new: 0, others: 0 };
  for (const { agent, prompt, turn, tab } of asked) {
    const event = handedOut[tab - 1]?.[turn - 1];
    // What the first tab handed out last was never written down.
    if (!event) continue;
    if (agent >= TRIAGERS) {
      expect(prompt).toBe('Review this triage.');
      told.others++;
    } else if (event.seq > from && revised(agent)) {
      expect(prompt).toBe(NEW);
      told.new++;
    } else {
      expect(prompt).toBe(OLD);
      if (event.seq > from) told.old++;
    }
  }
  for (const count of Object.values(told)) expect(count).toBeGreaterThan(10);

  const other = await lived(
    () => undefined,
    () => undefined,
  );
  const kept = (all: readonly ResultRow[]) =>
    all.map(({ task, input, failure, line }) => ({ task, input, failure, line }));
  expect(kept(rows)).toEqual(kept(other.rows));
  const names = new Set(other.rows.flatMap((row) => Object.keys(row)));
  expect(rows.flatMap((row) => Object.keys(row)).every((name) => names.has(name))).toBe(true);
});

test('a turn that is under way is ended by what it was begun with', async () => {
  const output = {
    type: 'object',
    properties: { part: { type: 'integer', minimum: 1, maximum: 9 } },
    required: ['part'],
    additionalProperties: false,
  };
  const { events } = await lived(
    () => undefined,
    (tab) => {
      expect(tab.runtime.revise({ revision: 1, roles: { triager: { output } }, agents: 'all' })).toBeNull();
    },
  );
  const at = events.findIndex(({ type }) => type === 'definition.revised');
  const underWay = new Set<string>();
  for (const event of events.slice(0, at)) {
    if (event.type === 'turn.started' && event.agent < TRIAGERS) underWay.add(event.turn);
    if (event.type === 'turn.ended') underWay.delete(event.turn);
  }
  expect(underWay.size).toBeGreaterThan(0);
  const ends = events.slice(at).flatMap((event) => (event.type === 'turn.ended' ? [event] : []));
  for (const turn of underWay) expect(ends.find((event) => event.turn === turn)?.rejected).toBeUndefined();
  const outputs = events
    .slice(at)
    .flatMap((event) => (event.type === 'task.advanced' && event.stage === 0 ? [event.output as object] : []));
  expect(outputs.some((given) => 'severity' in given)).toBe(true);
  expect(outputs.some((given) => 'part' in given)).toBe(true);
});

test('the past is folded with the definition as it stood, from whichever checkpoint', async () => {
  const { events } = await lived(
    () => undefined,
    (tab) => {
      tab.runtime.revise(CANARY);
      tab.runtime.revise({ revision: 1, agents: [0] });
    },
  );
  const setup = setupOf({
    swarm: { file: 'test.yaml', text: SWARM },
    input: { name: 'test.log', text: lines(TASKS) },
    settings: { engine: 'scripted', model: { id: 'pocket' }, seed: 7, limit: null, vramMiB: 4096, version: 'test' },
  });
  if (!setup.ok) throw new Error('the swarm is broken');
  const at = events.find(({ type }) => type === 'definition.revised')!.at;
  const state = new RunState(TASKS, 8);
  const checkpoints = new Checkpoints(50, 8);
  for (const event of events) {
    state.apply(event);
    checkpoints.consider(state);
  }
  for (const time of [at - 500, at - 1, at, at + 1, at + 2000, events.at(-1)!.at]) {
    const { state: past, lastSeq } = checkpoints.before(time, TASKS, 8);
    for (const event of events) if (event.seq > past.seq && event.seq <= lastSeq && event.at <= time) past.apply(event);
    const definition = new Definition(setup.value, past);
    const prompts = Array.from({ length: TRIAGERS }, (_, agent) => definition.of(agent).prompt);
    expect(prompts, `at ${String(time - at)}`).toEqual(
      prompts.map((_, agent) => (time >= at && (revised(agent) || agent === 0) ? NEW : OLD)),
    );
  }
});

test('an incident of it heals as the run did and plays its turns; without the input its prompts are placeholders', async () => {
  let done = 0;
  const asked: Asked[] = [];
  const run = await recordedRun(11, {
    tasks: 80,
    kinds: ['stall', 'loop', 'poisoned-output'],
    engine: {
      fault: (request) => {
        asked.push(askedIn(request));
        return null;
      },
    },
    person: (event, hands) => {
      if (event.type !== 'task.committed' || ++done !== 20) return;
      hands.after(10, (runtime) => {
        expect(runtime.revise(CANARY)).toBeNull();
      });
    },
  });
  expect(asked.some(({ prompt }) => prompt === NEW)).toBe(true);
  for (const withInput of [true, false]) {
    const json = writeIncident(run, withInput);
    expect(/Gr\u00fcnwald/.test(json)).toBe(withInput);
    const incident = readIncident(json);
    if (!incident.ok) throw new Error(incident.error.detail);
    const session = await ReplaySession.open('replay-1', incident.value, systemClock());
    await session.clock.run(() => session.over, 3_600_000);
    const { played, improvised, recorded, heals } = session.info();
    expect({ played, improvised }).toEqual({ played: recorded, improvised: 0 });
    expect(heals).toEqual({ seen: heals.recorded, same: heals.recorded, recorded: heals.recorded });
    const replayed = (await session.store.chunks('replay-1', 0)).flatMap((chunk) => decodeEvents(chunk));
    const [told] = replayed.filter((event) => event.type === 'definition.revised');
    expect(told).toMatchObject({ revision: 1, agents: CANARY.agents });
    expect(JSON.stringify(told).includes(NEW)).toBe(withInput);
  }
  const broken = JSON.parse(writeIncident(run, true)) as { revisions: { roles: unknown }[] };
  broken.revisions[0]!.roles = { triager: { kind: 'guardian' } };
  expect(readIncident(JSON.stringify(broken))).toEqual({
    ok: false,
    error: { problem: 'not-ours', detail: 'revisions: triager: kind is not for a revision to change' },
  });
});
