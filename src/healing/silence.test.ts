import { expect, test } from 'vitest';
import { SilenceWatch } from './silence.ts';

const DEADLINE_MS = 30_000;
const TICK_MS = 500;

/** Four turns that write every 100 ms; those that are `mute` fall silent one after the other, 700 ms apart, the last at 10 s. */
function listen(mute: (agent: number) => boolean, untilMs: number) {
  const watch = new SilenceWatch({
    deadlineMs: () => DEADLINE_MS,
    norms: () => [],
    leastSilenceMs: 2000,
    tickMs: TICK_MS,
  });
  const named: { at: number; agents: number[]; together: boolean }[] = [];
  const agents = [0, 1, 2, 3];
  for (const agent of agents) watch.begin({ turn: `t${agent}`, agent, task: agent, stage: 0, role: 0 }, {}, 0);
  for (let at = 0; at <= untilMs; at += 100) {
    for (const agent of agents)
      if (at < 10_000 - 700 * agent || !mute(agent)) watch.alive(`t${agent}`, 1 + at / 100, at);
    if (at % TICK_MS !== 0) continue;
    const { silent, together } = watch.look(at);
    if (silent.length > 0) named.push({ at, agents: silent.map(({ turn }) => turn.agent), together });
  }
  return named;
}

test('one that is silent while the others write is named', () => {
  expect(listen((agent) => agent === 2, 26_000)).toEqual([{ at: 23_500, agents: [2], together: false }]);
});

test('when all fall silent, a while apart, nobody is accused of it: they are named together', () => {
  expect(listen(() => true, 26_000)).toEqual([{ at: 25_000, agents: [0, 1, 2, 3], together: true }]);
});
