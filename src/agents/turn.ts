import type { TurnRequest } from '../engine/contract.ts';
import type { OutputSchema } from '../swarm/output-schema.ts';
import type { ContextManager } from './context.ts';
import { fit, turnText } from './prompt.ts';
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
  /** JSON of the output under review; null where none is. */
  readonly reviewed: string | null;
  readonly failures: number;
  /** Times that the engine found this prompt too long. */
  readonly shrink: number;
  readonly contextTokens: number;
  readonly contexts: ContextManager;
  /** Names the task and step within the run's seed. */
  readonly seedKey: string;
}

/** The request for one turn, and the item's text as the agent will see it. */
export function planTurn(order: TurnOrder): { readonly request: TurnRequest; readonly input: string } {
  const { brief } = order;
  const beside = brief.prompt.length + (order.reviewed?.length ?? 0);
  const item = fit(order.item, order.contextTokens, beside, brief.maxTokens, order.shrink);
  const text = turnText(brief.prompt, item, order.reviewed);
  const { contextTokens, contexts, agent } = order;
  // A prompt that was too long is tried again without memory.
  const turns = order.shrink === 0 ? brief.memoryTurns : 0;
  const otherCharacters = brief.prompt.length + (text.messages[0]?.content.length ?? 0);
  const memory = contexts.load(agent, turns, { contextTokens, maxTokens: brief.maxTokens, otherCharacters });
  return {
    input: text.input,
    request: {
      id: order.id,
      agent: order.agent,
      priority: order.priority,
      prefix: text.prefix,
      messages: [...memory, ...text.messages],
      ...(brief.schema === null ? {} : { schema: brief.schema }),
      maxTokens: brief.maxTokens,
      sampling: retrySampling(brief, order.seedKey, order.failures),
      deadlineMs: brief.deadlineMs,
      // Its K/V serves its next turn, which begins with all of this one.
      ...(turns > 0 ? { retain: true } : {}),
    },
  };
}
