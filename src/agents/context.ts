import type { ChatMessage } from '../engine/contract.ts';

/** One task of an agent as it remembers it: what it was given and what it wrote. */
export interface Exchange {
  readonly user: string;
  readonly assistant: string;
}

/** Characters that a token stands for, at least; as in prompts. */
const CHARACTERS_A_TOKEN = 2;
/** Tokens of the chat template around two messages. */
const EXCHANGE_TOKENS = 16;
const TEMPLATE_TOKENS = 48;
/** Less than this of an exchange is no memory worth its tokens. */
const LEAST_CHARACTERS = 32;
const CUT_MARK = ' …';

export interface ContextBudget {
  /** The model's context, and what of it the turn may write. */
  readonly contextTokens: number;
  readonly maxTokens: number;
  /** Role prompt and the new task's own text. */
  readonly otherCharacters: number;
}

/**
 * What agents know of their own earlier tasks. Nothing about a conversation lives in the reasoning step: an agent's exchanges are loaded
 * before its turn, compressed to fit, and saved behind it; its cold record keeps them.
 *
 * Exchanges are dropped in blocks, not one by one: K/V of an agent serves its next turn only as long as its prompt goes on where the last
 * one ended, so a context that lost its oldest exchange each turn would be computed anew each turn.
 */
export class ContextManager {
  readonly #exchanges = new Map<number, readonly Exchange[]>();

  /** Messages of the agent's memory, oldest first, compressed to fit; what was dropped for that is gone. */
  load(agent: number, turns: number, budget: ContextBudget): readonly ChatMessage[] {
    const kept = compress(this.#exchanges.get(agent) ?? [], turns, budget);
    if (kept.length > 0) this.#exchanges.set(agent, kept);
    else this.#exchanges.delete(agent);
    return kept.flatMap(({ user, assistant }): ChatMessage[] => [
      { role: 'user', content: user },
      { role: 'assistant', content: assistant },
    ]);
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
}

/**
 * The newest of `exchanges` that fit: all of them while they do; once they do not, as many as fill half the room, so that the next turns
 * only add. The newest is cut where it alone is too long.
 */
export function compress(
  exchanges: readonly Exchange[],
  turns: number,
  { contextTokens, maxTokens, otherCharacters }: ContextBudget,
): readonly Exchange[] {
  const room = (contextTokens - maxTokens - TEMPLATE_TOKENS) * CHARACTERS_A_TOKEN - otherCharacters;
  const recent = turns > 0 ? exchanges.slice(-turns) : [];
  if (sizeOf(recent) <= room) return recent;
  let kept: readonly Exchange[] = [];
  for (let count = 1; count <= recent.length; count++) {
    const more = recent.slice(-count);
    if (sizeOf(more) > room / 2) break;
    kept = more;
  }
  const newest = recent[recent.length - 1];
  if (kept.length > 0 || !newest) return kept;
  const user = Math.floor(room / 2) - newest.assistant.length - EXCHANGE_TOKENS * CHARACTERS_A_TOKEN;
  return user < LEAST_CHARACTERS ? [] : [{ ...newest, user: cut(newest.user, user) }];
}

function sizeOf(exchanges: readonly Exchange[]): number {
  return exchanges.reduce(
    (sum, { user, assistant }) => sum + user.length + assistant.length + EXCHANGE_TOKENS * CHARACTERS_A_TOKEN,
    0,
  );
}

function cut(text: string, most: number): string {
  if (text.length <= most) return text;
  const head = text.slice(0, Math.max(0, most - CUT_MARK.length));
  // Never half a character.
  const last = head.charCodeAt(head.length - 1);
  return (last >= 0xd800 && last <= 0xdbff ? head.slice(0, -1) : head) + CUT_MARK;
}

function isExchange(value: unknown): value is Exchange {
  const { user, assistant } = (value ?? {}) as Partial<Exchange>;
  return typeof user === 'string' && typeof assistant === 'string';
}
