import type { TurnRequest } from '../engine/contract.ts';
import type { Keep } from '../kernel/ranges.ts';
import type { OutputSchema } from '../swarm/output-schema.ts';
import type { ContextManager } from './context.ts';
import { turnText } from './prompt.ts';
import { retrySampling } from './retry.ts';
import type { OutputCheck } from './verdict.ts';

/** A role as its agents' turns need it, at one revision of the definition. */
export interface RoleBrief {
  readonly name: string;
  /** The last one that changed it. */
  readonly revision: number;
  readonly prompt: string;
  /** What a turn must write; null: free text. */
  readonly output: OutputSchema | null;
  /** The same as JSON. */
  readonly schema: string | null;
  readonly check: OutputCheck | null;
  readonly temperature: number;
  readonly topP: number;
  readonly maxTokens: number;
  readonly deadlineMs: number;
  /** Turns that may fail before the task does. */
  readonly attempts: number;
  /** Exchanges that its agents remember; 0: none. */
  readonly memoryTurns: number;
  /** Bigger models for tasks that its agents keep failing at, in order. */
  readonly escalate: readonly string[];
}

export interface TurnOrder {
  readonly id: string;
  readonly agent: number;
  readonly priority: number;
  /** As its agent's definition stands when the turn begins. */
  readonly brief: Omit<RoleBrief, 'revision' | 'output' | 'escalate'>;
  readonly item: string;
  /** What stands below it: the output under review, or what is read beside it; null: nothing. */
  readonly below: string | null;
  readonly failures: number;
  /** What the item stands in, apart from it: what is copied has to stand in the item. Absent, or null: nothing. */
  readonly above?: string | null;
  /** It is the rest of a text of which others have read the beginning. */
  readonly goesOn: boolean;
  /** What stays of an item that is too long for the context. */
  readonly keep: Keep;
  /** Times that the supervisor had the item's context trimmed: no memory then, and half as much of the item each time. */
  readonly trimmed: number;
  readonly contexts: ContextManager;
  /** Names the task and step within the run's seed. */
  readonly seedKey: string;
}

/** The request for one turn. What of it does not fit the context is left out by the engine, which knows tokens. */
export function planTurn(order: TurnOrder): TurnRequest {
  const { brief, contexts, agent, trimmed } = order;
  const { prefix, messages, elastic } = turnText(brief.prompt, order.item, order.below, order);
  const turns = trimmed === 0 ? brief.memoryTurns : 0;
  const memory = contexts.load(agent, turns);
  return {
    id: order.id,
    agent: order.agent,
    priority: order.priority,
    prefix,
    messages: [...memory, ...messages],
    elastic: {
      ...elastic,
      message: memory.length + elastic.message,
      keep: order.keep,
      ...(trimmed > 0 && { most: Math.ceil(order.item.length / 2 ** trimmed) }),
    },
    ...(memory.length > 0 && { memory: memory.length }),
    ...(brief.schema === null ? {} : { schema: brief.schema }),
    maxTokens: brief.maxTokens,
    sampling: retrySampling(brief, order.seedKey, order.failures),
    deadlineMs: brief.deadlineMs,
    // Its K/V serves its next turn, which begins with all of this one.
    ...(turns > 0 ? { retain: true } : {}),
  };
}
