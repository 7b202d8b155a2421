import { describe, expect, test } from 'vitest';
import { RoleNorms } from './health.ts';
import { StallDetector } from './stall-detector.ts';

const name = (turn: string, agent: number) => ({ turn, agent, task: agent, step: 0, slot: 0, role: 0 });

function watch(norms: RoleNorms = new RoleNorms()) {
  return new StallDetector({
    deadlineMs: () => 60_000,
    norms: () => [norms],
    leastSilenceMs: 2000,
    sharesSteps: true,
    tickMs: 500,
  });
}

/** Whole turns of agent 9 from `from` to `to`, each of them `ms` long. */
function others(silence: StallDetector, from: number, to: number, ms: number): void {
  for (let at = from; at + ms <= to; at += ms) {
    const turn = `other-${String(at)}`;
    silence.begin(name(turn, 9), {}, at + 1);
    silence.alive(turn, 1, at + ms / 2);
    silence.over(turn);
  }
}

describe('a turn that has fallen silent', () => {
  test('is found when others have begun and ended meanwhile, before anything was learned', () => {
    const silence = watch();
    silence.look(0);
    silence.begin(name('a', 1), {}, 0);
    silence.alive('a', 3, 100);
    others(silence, 100, 900, 200);
    expect(silence.look(500).silent).toEqual([]);
    expect(silence.look(1000).silent).toEqual([]);
    const { silent, together } = silence.look(1500);
    expect(together).toBe(false);
    expect(silent).toMatchObject([{ turn: { agent: 1 }, fault: 'stall', evidence: { hard: 'stall' } }]);
    // Said again only after a while.
    expect(silence.look(2000).silent).toEqual([]);
  });

  test('is not suspected for what others do while it writes, however slow all are', () => {
    const silence = watch();
    silence.look(0);
    silence.begin(name('a', 1), {}, 0);
    for (let step = 1; step <= 20; step++) {
      const at = step * 3000;
      silence.alive('a', step, at);
      // Three turns end between two words of it: words are late, turns short.
      others(silence, at, at + 2900, 900);
      for (let look = at - 2500; look <= at; look += 500) expect(silence.look(look).silent).toEqual([]);
    }
  });

  test('turns that had begun before its last word say nothing about it', () => {
    const silence = watch();
    silence.look(0);
    for (let k = 0; k < 8; k++) {
      silence.begin(name(`b${String(k)}`, 20 + k), {}, 0);
      silence.alive(`b${String(k)}`, 1, 50);
    }
    silence.begin(name('a', 1), {}, 0);
    silence.alive('a', 1, 100);
    for (let k = 0; k < 8; k++) silence.over(`b${String(k)}`);
    for (let at = 500; at <= 5000; at += 500) expect(silence.look(at).silent).toEqual([]);
  });

  test('without a word it is late only once later turns of its role have overtaken it; those that went first do not count', () => {
    const norms = new RoleNorms();
    for (let k = 0; k < 40; k++) norms.firstToken.observe(200);
    const run = (first: boolean): number => {
      const silence = watch(norms);
      silence.look(0);
      silence.begin(name('a', 1), {}, 0);
      for (let k = 0; k < 8; k++) {
        silence.begin(name(`o${String(k)}`, 2 + k), { first }, 10 + k);
        silence.alive(`o${String(k)}`, 1, 300);
        silence.over(`o${String(k)}`);
      }
      let found = 0;
      for (let at = 500; at <= 4000; at += 500) found += silence.look(at).silent.length;
      return found;
    };
    expect(run(false)).toBe(1);
    expect(run(true)).toBe(0);
  });

  test('without a word and not overtaken it waits, as long as others are heard', () => {
    const silence = watch();
    silence.look(0);
    silence.begin(name('a', 1), {}, 0);
    silence.begin({ ...name('b', 2), role: 1 }, {}, 0);
    let found = 0;
    for (let at = 500; at <= 45_000; at += 500) {
      silence.alive('b', at, at);
      found += silence.look(at).silent.length;
    }
    expect(found).toBe(0);
    for (let at = 45_500; at <= 64_000; at += 500)
      found += silence.look(at).silent.filter(({ turn }) => turn.agent === 1).length;
    expect(found).toBe(0);
    // Nobody is heard any more for half a deadline.
    for (let at = 64_500; at <= 76_000; at += 500)
      found += silence.look(at).silent.filter(({ turn }) => turn.agent === 1).length;
    expect(found).toBeGreaterThan(0);
  });

  test('what was lost of beginnings, signs and ends is mended by the list of open turns', () => {
    const silence = watch();
    silence.begin(name('gone', 1), {}, 0);
    silence.reconcile([{ ...name('a', 2), tokens: 5, first: true }], 1000);
    expect(silence.get('gone')).toBeUndefined();
    expect(silence.get('a')).toMatchObject({ tokens: 5, first: true, lastSign: 1000 });
  });

  test('nobody is accused of a silence that the listener slept through', () => {
    const silence = watch();
    silence.look(0);
    silence.begin(name('a', 1), {}, 0);
    silence.alive('a', 1, 100);
    expect(silence.look(90_000).silent).toEqual([]);
    expect(silence.look(90_500).silent).toEqual([]);
  });

  test('all that write at once is their engine', () => {
    const silence = watch();
    silence.look(0);
    for (const agent of [1, 2, 3]) {
      silence.begin(name(String(agent), agent), {}, 0);
      silence.alive(String(agent), 1, 100);
    }
    let found = null;
    for (let at = 500; at <= 40_000 && !found; at += 500) {
      const look = silence.look(at);
      if (look.silent.length > 0) found = look;
    }
    expect(found).toMatchObject({ together: true });
    expect(found?.silent).toHaveLength(3);
  });
});

describe('turns that write side by side, when some fall silent one after the other, 700 ms apart, the last at 10 s', () => {
  function listen(mute: (agent: number) => boolean, untilMs: number) {
    const silence = watch();
    const named: { at: number; agents: number[]; together: boolean }[] = [];
    const agents = [0, 1, 2, 3];
    for (const agent of agents) silence.begin(name(`t${String(agent)}`, agent), {}, 0);
    for (let at = 0; at <= untilMs; at += 100) {
      for (const agent of agents)
        if (at < 10_000 - 700 * agent || !mute(agent)) silence.alive(`t${String(agent)}`, 1 + at / 100, at);
      if (at % 500 !== 0) continue;
      const { silent, together } = silence.look(at);
      if (silent.length > 0) named.push({ at, agents: silent.map(({ turn }) => turn.agent), together });
    }
    return named;
  }

  test('one alone is named, at half of its deadline', () => {
    expect(listen((agent) => agent === 2, 41_000)).toEqual([{ at: 38_500, agents: [2], together: false }]);
  });

  test('when it is all of them nobody is accused: they are named together (seed 700010)', () => {
    expect(listen(() => true, 41_000)).toEqual([{ at: 40_000, agents: [0, 1, 2, 3], together: true }]);
  });
});
