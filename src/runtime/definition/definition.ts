import type { RoleBrief } from '../../agents/turn.ts';
import type { JournalEvent } from '../../journal/events.ts';
import type { RunState } from '../../journal/run-state.ts';
import type { SwarmRole } from '../../swarm/model.ts';
import { reviseRole } from '../../swarm/revise.ts';
import { briefOf } from './role-brief.ts';
import type { RunSetup } from './run-setup.ts';

type Revised = Extract<JournalEvent, { type: 'definition.revised' }>;

/** A role at one revision. */
interface RevisedRole {
  readonly role: SwarmRole;
  readonly brief: RoleBrief;
}

/**
 * What agents are told and held to, as it stands now: the one door through which a role's brief is read. It is asked anew each time, for a
 * revision may come between any two turns; a turn that is under way keeps the brief that it began with.
 *
 * Invariants:
 * - What a revision says of a role never changes, so each brief is built once; where it says nothing, the brief is that of the one before.
 * - A change that would leave no role that a file could have counts as none.
 */
export class Definition {
  readonly #setup: Pick<RunSetup, 'roles' | 'layout'>;
  readonly #state: Pick<RunState, 'revisions'>;
  /** By role, then revision. */
  readonly #roles: readonly RevisedRole[][];
  readonly #inUse: { readonly changes: number; readonly briefs: readonly RoleBrief[] }[] = [];

  /** @param state of the run now, or at any moment of its past */
  constructor(setup: Pick<RunSetup, 'roles' | 'layout'>, state: Pick<RunState, 'revisions'>) {
    this.#setup = setup;
    this.#state = state;
    this.#roles = setup.layout.roles.map(({ name }) => {
      const role = setup.roles[name];
      if (!role) throw new RangeError(`Definition: no role ${name}`);
      return [{ role, brief: briefOf(name, role, 0) }];
    });
  }

  /** What the agent is told and held to in a turn that begins now. @throws RangeError where there is no such agent */
  of(agent: number): RoleBrief {
    const role = this.#setup.layout.roleOf[agent];
    if (role === undefined) throw new RangeError(`Definition: no agent has row ${String(agent)}`);
    return this.at(role, this.#state.revisions.of(agent));
  }

  /** What agents of the role with that index are told and held to now: one brief, or several while a revision holds for some of them. */
  inUse(role: number): readonly RoleBrief[] {
    const { changes } = this.#state.revisions;
    const known = this.#inUse[role];
    if (known?.changes === changes) return known.briefs;
    const { firstAgent = 0, replicas = 0 } = this.#setup.layout.roles[role] ?? {};
    const briefs = [...new Set(Array.from({ length: replicas }, (_, k) => this.of(firstAgent + k)))];
    this.#inUse[role] = { changes, briefs };
    return briefs;
  }

  /** Whether agents of the role with that index may have a memory now. */
  remembers(role: number): boolean {
    return this.inUse(role).some(({ memoryTurns }) => memoryTurns > 0);
  }

  /** The brief of the role with that index at a revision. @throws RangeError where there is no such role or revision */
  at(role: number, revision: number): RoleBrief {
    return this.#at(role, revision).brief;
  }

  /** Why a revision may not be told; null where it may. */
  problemIn({ revision, from = 0, roles = {} }: Pick<Revised, 'revision' | 'from' | 'roles'>): string | null {
    const known = this.#state.revisions.list.length;
    if (revision > known + 1 || from > known) return `there is no revision ${String(Math.max(revision - 1, from))}`;
    for (const [name, change] of Object.entries(roles)) {
      const role = this.#setup.layout.roles.findIndex((each) => each.name === name);
      if (role < 0) return `there is no role ${name}`;
      const revised = reviseRole(this.#at(role, from).role, change);
      if (!revised.ok) return `${name}: ${revised.error}`;
    }
    return null;
  }

  #at(role: number, revision: number): RevisedRole {
    const known = this.#roles[role];
    if (!known) throw new RangeError(`Definition: no role ${String(role)}`);
    const made = known[revision];
    if (made) return made;
    const said = this.#state.revisions.list[revision - 1];
    if (!said) throw new RangeError(`Definition: no revision ${String(revision)}`);
    const before = this.#at(role, said.from);
    const { name } = before.brief;
    const change = said.roles[name];
    const revised = change && reviseRole(before.role, change);
    return (known[revision] = revised?.ok
      ? { role: revised.value, brief: briefOf(name, revised.value, revision) }
      : before);
  }
}
