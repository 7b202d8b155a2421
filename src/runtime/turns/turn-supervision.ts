/** What turns tell whoever supervises them, and what they are told; the supervisor itself stands further right (runtime/supervision). */
import type { RoleBrief } from '../../agents/turn.ts';
import type { Verdict } from '../../agents/verdict.ts';
import type { EngineError, TurnOutcome } from '../../engine/contract.ts';
import type { Diagnosis } from '../../journal/vocabulary.ts';
import type { WorkItem } from '../../journal/work-item.ts';

/** A turn as its supervisor needs it. */
export interface WatchedTurn extends WorkItem {
  readonly id: string;
  /** As its agent's definition stood when it began. */
  readonly brief: RoleBrief;
  readonly agent: number;
  /** The item's text as the agent sees it. */
  readonly input: string;
  /** It goes before turns that wait longer. */
  readonly first: boolean;
  readonly tokens: number;
}

export interface Judgement {
  readonly accept: boolean;
  /** Somebody else is to answer the same first; nobody is accused. */
  readonly secondOpinion: boolean;
  readonly fault: Diagnosis | null;
  /** The turn's score, 0 to 1. */
  readonly health: number;
}

/** Hears of turns and judges them. All of it may be said of turns that it has never heard of. */
export interface TurnSupervision {
  /** False: nobody mends agents and engines; EXECUTE's own checks are all there is. */
  readonly supervises: boolean;
  began(turn: WatchedTurn): void;
  alive(turn: string, tokens: number, text: string): void;
  /** The turn's end does not count, and nobody is to blame. */
  dropped(turn: string): void;
  /**
   * Has the turn judged; `decide` is called once, at once or later, unless the turn is dropped first. Null: there is nobody to judge it.
   * @param contextTokens tokens that the engine's sequences have room for
   */
  over(
    turn: WatchedTurn,
    outcome: TurnOutcome,
    verdict: Verdict,
    contextTokens: number,
    decide: (judgement: Judgement | null) => void,
  ): void;
  /** The agent is off work until somebody has said what to do with it. */
  hold(agent: number): void;
  holds(agent: number): boolean;
  /** Whether the agent is being mended: its next turn that passes is the proof. */
  onTrial(agent: number): boolean;
  engineUp(): void;
  engineDown(error: EngineError, agents: readonly number[]): void;
  /** These agents failed at the task, which is taken for what is wrong: nobody holds that against them any more. */
  taskBlamed(task: number, agents: readonly number[]): void;
  stop(): void;
}

const nothing = (): void => undefined;

/** Nobody supervises. */
export const UNSUPERVISED: TurnSupervision = {
  supervises: false,
  began: nothing,
  alive: nothing,
  dropped: nothing,
  over: (_turn, _outcome, _verdict, _contextTokens, decide) => {
    decide(null);
  },
  hold: nothing,
  holds: () => false,
  onTrial: () => false,
  engineUp: nothing,
  engineDown: nothing,
  taskBlamed: nothing,
  stop: nothing,
};
