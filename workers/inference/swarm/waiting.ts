/**
 * Turns that wait, and whose turn it is: agents that sit in the pool already go first, then everybody else; within both by priority, then age.
 */
import type { Turn } from '../runners/runner.ts';
import { TurnQueue } from '../runners/turn-queue.ts';

/**
 * Turns of parked agents, for each resident, that may go before one that waits for a seat, or for the pages they hold. Twice what the runtime
 * grants them, which pages agents out in time as long as only seats are short; of pages it knows nothing.
 */
const PATIENCE = 16;

export class Waiting {
  readonly #patience: number;
  readonly #line = new TurnQueue<Turn>();
  /** Turns of agents that are parked: they have their seats, so nobody is waited for. */
  readonly #returning = new TurnQueue<Turn>();
  /** Who is first in line, and how often another came back before it. */
  #passed: { readonly turn: Turn; times: number } | null = null;

  constructor(residents: number) {
    this.#patience = PATIENCE * residents;
  }

  get size(): number {
    return this.#line.size + this.#returning.size;
  }

  /** `sits`: its agent is parked, or about to be. */
  push(turn: Turn, sits: boolean): void {
    (sits ? this.#returning : this.#line).push(turn.request, turn);
  }

  /** @returns whether it waited */
  remove(turn: Turn): boolean {
    return (this.#line.remove(turn.id) ?? this.#returning.remove(turn.id)) !== undefined;
  }

  /** Nobody waits afterwards. @returns who did */
  drain(): readonly Turn[] {
    return [...this.#line.drain(), ...this.#returning.drain()];
  }

  /** The first of those who need a seat of their own. */
  get first(): Turn | undefined {
    return this.#line.peek();
  }

  /** The first turn whose agent is parked; `left` hears of each whose agent has left meanwhile, which then stands in line. */
  comeBack(parked: (agent: number) => boolean, left: (turn: Turn) => void): Turn | undefined {
    const { first } = this;
    if (first && this.#passed?.turn === first && this.#passed.times >= this.#patience) return undefined;
    for (;;) {
      const turn = this.#returning.peek();
      if (!turn || parked(turn.request.agent)) return turn;
      this.#returning.remove(turn.id);
      this.#line.push(turn.request, turn);
      left(turn);
    }
  }

  /** A turn that came back has been seated before the first in line. */
  passBy(): void {
    const { first } = this;
    if (!first) return;
    if (this.#passed?.turn !== first) this.#passed = { turn: first, times: 0 };
    this.#passed.times += 1;
  }
}
