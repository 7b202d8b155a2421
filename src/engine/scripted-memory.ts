import type { PagedOut, PageIn, TurnRequest } from './contract.ts';

const CHARACTERS_A_TOKEN = 3;
/** K/V of one token of a small model in 16-bit floats. */
const TOKEN_BYTES = 2048;

export const tokensOf = (text: string): number => Math.ceil(text.length / CHARACTERS_A_TOKEN);

/** The first so many tokens of a text. */
export const headOf = (text: string, tokens: number): string => text.slice(0, tokens * CHARACTERS_A_TOKEN);

/** Characters that so many tokens have. */
export const charactersOf = (tokens: number): number => tokens * CHARACTERS_A_TOKEN;

/** What a request's own messages are as one text; K/V of agents is kept by it. */
export const ownText = (messages: TurnRequest['messages']): string =>
  messages.map(({ role, content }) => `${role}: ${content}`).join('\n');

/** `held` where `wanted` goes on from it, else nothing: K/V serves whole beginnings only. */
const common = (held: string, wanted: string): string => (wanted.startsWith(held) ? held : '');

/** How an agent's context came onto the GPU. */
export interface Arrival {
  /** Tokens that need not be computed, and how many of them were read back from the warm tier. */
  readonly cached: number;
  readonly restored: number;
  /** Milliseconds that reading takes. */
  readonly ms: number;
  /** Null where it sat there already. */
  readonly pageIn: PageIn | null;
}

/** Who sits on a GPU that is not there, and what lies on its warm tier: texts in place of K/V, and what moving them would cost. */
export class ScriptedMemory {
  /** Own text of agents whose sequence outlived its turn. */
  readonly #parked = new Map<number, string>();
  readonly #warm = new Map<number, string>();
  /** What is on its way to the warm tier. */
  readonly #leaving = new Map<number, object>();
  readonly #pagingMs: number;
  readonly #prefillMs: number;

  /** @param costs milliseconds to write or read back one token's K/V, and to compute one */
  constructor({ pagingMs, prefillMs }: { readonly pagingMs: number; readonly prefillMs: number }) {
    this.#pagingMs = pagingMs;
    this.#prefillMs = prefillMs;
  }

  /** Agents that sit there between turns. */
  get parked(): number {
    return this.#parked.size;
  }

  get warmBytes(): number {
    let bytes = 0;
    for (const text of this.#warm.values()) bytes += tokensOf(text) * TOKEN_BYTES;
    return bytes;
  }

  isParked(agent: number): boolean {
    return this.#parked.has(agent);
  }

  park(agent: number, text: string): void {
    this.#parked.set(agent, text);
  }

  /** What of the agent's own text is there already: on the GPU, or worth reading back. It is no longer parked. */
  arrive({ agent, pageIn }: Pick<TurnRequest, 'agent' | 'pageIn'>, own: string): Arrival {
    const parked = this.#parked.get(agent);
    if (parked !== undefined) {
      this.#parked.delete(agent);
      return { cached: tokensOf(common(parked, own)), restored: 0, ms: 0, pageIn: null };
    }
    const shared = pageIn === 'prefill' ? '' : common(this.#warm.get(agent) ?? '', own);
    if (shared === '') {
      const tokens = tokensOf(own);
      const way = { way: 'prefill', tokens, bytes: 0, ms: tokens * this.#prefillMs } as const;
      return { cached: 0, restored: 0, ms: 0, pageIn: way };
    }
    const tokens = tokensOf(shared);
    const ms = tokens * this.#pagingMs;
    const way = { way: 'restore', tokens, bytes: tokens * TOKEN_BYTES, ms } as const;
    return { cached: tokens, restored: tokens, ms, pageIn: way };
  }

  /** Takes a parked agent off the GPU; null where it is not parked. `keep` puts what was taken onto the warm tier, after so many ms. */
  leave(agent: number, to: 'warm' | 'cold'): { readonly page: PagedOut; readonly keep: () => void } | null {
    const text = this.#parked.get(agent);
    if (text === undefined) return null;
    this.#parked.delete(agent);
    if (to === 'cold') return { page: nothing(agent), keep: () => undefined };
    const tokens = tokensOf(text);
    const leaving = {};
    this.#leaving.set(agent, leaving);
    return {
      page: { agent, tier: 'warm', tokens, bytes: tokens * TOKEN_BYTES, ms: tokens * this.#pagingMs },
      keep: () => {
        if (this.#leaving.get(agent) !== leaving) return; // forgotten meanwhile, or gone again with more
        this.#leaving.delete(agent);
        this.#warm.set(agent, text);
      },
    };
  }

  forget(agent: number): void {
    this.#parked.delete(agent);
    this.#warm.delete(agent);
    this.#leaving.delete(agent);
  }

  /** Gives up so much of the warm tier, bytes; how much it was in the end. */
  freeWarm(bytes: number): number {
    let freed = 0;
    for (const [agent, text] of this.#warm) {
      if (freed >= bytes) break;
      this.#warm.delete(agent);
      freed += tokensOf(text) * TOKEN_BYTES;
    }
    return freed;
  }
}

/** Nothing was kept of the agent. */
export const nothing = (agent: number): PagedOut => ({ agent, tier: 'cold', tokens: 0, bytes: 0, ms: 0 });
