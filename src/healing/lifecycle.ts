import { type LifeEvent, type LifeFacts, type LifeState, nextState } from '../journal/agent-life.ts';
import { AGENT_NAMES } from '../journal/run-state.ts';

/**
 * The life of agents as healing moves it, over the column that the run's state owns. That column is a fold of the journal, so a change is
 * handed to `change`, which writes the event; it must have reached the column when `change` returns.
 * Illegal events change nothing; they never throw.
 */
export class Lifecycle {
  readonly #states: Readonly<Uint8Array>;
  readonly #change: (agent: number, from: LifeState, to: LifeState, because: string) => void;

  constructor(states: Uint8Array, change: (agent: number, from: LifeState, to: LifeState, because: string) => void) {
    this.#states = states;
    this.#change = change;
  }

  state(agent: number): LifeState {
    return AGENT_NAMES[this.#states[agent] ?? 0] as LifeState;
  }

  /** Sends one event to one agent. Returns whether it was legal in its state. */
  send(agent: number, event: LifeEvent, because: string, facts: Partial<LifeFacts> = {}): boolean {
    const from = this.#states[agent];
    if (from === undefined) return false;
    const to = nextState(from, event, facts);
    if (to === null) return false;
    if (to !== from) this.#change(agent, AGENT_NAMES[from] as LifeState, AGENT_NAMES[to] as LifeState, because);
    return true;
  }
}
