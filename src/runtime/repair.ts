import type { ContextManager } from '../agents/context.ts';
import type { EventBody } from '../journal/events.ts';
import { type RunState, TASK } from '../journal/run-state.ts';
import type { ColdAgent } from '../store/records.ts';
import type { ResultIndex } from './result-index.ts';

/**
 * Where log and results disagree, because a record of either was set aside: results are the truth. The events returned bring the state in
 * line with them: a row without its event is taken over, an event without its row opens the task again.
 */
export function reconcile(state: RunState, index: ResultIndex): EventBody[] {
  const events: EventBody[] = [];
  for (let task = 0; task < state.tasks.size; task++) {
    const over = (state.tasks.status[task] as number) >= TASK.committed;
    const entry = index.entry(task);
    if (over === (entry !== undefined)) continue;
    const agent = Math.max(0, state.tasks.agent[task] as number);
    if (!entry) events.push({ type: 'task.reopened', task, reason: 'its result could not be read any more' });
    else if (entry.failed)
      events.push({ type: 'task.failed', task, agent, failure: 'recorded earlier', attempts: entry.attempts });
    else events.push({ type: 'task.committed', task, agent, attempts: entry.attempts });
  }
  return events;
}

/** Counters of an agent that leave with it. */
interface AgentCounters {
  readonly turns: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly computeMs: number;
  readonly restarts: number;
  readonly health: number;
}

/** Cold records of agents, with what they remember: written behind their turns, read where a part of the log is missing. */
export class ColdAgents {
  readonly #state: RunState;
  readonly #contexts: ContextManager;
  readonly #generations: Uint32Array;
  readonly #changed = new Set<number>();

  constructor(state: RunState, contexts: ContextManager) {
    this.#state = state;
    this.#contexts = contexts;
    this.#generations = new Uint32Array(state.agents.size);
  }

  changed(agent: number): void {
    this.#changed.add(agent);
  }

  /** Records of the agents that changed since the last call. */
  take(): ColdAgent[] {
    const { agents } = this.#state;
    const records = [...this.#changed].map((agent): ColdAgent => {
      const generation = (this.#generations[agent] as number) + 1;
      this.#generations[agent] = generation;
      const counters: AgentCounters = {
        turns: agents.turns[agent] as number,
        promptTokens: agents.promptTokens[agent] as number,
        completionTokens: agents.completionTokens[agent] as number,
        computeMs: agents.computeMs[agent] as number,
        restarts: agents.restarts[agent] as number,
        health: agents.health[agent] as number,
      };
      const memory = this.#contexts.snapshot(agent);
      return { agent, generation, state: { ...counters, ...(memory ? { memory } : {}) } };
    });
    this.#changed.clear();
    return records;
  }

  /** Takes over what stored records know and the log does not. */
  restore(records: readonly ColdAgent[]): void {
    const { agents } = this.#state;
    for (const { agent, generation, state } of records) {
      if (agent >= agents.size) continue;
      this.#generations[agent] = generation;
      this.#contexts.restore(agent, state.memory);
      const counters = state as unknown as AgentCounters;
      if (counters.turns <= (agents.turns[agent] as number)) continue;
      agents.turns[agent] = counters.turns;
      agents.promptTokens[agent] = counters.promptTokens;
      agents.completionTokens[agent] = counters.completionTokens;
      agents.computeMs[agent] = counters.computeMs;
      agents.restarts[agent] = counters.restarts;
      agents.health[agent] = counters.health;
    }
  }
}
