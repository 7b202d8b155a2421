/** What becomes of tasks, from the first turn to the row that each ends in. */
import type { FailedTurn } from './evidence.ts';
import type { MadeTask } from './outputs.ts';
import type { Told } from './said.ts';
import type { RequeueReason, TaskFailure, TurnFailure } from './vocabulary.ts';

/** Why a task is tried again. */
export type RetryReason = ({ readonly code: 'failed' } & FailedTurn) | Told;

/** Why a task's next turn goes to a bigger model. */
export type EscalationCause =
  | ({ readonly code: 'failed'; readonly attempts: number } & FailedTurn)
  /** The supervisor of the role chose it. */
  | { readonly code: 'supervisor'; readonly role: string }
  | Told;

/** Why a task that had ended is open again. */
export type ReopenReason = /** Its result could not be read any more. */ { readonly code: 'row-unreadable' } | Told;

/** Of events that speak of a task's turn, `stage` and `slot` are those of `Place`. */
export type TaskEvent =
  /** A task more while the run goes on; it has the next number. `from`: tasks that it comes from. */
  | ({
      readonly type: 'task.created';
      readonly task: number;
      readonly from: readonly number[];
      /** What its agents are given, as an item of the input. */
      readonly text: string;
      /** Step of the flow that it begins with; absent: the first. */
      readonly stage?: number;
    } & MadeTask)
  /** All tasks are there that a step of the flow makes of what its source gave. */
  | {
      readonly type: 'tasks.made';
      /** Index among those steps. */
      readonly maker: number;
      /** How many were made, and of how many groups or outputs. */
      readonly tasks: number;
      readonly of: number;
    }
  | {
      readonly type: 'task.assigned';
      readonly task: number;
      readonly agent: number;
      readonly stage: number;
      readonly slot?: number;
      readonly attempt: number;
      /** Bigger model that has the turn, in place of the run's own. */
      readonly model?: string;
    }
  | {
      readonly type: 'task.retried';
      readonly task: number;
      readonly stage?: number;
      readonly slot?: number;
      readonly agent: number;
      readonly reason: RetryReason;
      readonly delayMs: number;
    }
  /** So many different agents failed at the task that it is taken for what is wrong: no further one tries it as well. */
  | {
      readonly type: 'task.blamed';
      readonly task: number;
      readonly stage: number;
      readonly slot?: number;
      /** What the last of them failed with. */
      readonly failure: TurnFailure;
      readonly agents: readonly number[];
    }
  /** The task's next turn goes to a bigger model, `to`. `failed`: its last turn was an attempt that no retry counts. */
  | {
      readonly type: 'task.escalated';
      readonly task: number;
      readonly stage?: number;
      readonly slot?: number;
      readonly agent: number;
      readonly to: string;
      readonly because: EscalationCause;
      readonly failed?: true;
      /** Its last turn never ran, and is no attempt. */
      readonly unrun?: true;
    }
  /** The turn was lost through no fault of the task (engine, pause, reload); it waits again and no attempt is counted. */
  | {
      readonly type: 'task.requeued';
      readonly task: number;
      readonly stage?: number;
      readonly slot?: number;
      readonly agent: number;
      readonly reason: RequeueReason;
      readonly partial?: string;
    }
  /** A part of a text that is too long was read, and has its output; the next turn of the item reads on. */
  | {
      readonly type: 'task.part';
      readonly task: number;
      readonly stage?: number;
      readonly slot?: number;
      readonly agent: number;
      readonly output: unknown;
      /** The output as JSON text, as it was written, where reading and writing it would change a number. */
      readonly written?: string;
      /** Character of the text with which the next part begins. */
      readonly next: number;
    }
  /** One step of the flow is done; its output is held here until the task is committed. */
  | {
      readonly type: 'task.advanced';
      readonly task: number;
      /** -1: nobody, as code made the output. */
      readonly agent: number;
      readonly stage: number;
      readonly slot?: number;
      /** Step at which the task stands then; the same one where other slots of it are open, or where it was the last. */
      readonly next: number;
      readonly output: unknown;
      /** As in `task.part`. */
      readonly written?: string;
      /** Attempts that count into the result row, so far. */
      readonly attempts: number;
      /** A person gave the output. */
      readonly edited?: true;
      /** Bigger model that gave it. */
      readonly model?: string;
      /** Task that was asked in its place, and whose answer this is: the two are equal but for numbers and names. */
      readonly shared?: number;
      /** As in `HeldOutput`. */
      readonly missing?: readonly number[];
    }
  /** The committed row could not be read any more and was set aside; the task is done again. */
  | { readonly type: 'task.reopened'; readonly task: number; readonly reason: ReopenReason }
  | { readonly type: 'task.committed'; readonly task: number; readonly agent: number; readonly attempts: number }
  | {
      readonly type: 'task.failed';
      readonly task: number;
      readonly agent: number;
      readonly failure: TaskFailure;
      readonly attempts: number;
    };
