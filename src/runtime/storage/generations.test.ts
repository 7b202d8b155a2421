/** An agent is made anew from its last good generation, and its record is on the disk before it leaves the GPU. */
import { expect, test } from 'vitest';
import { ContextManager } from '../../agents/context.ts';
import type { TurnRequest } from '../../engine/contract.ts';
import { ScriptedEngine } from '../../engine/scripted.ts';
import { decodeEvents } from '../../journal/journal.ts';
import { AGENT, RunState } from '../../journal/run-state.ts';
import { SimulatedClock } from '../../kernel/simulated-clock.ts';
import { badRecords, ColdAgents } from './cold-agents.ts';
import type { RunStatus } from '../protocol/protocol.ts';
import { Residence } from '../../memory/residence.ts';
import { lines, SWARM, type Tab, World } from '../testing/world.ts';

test('an agent that is suspected or being mended writes no generation; what it was made to forget is written at once', () => {
  const state = new RunState(1, 3);
  const contexts = new ContextManager();
  const cold = new ColdAgents(state, contexts);
  contexts.save(0, { user: 'a', assistant: 'b' }, 4);
  cold.changed(0);
  expect(cold.isBehind(0)).toBe(true);
  const first = cold.take();
  expect(first).toMatchObject([{ agent: 0, generation: 1, state: { memory: [{ user: 'a', assistant: 'b' }] } }]);
  // Taken is not yet durable.
  expect(cold.isBehind(0)).toBe(true);
  cold.durable(first);
  expect(cold.isBehind(0)).toBe(false);

  state.agents.state[0] = AGENT.degraded;
  contexts.save(0, { user: 'bad', assistant: 'worse' }, 4);
  cold.changed(0);
  expect(cold.take()).toEqual([]);
  expect(cold.isBehind(0)).toBe(false);
  state.agents.state[0] = AGENT.idle;
  expect(cold.take()).toMatchObject([{ agent: 0, generation: 2 }]);

  state.agents.state[0] = AGENT.recovering;
  contexts.forget(0);
  cold.dropped(0);
  const [dropped] = cold.take();
  expect(dropped).toMatchObject({ generation: 3 });
  expect(dropped!.state['memory']).toBeUndefined();
});

test('quarantined records name their agents, whatever store set them aside', () => {
  const reason = { code: 'checksum', is: '1', was: '2' } as const;
  expect(
    badRecords([
      { table: 'agents', key: '["run_1",17,0]', reason },
      { table: 'agents', key: 'run_1/000000000004/1', reason: { code: 'version', version: '9' } },
      { table: 'results', key: '["run_1",3]', reason },
    ]),
  ).toMatchObject([
    { agent: 17, fault: 'bad-record' },
    { agent: 4, fault: 'old-record' },
  ]);
});

test('e: a cold record whose counters are none leaves the sums of all as they are, and what it remembers is had', () => {
  const counters = { turns: 2, promptTokens: 5, completionTokens: 5, computeMs: 1, restarts: 0, health: 1 };
  const memory = [{ user: 'a', assistant: 'b' }];
  for (const spoiled of [{ turns: undefined }, { turns: 'many' }, { promptTokens: null }, { health: {} }]) {
    const state = new RunState(1, 3);
    const contexts = new ContextManager();
    new ColdAgents(state, contexts).restore([
      { agent: 0, generation: 1, state: { ...counters, ...spoiled, memory } },
      { agent: 1, generation: 1, state: counters },
    ]);
    expect(state.totals).toMatchObject({ turns: 2, promptTokens: 5, completionTokens: 5 });
    expect(contexts.snapshot(0)).toEqual(memory);
  }
});

test('an agent leaves the GPU once its cold record is durable, and what the engine is told keeps its order', async () => {
  const clock = new SimulatedClock();
  const order: string[] = [];
  let release: () => void = () => undefined;
  let behind = true;
  const residence = new Residence({
    onTier: () => undefined,
    whenCold: (agent) => {
      if (!behind) return null;
      order.push(`wait ${String(agent)}`);
      return new Promise((resolve) => (release = resolve));
    },
  });
  class Told extends ScriptedEngine {
    override submit(request: TurnRequest, ...rest: [never?]) {
      order.push(`turn ${String(request.agent)}`);
      return super.submit(request, ...rest);
    }
    override pageOut(agent: number, to: 'warm' | 'cold') {
      order.push(`out ${String(agent)}`);
      return super.pageOut(agent, to);
    }
  }
  const engine = new Told({ clock, seed: 1 });
  const loading = engine.load({ id: 'none' }, { vramMiB: 64, occupancy: 0.85, resident: 1 }, () => undefined);
  await clock.run();
  residence.attach(engine, (await loading).residents);
  const turn = (agent: number, id: string) =>
    residence.submit(
      {
        id,
        agent,
        priority: 1,
        prefix: [],
        messages: [{ role: 'user', content: 'line' }],
        maxTokens: 8,
        sampling: { temperature: 0, topP: 1, seed: 1 },
        deadlineMs: 1e6,
        retain: true,
      },
      () => undefined,
    );
  const first = turn(0, 'a');
  await clock.run();
  await first.done;
  const second = turn(1, 'b');
  const unwanted = turn(2, 'c');
  unwanted.cancel();
  await clock.run();
  expect(order).toEqual(['turn 0', 'wait 0']);
  behind = false;
  release();
  await clock.run();
  expect((await second.done).finish).toBe('stop');
  expect((await unwanted.done).finish).toBe('cancelled');
  expect(order).toEqual(['turn 0', 'wait 0', 'out 0', 'turn 1']);
});

