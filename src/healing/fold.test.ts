import { expect, test } from 'vitest';
import type { EventBody } from '../journal/events.ts';
import { AGENT, RunState } from '../journal/run-state.ts';
import { lifecycleTransition } from './lifecycle.ts';
import { AGENT_STATES, type AgentState, type FinishReason, type TurnFailure } from '../journal/vocabulary.ts';
import type { LifeEvent } from './lifecycle.ts';

/** The fold of the journal moves agents when turns begin and end; the machine must say the same. */
const turns: [LifeEvent, EventBody, Parameters<typeof lifecycleTransition>[2]][] = [
  ['ASSIGN', { type: 'turn.started', task: 0, agent: 0, turn: 't' }, {}],
  ['PASS', ended({}), { calm: true }],
  ['TURN_LOST', ended({ rejected: 'json-invalid' }), {}],
  ['TURN_LOST', ended({ pending: true }), {}],
  ['TURN_LOST', ended({ finish: 'error' }), {}],
  ['TURN_LOST', { type: 'task.requeued', task: 0, agent: 0, reason: 'device-lost' }, {}],
];

function ended(extra: { rejected?: TurnFailure; pending?: true; finish?: FinishReason }): EventBody {
  return {
    type: 'turn.ended',
    task: 0,
    agent: 0,
    turn: 't',
    finish: 'stop',
    tokens: { prompt: 1, cached: 0, completion: 1 },
    ms: 1,
    ...extra,
  };
}

function folded(from: AgentState, body: EventBody): AgentState {
  const state = new RunState(1, 1);
  state.agents.state[0] = AGENT[from];
  state.apply({ ...body, seq: 1, at: 0, wall: 0 });
  return AGENT_STATES[state.agents.state[0]]!;
}

test('the fold of the journal and the machine agree on every turn of an agent', () => {
  for (const from of AGENT_STATES) {
    for (const [event, body, facts] of turns) {
      // A degraded agent that passes is cleared by RECOVER, which knows its score: there the fold waits.
      if (from === 'degraded' && event === 'PASS') continue;
      expect(folded(from, body), `${from} ${event} ${body.type}`).toBe(lifecycleTransition(from, event, facts) ?? from);
    }
  }
});
