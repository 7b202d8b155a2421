/**
 * The life of an agent: one XState machine, used as a pure function over agent rows. Thousands of actors would cost megabytes and a
 * mailbox each; a row is one byte. The machine is the only definition. At start it is asked once for every state, event and
 * combination of guards, and its answers become a table that a transition looks up in one read.
 */
import { getNextSnapshot, setup } from 'xstate';
import type { AgentCause } from '../journal/agent-events.ts';
import { AGENT_STATES, type AgentState } from '../journal/vocabulary.ts';

export const LIFE_EVENTS = [
  /** A turn of a task was handed to the agent. */
  'ASSIGN',
  /** Its turn ended and passed every check. */
  'PASS',
  /** Its turn ended and did not pass, or was taken from it. */
  'TURN_LOST',
  /** Evidence against it; moves the state only when hard or sustained. */
  'SUSPECT',
  /** A recovery order for it is being carried out. */
  'RECOVER',
  /** Nothing is left to try. */
  'GIVE_UP',
  /** There is no more work for it. */
  'RETIRE',
  /** A person, or the run's resumption, gives it another chance. */
  'REVIVE',
] as const;
export type LifeEvent = (typeof LIFE_EVENTS)[number];

/** What an event knows; every guard of the machine reads one of these. */
export interface LifeFacts {
  /** The evidence is hard (a veto), not a low score. */
  readonly hard: boolean;
  /** The score has been beyond its threshold for as many turns as hysteresis asks. */
  readonly sustained: boolean;
  /** The score is back above the clearing threshold, or was never below. */
  readonly calm: boolean;
  /** Ladder and restart budget are spent, or a person gave up. */
  readonly exhausted: boolean;
}

const FACTS = ['hard', 'sustained', 'calm', 'exhausted'] as const satisfies readonly (keyof LifeFacts)[];
const FACT_COMBINATIONS = 1 << FACTS.length;

type MachineEvent = { type: LifeEvent } & LifeFacts;

/** The machine itself, also what docs and the page draw. */
export const lifecycleMachine = setup({
  types: { events: {} as MachineEvent },
  guards: {
    hardOrSustained: ({ event }) => event.hard || event.sustained,
    calm: ({ event }) => event.calm,
    exhausted: ({ event }) => event.exhausted,
  },
}).createMachine({
  id: 'agent',
  initial: 'idle',
  states: {
    idle: {
      on: {
        ASSIGN: 'running',
        SUSPECT: { guard: 'hardOrSustained', target: 'degraded' },
        RETIRE: 'done',
      },
    },
    running: {
      on: {
        PASS: 'idle',
        TURN_LOST: 'idle',
        SUSPECT: { guard: 'hardOrSustained', target: 'degraded' },
      },
    },
    // Early, light recovery happens here; the agent keeps its place and may keep its turn.
    degraded: {
      on: {
        // The next turn is the trial.
        ASSIGN: 'recovering',
        PASS: [{ guard: 'calm', target: 'idle' }, { target: 'degraded' }],
        TURN_LOST: 'degraded',
        SUSPECT: 'degraded',
        RECOVER: 'recovering',
        GIVE_UP: { guard: 'exhausted', target: 'failed' },
        RETIRE: 'done',
      },
    },
    // Left only by a turn that passes: carrying out an order is not yet a mend.
    recovering: {
      on: {
        ASSIGN: 'recovering',
        PASS: 'idle',
        TURN_LOST: 'recovering',
        SUSPECT: { guard: 'hardOrSustained', target: 'degraded' },
        RECOVER: 'recovering',
        GIVE_UP: { guard: 'exhausted', target: 'failed' },
        RETIRE: 'done',
      },
    },
    failed: { on: { REVIVE: 'recovering' } },
    // Not final: a task that comes back may need the agent again.
    done: { on: { ASSIGN: 'running', REVIVE: 'idle' } },
  },
});

const ILLEGAL = 255;

const stateIndex = new Map(AGENT_STATES.map((state, index) => [state, index]));
const eventIndex = new Map(LIFE_EVENTS.map((event, index) => [event, index]));

