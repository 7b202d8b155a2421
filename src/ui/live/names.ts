/** What agents are called on screen, from the swarm's roles alone. */
import type { RoleSummary, RunStatus, SwarmSummary, Tier } from '../../runtime/protocol/protocol.ts';
import type { Dictionary } from '../text/en.ts';

/** Agents that one supervisor answers for. */
export const SHARD = 64;

export function roleOf(summary: SwarmSummary, agent: number): RoleSummary | null {
  return summary.roles.find((role) => agent >= role.firstAgent && agent < role.firstAgent + role.replicas) ?? null;
}

/** `triager.0412`: the role and the agent's number in it, from 1. */
export function agentName(summary: SwarmSummary, agent: number): string {
  const role = roleOf(summary, agent);
  return role ? nameIn(role, agent) : `agent-${agent}`;
}

function nameIn(role: RoleSummary, agent: number): string {
  return `${role.name}.${String(agent - role.firstAgent + 1).padStart(String(role.replicas).length, '0')}`;
}

/** As short as a seat is wide: `tr.0412`. */
export function shortName(summary: SwarmSummary, agent: number): string {
  const role = roleOf(summary, agent);
  return role ? `${role.name.slice(0, 2)}${nameIn(role, agent).slice(role.name.length)}` : String(agent);
}

/** Number of the agent's shard in its role, from 1. */
export function shardOf(summary: SwarmSummary, agent: number): number {
  const role = roleOf(summary, agent);
  return role ? Math.floor((agent - role.firstAgent) / SHARD) + 1 : 0;
}

/** Row of an agent by its name, or null; the way back from a result to its agent. */
export function agentByName(summary: SwarmSummary, name: string): number | null {
  const match = /^(.*)\.(\d+)$/.exec(name);
  const role = summary.roles.find((role) => role.name === match?.[1]);
  if (!role || !match) return null;
  const k = Number(match[2]);
  const agent = role.firstAgent + k - 1;
  return k >= 1 && k <= role.replicas ? agent : null;
}

/** Where an agent is: what is on the GPU in other runs is at the endpoint in one whose agents work there. */
export function placeName(
  words: Pick<Dictionary, 'tiers' | 'endpoint'>,
  run: Pick<RunStatus, 'engine'>,
  tier: Tier,
): string {
  return run.engine === 'remote' && tier === 'hot' ? words.endpoint.hot : words.tiers[tier];
}
