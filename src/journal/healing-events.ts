/** What MONITOR suspects, what RECOVER orders, and what a person is asked. */
import type { EngineLoss } from './engine-events.ts';
import type { FailedTurn, Noted } from './evidence.ts';
import type { Reported, Told } from './said.ts';
import type {
  Diagnosis,
  NoticeChoice,
  NoticeSubject,
  RecoveryAction,
  Rung,
  TaskFailure,
  TurnFailure,
} from './vocabulary.ts';

/** Why a step of the ladder was chosen, or another one was not; how the windows of supervisors stand. */
export type OrderReason =
  /** It cures the fault so often, percent, and costs so much a cure. */
  | {
      readonly code: 'chosen';
      readonly action: RecoveryAction;
      readonly rung: Rung;
      readonly fault: Diagnosis;
      readonly percent: number;
      readonly ms: number;
    }
  | { readonly code: 'dearer'; readonly action: RecoveryAction; readonly ms: number }
  | { readonly code: 'no-cure'; readonly action: RecoveryAction; readonly fault: Diagnosis }
  | { readonly code: 'tried'; readonly action: RecoveryAction; readonly times: number; readonly limit: number }
  /** The role names no other model. */
  | { readonly code: 'no-model'; readonly action: RecoveryAction }
  /** No other agent of the role is fit. */
  | { readonly code: 'no-standby'; readonly action: RecoveryAction }
  /** The supervisor above decides. */
  | { readonly code: 'too-many-restarts'; readonly action: RecoveryAction }
  /** Restarts of that node of the supervision tree within its window. */
  | {
      readonly code: 'window';
      readonly node: string;
      readonly count: number;
      readonly intensity: number;
      readonly ms: number;
    }
  /** Different agents failed at a task, and one of them. */
  | { readonly code: 'several-failed'; readonly agents: number }
  | { readonly code: 'agent-failed'; readonly agent: number; readonly fault: Diagnosis }
  /** By a person. */
  | { readonly code: 'asked' }
  | { readonly code: 'nothing-left' }
  | Told;

/** What a notice is about, in short. */
export type NoticeTitle =
  /** What all share has that fault, and the run waits. */
  | { readonly code: 'run-waits'; readonly fault: Diagnosis }
  | { readonly code: 'not-mended'; readonly agent: number; readonly fault: Diagnosis }
  /** The engine was lost again and again. */
  | { readonly code: 'engine-lost' }
  /** The task of that line of the input failed all its attempts. */
  | { readonly code: 'attempts-failed'; readonly line: number; readonly failure: TurnFailure }
  /** So many agents failed at that line that it is taken for what is wrong. */
  | {
      readonly code: 'task-blamed';
      readonly line: number;
      readonly agents: number;
      readonly failure: TurnFailure;
    }
  | Told;

/** One line of the story that is told with a notice. */
export type StoryLine =
  | { readonly code: 'seen'; readonly fault: Diagnosis; readonly evidence: readonly Noted[] }
  /** A step was ordered; `ok` null: what came of it is not known. */
  | { readonly code: 'step'; readonly action: RecoveryAction; readonly rung: Rung; readonly ok: boolean | null }
  /** An attempt at the task, by an agent or by a bigger model. */
  | ({ readonly code: 'attempt'; readonly attempt: number; readonly agent: number } & FailedTurn)
  | ({ readonly code: 'model-attempt'; readonly attempt: number; readonly model: string } & FailedTurn)
  /** Attempts of an earlier tab. */
  | { readonly code: 'attempts-before'; readonly attempts: number }
  /** Without a word within that time it ends as that failure. */
  | { readonly code: 'last-call'; readonly seconds: number; readonly failure: TurnFailure }
  | { readonly code: 'lost'; readonly loss: EngineLoss }
  | { readonly code: 'engines-lost'; readonly engines: number }
  | Reported
  | OrderReason;

/** What is only known once a step has taken effect: which generation of the agent's record was used, if there was any. */
export type CarriedOut =
  { readonly code: 'renewed'; readonly generation: number } | { readonly code: 'no-record' } | Told;

/** `agent`: the row, or -1 for what all share; `case` ties the story of one fault together. */
export type HealingEvent =
  | {
      readonly type: 'heal.suspected';
      readonly agent: number;
      readonly fault: Diagnosis;
      /** A veto; else a low score. */
      readonly hard: boolean;
      /** Worst first. */
      readonly evidence: readonly Noted[];
    }
  | {
      readonly type: 'heal.ordered';
      readonly agent: number;
      readonly case: string;
      readonly fault: Diagnosis;
      readonly action: RecoveryAction;
      readonly rung: Rung;
      readonly delayMs: number;
      /** Why this, then why not the others. */
      readonly reasons: readonly OrderReason[];
    }
  | {
      readonly type: 'heal.mended';
      readonly agent: number;
      readonly case: string;
      readonly fault: Diagnosis;
      readonly action: RecoveryAction;
      readonly rung: Rung;
      readonly ms: number;
      readonly steps: number;
    }
  /** The case is closed without a mend: what the agent failed at was the task's doing. */
  | { readonly type: 'heal.absolved'; readonly agent: number; readonly case: string; readonly task: number }
  /** A step took effect. */
  | {
      readonly type: 'heal.carried-out';
      readonly agent: number;
      readonly case: string;
      readonly action: RecoveryAction;
      readonly detail: CarriedOut;
    }
  /** A person is told, and may be asked. Folded by `Notices`. */
  | {
      readonly type: 'heal.notice';
      readonly agent: number;
      readonly case: string;
      readonly title: NoticeTitle;
      readonly story: readonly StoryLine[];
      /** Its name among the run's notices; absent in logs of earlier versions, where the case's name stands for it. */
      readonly notice?: string;
      readonly of?: NoticeSubject;
      /** The task that it is about; where `of` is `task`, it waits for the word. */
      readonly task?: number | null;
      readonly stage?: number;
      readonly slot?: number;
      readonly choices?: readonly NoticeChoice[];
      /** The turn before it never ran, and is no attempt. */
      readonly unrun?: true;
      /** What the task ends as where nobody helps. */
      readonly failure?: TaskFailure;
    }
  /** What came of a notice: a person's word, or none in time. */
  | {
      readonly type: 'heal.decided';
      readonly notice: string;
      readonly agent: number;
      readonly task: number | null;
      readonly stage?: number;
      readonly slot?: number;
      readonly decision: NoticeChoice;
      readonly by: 'person' | 'time';
    };