const factsOf = (bits: number): LifeFacts => ({
  hard: (bits & 1) !== 0,
  sustained: (bits & 2) !== 0,
  calm: (bits & 4) !== 0,
  exhausted: (bits & 8) !== 0,
});
const bitsOf = (facts: Partial<LifeFacts>): number =>
  FACTS.reduce((bits, fact, index) => (facts[fact] ? bits | (1 << index) : bits), 0);

/** What the machine says, asked directly: the next state, or null where the event is illegal. About 20 µs a call. */
export function lifecycleTransition(
  state: AgentState,
  event: LifeEvent,
  facts: Partial<LifeFacts> = {},
): AgentState | null {
  const snapshot = lifecycleMachine.resolveState({ value: state });
  const whole: MachineEvent = { type: event, ...factsOf(bitsOf(facts)) };
  if (!snapshot.can(whole)) return null;
  return getNextSnapshot(lifecycleMachine, snapshot, whole).value as AgentState;
}

/** Every answer of the machine: `table[(state * events + event) * 16 + facts]` = next state, or 255 where illegal. */
function compile(): Uint8Array {
  const table = new Uint8Array(AGENT_STATES.length * LIFE_EVENTS.length * FACT_COMBINATIONS);
  let at = 0;
  for (const state of AGENT_STATES)
    for (const event of LIFE_EVENTS)
      for (let bits = 0; bits < FACT_COMBINATIONS; bits++) {
        const next = lifecycleTransition(state, event, factsOf(bits));
        table[at++] = next === null ? ILLEGAL : (stateIndex.get(next) ?? ILLEGAL);
      }
  return table;
}

let compiled: Uint8Array | null = null;

/**
 * The machine over rows: one byte an agent, in a column that the run's state owns. That column is a fold of the journal, so a change is
 * handed to `change`, which writes the event; it must have reached the column when `change` returns.
 * Illegal events change nothing and are counted by state and event; they never throw.
 */
export class Lifecycle {
  readonly #states: Readonly<Uint8Array>;
  readonly #table: Uint8Array;
  readonly #illegal = new Uint32Array(AGENT_STATES.length * LIFE_EVENTS.length);
  readonly #change: (agent: number, from: AgentState, to: AgentState, because: AgentCause) => void;

  constructor(
    states: Uint8Array,
    change: (agent: number, from: AgentState, to: AgentState, because: AgentCause) => void,
  ) {
    this.#states = states;
    this.#table = compiled ??= compile();
    this.#change = change;
  }

  state(agent: number): AgentState {
    return AGENT_STATES[this.#states[agent] ?? 0] as AgentState;
  }

  /** Sends one event to one agent. Returns whether it was legal in its state. */
  send(agent: number, event: LifeEvent, because: AgentCause, facts: Partial<LifeFacts> = {}): boolean {
    const from = this.#states[agent];
    if (from === undefined) return false;
    const cell = from * LIFE_EVENTS.length + (eventIndex.get(event) as number);
    const to = this.#table[cell * FACT_COMBINATIONS + bitsOf(facts)] ?? ILLEGAL;
    if (to === ILLEGAL) {
      this.#illegal[cell] = (this.#illegal[cell] ?? 0) + 1;
      return false;
    }
    if (to !== from) this.#change(agent, AGENT_STATES[from] as AgentState, AGENT_STATES[to] as AgentState, because);
    return true;
  }

  /** How often which event was illegal in which state; empty when the run kept to the machine. */
  illegal(): { readonly state: AgentState; readonly event: LifeEvent; readonly count: number }[] {
    const found: { state: AgentState; event: LifeEvent; count: number }[] = [];
    for (const [s, state] of AGENT_STATES.entries())
      for (const [e, event] of LIFE_EVENTS.entries()) {
        const count = this.#illegal[s * LIFE_EVENTS.length + e] ?? 0;
        if (count > 0) found.push({ state, event, count });
      }
    return found;
  }
}
