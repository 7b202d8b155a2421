/** Turns: when they began, how they ended. */
import type { Ranges } from '../kernel/ranges.ts';
import type { EngineErrorCode, FinishReason, TurnFailure } from './vocabulary.ts';

/** Token counts of one turn. */
export interface TokenUse {
  readonly prompt: number;
  /** Of the prompt, those that were not computed again. */
  readonly cached: number;
  readonly completion: number;
  /** Of the completion, those of reasoning, as far as that is known; absent: none. */
  readonly reasoning?: number;
}

/** What a replay of the turn needs beyond how it ended. Times are milliseconds from its submission, to the microsecond. */
export interface TurnTrace {
  /** Signs of life: how many, completion tokens at the first and the last, and when these came. Absent: none. */
  readonly alive?: readonly [count: number, firstTokens: number, lastTokens: number, first: number, last: number];
  /**
   * As the engine told: seat, first token (null: not told), end; and how many turns it had ended before. Absent where it was not the engine
   * that ended the turn.
   */
  readonly told?: readonly [admitted: number, firstToken: number | null, ended: number, rank: number];
  /** How the engine ended it, where nobody came to use that. */
  readonly unused?: { readonly finish: FinishReason; readonly tokens: TokenUse };
  /** Mean log probability of the chosen tokens. */
  readonly logprob?: number;
  /** The engine's error. */
  readonly error?: EngineErrorCode;
  /** The text, where it is not the JSON of an accepted output; cut to 4,096 characters. */
  readonly said?: string;
  /** What the model wrote to reason with before its answer; cut to 4,096 characters. */
  readonly reasoning?: string;
  /** Its sequence stayed on the GPU. */
  readonly retained?: true;
}

export type TurnEvent =
  | {
      readonly type: 'turn.started';
      readonly task: number;
      readonly stage?: number;
      readonly slot?: number;
      readonly agent: number;
      readonly turn: string;
      /** Bigger model that has it: that says nothing of how the agent is. */
      readonly model?: string;
    }
  | {
      readonly type: 'turn.ended';
      readonly task: number;
      readonly stage?: number;
      readonly slot?: number;
      readonly agent: number;
      readonly turn: string;
      readonly finish: FinishReason;
      readonly tokens: TokenUse;
      readonly ms: number;
      /** Why the output was not accepted; absent when it passed. */
      readonly rejected?: TurnFailure;
      /** True where it is neither accepted nor rejected yet: others are asked the same first. */
      readonly pending?: true;
      /** Bigger model that had it: the turn says nothing about the agent. */
      readonly model?: string;
      /** What was read of the text that the turn was about, in characters of it; absent: all. */
      readonly read?: Ranges;
      /** Character of the text with which the turn began, where the parts before had turns of their own; absent: 0. */
      readonly offset?: number;
      /** Messages of the agent's memory that did not fit, the oldest; absent: none. */
      readonly dropped?: number;
      /** Score of the turn, 0 to 1, where it was judged. */
      readonly health?: number;
      readonly trace?: TurnTrace;
    };
