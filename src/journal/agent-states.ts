/** What a run's events do to the states of its agents, beside what `agent.state` says outright. */
import { AGENT, type AgentTable, TIER } from './tables.ts';

/** One that was suspect is on trial, unless a bigger model has the turn and not its `own`. */
export function beginTurn({ state, tier }: AgentTable, agent: number, own = true): void {
  const before = state[agent];
  if (before === AGENT.idle || before === AGENT.done) state[agent] = AGENT.running;
  else if (before === AGENT.degraded && own) state[agent] = AGENT.recovering;
  tier[agent] = TIER.hot;
}

/** After a turn an agent that worked is idle again; one that recovers only if the turn passed; whatever else it was it keeps. */
export function rest({ state, tier }: AgentTable, agent: number, passed = false): void {
  const before = state[agent];
  if (before === AGENT.running || (before === AGENT.recovering && passed)) state[agent] = AGENT.idle;
  tier[agent] = TIER.cold;
}

/** The program that ran their turns is gone. */
export function dropTurns(agents: AgentTable): void {
  const { state, size } = agents;
  for (let agent = 0; agent < size; agent++) {
    if (state[agent] === AGENT.done) state[agent] = AGENT.idle;
    rest(agents, agent);
  }
}

/** Nobody works any more; whose first turn was called back never did. */
export function endWork({ state, turns, size }: AgentTable): void {
  for (let agent = 0; agent < size; agent++)
    if (state[agent] !== AGENT.failed) state[agent] = (turns[agent] as number) > 0 ? AGENT.done : AGENT.idle;
}
