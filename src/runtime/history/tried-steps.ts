/** Steps of the ladder that are tried for a fault until it is mended: which is the newest, and the how manieth of its case. */
import type { JournalEvent } from '../../journal/events.ts';
import type { FaultLine } from '../protocol/protocol.ts';

type Trying = NonNullable<FaultLine['trying']>;

export interface Tried {
  /** Run time, ms. */
  readonly at: number;
  readonly agent: number;
  readonly of: string;
  /** Null: what was tried for this agent has worked, or was not needed. */
  readonly step: Trying | null;
}

export class TriedSteps {
  readonly #tried: Tried[];

  constructor(tried: readonly Tried[] = []) {
    this.#tried = [...tried];
  }

  /** As JSON, for the constructor. */
  saved(): readonly Tried[] {
    return this.#tried;
  }

  /** @param event of an agent that the fault struck, or of what all share where it struck none in particular */
  hear(event: Extract<JournalEvent, { type: 'heal.ordered' | 'heal.mended' | 'heal.absolved' }>): void {
    const { at, agent, case: of } = event;
    const before = this.#tried.findLast((one) => one.of === of && one.step !== null)?.step?.nth ?? 0;
    const step = event.type !== 'heal.ordered' ? null : { rung: event.rung, by: event.action, nth: before + 1 };
    this.#tried.push({ at, agent, of, step });
  }

  /** The newest that still is to work at that run time, ms. */
  at(time: number): Trying | null {
    const worked = new Set<number>();
    for (let k = this.#tried.length - 1; k >= 0; k--) {
      const { at, agent, step } = this.#tried[k] as Tried;
      if (at > time || worked.has(agent)) continue;
      if (step) return step;
      worked.add(agent);
    }
    return null;
  }
}
