/**
 * The life of an agent: one XState machine, used as a pure function over agent rows. Thousands of actors would cost megabytes and a
 * mailbox each; a row is one byte. The machine is the only definition: it is asked once for each state, event and combination of guards
 * that comes up, and its answers are a table that a transition looks up in one read. The fold of the journal follows it with each turn, and healing with
 * each suspicion, order and mend, whose outcome it writes into the journal.
 */
import { getNextSnapshot, setup } from 'xstate';
import { AGENT_STATES, type AgentState } from './vocabulary.ts';

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
  /** It has had a turn. */
  readonly worked: boolean;
}

const FACTS = ['hard', 'sustained', 'calm', 'exhausted', 'worked'] as const satisfies readonly (keyof LifeFacts)[];
const FACT_COMBINATIONS = 1 << FACTS.length;

type MachineEvent = { type: LifeEvent } & LifeFacts;

/** Nobody works any more; who never did is as it was at the start. */
const RETIRED = [{ guard: 'worked', target: 'done' }, { target: 'idle' }] as const;

const lifecycleMachine = setup({
  types: { events: {} as MachineEvent },
  guards: {
    hardOrSustained: ({ event }) => event.hard || event.sustained,
    calm: ({ event }) => event.calm,
    exhausted: ({ event }) => event.exhausted,
    worked: ({ event }) => event.worked,
  },
}).createMachine({
  id: 'agent',
  initial: 'idle',
  states: {
    idle: {
      on: {
        ASSIGN: 'running',
        SUSPECT: { guard: 'hardOrSustained', target: 'degraded' },
        RETIRE: RETIRED,
      },
    },
    running: {
      on: {
        PASS: 'idle',
        TURN_LOST: 'idle',
        SUSPECT: { guard: 'hardOrSustained', target: 'degraded' },
        // Called back, for the run is over.
        RETIRE: RETIRED,
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
        RETIRE: RETIRED,
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
        RETIRE: RETIRED,
      },
    },
    failed: { on: { REVIVE: 'recovering' } },
    // Not final: a task that comes back may need the agent again.
    done: { on: { ASSIGN: 'running', REVIVE: 'idle' } },
  },
});

const ILLEGAL = 255;
const UNASKED = 254;

const eventIndex = new Map(LIFE_EVENTS.map((event, index) => [event, index]));

const factsOf = (bits: number): LifeFacts => ({
  hard: (bits & 1) !== 0,
  sustained: (bits & 2) !== 0,
  calm: (bits & 4) !== 0,
  exhausted: (bits & 8) !== 0,
  worked: (bits & 16) !== 0,
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

/**
 * Answers of the machine, each asked for once and then read: `answers[(state * events + event) * 32 + facts]` = next state, 255 where illegal,
 * 254 where it was not asked yet.
 */
const answers = new Uint8Array(AGENT_STATES.length * LIFE_EVENTS.length * FACT_COMBINATIONS).fill(UNASKED);

/**
 * The state that the event leads to, by the bytes that rows carry; null where the event is illegal. For the fold of the journal, which moves
 * agents with their turns, and for healing, which moves them otherwise.
 */
export function nextState(state: number, event: LifeEvent, facts: Partial<LifeFacts> = {}): number | null {
  const bits = bitsOf(facts);
  const at = (state * LIFE_EVENTS.length + (eventIndex.get(event) as number)) * FACT_COMBINATIONS + bits;
  if (answers[at] === UNASKED) {
    const next = lifecycleTransition(AGENT_STATES[state] as AgentState, event, factsOf(bits));
    answers[at] = next === null ? ILLEGAL : AGENT_STATES.indexOf(next);
  }
  const next = answers[at] as number;
  return next === ILLEGAL ? null : next;
}
