/**
 * Warm records on their way from storage. Reading takes milliseconds, so it begins while the turn waits for its seat.
 */
import type { Clock } from '../../../src/kernel/clock.ts';
import type { TurnRequest } from '../../../src/engine/contract.ts';
import type { WarmRecord } from '../warm/record.ts';
import type { WarmTier } from '../warm/warm-tier.ts';

export interface Fetched {
  readonly agent: number;
  readonly arrival: Promise<void>;
  /** Milliseconds that reading took; null until it is done. */
  ms: number | null;
  /** Null where there is none that can be trusted. */
  record: WarmRecord | null;
}

export class Fetching {
  readonly #warm: WarmTier | null;
  readonly #clock: Clock;
  readonly #byTurn = new Map<string, Fetched>();

  constructor(warm: WarmTier | null, clock: Clock) {
    this.#warm = warm;
    this.#clock = clock;
  }

  /** Begins, where the agent has something on the warm tier and the turn may use it. */
  begin({ id, agent, pageIn }: TurnRequest): void {
    const warm = this.#warm;
    if (!warm || pageIn === 'prefill' || !warm.has(agent)) return;
    const begun = this.#clock.now();
    const fetched: Fetched = {
      agent,
      ms: null,
      record: null,
      arrival: warm.fetch(agent).then(
        (record) => {
          fetched.record = record;
          fetched.ms = this.#clock.now() - begun;
        },
        () => {
          fetched.ms = this.#clock.now() - begun;
        },
      ),
    };
    this.#byTurn.set(id, fetched);
  }

  of(turn: string): Fetched | undefined {
    return this.#byTurn.get(turn);
  }

  drop(turn: string): void {
    this.#byTurn.delete(turn);
  }

  /** What was read of the agent is not to be used. */
  forget(agent: number): void {
    for (const [turn, fetched] of this.#byTurn) if (fetched.agent === agent) this.#byTurn.delete(turn);
  }

  clear(): void {
    this.#byTurn.clear();
  }
}
