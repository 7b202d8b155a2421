import type { AgentCause } from '../journal/agent-events.ts';
import { type LifeEvent, type LifeFacts, nextState } from '../journal/agent-life.ts';
import { AGENT_STATES, type AgentState } from '../journal/vocabulary.ts';

/**
 * The life of agents as healing moves it, over the column that the run's state owns. That column is a fold of the journal, so a change is
 * handed to `change`, which writes the event; it must have reached the column when `change` returns.
 * Illegal events change nothing; they never throw.
 */
export class Lifecycle {
  readonly #states: Readonly<Uint8Array>;
  readonly #change: (agent: number, from: AgentState, to: AgentState, because: AgentCause) => void;

  constructor(
    states: Uint8Array,
    change: (agent: number, from: AgentState, to: AgentState, because: AgentCause) => void,
  ) {
    this.#states = states;
    this.#change = change;
  }

  state(agent: number): AgentState {
    return AGENT_STATES[this.#states[agent] ?? 0] as AgentState;
  }

  /** Sends one event to one agent. Returns whether it was legal in its state. */
  send(agent: number, event: LifeEvent, because: AgentCause, facts: Partial<LifeFacts> = {}): boolean {
    const from = this.#states[agent];
    if (from === undefined) return false;
    const to = nextState(from, event, facts);
    if (to === null) return false;
    if (to !== from) this.#change(agent, AGENT_STATES[from] as AgentState, AGENT_STATES[to] as AgentState, because);
    return true;
  }
}
