import { expect, test } from 'vitest';
import { ContextManager } from '../agents/context.ts';
import type { TurnOutcome, TurnRequest } from '../engine/contract.ts';
import { ScriptedEngine } from '../engine/scripted.ts';
import { TIER } from '../journal/run-state.ts';
import { seededRandom } from '../kernel/random.ts';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { Residence } from './residence.ts';

const SEATS = 3;

async function world(agents: number) {
  const clock = new SimulatedClock();
  const tiers = new Uint8Array(agents);
  const residence = new Residence({ onTier: (agent, tier) => (tiers[agent] = tier) });
  const load = async (): Promise<ScriptedEngine> => {
    const engine = new ScriptedEngine({ clock, seed: 1 });
    const loading = engine.load({ id: 'none' }, { vramMiB: 64, occupancy: 0.85, resident: SEATS }, () => undefined);
    await clock.run();
    const report = await loading;
    residence.attach(engine, report.residents);
    return engine;
  };
  const contexts = new ContextManager();
  let turns = 0;
  const request = (agent: number, memory: number): TurnRequest => ({
    id: String(turns++),
    agent,
    priority: 1,
    prefix: [{ role: 'system', content: 'You read logs.' }],
    messages: [...contexts.load(agent, memory), { role: 'user', content: `line ${String(turns)} of a log` }],
    maxTokens: 40,
    sampling: { temperature: 0, topP: 1, seed: 1 },
    deadlineMs: 1e6,
    ...(memory > 0 ? { retain: true } : {}),
  });
  const run = async (agent: number, memory: number): Promise<TurnOutcome> => {
    const asked = request(agent, memory);
    const outcome = await residence.submit(asked, () => undefined).done;
    contexts.save(agent, { user: asked.messages.at(-1)!.content, assistant: outcome.text }, memory);
    return outcome;
  };
  return { clock, tiers, residence, load, run, request };
}

test('agents with a memory come and go, whoever waits gets a seat, and engine and table count the same', async () => {
  const { clock, tiers, residence, load, run } = await world(12);
  const engine = await load();
  const random = seededRandom(5);
  let restored = 0;
  let finished = 0;
  const worker = async (agent: number): Promise<void> => {
    for (let turn = 0; turn < 10; turn++) {
      const outcome = await run(agent, 8);
      expect(outcome.finish).toBe('stop');
      finished++;
      restored += outcome.usage.restoredTokens;
      await clock.sleep(random.int(400));
    }
  };
  const all = Promise.all(Array.from({ length: 12 }, (_, agent) => worker(agent)));
  await clock.run();
  await all;
  const counters = await engine.counters();
  expect(finished).toBe(120);
  expect(counters.turns).toBe(120);
  expect(counters.peakResidents).toBe(SEATS);
  expect(residence.pageIns).toBe(counters.pageIns);
  expect(residence.evictions).toBe(counters.pageOuts);
  expect(counters.pageIns).toBeLessThanOrEqual(120);
  expect(restored).toBeGreaterThan(0);
  expect([...tiers].filter((tier) => tier === TIER.hot)).toHaveLength(residence.parked);
  expect([...tiers].filter((tier) => tier === TIER.warm)).toHaveLength(12 - residence.parked);
});

test('agents without a memory leave nothing behind, and twice as many as there are seats are with the engine', async () => {
  const { clock, tiers, residence, load, run } = await world(20);
  const engine = await load();
  const turns = Array.from({ length: 20 }, (_, agent) => run(agent, 0));
  expect([...tiers].every((tier) => tier === TIER.cold)).toBe(true);
  await clock.run();
  expect((await Promise.all(turns)).every(({ finish }) => finish === 'stop')).toBe(true);
  expect(residence.parked).toBe(0);
  expect(await engine.counters()).toMatchObject({ pageIns: 20, pageOuts: 0, peakResidents: SEATS });
});

test('when the engine is lost every turn ends once, nobody is hot, and the next engine takes what comes', async () => {
  const { clock, tiers, residence, load, run, request } = await world(10);
  const engine = await load();
  await Promise.all([run(0, 4), clock.run()]);
  expect(tiers[0]).toBe(TIER.hot);
  const ends: string[] = [];
  // More than the engine is given at once: the last ones have not left the runtime yet.
  const turns = Array.from({ length: 9 }, (_, agent) => {
    const handle = residence.submit(request(agent, 4), () => undefined);
    void handle.done.then(({ finish }) => ends.push(finish));
    return handle;
  });
  turns[8]!.cancel();
  engine.lose();
  residence.lost();
  await clock.run();
  expect(ends).toHaveLength(9);
  expect(ends.filter((finish) => finish === 'stop')).toEqual([]);
  expect([...tiers]).not.toContain(TIER.hot);
  await load();
  const [outcome] = await Promise.all([run(3, 4), clock.run()]);
  expect(outcome.finish).toBe('stop');
});
