import type { Engine, EngineError } from '../../engine/contract.ts';
import type { Escalation } from '../../engine/escalation.ts';
import type { Clock } from '../../kernel/clock.ts';
import { GRACE_MS, HUNG, type InFlightTurn } from './in-flight-turn.ts';

/** What turns tell whoever keeps a run's engines (runtime/engines), and the bigger models beside them. */
export interface EngineControl {
  readonly escalation: Escalation;
  /** A turn came to its end: the engine does work. */
  worked(): void;
  /** What engines were lost by is known, and comes no more. */
  absolve(): void;
  /** The engine can do no more; `ordered`: it could, but another one is to take its place. */
  declareLost(error: EngineError, ordered?: boolean): void;
}

/**
 * The engine that turns go to now.
 *
 * Invariants:
 * - Once an engine is declared lost here nothing more is given to it; the room that keeps engines says when there is another.
 * - An engine that does not give a cancelled turn back within `GRACE_MS` is declared lost.
 */
export class EngineLink {
  readonly #clock: Clock;
  readonly #engines: EngineControl;
  #now: Engine | null = null;
  #last: Engine | null = null;

  constructor(clock: Clock, engines: EngineControl) {
    this.#clock = clock;
    this.#engines = engines;
  }

  /** Null: turns wait. */
  get engine(): Engine | null {
    return this.#now;
  }

  /** Turns go to `engine` from now on; null: they wait. True where it is another one than the last. */
  attach(engine: Engine | null): boolean {
    this.#now = engine;
    if (engine === null || engine === this.#last) return false;
    this.#last = engine;
    return true;
  }

  /** A turn's end says that the engine is gone: nothing more for it, even if it has not said so itself. */
  gone(error: EngineError): void {
    this.#now = null;
    this.#engines.declareLost(error);
  }

  /** It let a turn pass its deadline and gives no answer. */
  hung(): void {
    this.#engines.declareLost(HUNG);
  }

  /** A fresh one is to take its place; false where there is none to replace. `ordered`: nothing is wrong with it as far as is known. */
  replace(error: EngineError, ordered?: boolean): boolean {
    if (this.#now === null) return false;
    this.#engines.declareLost(error, ordered);
    return true;
  }

  /** Cancels a turn; an engine that does not even give that back is of no more use. */
  callBack({ handle, model }: InFlightTurn): void {
    if (!handle) return;
    const engine = this.#now;
    const overdue = this.#clock.timeout(GRACE_MS, () => {
      if (model === null && engine !== null && engine === this.#now) this.hung();
    });
    void handle.done.then(overdue);
    handle.cancel();
  }
}
