/** Whoever is being mended, or was cut off, shows soon whether it is well: its next turn waits for nobody. */
import { describe, expect, test } from 'vitest';
import type { ScriptedFault } from '../../engine/scripted.ts';
import { lines, SWARM, World } from '../testing/world.ts';

const AGENTS = 24;
const SEATS = 4;
const MANY = SWARM.replace('replicas: 6', `replicas: ${String(AGENTS)}`);

/** Agents in the order of their turns, each with its priority. `fault` is told how many turns there were before. */
async function turnsOf(seed: number, tasks: number, fault: (before: number, agent: number) => ScriptedFault | null) {
  const world = await World.create(seed);
  const turns: { readonly agent: number; readonly priority: number }[] = [];
  const tab = world.tab({
    fault: ({ agent, priority }) => {
      turns.push({ agent, priority });
      return fault(turns.length - 1, agent);
    },
  });
  let over = false;
  void tab.runtime
    .start({ swarm: { file: 's.yaml', text: MANY }, input: { name: 'l', text: lines(tasks) }, engine: 'scripted' })
    .then(async (reply) => {
      if (reply.ok) await tab.runtime.watch(reply.runId, ({ status }) => void (over = status.phase === 'done'));
    });
  return { tab, world, turns, end: () => world.clock.run(() => over, 3_600_000) };
}

describe('the turn after a fault', () => {
  test('of an agent is the next to begin, though a swarm waits in line', async () => {
    const struck = 60;
    const { turns, end } = await turnsOf(3, 160, (before) =>
      before === struck ? { kind: 'say', text: 'no JSON' } : null,
    );
    await end();
    const { agent } = turns[struck]!;
    const next = turns.findIndex((turn, k) => k > struck && turn.agent === agent);
    expect(turns[next]?.priority).toBe(-1);
    // Those that began beside it, and no more than a seat's wait after it was found; in its turn it would come a swarm later.
    expect(next - struck).toBeLessThan(2 * SEATS + 2);
  });

  test('of those that were cut off with their engine comes before that of others', async () => {
    const { tab, world, turns, end } = await turnsOf(4, 160, (before) =>
      before >= 60 && before < 60 + SEATS ? { kind: 'stall' } : null,
    );
    await world.clock.run(() => turns.length >= 60 + SEATS, 600_000);
    const begun = turns.length;
    const cut = new Set(turns.slice(60).map(({ agent }) => agent));
    tab.engines.at(-1)!.lose({ code: 'device-lost', message: 'gone', remedy: '' });
    await end();
    const first = turns.slice(begun, begun + 3 * SEATS).map(({ agent }) => agent);
    expect([...cut].filter((agent) => !first.includes(agent))).toEqual([]);
  });
});
