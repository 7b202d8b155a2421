import { describe, expect, test } from 'vitest';
import type { Engine, TurnHandle, TurnOutcome, TurnRequest } from '../engine/contract.ts';
import { ScriptedEngine } from '../engine/scripted.ts';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import { EngineChaos } from './engine-seam.ts';
import type { FaultKind } from '../journal/vocabulary.ts';

const DEADLINE_MS = 20_000;

const PASSED: Omit<TurnOutcome, 'id'> = {
  finish: 'stop',
  text: '{}',
  usage: { promptTokens: 1, cachedTokens: 0, restoredTokens: 0, completionTokens: 1 },
  timing: { admittedMs: 0, firstTokenMs: 1, endedMs: 2 },
  meanLogprob: null,
  retained: true,
};

const request = (id: string, agent: number, retain: boolean): TurnRequest => ({
  ...{ id, agent, priority: 1, maxTokens: 40, retain, deadlineMs: DEADLINE_MS },
  prefix: [{ role: 'system', content: 'You read logs.' }],
  messages: [{ role: 'user', content: 'sshd: connection closed by peer' }],
  sampling: { temperature: 0, topP: 1, seed: 1 },
});

/** An engine with one seat behind the seam, and a turn of agent 1, which is to stay on the GPU when it ends. */
async function struck(kind: FaultKind) {
  const clock = new SimulatedClock();
  const chaos = new EngineChaos({ clock, rowsOf: () => null, taskOf: () => 0 });
  const engine = chaos.wrap(new ScriptedEngine({ clock, seed: 1 }));
  const loading = engine.load({ id: 'none' }, { vramMiB: 64, occupancy: 0.85, resident: 1 }, () => undefined);
  await clock.run();
  await loading;
  let turns = 0;
  const turn = (agent: number, retain: boolean): TurnHandle => engine.submit(request(String(++turns), agent, retain));
  const outcomeOf = async ({ done }: TurnHandle): Promise<TurnOutcome | null> => {
    let outcome: TurnOutcome | null = null;
    void done.then((ended) => (outcome = ended));
    await clock.run(() => outcome !== null, 10 * DEADLINE_MS);
    return outcome;
  };
  const strike = (): void => {
    chaos.turn({ id: 0, kind, at: 0, target: 'random', forMs: 0, seed: 1 }, () => undefined);
  };
  return { clock, engine, turn, outcomeOf, strike };
}

describe('k: an agent that was to stay and whose turn was struck sits where whoever hears of it is told', () => {
  test.each<{ name: string; kind: FaultKind; finish: string; after: number | null }>([
    { name: 'all turns crash', kind: 'all-residents-crash', finish: 'error', after: 60 },
    { name: 'it stalls and is called back at once', kind: 'stall', finish: 'cancelled', after: 60 },
    { name: 'it stalls and is called back late', kind: 'stall', finish: 'cancelled', after: 10_000 },
    { name: 'it stalls until its deadline', kind: 'stall', finish: 'deadline', after: null },
  ])('k: $name', async ({ kind, finish, after }) => {
    const { clock, engine, turn, outcomeOf, strike } = await struck(kind);
    if (kind === 'stall') strike();
    const first = turn(1, true);
    if (after !== null) {
      await clock.advance(after);
      if (kind === 'stall') first.cancel();
      else strike();
    }
    const outcome = await outcomeOf(first);
    expect(outcome?.finish).toBe(finish);
    // Whoever is told that it stays makes room; whoever is not finds the seat free.
    if (outcome?.retained) void engine.pageOut(1, 'warm');
    expect(await outcomeOf(turn(2, false))).toMatchObject({ finish: 'stop' });
  });

  test('k: a turn that leaves nothing behind is over in the moment in which it is called back', async () => {
    const { clock, turn, strike } = await struck('stall');
    strike();
    const first = turn(1, false);
    await clock.advance(60);
    let over = false;
    void first.done.then(() => (over = true));
    first.cancel();
    await Promise.resolve();
    expect(over).toBe(true);
  });

  test.each([
    { name: 'where nobody works meanwhile', again: false, leaves: [1] },
    { name: 'not where it has its next turn', again: true, leaves: [] },
  ])('k: an engine whose word comes after the call-back is told that the agent leaves: $name', async (given) => {
    const { again, leaves } = given;
    const clock = new SimulatedClock();
    const real = new ScriptedEngine({ clock, seed: 1 });
    const said: (() => void)[] = [];
    const left: number[] = [];
    // As an engine in a worker, whose turn had passed when the call-back reached it.
    const submit: Engine['submit'] = ({ id }) => {
      const done = new Promise<TurnOutcome>((resolve) => {
        said.push(() => {
          resolve({ ...PASSED, id });
        });
      });
      return { id, done, cancel: () => undefined };
    };
    const pageOut: Engine['pageOut'] = (agent, tier) => {
      left.push(agent);
      return Promise.resolve({ agent, tier, tokens: 0, bytes: 0, ms: 0 });
    };
    const late = Object.assign(Object.create(real) as Engine, {
      ...{ submit, pageOut },
      load: real.load.bind(real),
      onLost: () => undefined,
    });
    const engine = new EngineChaos({ clock, rowsOf: () => null, taskOf: () => 0 }).wrap(late);
    const loading = engine.load({ id: 'none' }, { vramMiB: 64, occupancy: 0.85, resident: 1 }, () => undefined);
    await clock.run();
    await loading;
    const first = engine.submit(request('1', 1, true));
    first.cancel();
    expect((await first.done).finish).toBe('cancelled');
    if (again) engine.submit(request('2', 1, true));
    said[0]?.();
    await clock.settle();
    expect(left).toEqual(leaves);
  });
});
