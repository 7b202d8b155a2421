import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIFE_EVENTS, Lifecycle, lifecycleTransition } from './lifecycle.ts';
import { AGENT_STATES, type AgentState } from '../journal/vocabulary.ts';
import type { LifeEvent, LifeFacts } from './lifecycle.ts';

const everyFacts: LifeFacts[] = Array.from({ length: 16 }, (_, bits) => ({
  hard: (bits & 1) !== 0,
  sustained: (bits & 2) !== 0,
  calm: (bits & 4) !== 0,
  exhausted: (bits & 8) !== 0,
}));

/** A column of one agent, and its lifecycle. */
function agentIn(state: AgentState, heard: (text: string) => void = () => undefined) {
  const row = Uint8Array.of(AGENT_STATES.indexOf(state));
  const life = new Lifecycle(row, (agent, from, to, because) => {
    row[agent] = AGENT_STATES.indexOf(to);
    heard(`${from}>${to}: ${because.code}`);
  });
  return { row, life };
}

describe('lifecycle', () => {
  it('agrees with the machine on every state, event and combination of guards', () => {
    let compared = 0;
    for (const state of AGENT_STATES)
      for (const event of LIFE_EVENTS)
        for (const facts of everyFacts) {
          const expected = lifecycleTransition(state, event, facts);
          const { row, life } = agentIn(state);
          const legal = life.send(0, event, { code: 'asked' }, facts);
          expect([legal, AGENT_STATES[row[0]!]], `${state} ${event} ${JSON.stringify(facts)}`).toEqual([
            expected !== null,
            expected ?? state,
          ]);
          compared++;
        }
    expect(compared).toBe(6 * 8 * 16);
  });

  it('walks the way of a healthy turn and of a mended agent', () => {
    const seen: string[] = [];
    const { life } = agentIn('idle', (text) => seen.push(text));
    life.send(0, 'ASSIGN', { code: 'asked' });
    life.send(0, 'PASS', { code: 'passed', task: 1 });
    life.send(0, 'ASSIGN', { code: 'asked' });
    life.send(0, 'SUSPECT', { code: 'suspected', fault: 'loop', signal: 'repetition' }, { hard: true });
    life.send(0, 'RECOVER', { code: 'ordered', action: 'reset-context', rung: 'light', fault: 'loop' });
    life.send(0, 'ASSIGN', { code: 'asked' });
    life.send(0, 'PASS', { code: 'passed', task: 2 }, { calm: true });
    expect(seen).toEqual([
      'idle>running: asked',
      'running>idle: passed',
      'idle>running: asked',
      'running>degraded: suspected',
      'degraded>recovering: ordered',
      'recovering>idle: passed',
    ]);
    expect(life.illegal()).toEqual([]);
  });

  it('does not move on a low score alone until it is sustained', () => {
    expect(lifecycleTransition('running', 'SUSPECT', {})).toBeNull();
    expect(lifecycleTransition('running', 'SUSPECT', { sustained: true })).toBe('degraded');
    expect(lifecycleTransition('degraded', 'PASS', { calm: false })).toBe('degraded');
    expect(lifecycleTransition('degraded', 'PASS', { calm: true })).toBe('idle');
  });

  it('fails an agent only when everything was tried, and never a healthy one', () => {
    for (const state of AGENT_STATES)
      for (const event of LIFE_EVENTS)
        for (const facts of everyFacts) {
          if (lifecycleTransition(state, event, facts) !== 'failed') continue;
          expect(event).toBe('GIVE_UP');
          expect(facts.exhausted).toBe(true);
          expect(['degraded', 'recovering']).toContain(state);
        }
  });

  it('counts illegal events, whatever comes, and never throws or leaves the states', () => {
    const event = fc.constantFrom<LifeEvent>(...LIFE_EVENTS);
    const facts = fc.record({
      hard: fc.boolean(),
      sustained: fc.boolean(),
      calm: fc.boolean(),
      exhausted: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(fc.tuple(event, facts), { maxLength: 60 }), (events) => {
        const { row, life } = agentIn('idle');
        let refused = 0;
        for (const [type, known] of events) if (!life.send(0, type, { code: 'asked' }, known)) refused++;
        expect(row[0]).toBeLessThan(AGENT_STATES.length);
        expect(life.illegal().reduce((sum, { count }) => sum + count, 0)).toBe(refused);
      }),
    );
  });

  it('ignores rows that do not exist', () => {
    expect(agentIn('idle').life.send(7, 'ASSIGN', { code: 'asked' })).toBe(false);
  });
});
