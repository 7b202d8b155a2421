/** Fields of a role in place of its own, as the swarm file names them. */
export type RoleChange = Readonly<Record<string, unknown>>;

/** What a revision changes, by role. */
export interface Revision {
  /** The revision that it changes. */
  readonly from: number;
  readonly roles: Readonly<Record<string, RoleChange>>;
}

/** Agents that a revision holds for: all, these rows, or an even share of the rows: a canary. */
export type RevisedAgents = 'all' | readonly number[] | { readonly share: number };

/** As an event tells it: see `definition.revised`. */
export interface ToldRevision {
  readonly revision: number;
  /** The revision that it changes; absent: 0, the swarm file. */
  readonly from?: number;
  /** What it changes, by role; of a known revision nothing. */
  readonly roles?: Readonly<Record<string, RoleChange>>;
  /** Agents that work under it from their next turn on. */
  readonly agents: RevisedAgents;
}

/**
 * The revisions of a run's definition, and which of them each agent works under: a fold of the log. Revision 0 is the swarm file.
 *
 * Invariants:
 * - Revisions are numbered on from 1, and what one says never changes.
 * - An agent works under a revision that there is.
 */
export class Revisions {
  readonly list: Revision[] = [];
  /** How often it was changed which revision agents work under. */
  changes = 0;
  /** By row; null as long as all work under revision 0. */
  now: Uint16Array | null = null;
  readonly #agents: number;

  constructor(agents: number) {
    this.#agents = agents;
  }

  /** Revision that the agent works under. */
  of(agent: number): number {
    return this.now?.[agent] ?? 0;
  }

  get bytes(): number {
    return this.now?.byteLength ?? 0;
  }

  /** A number that is new defines a revision; one that is known is given to more agents, or to others. Anything else changes nothing. */
  apply({ revision, from = 0, roles = {}, agents }: ToldRevision): void {
    const known = this.list.length;
    if (revision === known + 1 && from >= 0 && from <= known && revision < 2 ** 16) this.list.push({ from, roles });
    else if (!(revision >= 0 && revision <= known)) return;
    this.changes++;
    const now = (this.now ??= new Uint16Array(this.#agents));
    for (const row of rowsOf(agents, now.length)) now[row] = revision;
  }

  copy(): Revisions {
    const copy = new Revisions(this.#agents);
    copy.list.push(...this.list);
    copy.changes = this.changes;
    copy.now = this.now?.slice() ?? null;
    return copy;
  }
}

function rowsOf(agents: RevisedAgents, count: number): number[] {
  if (typeof agents === 'object' && !('share' in agents)) return agents.filter((row) => row >= 0 && row < count);
  const share = agents === 'all' ? 1 : agents.share;
  // Spread evenly, so that of neighbouring rows, a role's or a shard's, as large a share is meant.
  return Array.from({ length: count }, (_, row) => row).filter(
    (row) => Math.floor((row + 1) * share) > Math.floor(row * share),
  );
}
