/** Faults of messages: stands between the parts of the supervisor. */
import type { HealingMessage, Tap } from '../healing/messages.ts';
import type { Cancel, Clock } from '../kernel/clock.ts';
import type { Random } from '../kernel/random.ts';

export type MessageFault = 'message-lost' | 'message-doubled' | 'message-reordered';

/** Share of messages that are struck while a fault lasts. */
const SHARE = 0.3;
/** Longest that a message is held back, ms. */
const LATE_MS = 400;

/** A tap for `HealingBus`; passes everything on until a fault is switched on. */
export class FaultyMessages {
  readonly #clock: Clock;
  #fault: { readonly kind: MessageFault; readonly until: number; readonly random: Random } | null = null;
  #struck = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Strikes messages for `ms`, then tells how many. A second fault takes the place of the first. */
  strike(kind: MessageFault, ms: number, random: Random, over: (struck: number) => void): Cancel {
    const before = this.#struck;
    this.#fault = { kind, until: this.#clock.now() + ms, random };
    return this.#clock.timeout(ms, () => {
      over(this.#struck - before);
    });
  }

  readonly tap: Tap = (message: HealingMessage, deliver) => {
    const fault = this.#fault;
    if (!fault || this.#clock.now() >= fault.until || !fault.random.chance(SHARE)) {
      deliver(message);
      return;
    }
    this.#struck++;
    switch (fault.kind) {
      case 'message-lost':
        break;
      case 'message-doubled':
        deliver(message);
        this.#clock.timeout(fault.random.between(0, LATE_MS), () => {
          deliver(message);
        });
        break;
      case 'message-reordered':
        this.#clock.timeout(fault.random.between(1, LATE_MS), () => {
          deliver(message);
        });
        break;
    }
  };
}
