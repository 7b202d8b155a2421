import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LIFE_EVENTS, type LifeEvent, type LifeFacts, lifecycleTransition, nextState } from './agent-life.ts';
import { AGENT } from './tables.ts';
import { AGENT_STATES, type AgentState } from './vocabulary.ts';

const everyFacts: LifeFacts[] = Array.from({ length: 32 }, (_, bits) => ({
  hard: (bits & 1) !== 0,
  sustained: (bits & 2) !== 0,
  calm: (bits & 4) !== 0,
  exhausted: (bits & 8) !== 0,
  worked: (bits & 16) !== 0,
}));

/** What an agent's life comes to by these events, from `idle` on; illegal ones change nothing. */
function walk(...events: (LifeEvent | [LifeEvent, Partial<LifeFacts>])[]): AgentState[] {
  let state: number = AGENT.idle;
  return events.map((one) => {
    const [event, facts] = typeof one === 'string' ? [one, {}] : one;
    state = nextState(state, event, facts) ?? state;
    return AGENT_STATES[state]!;
  });
}

describe('the life of an agent', () => {
  it('is a table that agrees with the machine on every state, event and combination of guards', () => {
    for (const [row, state] of AGENT_STATES.entries())
      for (const event of LIFE_EVENTS)
        for (const facts of everyFacts) {
          const next = nextState(row, event, facts);
          expect(next === null ? null : AGENT_STATES[next], `${state} ${event} ${JSON.stringify(facts)}`).toBe(
            lifecycleTransition(state, event, facts),
          );
        }
  });

  it('goes the way of a healthy turn and of a mended agent', () => {
    expect(walk('ASSIGN', 'PASS', 'ASSIGN', ['SUSPECT', { hard: true }], 'RECOVER', 'ASSIGN', 'PASS')).toEqual([
      'running',
      'idle',
      'running',
      'degraded',
      'recovering',
      'recovering',
      'idle',
    ]);
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

  it('never leaves the states, whatever comes', () => {
    const event = fc.constantFrom<LifeEvent>(...LIFE_EVENTS);
    const facts = fc.constantFrom(...everyFacts);
    fc.assert(
      fc.property(fc.array(fc.tuple(event, facts), { maxLength: 60 }), (events) => {
        for (const state of walk(...events)) expect(AGENT_STATES).toContain(state);
      }),
    );
  });
});
