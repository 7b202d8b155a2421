import type { WorkItem } from '../journal/work-item.ts';
import type { Random } from '../kernel/random.ts';
import { Backoff, type BackoffPolicy } from './backoff.ts';
import type { Evidence } from '../journal/evidence.ts';
import type { OrderReason, StoryLine } from '../journal/healing-events.ts';
import type { Diagnosis } from '../journal/vocabulary.ts';
import type { Choice, Ladder } from './ladder.ts';
import type { FromRecover, RecoveryOrder } from './messages.ts';

/** A story of one fault: what was seen, tried, and how it ended. */
export interface Case {
  readonly id: string;
  /** null: what all share. */
  readonly agent: number | null;
  readonly openedAt: number;
  readonly faults: Diagnosis[];
  readonly steps: {
    readonly order: RecoveryOrder;
    readonly at: number;
    done: boolean;
    ok: boolean | null;
    repeats: number;
  }[];
  readonly backoff: Backoff;
  /** Turns already held against it: a suspicion may be heard twice. */
  readonly turns: Set<string>;
}

/** Keys of what all share, beside rows of agents. */
export const ENGINE = -1;
export const STORAGE = -2;

/** What an order is given beside the step. */
export interface Terms {
  readonly item: WorkItem | null;
  readonly evidence: readonly Evidence[];
  readonly delayMs: number;
  readonly also: readonly number[];
}

/** The case goes on: its last step did not help, which the ladder learns once. */
export function failLast(one: Case, ladder: Ladder): void {
  const last = one.steps.at(-1);
  if (!last || last.ok !== null) return;
  last.ok = false;
  ladder.learn(last.order.fault, last.order.action, false);
}

/** Open cases, by agent row; see `ENGINE` and `STORAGE`. */
export class CaseBook {
  readonly #open = new Map<number, Case>();
  readonly #life: string;
  readonly #backoff: BackoffPolicy;
  readonly #random: Random;
  #numbers = 0;

  /** `life` names the RECOVER whose book it is, so that orders of an earlier one are never taken for its own. */
  constructor(life: string, backoff: BackoffPolicy, random: Random) {
    this.#life = life;
    this.#backoff = backoff;
    this.#random = random;
  }

  get open(): ReadonlyMap<number, Case> {
    return this.#open;
  }

  /** A name that nothing else has. */
  name(letter: 'c' | 'o' | 'n'): string {
    return `${letter}${this.#life}.${String(++this.#numbers)}`;
  }

  get(key: number): Case | undefined {
    return this.#open.get(key);
  }

  /** The case that is open there, or a new one. */
  at(key: number, now: number): Case {
    const found = this.#open.get(key);
    if (found) return found;
    const id = this.name('c');
    const one: Case = {
      id,
      agent: key < 0 ? null : key,
      openedAt: now,
      faults: [],
      steps: [],
      backoff: new Backoff(this.#backoff, this.#random.split(id)),
      turns: new Set(),
    };
    this.#open.set(key, one);
    return one;
  }

  /** The case's next step, as an order. */
  order(one: Case, { step, reasons }: Choice, { item, evidence, delayMs, also }: Terms, now: number): RecoveryOrder {
    const order: RecoveryOrder = {
      id: this.name('o'),
      case: one.id,
      action: step.action,
      rung: step.rung,
      fault: one.faults.at(-1) ?? 'low-score',
      agent: one.agent,
      also,
      item,
      delayMs: Math.round(delayMs),
      step: one.steps.length + 1,
      reasons,
      evidence: evidence.filter(({ verdict }) => verdict !== 'good'),
    };
    one.steps.push({ order, at: now, done: false, ok: null, repeats: 0 });
    return order;
  }

  close(key: number): void {
    this.#open.delete(key);
  }

  /** What a person is told of a case that healing itself cannot close. */
  notice(one: Case, fault: Diagnosis, reasons: readonly OrderReason[]): Extract<FromRecover, { type: 'notice' }> {
    const story = one.steps.flatMap(({ order: { fault: of, evidence, action, rung }, ok }): StoryLine[] => [
      { code: 'seen', fault: of, evidence },
      { code: 'step', action, rung, ok },
    ]);
    const task = one.steps.at(-1)?.order.item?.task ?? null;
    return {
      type: 'notice',
      id: this.name('n'),
      case: one.id,
      agent: one.agent,
      task,
      fault,
      title: one.agent === null ? { code: 'run-waits', fault } : { code: 'not-mended', agent: one.agent, fault },
      story: [...story, ...reasons],
      choices: task === null ? ['retry', 'give-up'] : ['retry', 'skip', 'edit', 'give-up'],
    };
  }
}
