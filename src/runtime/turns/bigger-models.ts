import type { RunSetup } from '../definition/run-setup.ts';
import type { Attempts } from '../tasks/attempts.ts';
import type { WorkQueue } from '../tasks/work-queue.ts';
import type { EngineLink } from './engine-link.ts';
import type { InFlightTurns } from './in-flight-turns.ts';
import type { Roster } from './roster.ts';
import type { Submitter, SubmitterOptions } from './submit.ts';

/** Share of a role's agents that may be lent to bigger models at once: the others go on. */
const LENT = 1 / 2;

export interface BiggerModelsOptions {
  readonly plan: RunSetup;
  readonly escalation: SubmitterOptions['escalation'];
  readonly link: EngineLink;
  readonly queue: WorkQueue;
  readonly attempts: Attempts;
  readonly roster: Roster;
  readonly inFlight: InFlightTurns;
  readonly submitter: Submitter;
}

/**
 * Hands out what bigger models are to have. It waits for no agent's health and takes none of the engine's room: whose row it is written to is
 * all one. An endpoint does not even need the run's own engine.
 *
 * Invariants: of a step's agents at most half, or one, are lent at once; whoever has a turn is not.
 */
export class BiggerModels {
  readonly #with: BiggerModelsOptions;

  constructor(options: BiggerModelsOptions) {
    this.#with = options;
  }

  /** Everything that waits for one and can go now goes. */
  send(): void {
    const { escalation, link, queue, attempts, submitter } = this.#with;
    for (const item of attempts.elsewhere()) {
      const model = attempts.nextModel(item);
      if (model === null || !queue.holds(item)) continue;
      if (link.engine === null && !escalation.isRemote(model)) continue;
      const agent = this.#lend(item.step);
      if (agent !== undefined) submitter.submit(item, agent);
    }
  }

  #lend(step: number): number | undefined {
    const { inFlight, roster } = this.#with;
    const turns = inFlight.all();
    const lent = turns.filter((turn) => turn.model !== null && turn.step === step).length;
    if (lent >= Math.max(1, Math.floor(roster.replicas(step) * LENT))) return undefined;
    return roster.lend(step, new Set(turns.map(({ agent }) => agent)));
  }
}
