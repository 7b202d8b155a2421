/**
 * The events of a run. The journal is append-only; the state of a run is a fold of it. Sequence numbers start at 1 and have no gaps.
 */

/** Token counts of one turn. */
export interface TokenUse {
  readonly prompt: number;
  /** Of the prompt, those that were not computed again. */
  readonly cached: number;
  readonly completion: number;
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
  readonly unused?: { readonly finish: string; readonly tokens: TokenUse };
  /** Mean log probability of the chosen tokens. */
  readonly logprob?: number;
  /** The engine's error. */
  readonly error?: string;
  /** The text, where it is not the JSON of an accepted output; cut to 4,096 characters. */
  readonly said?: string;
  /** Its sequence stayed on the GPU. */
  readonly retained?: true;
}

export type EventBody =
  | {
      readonly type: 'run.created';
      readonly name: string;
      readonly tasks: number;
      readonly agents: number;
      readonly seed: number;
    }
  | { readonly type: 'run.resumed'; readonly tab: string; readonly fence: number }
  | { readonly type: 'run.paused' }
  | { readonly type: 'run.continued' }
  | { readonly type: 'run.cancelled' }
  /** The run cannot go on by itself; it says why, and what was kept. */
  | { readonly type: 'run.waiting'; readonly message: string }
  | {
      readonly type: 'run.ended';
      readonly results: number;
      readonly failed: number;
      /** For the run's report. */ readonly figures?: unknown;
    }
  | {
      readonly type: 'engine.loaded';
      readonly engine: string;
      readonly model: string;
      readonly ms: number;
      /** The engine's own report, for the run's. */
      readonly report?: unknown;
    }
  /** The autoscaler lets more agents, or fewer, sit on the GPU at once. */
  | {
      readonly type: 'seats.changed';
      readonly from: number;
      readonly to: number;
      /** What the engine was built for. */
      readonly max: number;
      readonly because: string;
    }
  | { readonly type: 'engine.lost'; readonly code: string; readonly message: string; readonly inFlight: number }
  | {
      readonly type: 'task.assigned';
      readonly task: number;
      readonly agent: number;
      readonly stage: number;
      readonly attempt: number;
      /** Bigger model that has the turn, in place of the run's own. */
      readonly model?: string;
    }
  | { readonly type: 'turn.started'; readonly task: number; readonly agent: number; readonly turn: string }
  | {
      readonly type: 'turn.ended';
      readonly task: number;
      readonly agent: number;
      readonly turn: string;
      readonly finish: string;
      readonly tokens: TokenUse;
      readonly ms: number;
      /** Why the output was not accepted; absent when it passed. */
      readonly rejected?: string;
      /** True where it is neither accepted nor rejected yet: others are asked the same first. */
      readonly pending?: true;
      /** Bigger model that had it: the turn says nothing about the agent. */
      readonly model?: string;
      /** Score of the turn, 0 to 1, where it was judged. */
      readonly health?: number;
      readonly trace?: TurnTrace;
    }
  | {
      readonly type: 'task.retried';
      readonly task: number;
      readonly agent: number;
      readonly reason: string;
      readonly delayMs: number;
    }
  /** The task's next turn goes to a bigger model, `to`. `failed`: its last turn was an attempt that no retry counts. */
  | {
      readonly type: 'task.escalated';
      readonly task: number;
      readonly agent: number;
      readonly to: string;
      readonly because: string;
      readonly failed?: true;
    }
  /** The turn was lost through no fault of the task (engine, pause, reload); it waits again and no attempt is counted. */
  | {
      readonly type: 'task.requeued';
      readonly task: number;
      readonly agent: number;
      readonly reason: string;
      readonly partial?: string;
    }
  /** One step of the flow is done; its output is held here until the task is committed. */
  | {
      readonly type: 'task.advanced';
      readonly task: number;
      readonly agent: number;
      readonly stage: number;
      readonly next: number;
      readonly output: unknown;
      /** Attempts that count into the result row, so far. */
      readonly attempts: number;
      /** A person gave the output. */
      readonly edited?: true;
      /** Bigger model that gave it. */
      readonly model?: string;
    }
  /** The committed row could not be read any more and was set aside; the task is done again. */
  | { readonly type: 'task.reopened'; readonly task: number; readonly reason: string }
  | { readonly type: 'task.committed'; readonly task: number; readonly agent: number; readonly attempts: number }
  | {
      readonly type: 'task.failed';
      readonly task: number;
      readonly agent: number;
      readonly failure: string;
      readonly attempts: number;
    }
  | {
      readonly type: 'agent.state';
      readonly agent: number;
      readonly from: string;
      readonly to: string;
      readonly because: string;
    }
  /** Somebody broke something on purpose. `agents`: rows that it struck. */
  | {
      readonly type: 'fault.injected';
      readonly fault: number;
      readonly kind: string;
      readonly agents: readonly number[];
      readonly detail: string;
      /** What it left to chance, and how long it lasts, ms: with both it can be done again. Absent in older logs. */
      readonly seed?: number;
      readonly forMs?: number;
      /** What it did to its agents outlasts the turn; `fault.over` says when they are rid of it, and so does a reload. */
      readonly lasting?: true;
    }
  /** The agent is rid of what was done to it on purpose, for its context was dropped. */
  | { readonly type: 'fault.over'; readonly fault: number; readonly kind: string; readonly agent: number }
  /** So many different agents failed at the task that it is taken for what is wrong: no further one tries it as well. */
  | {
      readonly type: 'task.blamed';
      readonly task: number;
      readonly stage: number;
      /** What the last of them failed with. */
      readonly failure: string;
      readonly agents: readonly number[];
    }
  /** Events of healing. `agent`: the row, or -1 for what all share; `case` ties the story of one fault together. */
  | {
      readonly type: 'heal.suspected';
      readonly agent: number;
      readonly fault: string;
      /** A veto; else a low score. */
      readonly hard: boolean;
      /** Observations in words, worst first. */
      readonly evidence: readonly string[];
    }
  | {
      readonly type: 'heal.ordered';
      readonly agent: number;
      readonly case: string;
      readonly fault: string;
      readonly action: string;
      readonly rung: string;
      readonly delayMs: number;
      /** Why this, and why not the others. */
      readonly reasons: readonly string[];
    }
  | {
      readonly type: 'heal.mended';
      readonly agent: number;
      readonly case: string;
      readonly fault: string;
      readonly action: string;
      readonly rung: string;
      readonly ms: number;
      readonly steps: number;
    }
  /** The case is closed without a mend: what the agent failed at was the task's doing. */
  | { readonly type: 'heal.absolved'; readonly agent: number; readonly case: string; readonly task: number }
  /** A step took effect, with what is only known then: which generation of the agent's record was used. */
  | {
      readonly type: 'heal.carried-out';
      readonly agent: number;
      readonly case: string;
      readonly action: string;
      readonly detail: string;
    }
  /** Something about storage that costs time and no result. `agent`: the row, or -1. */
  | { readonly type: 'storage.note'; readonly agent: number; readonly detail: string }
  /** A person is told, and may be asked. Folded by `Notices`. */
  | {
      readonly type: 'heal.notice';
      readonly agent: number;
      readonly case: string;
      readonly title: string;
      readonly story: readonly string[];
      /** Its name among the run's notices; absent in logs of earlier versions, where the case's name stands for it. */
      readonly notice?: string;
      readonly of?: NoticeSubject;
      /** The task that it is about; where `of` is `task`, it waits for the word. */
      readonly task?: number | null;
      readonly choices?: readonly NoticeChoice[];
      /** What the task ends as where nobody helps. */
      readonly failure?: string;
    }
  /** What came of a notice: a person's word, or none in time. */
  | {
      readonly type: 'heal.decided';
      readonly notice: string;
      readonly agent: number;
      readonly task: number | null;
      readonly decision: NoticeChoice;
      readonly by: 'person' | 'time';
    }
  /** A person takes the agent off work, or lets it work again. */
  | { readonly type: 'agent.held'; readonly agent: number; readonly held: boolean }
  /** A person gives the agent another chance, calls its turn back, or has it made anew. */
  | { readonly type: 'agent.asked'; readonly agent: number; readonly action: 'retry' | 'restart' }
  /** A person lets tasks that fail here go to an endpoint, by the name under which it is shown; null: no longer. */
  | { readonly type: 'endpoint.allowed'; readonly name: string | null };

/** What a notice is about. */
export type NoticeSubject = 'agent' | 'task' | 'engine' | 'storage';

export const NOTICE_CHOICES = ['retry', 'skip', 'edit', 'give-up'] as const;
export type NoticeChoice = (typeof NOTICE_CHOICES)[number];

export type JournalEvent = EventBody & {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds of run time on the run's clock; simulated in simulation. */
  readonly at: number;
  /** Wall time in milliseconds since the epoch, as the run's clock tells it. */
  readonly wall: number;
};
