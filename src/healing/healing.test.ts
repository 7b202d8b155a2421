import { describe, expect, it } from 'vitest';
import { seededRandom } from '../kernel/random.ts';
import { AGENT_STATES, type Diagnosis } from '../journal/vocabulary.ts';
import type { TurnFacts } from './health.ts';
import { Ladder } from './ladder.ts';
import { Lifecycle } from './lifecycle.ts';
import type { FromExecute, FromRecover, HealingMessage, RecoveryOrder, Tap } from './messages.ts';
import { HealingBus } from './messages.ts';
import { MONITOR_DEFAULTS, Monitor } from './monitor.ts';
import { RECOVER_DEFAULTS, Recover } from './recover.ts';
import { DEFAULT_SUPERVISION, SupervisionTree } from './supervision.ts';

const AGENTS = 20;
const schema = { type: 'object', properties: { severity: { enum: ['info', 'error'] } } };

const healthy: TurnFacts = {
  text: '{"severity":"info"}',
  finish: 'stop',
  meanLogprob: -0.2,
  firstTokenMs: 100,
  decodeMs: 300,
  completionTokens: 12,
  schemaValid: true,
  fields: { present: 1, required: 1 },
  context: null,
  pages: null,
  recordWhole: null,
  agreement: null,
};

/** MONITOR and RECOVER on one bus, with the test as EXECUTE. */
function setUp(options: { audit?: number; tap?: Tap; hasStandby?: boolean } = {}) {
  let now = 0;
  let turns = 0;
  const states = new Uint8Array(AGENTS);
  const heard: HealingMessage[] = [];
  const bus = new HealingBus((error) => {
    throw error;
  });
  const random = seededRandom('healing');
  const life = new Lifecycle(states, (agent, _, to) => {
    states[agent] = AGENT_STATES.indexOf(to);
  });
  const roles = [{ name: 'triager' }];
  const brief = { output: schema, deadlineMs: 10_000 };
  const post = (message: FromExecute) => {
    bus.post({ ...message, at: now });
  };
  const monitor = new Monitor(
    { ...MONITOR_DEFAULTS, agents: AGENTS, tasks: 40, roles, briefAt: () => brief, audit: options.audit ?? 0 },
    random,
    (message) => {
      bus.post({ ...message, at: now });
    },
  );
  const tree = new SupervisionTree([{ name: 'triager', first: 0, count: AGENTS }], DEFAULT_SUPERVISION, random);
  const recover = new Recover(
    { ...RECOVER_DEFAULTS, canEscalate: () => false, hasStandby: () => options.hasStandby ?? true },
    { ladder: new Ladder(), tree, life },
    random,
    (message: FromRecover) => {
      bus.post({ ...message, at: now });
    },
  );
  bus.tap(options.tap ?? null);
  bus.listen((message) => {
    heard.push(message);
  });
  bus.listen((message) => {
    monitor.hear(message);
  });
  bus.listen((message) => {
    recover.hear(message);
  });
  const turn = (
    agent: number,
    task: number,
    extra: Partial<Extract<FromExecute, { type: 'turn.over' }>> = {},
    facts: Partial<TurnFacts> = {},
  ) => {
    const name = { turn: `t${++turns}`, agent, task, step: 0, slot: 0, role: 0 };
    life.send(agent, 'ASSIGN', { code: 'asked' });
    const rest = () => life.state(agent) === 'running' && life.send(agent, 'TURN_LOST', { code: 'asked' });
    post({ type: 'turn.begun', ...name });
    now += 400;
    const over: Extract<FromExecute, { type: 'turn.over' }> = {
      type: 'turn.over',
      ...name,
      facts: { ...healthy, ...facts },
      question: 'disk full',
      others: AGENTS - 1,
      answer: { severity: 'info' },
      fault: null,
      failed: null,
      ...extra,
    };
    post(over);
    rest();
    return over;
  };
  /** Each once; they are repeated until they are reported done. */
  const orders = () => [
    ...new Map(heard.flatMap((m) => (m.type === 'order' ? [[m.order.id, m.order] as const] : []))).values(),
  ];
  const done = (order: RecoveryOrder, ok = true) => {
    post({ type: 'order.done', order: order.id, ok, detail: ok ? '' : 'refused' });
  };
  const wait = (ms: number, stepMs = 500) => {
    for (let left = ms; left > 0; left -= stepMs) {
      now += stepMs;
      monitor.tick(now);
      recover.tick(now);
    }
  };
  const count = (type: HealingMessage['type']) => heard.filter((message) => message.type === type).length;
  return {
    heard,
    life,
    monitor,
    recover,
    post,
    turn,
    orders,
    done,
    wait,
    count,
    bus,
    jump: (ms: number) => (now += ms),
    tick: () => monitor.tick(now),
  };
}

