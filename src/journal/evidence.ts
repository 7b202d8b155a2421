/** What was seen of turns, agents and engines: why a turn failed, and what MONITOR holds against whom. */
import type { EngineLoss } from './engine-events.ts';
import type { Reported, Told } from './said.ts';
import type { RecordDamage } from './storage-events.ts';
import type {
  AgentState,
  Diagnosis,
  EngineErrorCode,
  EvidenceVerdict,
  FinishReason,
  RecoveryAction,
  RemoteErrorCode,
  RequeueReason,
  Signal,
  TurnFailure,
} from './vocabulary.ts';

/** More on why a turn failed, beside the name of its failure. */
export type FailureDetail =
  /** The token limit came first. */
  | { readonly code: 'token-limit' }
  | { readonly code: 'nothing-written' }
  | { readonly code: 'not-done'; readonly ms: number }
  /** An endpoint failed by that name, in its own words; data, and empty where it said none. */
  | { readonly code: 'endpoint'; readonly error: RemoteErrorCode; readonly words: string }
  /** An engine on this machine failed by that name, in its own words; data as well. */
  | { readonly code: 'engine'; readonly error: Exclude<EngineErrorCode, RemoteErrorCode>; readonly words: string }
  /** The engine ended it and gave no reason. */
  | { readonly code: 'no-reason' }
  /** The bigger model did not answer. */
  | { readonly code: 'model-silent' }
  /** Found by its supervisor. */
  | { readonly code: 'diagnosed'; readonly fault: Diagnosis | null }
  /** Its turn was lost with every engine that had it, or so many times otherwise. */
  | { readonly code: 'lost-with-engines'; readonly last: RequeueReason }
  | { readonly code: 'lost-often'; readonly times: number; readonly last: RequeueReason }
  /** Its agent was given up. */
  | { readonly code: 'agent-given-up' }
  | { readonly code: 'seen'; readonly evidence: readonly Noted[] }
  | Reported;

/** A turn that failed: by which name, and what more is known. */
export interface FailedTurn {
  readonly failure: TurnFailure;
  readonly detail: FailureDetail;
}

/** What was seen; a number, yes or no, or null (nobody knows) where that says it all. */
export type Observed =
  | number
  | boolean
  | null
  /** The text ends with the same `period` characters, so many times. */
  | { readonly code: 'cycle'; readonly repeats: number; readonly period: number }
  | { readonly code: 'finish'; readonly finish: FinishReason }
  | { readonly code: 'fields'; readonly present: number; readonly required: number }
  | { readonly code: 'whole' }
  | { readonly code: 'not-whole' }
  /** A record was set aside; the generation before it is used. */
  | { readonly code: 'set-aside'; readonly damage: RecordDamage }
  | ({ readonly code: 'failed' } & FailedTurn)
  /** Silent for so long, while so many turns of others began and ended. */
  | { readonly code: 'outlasted'; readonly ms: number; readonly turns: number }
  /** The last of several answers that few others give; percent of them, 0 to 100. */
  | { readonly code: 'lone'; readonly percent: number }
  /** What the agent answered, as far as answers are compared. */
  | { readonly code: 'answer'; readonly answer: string }
  | { readonly code: 'lost'; readonly loss: EngineLoss }
  | { readonly code: 'state'; readonly state: AgentState }
  | { readonly code: 'not-carried-out'; readonly action: RecoveryAction; readonly detail: string }
  | Reported;

/** What was to be expected. */
export type Expected =
  | { readonly code: 'no-cycle'; readonly repeats: number; readonly compression?: number }
  | { readonly code: 'finish'; readonly finish: FinishReason }
  /** `by`: what nearly all turns of the role show; or the role is not learned yet. */
  | { readonly code: 'above'; readonly least: number; readonly by?: 'role' | 'nobody' }
  | { readonly code: 'below'; readonly most: number }
  | { readonly code: 'at-most'; readonly ms: number }
  | { readonly code: 'about'; readonly ms: number; readonly most: number }
  | { readonly code: 'end-within'; readonly ms: number }
  | { readonly code: 'word' }
  | { readonly code: 'valid' }
  | { readonly code: 'all' }
  | { readonly code: 'two-thirds' }
  | { readonly code: 'whole' }
  | { readonly code: 'whole-known' }
  | { readonly code: 'room' }
  | { readonly code: 'passing' }
  | { readonly code: 'carried-out' }
  | { readonly code: 'others' }
  /** What others answered. */
  | { readonly code: 'answer'; readonly answer: string }
  | { readonly code: 'alive' }
  | { readonly code: 'case' };

/** One observation. */
export interface Evidence {
  readonly signal: Signal;
  readonly value: Observed;
  readonly expected: Expected;
  readonly verdict: EvidenceVerdict;
  /** Set when this alone moves the agent's state: a veto. */
  readonly hard?: Diagnosis;
}

/** An observation as a log may have it. */
export type Noted = Evidence | Told;
