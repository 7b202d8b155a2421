import type { ChatMessage } from '../engine/contract.ts';

/** One task of an agent as it remembers it: what it was given and what it wrote. */
export interface Exchange {
  readonly user: string;
  readonly assistant: string;
}

/**
 * What agents know of their own earlier tasks. Nothing about a conversation lives in the reasoning step: an agent's exchanges are loaded
 * before its turn and saved behind it; its cold record keeps them. What of them does not fit the context the engine leaves out, and says so:
 * that is forgotten.
 *
 * Exchanges are dropped in blocks, not one by one: K/V of an agent serves its next turn only as long as its prompt goes on where the last
 * one ended, so a context that lost its oldest exchange each turn would be computed anew each turn.
 */
export class ContextManager {
  readonly #exchanges = new Map<number, readonly Exchange[]>();

  /** Messages of the agent's memory, oldest first: its newest exchanges, `turns` at most; older ones are gone. */
  load(agent: number, turns: number): readonly ChatMessage[] {
    const kept = turns > 0 ? (this.#exchanges.get(agent) ?? []).slice(-turns) : [];
    this.#set(agent, kept);
    return kept.flatMap(({ user, assistant }): ChatMessage[] => [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ]);
  }

  /** So many of the messages that were loaded last, the oldest, did not fit. */
  drop(agent: number, messages: number): void {
    this.#set(agent, (this.#exchanges.get(agent) ?? []).slice(messages / 2));
  }

  /** The agent's newest exchange; of more than `turns`, the older half goes. */
  save(agent: number, exchange: Exchange, turns: number): void {
    if (turns <= 0) return;
    const all = [...(this.#exchanges.get(agent) ?? []), exchange];
    this.#exchanges.set(agent, all.length > turns ? all.slice(-Math.ceil(turns / 2)) : all);
  }

  forget(agent: number): void {
    this.#exchanges.delete(agent);
  }

  /** For the cold record; absent where the agent remembers nothing. */
  snapshot(agent: number): readonly Exchange[] | undefined {
    return this.#exchanges.get(agent);
  }

  /** From a cold record. Anything but exchanges is no memory. */
  restore(agent: number, stored: unknown): void {
    if (Array.isArray(stored) && stored.length > 0 && stored.every(isExchange)) this.#exchanges.set(agent, stored);
  }

  #set(agent: number, exchanges: readonly Exchange[]): void {
    if (exchanges.length > 0) this.#exchanges.set(agent, exchanges);
    else this.#exchanges.delete(agent);
  }
}

function isExchange(value: unknown): value is Exchange {
  const { user, assistant } = (value ?? {}) as Partial<Exchange>;
  return typeof user === 'string' && typeof assistant === 'string';
}
