import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LifeEvent, type LifeFacts, lifecycleTransition } from './agent-life.ts';
import type { EventBody } from './events.ts';
import { AGENT, RunState } from './run-state.ts';
import { AGENT_STATES, type AgentState, type FinishReason, type TurnFailure } from './vocabulary.ts';

/** What each event of the journal says of its agent's life. Of a degraded one that passed, healing says whether it is calm again. */
const SAYS: readonly [LifeEvent, EventBody, Partial<LifeFacts>?][] = [
  ['ASSIGN', { type: 'turn.started', task: 0, agent: 0, turn: 't' }],
  ['PASS', ended({}), { calm: false }],
  ['TURN_LOST', ended({ rejected: 'json-invalid' })],
  ['TURN_LOST', ended({ pending: true })],
  ['TURN_LOST', ended({ finish: 'error' })],
  ['TURN_LOST', { type: 'task.requeued', task: 0, agent: 0, reason: 'device-lost' }],
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

function folded(state: RunState, body: EventBody): AgentState {
  state.apply({ ...body, seq: 1, at: 0, wall: 0 });
  return AGENT_STATES[state.agents.state[0]!]!;
}

function agentIn(from: AgentState, turns = 0): RunState {
  const state = new RunState(1, 1);
  state.agents.state[0] = AGENT[from];
  state.agents.turns[0] = turns;
  return state;
}

test('the fold moves an agent with each of its turns as the machine says', () => {
  for (const from of AGENT_STATES)
    for (const [event, body, facts] of SAYS)
      expect(folded(agentIn(from), body), `${from} ${event} ${body.type}`).toBe(
        lifecycleTransition(from, event, facts) ?? from,
      );
});

test('at the end of a run agents retire, but for those that failed; its resumption brings them back', () => {
  const end: EventBody = { type: 'run.ended', results: 1, failed: 0 };
  for (const from of AGENT_STATES)
    for (const turns of [0, 3]) {
      const state = agentIn(from, turns);
      const rest = lifecycleTransition(from, 'RETIRE', { worked: turns > 0 }) ?? from;
      expect(folded(state, end), `${from} after ${String(turns)} turns`).toBe(rest);
      expect(folded(state, { type: 'run.resumed', tab: 't', fence: 2 })).toBe(rest === 'failed' ? 'failed' : 'idle');
    }
  expect(folded(agentIn('running', 0), end)).toBe('idle');
  expect(folded(agentIn('recovering', 1), end)).toBe('done');
});

test('whatever a log says, in any order, an agent is in a state that the machine leads to', () => {
  const bodies = [...SAYS.map(([, body]) => body), { type: 'run.resumed', tab: 't', fence: 2 } as const];
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...bodies), { maxLength: 40 }), (log) => {
      const state = new RunState(1, 1);
      let before: AgentState = 'idle';
      for (const body of log) {
        const now = folded(state, body);
        const says = SAYS.find(([, one]) => one === body);
        if (says) expect(now).toBe(lifecycleTransition(before, says[0], says[2]) ?? before);
        before = now;
      }
    }),
  );
});
