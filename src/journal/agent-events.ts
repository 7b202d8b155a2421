/** What becomes of agents: their states, and what people do to them. */
import type { OrderReason } from './healing-events.ts';
import type { AgentAction, AgentState, Diagnosis, RecoveryAction, Rung, Signal, TurnFailure } from './vocabulary.ts';

/** Why an agent's state changed. */
export type AgentCause =
  /** `signal` null: its score. */
  | { readonly code: 'suspected'; readonly fault: Diagnosis; readonly signal: Signal | null }
  | { readonly code: 'passed'; readonly task: number }
  | { readonly code: 'ordered'; readonly action: RecoveryAction; readonly rung: Rung; readonly fault: Diagnosis }
  /** A person asked for that step. */
  | { readonly code: 'asked-for'; readonly action: RecoveryAction; readonly rung: Rung }
  /** Nobody else of the role is fit. */
  | { readonly code: 'last-of-role' }
  /** Its turn failed, and nobody supervises. */
  | { readonly code: 'failed'; readonly failure: TurnFailure }
  | OrderReason;

export type AgentEvent =
  | {
      readonly type: 'agent.state';
      readonly agent: number;
      readonly from: AgentState;
      readonly to: AgentState;
      readonly because: AgentCause;
    }
  /** A person takes the agent off work, or lets it work again. */
  | { readonly type: 'agent.held'; readonly agent: number; readonly held: boolean }
  /** A person gives the agent another chance, calls its turn back, or has it made anew. */
  | {
      readonly type: 'agent.asked';
      readonly agent: number;
      readonly action: Extract<AgentAction, 'retry' | 'restart'>;
    };