const failing = (fault: Diagnosis) => ({ fault, answer: null });

describe('MONITOR and RECOVER, meeting only through messages', () => {
  it('leaves healthy agents alone', () => {
    const w = setUp();
    for (let i = 0; i < 500; i++) w.turn(i % AGENTS, i, {}, { meanLogprob: -0.1 - 0.02 * (i % 10) });
    expect(w.count('turn.judged')).toBe(500);
    expect(w.count('suspicion')).toBe(0);
    expect(w.orders()).toEqual([]);
  });

  it('mends by one step, and calls it mended only after a turn that passes', () => {
    const w = setUp();
    w.turn(3, 1, failing('invalid'));
    expect(w.life.state(3)).toBe('recovering');
    const [order] = w.orders();
    expect(order).toMatchObject({ agent: 3, item: { task: 1 }, fault: 'invalid', action: 'retry-turn', rung: 'light' });
    expect(order!.reasons.length).toBeGreaterThan(5);
    w.done(order!);
    expect(w.count('mended')).toBe(0);
    w.turn(3, 1);
    expect(w.heard.findLast(({ type }) => type === 'mended')).toMatchObject({
      agent: 3,
      fault: 'invalid',
      rung: 'light',
      steps: 1,
    });
    expect(w.life.state(3)).toBe('idle');
  });

  it('climbs when a step does not help, tells a person at the end, and only then fails the agent', () => {
    const w = setUp({ hasStandby: false });
    const actions: string[] = [];
    for (let i = 0; i < 30 && w.life.state(5) !== 'failed'; i++) {
      // Another task each time: it is the agent that is ill.
      w.turn(5, i, failing('loop'));
      const order = w.orders().at(-1);
      if (order && actions.length < w.orders().length) {
        actions.push(order.action);
        w.done(order);
      }
    }
    expect(w.life.state(5)).toBe('failed');
    expect(actions[0]).toBe('reset-context');
    expect(actions).toContain('reload-sampler');
    expect(actions).toContain('fresh-agent');
    expect(w.count('agent.lost')).toBe(1);
    const notice = w.heard.find((message) => message.type === 'notice');
    expect(notice).toMatchObject({ agent: 5, choices: ['retry', 'skip', 'edit', 'give-up'] });
    expect(w.recover.revive(5, 1e6)).toBe(true);
    expect(w.life.state(5)).toBe('recovering');
  });

  it('asks after an order whose report was lost as soon as its agent is suspected again (seed 239)', () => {
    const w = setUp();
    w.turn(5, 1, failing('invalid'));
    const [order] = w.orders();
    // Carried out, but its report got lost; the agent's next turn fails as well.
    for (let i = 0; i < 100; i++) w.turn(i % 5, 10 + i);
    w.post({ type: 'turn.begun', turn: 'quiet', agent: 5, task: 500, step: 0, slot: 0, role: 0 });
    w.post({ type: 'turn.begun', turn: 'lively', agent: 6, task: 501, step: 0, slot: 0, role: 0 });
    for (const turn of ['quiet', 'lively']) w.post({ type: 'turn.alive', turn, tokens: 8, textTail: '{"sev' });
    const before = w.count('order');
    const listen = (ms: number, until: () => boolean): void => {
      for (let t = 0; t < ms && !until(); t += 500) {
        w.wait(500);
        w.post({ type: 'turn.alive', turn: 'lively', tokens: 9 + w.heard.length, textTail: '{"severity"' });
      }
    };
    listen(20_000, () => w.count('order') > before);
    expect(w.orders()).toHaveLength(1);
    w.done(order!);
    // The same silence, said again, is heard now.
    listen(10_000, () => w.orders().length > 1);
    expect(w.orders().at(-1)).toMatchObject({ agent: 5, fault: 'stall' });
  });

  it('absolves the agents that failed at a task which is what is wrong, but not of what they did elsewhere', () => {
    const w = setUp();
    for (const agent of [1, 2, 3]) w.turn(agent, 77, failing('incomplete'));
    // Of one of them something else is known since.
    w.done(w.orders().find(({ agent }) => agent === 2)!);
    w.turn(2, 90, failing('loop'));
    w.post({ type: 'task.blamed', task: 77, agents: [1, 2, 3] });
    expect(w.heard.flatMap((m) => (m.type === 'absolved' ? [[m.agent, m.task]] : []))).toEqual([
      [1, 77],
      [3, 77],
    ]);
    for (const agent of [1, 3]) w.turn(agent, 78 + agent);
    for (const agent of [1, 3]) expect(w.life.state(agent)).toBe('idle');
    expect(w.count('mended')).toBe(0);
  });

  it('has a stalled turn ended though others had failed at its task: it would run on', () => {
    const w = setUp();
    for (let i = 0; i < 100; i++) w.turn(i % AGENTS, i);
    for (const agent of [1, 2]) w.turn(agent, 500, failing('incomplete'));
    const quiet = { turn: 'quiet', agent: 4, task: 500, step: 0, slot: 0, role: 0, tokens: 8 };
    const lively = { turn: 'lively', agent: 6, task: 501, step: 0, slot: 0, role: 0, tokens: 8 };
    for (let i = 0; i < 60; i++) {
      w.post({ type: 'turns.open', turns: [quiet, { ...lively, tokens: 9 + i }] });
      w.wait(500);
    }
    expect(w.orders().find(({ agent }) => agent === 4)).toMatchObject({
      item: { task: 500 },
      fault: 'stall',
      action: 'retry-turn',
    });
  });

  it('measures a silence by what a turn has written, though its words of that were lost (seed 100051)', () => {
    const w = setUp();
    for (let i = 0; i < 100; i++) w.turn(i % AGENTS, i);
    const quiet = { turn: 'quiet', agent: 4, task: 500, step: 0, slot: 0, role: 0, tokens: 8 };
    const lively = { turn: 'lively', agent: 6, task: 501, step: 0, slot: 0, role: 0, tokens: 8 };
    let tokens = 8;
    for (let i = 0; i < 9; i++) {
      w.post({ type: 'turns.open', turns: [quiet, { ...lively, tokens: ++tokens }] });
      w.wait(500);
    }
    expect(w.orders()).toMatchObject([{ agent: 4, item: { task: 500 }, fault: 'stall' }]);
  });

  it('finds a stall by its silence, and not one in a tab that slept', () => {
    const w = setUp();
    for (let i = 0; i < 100; i++) w.turn(i % AGENTS, i);
    w.post({ type: 'turn.begun', turn: 'quiet', agent: 4, task: 500, step: 0, slot: 0, role: 0 });
    w.post({ type: 'turn.begun', turn: 'lively', agent: 6, task: 501, step: 0, slot: 0, role: 0 });
    w.post({ type: 'turn.alive', turn: 'quiet', tokens: 8, textTail: '{"sev' });
    w.post({ type: 'turn.alive', turn: 'lively', tokens: 8, textTail: '{"sev' });
    w.tick();
    w.jump(3_600_000);
    w.tick();
    expect(w.orders()).toEqual([]);
    let tokens = 8;
    for (let i = 0; i < 8; i++) {
      w.wait(500);
      w.post({ type: 'turn.alive', turn: 'lively', tokens: ++tokens, textTail: '{"sev' });
    }
    expect(w.orders()).toMatchObject([{ agent: 4, item: { task: 500 }, fault: 'stall', action: 'retry-turn' }]);
  });

  it.each([
    [false, ['stall']],
    [true, []],
  ])(
    'knows a turn that others overtook by age for a stall, not one that others went before on purpose: %s',
    (first, faults) => {
      const w = setUp();
      for (let i = 0; i < 100; i++) w.turn(i % AGENTS, i);
      w.post({ type: 'turn.begun', turn: 'quiet', agent: 4, task: 500, step: 0, slot: 0, role: 0 });
      for (let i = 0; i < 9; i++) {
        w.post({ type: 'turn.begun', turn: `later${i}`, agent: 6, task: 501 + i, step: 0, slot: 0, role: 0, first });
        w.post({ type: 'turn.alive', turn: `later${i}`, tokens: 1, textTail: '{' });
        w.post({
          type: 'turns.open',
          turns: [{ turn: 'quiet', agent: 4, task: 500, step: 0, slot: 0, role: 0, tokens: 0 }],
        });
        w.wait(500);
      }
      expect(w.orders().map(({ fault }) => fault)).toEqual(faults);
    },
  );

  it('takes no turn from before the order for the proof of a mend, though it is believed only now', () => {
    const w = setUp();
    w.turn(5, 1, failing('invalid'));
    const [order] = w.orders();
    w.done(order!);
    const relief = { type: 'relief', agent: 5, task: 1, turn: 'old', calm: true } as const;
    w.recover.hear({ ...relief, begunAt: -1, at: 10_000 });
    expect(w.count('mended')).toBe(0);
    w.recover.hear({ ...relief, turn: 'new', begunAt: 9000, at: 10_000 });
    expect(w.count('mended')).toBe(1);
  });

  it('blames the worker, not the agents, when all fall silent at once', () => {
    const w = setUp();
    for (let i = 0; i < 100; i++) w.turn(i % AGENTS, i);
    for (const agent of [1, 2, 3]) {
      w.post({ type: 'turn.begun', turn: `q${agent}`, agent, task: agent, step: 0, slot: 0, role: 0 });
      w.post({ type: 'turn.alive', turn: `q${agent}`, tokens: 8, textTail: '{"sev' });
    }
    w.wait(8000);
    expect(w.orders()).toMatchObject([{ agent: null, action: 'fresh-worker' }]);
    expect([1, 2, 3].map((agent) => w.life.state(agent))).toEqual(['idle', 'idle', 'idle']);
  });

  it('stops a loop before it is paid for', () => {
    const w = setUp();
    w.post({ type: 'turn.begun', turn: 'round', agent: 4, task: 9, step: 0, slot: 0, role: 0 });
    w.post({ type: 'turn.alive', turn: 'round', tokens: 60, textTail: 'again and '.repeat(20) });
    expect(w.orders()).toMatchObject([{ agent: 4, fault: 'loop', item: { task: 9 } }]);
  });

  it('takes no worker back before the browser would, and mends the engine by a passing turn', () => {
    const w = setUp();
    const loss = { code: 'device-lost', by: 'engine', detail: 'destroyed' } as const;
    const lose = () => {
      w.post({ type: 'engine.down', engine: 1, fault: 'device-lost', loss, agents: [1, 2] });
    };
    lose();
    expect(w.orders()).toMatchObject([{ agent: null, action: 'fresh-worker', also: [1, 2] }]);
    const first = w.orders()[0]!;
    w.done(first);
    w.post({ type: 'engine.up', engine: 2 });
    w.turn(1, 1);
    expect(w.heard.findLast(({ type }) => type === 'mended')).toMatchObject({ agent: null, action: 'fresh-worker' });
    lose();
    expect(w.orders().at(-1)!.delayMs).toBeGreaterThan(first.delayMs);
  });

  it('finds a valid but wrong answer by what others say, and resets who gave it', () => {
    const w = setUp();
    for (let i = 0; i < 10; i++) w.turn(i, i);
    w.turn(15, 100, { answer: { severity: 'error' } });
    expect(w.heard.findLast((m) => m.type === 'turn.judged')).toMatchObject({
      accept: false,
      secondOpinion: true,
      fault: null,
    });
    expect(w.count('suspicion')).toBe(0);
    w.turn(16, 100);
    expect(w.heard.findLast((m) => m.type === 'turn.judged')).toMatchObject({ accept: true, agent: 16 });
    expect(w.orders()).toMatchObject([{ agent: 15, fault: 'disagreement', action: 'reset-context' }]);
    // Its word needs a second one until it has been right again.
    w.done(w.orders()[0]!);
    w.turn(15, 101);
    expect(w.heard.findLast((m) => m.type === 'turn.judged')).toMatchObject({ accept: false, secondOpinion: true });
    w.turn(17, 101);
    expect(w.count('mended')).toBe(1);
    w.turn(15, 103);
    expect(w.heard.findLast((m) => m.type === 'turn.judged')).toMatchObject({ accept: true, agent: 15 });
    expect(w.count('mended')).toBe(1);
  });

  it('lets two who agree overrule the crowd', () => {
    const w = setUp();
    for (let i = 0; i < 10; i++) w.turn(i, i);
    w.turn(15, 100, { answer: { severity: 'error' } });
    expect(w.heard.findLast((m) => m.type === 'turn.judged')).toMatchObject({ accept: false, secondOpinion: true });
    w.turn(16, 100, { answer: { severity: 'error' } });
    expect(w.heard.findLast((m) => m.type === 'turn.judged')).toMatchObject({ accept: true });
    expect(w.count('suspicion')).toBe(0);
  });

  it('audits questions without witnesses, within its budget, and accuses who stands alone', () => {
    const w = setUp({ audit: 0.1 });
    const question = 'a line that nobody knows';
    w.turn(1, 1, { question, answer: { severity: 'error' } });
    w.turn(2, 1, { question });
    w.turn(3, 1, { question });
    expect(w.heard.findLast((m) => m.type === 'turn.judged')).toMatchObject({ accept: true, agent: 3 });
    expect(w.orders()).toMatchObject([{ agent: 1, fault: 'disagreement', action: 'reset-context' }]);
    let asked = 0;
    for (let i = 0; i < 300; i++) {
      w.turn(i % AGENTS, 1000 + i, {
        question: `q ${String.fromCharCode(97 + (i % 26))}${String.fromCharCode(97 + ((i / 26) | 0))}`,
      });
      if (w.heard.findLast((m) => m.type === 'turn.judged')?.secondOpinion) asked++;
    }
    expect(asked).toBeGreaterThan(10);
    expect(asked).toBeLessThan(60);
  });

  it('does not hold up for a sample what shows that a fresh engine works', () => {
    const w = setUp({ audit: 0.1 });
    const judged = () => w.heard.findLast((m) => m.type === 'turn.judged');
    w.post({ type: 'engine.up', engine: 1 });
    w.turn(1, 1, { question: 'a line that nobody knows' });
    expect(judged()).toMatchObject({ accept: true, agent: 1 });
    expect(w.heard.filter((m) => m.type === 'shared.relief')).toMatchObject([{ of: 'engine' }]);
    w.turn(2, 2, { question: 'nor this one' });
    expect(judged()).toMatchObject({ accept: false, secondOpinion: true, agent: 2 });
  });

  it('comes through lost, doubled and reordered messages', () => {
    const random = seededRandom('unreliable');
    let held: (() => void)[] = [];
    const w = setUp({
      tap: (message, deliver) => {
        const fate = random.next();
        if (fate < 0.1) return;
        if (fate < 0.2) deliver(message);
        if (fate < 0.3) {
          held.push(() => {
            deliver(message);
          });
          return;
        }
        deliver(message);
      },
    });
    const release = () => {
      const now = held;
      held = [];
      for (const one of now.reverse()) one();
    };
    for (let i = 0; i < 60; i++) {
      const agent = i % AGENTS;
      const bad = i % 3 === 0;
      const over = w.turn(agent, i, bad ? failing('invalid') : {});
      // What EXECUTE does: repeat until judged, carry out every order it hears of, report each.
      for (let tries = 0; tries < 50; tries++) {
        release();
        w.post(over);
        for (const order of w.orders()) w.done(order);
        if (w.heard.some((m) => m.type === 'turn.judged' && m.turn === over.turn)) break;
      }
      w.wait(10_000);
      for (const order of w.orders()) w.done(order);
    }
    for (let round = 0; round < 6; round++) {
      for (let agent = 0; agent < AGENTS; agent++) w.turn(agent, 1000 + round * AGENTS + agent);
      release();
      w.wait(30_000);
      for (const order of w.orders()) w.done(order);
    }
    const mended = new Set(w.heard.flatMap((m) => (m.type === 'mended' ? [m.case] : []))).size;
    expect(mended).toBeGreaterThan(5);
    expect(w.count('agent.lost')).toBe(0);
    expect([...Array(AGENTS).keys()].filter((agent) => w.life.state(agent) === 'failed')).toEqual([]);
  });
});
