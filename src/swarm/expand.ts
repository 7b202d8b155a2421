/** From roles x replicas to rows: agents are numbers, so a layout of 100,000 of them is one small table and one typed array. */
import type { ROLE_KINDS, Swarm } from './model.ts';

export interface LaidRole {
  readonly name: string;
  readonly kind: (typeof ROLE_KINDS)[number];
  readonly replicas: number;
  /** First row of the role; its rows are contiguous. */
  readonly firstAgent: number;
  /** Digits of an agent's number within the role, so that names sort as rows do. */
  readonly digits: number;
}

/** Which row is which agent. Roles keep the order of the file. */
export interface Layout {
  readonly roles: readonly LaidRole[];
  /** Number of agents; rows are 0 .. agents - 1. */
  readonly agents: number;
  /** Index into `roles` by row. */
  readonly roleOf: Uint8Array;
}

export function expand(swarm: Pick<Swarm, 'roles'>): Layout {
  let agents = 0;
  const roles = Object.entries(swarm.roles).map(([name, { kind, replicas }]): LaidRole => {
    const firstAgent = agents;
    agents += replicas;
    return { name, kind, replicas, firstAgent, digits: String(replicas).length };
  });
  const roleOf = new Uint8Array(agents);
  roles.forEach((role, index) => roleOf.fill(index, role.firstAgent, role.firstAgent + role.replicas));
  return { roles, agents, roleOf };
}

/** The role of a row. Throws RangeError for a row that does not exist. */
export function roleOfAgent(layout: Layout, row: number): LaidRole {
  const role = layout.roles[layout.roleOf[row] ?? -1];
  if (!role) throw new RangeError(`no agent has row ${row}: there are ${layout.agents}`);
  return role;
}

/** `triager.0042`: the role and the agent's number within it, from 1. Throws RangeError for a row that does not exist. */
export function agentName(layout: Layout, row: number): string {
  const role = roleOfAgent(layout, row);
  return `${role.name}.${String(row - role.firstAgent + 1).padStart(role.digits, '0')}`;
}

/** The row of the agent of that name; undefined where there is none. */
export function agentRow({ roles }: Pick<Layout, 'roles'>, name: string): number | undefined {
  const point = name.lastIndexOf('.');
  const role = roles.find((each) => each.name === name.slice(0, point));
  const number = Number(name.slice(point + 1));
  return role && Number.isInteger(number) && number >= 1 && number <= role.replicas
    ? role.firstAgent + number - 1
    : undefined;
}
