import { expect, test } from 'vitest';
import { SimulatedClock } from '../kernel/simulated-clock.ts';
import type { ChatMessage, TurnOutcome } from './contract.ts';
import { ScriptedEngine } from './scripted.ts';

async function loaded(resident: number) {
  const clock = new SimulatedClock();
  const engine = new ScriptedEngine({ clock, seed: 1 });
  const load = engine.load({ id: 'none' }, { vramMiB: 64, occupancy: 0.85, resident }, () => undefined);
  await clock.run();
  await load;
  let turns = 0;
  const turn = (agent: number, messages: readonly ChatMessage[], extra = {}) =>
    engine.submit({
      id: String(++turns),
      agent,
      priority: 1,
      prefix: [{ role: 'system', content: 'You read logs.' }],
      messages,
      maxTokens: 40,
      sampling: { temperature: 0, topP: 1, seed: 1 },
      deadlineMs: 1e6,
      ...extra,
    });
  const done = async <T>(work: Promise<T>): Promise<T> => {
    await clock.run();
    return work;
  };
  return { engine, turn, done };
}

const user = (content: string): ChatMessage => ({ role: 'user', content });
const followUp = (first: string, outcome: TurnOutcome): readonly ChatMessage[] => [
  user(first),
  { role: 'assistant', content: outcome.text },
  user('and then?'),
];

test('an agent that is kept goes on where it stopped; one that was paged out is read back or computed, as asked', async () => {
  const { engine, turn, done } = await loaded(2);
  const line = 'sshd: connection closed by peer '.repeat(4);
  const first = await done(turn(5, [user(line)], { retain: true }).done);
  expect(first).toMatchObject({ retained: true, pageIn: { way: 'prefill' }, usage: { restoredTokens: 0 } });
  const resident = await done(turn(5, followUp(line, first), { retain: true }).done);
  expect(resident.pageIn).toBeUndefined();
  expect(resident.usage.cachedTokens).toBeGreaterThan(40);

  expect(await done(engine.pageOut(5, 'warm'))).toMatchObject({ tier: 'warm' });
  expect(await done(engine.pageOut(5, 'warm'))).toMatchObject({ tier: 'cold' });
  const again = [...followUp(line, first), { role: 'assistant', content: resident.text } as const, user('more?')];
  const computed = await done(turn(5, again, { pageIn: 'prefill' }).done);
  expect(computed).toMatchObject({ pageIn: { way: 'prefill' }, usage: { restoredTokens: 0 } });
  const restored = await done(turn(5, again).done);
  expect(restored.pageIn?.way).toBe('restore');
  expect(restored.usage.restoredTokens).toBeGreaterThan(40);
  expect(restored.timing.endedMs).toBeLessThan(computed.timing.endedMs);

  await engine.forget(5);
  expect((await done(turn(5, again).done)).pageIn?.way).toBe('prefill');
  expect(await engine.counters()).toMatchObject({ pageIns: 4, pageOuts: 1, restores: 1, warmBytes: 0 });
});

test('parked agents hold their seats: another turn starts when one is paged out', async () => {
  const { engine, turn, done } = await loaded(1);
  await done(turn(1, [user('a')], { retain: true }).done);
  const other = turn(2, [user('b')]);
  let started = false;
  void other.done.then(() => (started = true));
  await done(Promise.resolve());
  expect(started).toBe(false);
  await done(engine.pageOut(1, 'cold'));
  expect((await done(other.done)).finish).toBe('stop');
  expect((await engine.counters()).peakResidents).toBe(1);
});

test('what is forgotten while a turn runs or its pages are written is gone, as the contract has it', async () => {
  const { engine, turn, done } = await loaded(1);
  const line = 'sshd: connection closed by peer '.repeat(4);
  const running = turn(5, [user(line)], { retain: true });
  await engine.forget(5);
  expect((await done(running.done)).retained).toBeUndefined();
  const first = await done(turn(5, [user(line)], { retain: true }).done);
  const out = engine.pageOut(5, 'warm');
  await engine.forget(5);
  await done(out);
  expect((await done(turn(5, followUp(line, first)).done)).pageIn?.way).toBe('prefill');
});

test('k: a turn that is cut off leaves nothing on its seat, as on a GPU', async () => {
  const { turn, done } = await loaded(1);
  const first = turn(1, [user('sshd: connection closed by peer')], { retain: true });
  first.cancel();
  expect(await done(first.done)).not.toHaveProperty('retained');
  const late = await done(turn(1, [user('sshd: closed')], { retain: true, deadlineMs: 1 }).done);
  expect(late.finish).toBe('deadline');
  expect(late).not.toHaveProperty('retained');
  expect(await done(turn(2, [user('cron: started')]).done)).toMatchObject({ finish: 'stop' });
});
