/** What a run's events do to the states of its agents, beside what `agent.state` says outright: what the machine of agent-life.ts says. */
import { type LifeEvent, type LifeFacts, nextState } from './agent-life.ts';
import { AGENT, type AgentTable, TIER } from './tables.ts';

/** What is illegal where the agent stands changes nothing. */
function move({ state }: AgentTable, agent: number, event: LifeEvent, facts: Partial<LifeFacts> = {}): void {
  state[agent] = nextState(state[agent] as number, event, facts) ?? (state[agent] as number);
}

/** The agent's turn begins. One that is suspect is on trial, unless a bigger model has the turn and not its `own`. */
export function beginTurn(agents: AgentTable, agent: number, own = true): void {
  if (own || agents.state[agent] !== AGENT.degraded) move(agents, agent, 'ASSIGN');
  agents.tier[agent] = TIER.hot;
}

/** The agent's turn is over. Whether a degraded one that passed is calm again, healing says. */
export function rest(agents: AgentTable, agent: number, passed = false): void {
  move(agents, agent, passed ? 'PASS' : 'TURN_LOST');
  agents.tier[agent] = TIER.cold;
}

/** The program that ran their turns is gone. */
export function dropTurns(agents: AgentTable): void {
  for (let agent = 0; agent < agents.size; agent++) {
    if (agents.state[agent] === AGENT.done) move(agents, agent, 'REVIVE');
    rest(agents, agent);
  }
}

/** Nobody works any more; whose first turn was called back never did. */
export function endWork(agents: AgentTable): void {
  const { turns, size } = agents;
  for (let agent = 0; agent < size; agent++) move(agents, agent, 'RETIRE', { worked: (turns[agent] as number) > 0 });
}
