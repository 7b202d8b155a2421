/** What comes of a turn that is over: one pure function, so that every case stands in one place and can be tested. */
import { type Verdict, worthRetrying } from '../../agents/verdict.ts';
import { failureOf } from '../../healing/diagnosis.ts';
import type { FailedTurn, FailureDetail } from '../../journal/evidence.ts';
import { BLAMELESS, ENGINE_LOST } from '../../journal/run-state.ts';
import type { FinishReason, RequeueReason, TurnFailure } from '../../journal/vocabulary.ts';
import type { Blame } from '../../scheduling/engine-loss-detector.ts';
import type { Ending } from './in-flight-turns.ts';
import type { Judgement } from './turn-supervision.ts';

/** How a turn came to its end. `held`: its agent is in its supervisor's hands already. */
export type TurnEnd =
  /** The engine ended it. `judgement`: `unasked` before its supervisor has seen it; null where EXECUTE's own checks are all there is. */
  | {
      readonly kind: 'outcome';
      readonly finish: FinishReason;
      readonly verdict: Verdict;
      readonly judgement: Judgement | null | 'unasked';
    }
  /** It was cut off: its engine was lost, or it was called back. */
  | {
      readonly kind: 'lost';
      readonly reason: RequeueReason;
      readonly finish: 'error' | 'cancelled';
      readonly held?: boolean;
    }
  /** It was taken from its agent as a failed attempt. */
  | {
      readonly kind: 'taken';
      readonly failure: TurnFailure;
      readonly detail: FailureDetail;
      readonly finish: 'error' | 'deadline';
      readonly held?: boolean;
    };

/** What the turn itself was. */
export type Conclusion =
  /** That is its supervisor's to say. */
  | { readonly kind: 'judge' }
  | { readonly kind: 'passed'; readonly output: unknown }
  /** Neither good nor bad yet: others are asked the same first. */
  | { readonly kind: 'pending' }
  | { readonly kind: 'failed'; readonly failure: TurnFailure; readonly detail: FailureDetail; readonly unrun?: true }
  /** It came to nothing through nobody's fault. */
  | { readonly kind: 'lost'; readonly reason: RequeueReason };

/** What is known of the turn's task beside the turn. */
export interface Circumstances {
  /** Attempts at the step that had failed before this turn. */
  readonly failures: number;
  /** Attempts at the step that may fail in all. */
  readonly attempts: number;
  /** Turns that it lost so far, those left out that nobody is to blame for. */
  readonly losses: number;
  /** What is held against it where its turn was lost with an engine. */
  readonly blame: Blame;
  /** Bigger model that had the turn; null: the run's own. */
  readonly model: string | null;
  /** Bigger model that could have the next; null: none is left. */
  readonly nextModel: string | null;
  /** The task can do without this output: what is reviewed stands on its own. */
  readonly spare: boolean;
  /** So many different agents failed at it, this one included, that it is taken for what is wrong. */
  readonly poison: boolean;
  /** What it failed with on the run's own model, where that is known. */
  readonly own: FailedTurn | null;
  /** A person is asked before it ends as a failure. */
  readonly asks: boolean;
  /** Somebody mends agents and engines, so that their failures need not be charged to tasks. */
  readonly supervised: boolean;
}

/** An attempt that failed. */
export interface FailedAttempt {
  readonly failure: TurnFailure;
  readonly detail: FailureDetail;
  /** Attempts at the step that have failed, this one included. */
  readonly failures: number;
  /** Other than `none`: no answer failed, turns were lost again and again; `certain`: engines die of this task and of nothing else. */
  readonly blame: Blame;
  /** The turn could not even begin, and never will: it is no attempt, and `failures` does not count it. */
  readonly unrun?: true;
}

/** What comes of the turn's task. */
export type Settlement =
  /** Its supervisor is to judge the turn first. */
  | { readonly kind: 'judge' }
  | { readonly kind: 'accept'; readonly output: unknown }
  /** Another agent answers the same first, and at once: two wait for its word, the task and whoever answered. Nobody has failed. */
  | { readonly kind: 'second-opinion' }
  /** It waits again and is charged with nothing. `avoid`: not for the same agent; `cut`: the turn was cut off. */
  | { readonly kind: 'requeue'; readonly reason: RequeueReason; readonly avoid: boolean; readonly cut: boolean }
  /** Others try, after a pause. */
  | ({ readonly kind: 'retry' } & FailedAttempt)
  /** Its next turn goes to a bigger model. */
  | ({ readonly kind: 'escalate'; readonly to: string } & FailedAttempt)
  /** It waits for a person's word. */
  | ({ readonly kind: 'ask-person' } & FailedAttempt)
  /** The task goes on without this output. */
  | ({ readonly kind: 'go-without' } & FailedAttempt)
  | ({ readonly kind: 'fail' } & FailedAttempt);

/** Turns that a task may lose otherwise than with an engine before it is held against the task: a prompt can be what stalls every agent. */
export const MAX_LOSSES = 8;
/** Failures that agent or engine are to blame for: where they are mended, the task is not charged with an attempt. */
const NOT_THE_TASKS = ['engine-error', 'stalled'] as const satisfies readonly TurnFailure[];
type NotTheTasks = (typeof NOT_THE_TASKS)[number];
const isNotTheTasks = (reason: RequeueReason | TurnFailure): reason is NotTheTasks =>
  NOT_THE_TASKS.some((failure) => failure === reason);

