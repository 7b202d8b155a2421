/**
 * What EXECUTE, MONITOR and RECOVER say to each other. They are three modules that know only these messages: no one calls another.
 *
 * Messages may be lost, doubled or overtaken (chaos does all three). So each is about something with a name (a turn, an order, a case),
 * hearing it twice changes nothing, and whoever waits for one asks again: EXECUTE repeats `turn.over` until it is judged, RECOVER repeats an
 * order until it is done.
 */
import type { Diagnosis, NoticeChoice, RecoveryAction, Rung } from '../journal/vocabulary.ts';
import type { EngineLoss } from '../journal/engine-events.ts';
import type { Evidence, FailedTurn } from '../journal/evidence.ts';
import type { NoticeTitle, OrderReason, StoryLine } from '../journal/healing-events.ts';
import type { RecordDamage } from '../journal/storage-events.ts';
import type { WorkItem } from '../journal/work-item.ts';
import type { HealthScore, TurnFacts } from './health.ts';

/** A turn, whose it is, and the work item that it is taken for. */
export interface TurnName extends WorkItem {
  readonly turn: string;
  readonly agent: number;
  readonly role: number;
  /** Of the definition that it began under; absent: 0. */
  readonly revision?: number;
}

/** A turn that runs now; `first`: it goes before turns that wait longer. */
export interface OpenTurn extends TurnName {
  readonly tokens: number;
  readonly first?: boolean;
}

/** Runtime facts that EXECUTE tells MONITOR. */
export type FromExecute =
  /** `first`: somebody waits for it, and it goes before turns that wait longer. */
  | ({ readonly type: 'turn.begun'; readonly first?: boolean } & TurnName)
  | { readonly type: 'turn.alive'; readonly turn: string; readonly tokens: number; readonly textTail: string }
  | ({
      readonly type: 'turn.over';
      readonly facts: TurnFacts;
      /** What the turn was asked, and the parsed answer where there is one: what others' answers are compared with. */
      readonly question: string;
      readonly answer: unknown;
      /** Other agents of the role that could be asked the same. */
      readonly others: number;
      /** Set where the engine or the schema check named the fault. */
      readonly fault: Diagnosis | null;
      /** What EXECUTE's own checks call it; null where they found nothing. */
      readonly failed: FailedTurn | null;
    } & TurnName)
  /** The turn's end will not come, and nobody is to blame: paused, cancelled, reloaded. */
  | { readonly type: 'turn.dropped'; readonly turn: string }
  /** All turns that run now, said now and then: what was lost of their beginnings, signs of life and ends is mended by it. */
  | { readonly type: 'turns.open'; readonly turns: readonly OpenTurn[] }
  | { readonly type: 'engine.up'; readonly engine: number }
  | {
      readonly type: 'engine.down';
      readonly engine: number;
      readonly fault: Diagnosis;
      readonly loss: EngineLoss;
      /** Agents whose turns it took along. */
      readonly agents: readonly number[];
    }
  | {
      readonly type: 'record.bad';
      readonly agent: number;
      readonly fault: 'bad-record' | 'old-record';
      readonly damage: RecordDamage;
    }
  /** These agents failed at the task, which is taken for what is wrong. */
  | { readonly type: 'task.blamed'; readonly task: number; readonly agents: readonly number[] }
  /** `detail`: the browser's words. */
  | { readonly type: 'storage.full'; readonly detail: string }
  | { readonly type: 'storage.room' }
  /** `detail`: the error that it ended with; empty where it was carried out. */
  | { readonly type: 'order.done'; readonly order: string; readonly ok: boolean; readonly detail: string };

export type FromMonitor =
  /** May the turn's output be used? */
  | ({
      readonly type: 'turn.judged';
      readonly accept: boolean;
      readonly score: HealthScore;
      /** Why not, when it was not accepted. */
      readonly fault: Diagnosis | null;
      readonly evidence: readonly Evidence[];
      /** Not accepted, but nobody is accused yet: another agent is to answer the same first. */
      readonly secondOpinion: boolean;
    } & TurnName)
  | {
      readonly type: 'suspicion';
      readonly id: string;
      /** The agent, or null for what all share. */
      readonly agent: number | null;
      readonly item: WorkItem | null;
      readonly turn: string | null;
      readonly fault: Diagnosis;
      /** A veto; else a low score. */
      readonly hard: boolean;
      readonly evidence: readonly Evidence[];
      /** Other agents that the same fault struck. */
      readonly struck: readonly number[];
    }
  /** The agent passed a turn; `calm` when its score is back above the line. */
  | {
      readonly type: 'relief';
      readonly agent: number;
      readonly task: number;
      readonly turn: string;
      /** When the turn began; null: not known. */
      readonly begunAt: number | null;
      readonly calm: boolean;
    }
  /** What all share works again: a turn passed on a fresh engine, a write went through. */
  | { readonly type: 'shared.relief'; readonly of: 'engine' | 'storage' };