const REMEMBERING = SWARM.replace('kind: worker\n', 'kind: worker\n    memory: {turns: 4}\n');
const TASKS = 60;

interface Watched {
  readonly id: string;
  readonly status: () => RunStatus | null;
}

async function begin(world: World, tab: Tab): Promise<Watched> {
  const ids: string[] = [];
  void tab.runtime
    .start({
      swarm: { file: 't.yaml', text: REMEMBERING },
      input: { name: 't.log', text: lines(TASKS) },
      engine: 'scripted',
    })
    .then((reply) => reply.ok && ids.push(reply.runId));
  await world.clock.settle();
  return watch(world, tab, ids[0]!);
}

async function watch(world: World, tab: Tab, id: string): Promise<Watched> {
  let told: RunStatus | null = null;
  const watching = tab.runtime.watch(id, ({ status }) => void (told = status));
  await world.clock.settle();
  await watching;
  return { id, status: () => told };
}

const spoken = (request: TurnRequest): number => request.messages.filter(({ role }) => role === 'user').length;

const eventsOf = async (world: World, id: string) =>
  (await world.store.chunks(id, 0)).flatMap((chunk) => decodeEvents(chunk));

test('a restarted agent goes on with what it remembered in its last good generation', async () => {
  const world = await World.create(3);
  const asked: TurnRequest[] = [];
  const tab = world.tab({ fault: (request) => (asked.push(request), null) });
  const run = await begin(world, tab);
  await world.clock.run(() => asked.filter(({ agent }) => agent === 2).length >= 4);
  await world.clock.advance(200);
  const record = await world.store.agent(run.id, 2);
  expect(await world.clock.track(tab.runtime.act(run.id, 2, 'restart'))).toMatchObject({ ok: true });
  const before = asked.filter(({ agent }) => agent === 2).length;
  await world.clock.run(() => asked.filter(({ agent }) => agent === 2).length > before);
  expect(spoken(asked.findLast(({ agent }) => agent === 2)!)).toBeGreaterThan(1);
  await world.clock.run(() => run.status()?.phase === 'done');
  const events = await eventsOf(world, run.id);
  const carried = events.find((event) => event.type === 'heal.carried-out');
  expect(carried).toMatchObject({ agent: 2, action: 'fresh-agent' });
  expect(carried).toMatchObject({ detail: { code: 'renewed', generation: expect.any(Number) as number } });
  expect(record).not.toBeNull();
});

test('a record that cannot be trusted is told to the supervisor, with what was wrong, and the generation before it is used', async () => {
  const world = await World.create(4);
  const first = world.tab();
  const run = await begin(world, first);
  await world.clock.run(() => (run.status()?.results ?? 0) >= 30);
  await world.clock.advance(200);
  first.kill();
  const newest = (await world.store.agent(run.id, 2))!;
  expect(newest.generation).toBeGreaterThan(1);
  const key = [run.id, 2, newest.generation % 2];
  const stored = (await world.db.table('agents').get(key as never)) as { body: string };
  await world.db.table('agents').put({ ...stored, body: stored.body.replace('turns', 'turnz') });

  const again = await watch(world, world.tab(), run.id);
  await world.clock.run(() => again.status()?.phase === 'done');
  expect(again.status()).toMatchObject({ results: TASKS, failed: 0 });
  const events = await eventsOf(world, run.id);
  const suspected = events.find((event) => event.type === 'heal.suspected');
  expect(suspected).toMatchObject({ agent: 2, fault: 'bad-record', hard: true });
  expect(suspected!.type === 'heal.suspected' && suspected!.evidence[0]).toMatchObject({
    signal: 'stored-record',
    value: { code: 'set-aside', damage: { code: 'checksum' } },
  });
  expect(events.find((event) => event.type === 'heal.mended')).toMatchObject({ agent: 2, fault: 'bad-record' });
  const carried = events.find((event) => event.type === 'heal.carried-out');
  expect(carried).toMatchObject({ detail: { code: 'renewed', generation: newest.generation - 1 } });
  // The memory part of its health tells of it until the agent has written another record.
  const from = events.indexOf(suspected!);
  const health = events.flatMap((event, k) =>
    k > from && event.type === 'turn.ended' && event.agent === 2 ? [event.health ?? 0] : [],
  );
  expect(health[0]).toBeLessThan(0.8);
  for (const later of health.slice(1)) expect(later).toBeGreaterThan(0.8);
  expect(health.length).toBeGreaterThan(1);
});