/** Total: each end of a turn has exactly one settlement, whatever the circumstances. */
export function settle(end: TurnEnd, given: Circumstances): Settlement {
  const turn = conclude(end, given.model);
  switch (turn.kind) {
    case 'judge':
      return turn;
    case 'passed':
      return { kind: 'accept', output: turn.output };
    case 'pending':
      return { kind: 'second-opinion' };
    case 'lost':
      return lost(turn.reason, true, given);
    case 'failed': {
      // Whose fault it is decides whether the task is charged with it.
      const mended = given.supervised && given.model === null;
      return mended && isNotTheTasks(turn.failure)
        ? lost(turn.failure, false, given)
        : failed(turn.failure, turn.detail, 'none', given, turn.unrun);
    }
  }
}

/**
 * What the turn itself was, whatever comes of its task.
 * @param model bigger model that had it; null: the run's own
 */
export function conclude(end: TurnEnd, model: string | null): Conclusion {
  switch (end.kind) {
    case 'lost':
      return { kind: 'lost', reason: end.reason };
    case 'taken':
      return { kind: 'failed', failure: end.failure, detail: end.detail };
    case 'outcome':
      return concludeOutcome(end.verdict, end.judgement, model);
  }
}

/** How the turn's end is written down, and what becomes of its agent. */
export function endingOf(end: TurnEnd, turn: Conclusion): Ending {
  const judgement = end.kind === 'outcome' && end.judgement !== 'unasked' ? end.judgement : null;
  const health = judgement?.health;
  switch (turn.kind) {
    case 'judge':
    case 'pending':
      return { finish: end.finish, health, pending: true };
    case 'passed':
      return { finish: end.finish, health, output: turn.output };
    case 'failed': {
      const then = end.kind !== 'outcome' && end.held ? 'rest' : judgement === null ? 'free' : 'hold';
      return { finish: end.finish, health, rejected: turn.failure, then };
    }
    case 'lost': {
      // Whose turn was cut off by what befell the engine is soon to show that it is well.
      const next = end.finish === 'cancelled' ? 'free' : 'first';
      return { finish: end.finish, then: end.kind !== 'outcome' && end.held ? 'rest' : next };
    }
  }
}

function concludeOutcome(verdict: Verdict, given: Judgement | null | 'unasked', model: string | null): Conclusion {
  if (verdict.kind === 'requeue') {
    // Of the loss of a bigger model's engine the task makes a failed attempt: the next model is there to be tried.
    if (model === null || verdict.reason === 'cancelled') return { kind: 'lost', reason: verdict.reason };
    return { kind: 'failed', failure: 'engine-error', detail: verdict.detail };
  }
  // What no agent could do better is nobody's fault, and a bigger model's turn says nothing about the agent: nothing to judge.
  const judged = model === null && (verdict.kind === 'accept' || worthRetrying(verdict));
  if (judged && given === 'unasked') return { kind: 'judge' };
  const judgement = judged && given !== 'unasked' ? given : null;
  if (judgement?.secondOpinion) return { kind: 'pending' };
  if (verdict.kind === 'reject') {
    const { failure, detail, unrun } = verdict;
    return { kind: 'failed', failure, detail, ...(unrun && { unrun }) };
  }
  if (judgement?.accept !== false) return { kind: 'passed', output: verdict.output };
  const { fault } = judgement;
  return { kind: 'failed', failure: failureOf(fault), detail: { code: 'diagnosed', fault } };
}

/** No attempt is counted, unless this happens again and again and the task may be to blame. */
function lost(reason: RequeueReason, cut: boolean, given: Circumstances): Settlement {
  const withEngine = ENGINE_LOST.has(reason);
  const tooOften = !BLAMELESS.has(reason) && given.losses >= MAX_LOSSES;
  const blame = withEngine ? given.blame : tooOften ? 'attempt' : 'none';
  if (blame === 'none') return { kind: 'requeue', reason, avoid: isNotTheTasks(reason), cut };
  const detail: FailureDetail = withEngine
    ? { code: 'lost-with-engines', last: reason }
    : { code: 'lost-often', times: MAX_LOSSES, last: reason };
  return failed('engine-error', detail, blame, given);
}

/** Others try first, then a bigger model, then a person is asked, and only then it ends as the named failure. */
function failed(
  failure: TurnFailure,
  detail: FailureDetail,
  blame: Blame,
  given: Circumstances,
  unrun?: true,
): Settlement {
  const { model, attempts, nextModel, spare, poison, own, asks } = given;
  const failures = given.failures + (unrun ? 0 : 1);
  const attempt: FailedAttempt = { failure, detail, failures, blame, ...(unrun && { unrun }) };
  const fresh = model === null && failures < attempts && worthRetrying(attempt);
  const again = blame !== 'certain' && !poison && fresh;
  if (again) return { kind: 'retry', ...attempt };
  if (spare) return { kind: 'go-without', ...attempt };
  if (nextModel !== null) return { kind: 'escalate', to: nextModel, ...attempt };
  // Where the bigger model could not even be had, the task is no other than it was before.
  const last = model !== null && failure === 'engine-error' && own ? { ...attempt, ...own } : attempt;
  return { kind: asks ? 'ask-person' : 'fail', ...last };
}
