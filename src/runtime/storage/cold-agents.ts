import type { ContextManager } from '../../agents/context.ts';
import { AGENT, type RunState } from '../../journal/run-state.ts';
import type { RecordDamage } from '../../journal/storage-events.ts';
import type { ColdAgent } from '../../store/records.ts';
import type { SetAside } from '../../store/run-store.ts';

/** Counters of an agent that leave with it. */
interface AgentCounters {
  readonly turns: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly computeMs: number;
  readonly restarts: number;
  readonly health: number;
}

/**
 * Cold records of agents, with what they remember: written behind their turns, read where a part of the log is missing and where an agent is
 * made anew. An agent that is suspected or being mended writes none, so the newest record is its last good generation, and the store keeps
 * the one before until the next is durable.
 */
export class ColdAgents {
  readonly #state: RunState;
  readonly #contexts: ContextManager;
  readonly #generations: Uint32Array;
  readonly #changed = new Set<number>();
  /** What they remembered was dropped: that is written whatever state they are in, or it would come back with the next tab. */
  readonly #dropped = new Set<number>();
  /** Handed to a commit that is not durable yet, with the generation. */
  readonly #writing = new Map<number, number>();
  /** Whether all of their stored records that were read could be used; none of those that have written another since. */
  readonly #whole = new Map<number, boolean>();

  constructor(state: RunState, contexts: ContextManager) {
    this.#state = state;
    this.#contexts = contexts;
    this.#generations = new Uint32Array(state.agents.size);
  }

  changed(agent: number): void {
    this.#changed.add(agent);
  }

  /** The agent was made to forget. */
  dropped(agent: number): void {
    this.#changed.add(agent);
    this.#dropped.add(agent);
  }

  /** Its record lags behind: what is taken off the GPU now would be lost with the tab. */
  isBehind(agent: number): boolean {
    return this.#writing.has(agent) || (this.#changed.has(agent) && this.#mayWrite(agent));
  }

  /** Records of the agents that changed since the last call. */
  take(): ColdAgent[] {
    const agents = [...this.#changed].filter((agent) => this.#mayWrite(agent));
    return agents.map((agent) => {
      this.#changed.delete(agent);
      this.#dropped.delete(agent);
      const generation = (this.#generations[agent] as number) + 1;
      this.#generations[agent] = generation;
      this.#writing.set(agent, generation);
      this.#whole.delete(agent);
      const memory = this.#contexts.snapshot(agent);
      return { agent, generation, state: { ...this.#counters(agent), ...(memory ? { memory } : {}) } };
    });
  }

  /** All that is known of agents that have worked, for a store that has no record of them; of those in trouble not what they remember. */
  all(): ColdAgent[] {
    const { turns } = this.#state.agents;
    return [...turns.keys()].flatMap((agent) => {
      if (turns[agent] === 0) return [];
      const memory = this.#mayWrite(agent) ? this.#contexts.snapshot(agent) : undefined;
      const state = { ...this.#counters(agent), ...(memory ? { memory } : {}) };
      return [{ agent, generation: (this.#generations[agent] as number) + 1, state }];
    });
  }

  /** These are on the disk. */
  durable(records: readonly ColdAgent[]): void {
    for (const { agent, generation } of records)
      if (this.#writing.get(agent) === generation) this.#writing.delete(agent);
  }

  /** A stored record of the agent was read, and could be used or not. */
  read(agent: number, whole: boolean): void {
    // The older one that is used instead makes the newer one no better.
    this.#whole.set(agent, whole && this.#whole.get(agent) !== false);
  }

  /** False: a record of the agent was read that could not be used, and it has not written another since; null: none was read. */
  wasWhole(agent: number): boolean | null {
    return this.#whole.get(agent) ?? null;
  }

  /** Takes over what stored records know and the log does not. */
  restore(records: readonly ColdAgent[]): void {
    const { agents, totals } = this.#state;
    for (const { agent, generation, state } of records) {
      if (agent >= agents.size) continue;
      this.#generations[agent] = generation;
      this.read(agent, true);
      this.#contexts.restore(agent, state['memory']);
      const counters = state as unknown as AgentCounters;
      // Whoever wrote other things than numbers counted nothing.
      const named = Object.keys(this.#counters(agent)) as (keyof AgentCounters)[];
      if (!named.every((name) => Number.isFinite(counters[name]))) continue;
      if (counters.turns <= (agents.turns[agent] as number)) continue;
      totals.turns += counters.turns - (agents.turns[agent] as number);
      totals.promptTokens += counters.promptTokens - (agents.promptTokens[agent] as number);
      totals.completionTokens += counters.completionTokens - (agents.completionTokens[agent] as number);
      agents.turns[agent] = counters.turns;
      agents.promptTokens[agent] = counters.promptTokens;
      agents.completionTokens[agent] = counters.completionTokens;
      agents.computeMs[agent] = counters.computeMs;
      agents.restarts[agent] = counters.restarts;
      agents.health[agent] = counters.health;
    }
  }

  #mayWrite(agent: number): boolean {
    const state = this.#state.agents.state[agent];
    return state === AGENT.idle || state === AGENT.running || state === AGENT.done || this.#dropped.has(agent);
  }

  #counters(agent: number): AgentCounters {
    const { agents } = this.#state;
    return {
      turns: agents.turns[agent] as number,
      promptTokens: agents.promptTokens[agent] as number,
      completionTokens: agents.completionTokens[agent] as number,
      computeMs: agents.computeMs[agent] as number,
      restarts: agents.restarts[agent] as number,
      health: agents.health[agent] as number,
    };
  }
}

/** An agent's record that was set aside because it could not be trusted. */
export interface BadRecord {
  readonly agent: number;
  readonly fault: 'bad-record' | 'old-record';
  readonly damage: RecordDamage;
}

/** Which agents these quarantined records were of; records of other tables are left out. */
export function badRecords(quarantined: readonly SetAside[]): BadRecord[] {
  return quarantined.flatMap(({ table, key, reason }) => {
    // The key ends with the row and, after it, the slot.
    const row = table === 'agents' ? /(\d+)\D+\d+\D*$/.exec(key)?.[1] : undefined;
    if (row === undefined) return [];
    return [{ agent: Number(row), fault: reason.code === 'version' ? 'old-record' : 'bad-record', damage: reason }];
  });
}
