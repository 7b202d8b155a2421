import type { ContextManager } from '../../agents/context.ts';
import type { Engine } from '../../engine/contract.ts';
import type { CarriedOut } from '../../journal/healing-events.ts';
import type { RunStorage } from '../storage/run-storage.ts';
import type { Residence } from '../../memory/residence.ts';

export interface AgentMemoryOptions {
  /** What agents remember; their cold records keep it. */
  readonly contexts: ContextManager;
  readonly residence: Residence;
  readonly storage: Pick<RunStorage, 'dropped' | 'lastGood'>;
}

/** What can be done to what an agent knows: on the GPU, on the warm tier, and in its context. */
export class AgentMemory {
  readonly #with: AgentMemoryOptions;
  /** Agents whose kept context the next engine is to drop: the warm tier outlives engines. */
  readonly #toForget = new Set<number>();
  #engine: Engine | null = null;

  constructor(options: AgentMemoryOptions) {
    this.#with = options;
  }

  /** K/V is kept there from now on; null: nowhere. */
  attach(engine: Engine | null): void {
    this.#engine = engine;
    if (!engine) return;
    for (const agent of this.#toForget) forgetIn(engine, agent);
    this.#toForget.clear();
  }

  /** Drops the agent's K/V: it is computed again from what the agent remembers. */
  recompute(agent: number): void {
    this.#with.residence.forgotten(agent);
    if (this.#engine) forgetIn(this.#engine, agent);
    else this.#toForget.add(agent);
  }

  /** Drops all that the agent remembers. */
  forget(agent: number): void {
    this.recompute(agent);
    this.#with.contexts.forget(agent);
    this.#with.storage.dropped(agent);
  }

  /** Makes the agent anew from its last good generation; says from which. */
  async renew(agent: number): Promise<CarriedOut> {
    const { contexts, storage } = this.#with;
    this.recompute(agent);
    const record = await storage.lastGood(agent);
    contexts.forget(agent);
    if (!record) return { code: 'no-record' };
    contexts.restore(agent, record.state['memory']);
    return { code: 'renewed', generation: record.generation };
  }
}

function forgetIn(engine: Engine, agent: number): void {
  // An engine that dies meanwhile is told again by whoever mends the agent.
  void engine.forget(agent).catch(() => undefined);
}
