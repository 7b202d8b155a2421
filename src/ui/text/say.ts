/** What events, statuses and replies say in codes, put into words: the shape of it, which every language fills (say.en.ts, say.ko.ts). */
import type { AgentCause } from '../../journal/agent-events.ts';
import type { EngineLoss, SeatsCause } from '../../journal/engine-events.ts';
import type { FailureDetail, Noted } from '../../journal/evidence.ts';
import type { FaultDetail, MissedFault } from '../../journal/fault-events.ts';
import type { CarriedOut, NoticeTitle, OrderReason, StoryLine } from '../../journal/healing-events.ts';
import type { RunWait } from '../../journal/run-events.ts';
import type { StorageNote } from '../../journal/storage-events.ts';
import type { EscalationCause, ReopenReason, RetryReason } from '../../journal/task-events.ts';
import type { FaultKind, RequeueReason, TaskFailure } from '../../journal/vocabulary.ts';
import type { ActionDone, ActionRefused, InputNote } from '../../runtime/protocol/protocol.ts';

export interface Say {
  /** Why an agent's state changed. */
  cause(because: AgentCause): string;
  /** Why a step of the ladder, or why not. */
  reason(reason: OrderReason): string;
  evidence(noted: Noted): string;
  title(title: NoticeTitle): string;
  story(line: StoryLine): string;
  carriedOut(detail: CarriedOut): string;
  /** What the run waits for. */
  wait(wait: RunWait): string;
  loss(loss: EngineLoss): string;
  seats(because: SeatsCause): string;
  /** Name of a failure. */
  failure(failure: TaskFailure): string;
  detail(detail: FailureDetail): string;
  retried(reason: RetryReason): string;
  escalated(because: EscalationCause): string;
  requeued(reason: RequeueReason): string;
  reopened(reason: ReopenReason): string;
  storage(note: StorageNote): string;
  /** What was guessed, changed or left out on the way from the input file to items. */
  input(note: InputNote): string;
  /** What a fault of that kind did. */
  fault(kind: FaultKind, detail: FaultDetail): string;
  missed(why: MissedFault): string;
  reply(reply: ActionDone | ActionRefused): string;
}

interface Coded {
  readonly code: string;
}

/** Words for each code of a union: one that is missing is a type error. */
export type Words<Codes extends Coded> = {
  readonly [Code in Codes['code']]: (of: Extract<Codes, { readonly code: Code }>) => string;
};

/** A function that finds the words; a code that nobody knows, from a log that was damaged, is said as it is. */
export function wordsFor<Codes extends Coded>(words: Words<Codes>): (of: Codes) => string {
  const known = words as unknown as Readonly<Record<string, ((of: Codes) => string) | undefined>>;
  return (of) => (Object.hasOwn(known, of.code) ? known[of.code]?.(of) : undefined) ?? of.code;
}
