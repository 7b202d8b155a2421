import { AGENT, type RunState } from '../../journal/run-state.ts';
import { Bench } from '../../scheduling/bench.ts';
import type { Definition } from '../definition/definition.ts';
import type { RunSetup } from '../definition/run-setup.ts';

/** Nobody asks for more than this many others. */
const ENOUGH_OTHERS = 3;

/** Whether an agent may be given work. */
export const isFit = (state: RunState, agent: number): boolean =>
  state.agents.state[agent] !== AGENT.failed && state.agents.held[agent] === 0;

/** Whether the agent's next turn shows if it is mended. */
const isOnTrial = (state: RunState, agent: number): boolean => {
  const now = state.agents.state[agent];
  return now === AGENT.degraded || now === AGENT.recovering;
};

/**
 * Who is idle, by role: a bench each.
 *
 * Invariants:
 * - `release` lets nobody sit down who was given up or whom a person has paused; who sits already when that befalls is taken away by `rest`.
 * - Whoever is taken or lent sits here no more, until `release`.
 * - An agent that failed at an item gets it again only where nobody else of its role is fit.
 */
export class Roster {
  readonly #plan: RunSetup;
  readonly #definition: Definition;
  readonly #state: RunState;
  readonly #benches: readonly Bench[];

  constructor(plan: RunSetup, definition: Definition, state: RunState) {
    this.#plan = plan;
    this.#definition = definition;
    this.#state = state;
    this.#benches = plan.layout.roles.map(({ firstAgent, replicas }) => {
      const rows = Array.from({ length: replicas }, (_, k) => firstAgent + k);
      const able = rows.filter((agent) => isFit(state, agent));
      return new Bench(able.map((agent) => ({ agent, work: state.agents.turns[agent] as number })));
    });
  }

  /** Idle agents of the step's role. */
  idle(step: number): number {
    return this.#bench(step).size;
  }

  /** Those of them whose next turn shows something that is waited for: whether they are mended, or well after what befell them. */
  onTrial(step: number): number {
    return this.#bench(step).onTrial;
  }

  /** One of these. @throws RangeError where there is none */
  takeTrial(step: number): number {
    const agent = this.#bench(step).takeTrial();
    if (agent === undefined) throw new RangeError(`Roster: nobody of step ${String(step)} is on trial`);
    return agent;
  }

  /**
   * An idle agent for a task of the step: one of `resident`, for whom the task costs no page-in, else whoever has worked least. None of
   * `failedBy` while the role has another one that is fit: that one is waited for, as the same again would only say the same again.
   */
  take(step: number, failedBy: ReadonlySet<number> | undefined, resident: () => readonly number[]): number | undefined {
    const bench = this.#bench(step);
    const { roleIndex } = this.#plan.steps[step] as RunSetup['steps'][number];
    const { roleOf } = this.#plan.layout;
    const near = !this.#definition.remembers(roleIndex)
      ? undefined
      : resident().find((agent) => roleOf[agent] === roleIndex && failedBy?.has(agent) !== true && bench.remove(agent));
    if (near !== undefined) return near;
    const agent = bench.take(failedBy, failedBy !== undefined);
    if (agent === undefined || !failedBy?.has(agent) || !this.#anyBeside(roleIndex, failedBy)) return agent;
    this.release(agent);
    return undefined;
  }

  /**
   * Somebody whose row a bigger model's turn is written to: it says nothing of the agent, so one that failed at the task will do, and where
   * nobody of the role is idle one that is being mended or was given up. None of those that a person has paused.
   */
  lend(step: number, busy: ReadonlySet<number>): number | undefined {
    const idle = this.#bench(step).take(undefined, true);
    if (idle !== undefined) return idle;
    const role = this.#plan.layout.roles[this.#plan.steps[step]?.roleIndex ?? 0];
    if (!role) return undefined;
    for (let row = role.firstAgent; row < role.firstAgent + role.replicas; row++)
      if (!busy.has(row) && this.#state.agents.held[row] === 0) return row;
    return undefined;
  }

  /** Agents of the step's role. */
  replicas(step: number): number {
    return this.#plan.layout.roles[this.#plan.steps[step]?.roleIndex ?? 0]?.replicas ?? 0;
  }

  /** The agent is idle again, if it may work at all; `trial`: its next turn is waited for. */
  release(agent: number, trial = isOnTrial(this.#state, agent)): void {
    if (!isFit(this.#state, agent)) return;
    this.#benchOf(agent)?.release(agent, this.#state.agents.turns[agent] as number, trial);
  }

  /** The agent gets no work until it is released. */
  rest(agent: number): void {
    this.#benchOf(agent)?.remove(agent);
  }

  /** Fit agents of its role beside itself, counted up to a few. */
  others(agent: number): number {
    const { roles, roleOf } = this.#plan.layout;
    const role = roles[roleOf[agent] ?? 0];
    if (!role) return 0;
    let fit = 0;
    for (let row = role.firstAgent; row < role.firstAgent + role.replicas && fit < ENOUGH_OTHERS; row++)
      if (row !== agent && isFit(this.#state, row)) fit++;
    return fit;
  }

  #anyBeside(roleIndex: number, these: ReadonlySet<number>): boolean {
    const role = this.#plan.layout.roles[roleIndex];
    if (!role) return false;
    for (let row = role.firstAgent; row < role.firstAgent + role.replicas; row++)
      if (!these.has(row) && isFit(this.#state, row)) return true;
    return false;
  }

  #bench(step: number): Bench {
    return this.#benches[this.#plan.steps[step]?.roleIndex ?? 0] as Bench;
  }

  #benchOf(agent: number): Bench | undefined {
    return this.#benches[this.#plan.layout.roleOf[agent] ?? 0];
  }
}