/** One thing to do, with all that is needed to do it and to explain it. */
export interface RecoveryOrder {
  readonly id: string;
  /** The case it belongs to. */
  readonly case: string;
  readonly action: RecoveryAction;
  readonly rung: Rung;
  readonly fault: Diagnosis;
  /** The agent, or null for what all share. */
  readonly agent: number | null;
  /** Others that forget what they remember with it: of its shard, its role, the swarm. Of a shared fault: those that it struck. */
  readonly also: readonly number[];
  /** What waits for the mend, if anything. */
  readonly item: WorkItem | null;
  /** Milliseconds to wait first: backoff with jitter. */
  readonly delayMs: number;
  /** Counts up per case; also makes the seed of the next sample another one. */
  readonly step: number;
  /** Why this, then why not the others. */
  readonly reasons: readonly OrderReason[];
  readonly evidence: readonly Evidence[];
}

export type FromRecover =
  | { readonly type: 'order'; readonly order: RecoveryOrder }
  /** The mended one passed a turn; the case is closed. */
  | {
      readonly type: 'mended';
      readonly case: string;
      readonly agent: number | null;
      readonly fault: Diagnosis;
      readonly rung: Rung;
      readonly action: RecoveryAction;
      /** Milliseconds from the first suspicion. */
      readonly ms: number;
      readonly steps: number;
    }
  /** The agent is given up; its tasks go to others. */
  | {
      readonly type: 'agent.lost';
      readonly case: string;
      readonly agent: number;
      readonly reasons: readonly OrderReason[];
    }
  /** What it failed at last was the task's doing: the case is closed, and nothing was learned from it. */
  | { readonly type: 'absolved'; readonly case: string; readonly agent: number; readonly task: number }
  /** A person is asked: the whole story, and what they can do. */
  | {
      readonly type: 'notice';
      readonly id: string;
      readonly case: string;
      readonly agent: number | null;
      /** The task that the agent failed at last. */
      readonly task: number | null;
      readonly fault: Diagnosis;
      readonly title: NoticeTitle;
      readonly story: readonly StoryLine[];
      readonly choices: readonly NoticeChoice[];
    };

export type HealingMessage = (FromExecute | FromMonitor | FromRecover) & { readonly at: number };

/** Delivers to everyone who listens; between senders and listeners chaos may stand. */
export type Tap = (message: HealingMessage, deliver: (message: HealingMessage) => void) => void;

/**
 * The way messages go: first in, first out, never nested, so that no module is called while it is still in the middle of something.
 * A listener that throws loses its own message only; the error is handed to `onError`.
 */
export class HealingBus {
  readonly #listeners: ((message: HealingMessage) => void)[] = [];
  readonly #queue: HealingMessage[] = [];
  readonly #onError: (error: unknown, message: HealingMessage) => void;
  #draining = false;
  #tap: Tap | null = null;

  constructor(onError: (error: unknown, message: HealingMessage) => void) {
    this.#onError = onError;
  }

  listen(listener: (message: HealingMessage) => void): void {
    this.#listeners.push(listener);
  }

  /** The seam at which chaos loses, doubles and reorders; null takes it away. */
  tap(tap: Tap | null): void {
    this.#tap = tap;
  }

  post(message: HealingMessage): void {
    if (this.#tap) {
      this.#tap(message, (passed) => {
        this.#enqueue(passed);
      });
    } else this.#enqueue(message);
  }

  #enqueue(message: HealingMessage): void {
    this.#queue.push(message);
    if (this.#draining) return;
    this.#draining = true;
    try {
      for (let next = this.#queue.shift(); next; next = this.#queue.shift()) {
        for (const listener of this.#listeners) {
          try {
            listener(next);
          } catch (error) {
            this.#onError(error, next);
          }
        }
      }
    } finally {
      this.#draining = false;
    }
  }
}
