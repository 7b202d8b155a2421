import type { Verdict } from '../../agents/verdict.ts';
import type { FromExecute } from '../../healing/messages.ts';
import type { Judgement } from '../turns/turn-supervision.ts';

type Over = Extract<FromExecute, { type: 'turn.over' }>;

interface Pending {
  readonly over: Over;
  readonly verdict: Verdict;
  readonly decide: (judgement: Judgement) => void;
  tries: number;
}

/** An accepted answer. */
export interface Witness {
  readonly role: number;
  /** Of the definition; absent: 0. */
  readonly revision?: number;
  readonly question: string;
  readonly answer: unknown;
}

/** Times that a turn is put again, after which it is used as EXECUTE's own checks say: a supervisor that is gone stops no work. */
const TRIES = 20;
/** Accepted answers that EXECUTE keeps, so that a new MONITOR knows what others said. */
const WITNESSES = 1000;

/**
 * Turns that are over and wait for MONITOR's word. It may be lost on its way, and so may MONITOR: they are put to it again until one comes.
 *
 * Invariants:
 * - Each turn that was put is decided once, unless it is dropped first: by MONITOR, or by EXECUTE's own checks after `TRIES`.
 * - A word on a turn that waits for none is not heard.
 */
export class Judging {
  readonly #pending = new Map<string, Pending>();
  readonly #post: (over: Over) => void;
  readonly #witnesses: Witness[] = [];

  constructor(post: (over: Over) => void) {
    this.#post = post;
  }

  /** What was accepted lately. */
  get witnesses(): readonly Witness[] {
    return this.#witnesses;
  }

  /** Has the turn judged; `decide` is called once, at once or later, unless the turn is dropped first. */
  put(over: Over, verdict: Verdict, decide: (judgement: Judgement) => void): void {
    this.#pending.set(over.turn, { over, verdict, decide, tries: 0 });
    this.#post(over);
  }

  /** Nobody waits for the turn any more. */
  drop(turn: string): void {
    this.#pending.delete(turn);
  }

  decide(turn: string, judgement: Judgement): void {
    const pending = this.#pending.get(turn);
    if (!pending) return;
    this.#pending.delete(turn);
    const { over, verdict } = pending;
    if (judgement.accept && verdict.kind === 'accept') this.witness(over);
    pending.decide(judgement);
  }

  /** An accepted answer, also from before this tab. */
  witness({ role, revision = 0, question, answer }: Witness): void {
    this.#witnesses.push({ role, revision, question, answer });
    if (this.#witnesses.length > 2 * WITNESSES) this.#witnesses.splice(0, WITNESSES);
  }

  /** A MONITOR has begun that knows of none of them. */
  again(): void {
    for (const pending of this.#pending.values()) pending.tries = 0;
  }

  /** Puts all of them once more. */
  repeat(): void {
    for (const [turn, pending] of [...this.#pending]) {
      if (++pending.tries <= TRIES) this.#post(pending.over);
      else {
        const accept = pending.verdict.kind === 'accept';
        this.decide(turn, { accept, secondOpinion: false, fault: null, health: accept ? 1 : 0 });
      }
    }
  }

  stop(): void {
    this.#pending.clear();
  }
}
