import type { Backoff } from './backoff.ts';
import { type CaseBook, ENGINE, failLast, STORAGE } from './cases.ts';
import type { Choice, Ladder } from './ladder.ts';
import type { FromMonitor, FromRecover } from './messages.ts';

type Suspicion = Extract<FromMonitor, { type: 'suspicion' }>;

export interface SharedCareOptions {
  readonly book: CaseBook;
  readonly ladder: Ladder;
  /** Waits before a fresh worker, and the longest of them, ms. */
  readonly backoff: Backoff;
  readonly slowestMs: number;
  readonly post: (message: FromRecover) => void;
}

/** The part of RECOVER for what all agents share, engine and storage: neither can be given up. */
export class SharedCare {
  readonly #with: SharedCareOptions;

  constructor(options: SharedCareOptions) {
    this.#with = options;
  }

  fault(message: Suspicion, now: number): void {
    const { book, ladder, backoff, slowestMs, post } = this.#with;
    const { fault } = message;
    const one = book.at(fault === 'storage-full' ? STORAGE : ENGINE, now);
    const running = one.steps.at(-1);
    if (running && !running.done && running.order.fault === fault) {
      one.faults.push(fault);
      return;
    }
    failLast(one, ladder);
    one.faults.push(fault);
    const order = (choice: Choice, delayMs: number): void => {
      const terms = { item: null, evidence: message.evidence, delayMs, also: message.struck };
      post({ type: 'order', order: book.order(one, choice, terms, now) });
    };
    const situation = { fault, canEscalate: false, hasStandby: false, mayRestart: true };
    const tried = one.steps.slice(-4).map((step) => step.order.action);
    const choice = ladder.choose({ ...situation, tried });
    if (choice && choice.step.action !== 'ask-operator') {
      order(choice, choice.step.rung === 'light' ? 0 : backoff.next(now));
      return;
    }
    // It cannot be given up: tell a person, and go on trying at the slowest pace.
    post(book.notice(one, fault, choice?.reasons ?? []));
    const again = ladder.choose({ ...situation, tried: [] });
    if (again && again.step.action !== 'ask-operator') order(again, slowestMs);
  }
}
