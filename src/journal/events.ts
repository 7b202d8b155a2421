/**
 * The events of a run. The journal is append-only; the state of a run is a fold of it. Sequence numbers start at 1 and have no gaps.
 *
 * An event carries codes (vocabulary.ts) and typed parameters, never a sentence: those are the page's (ui/text), in each of its languages.
 * A change to what stands in stored events raises `LOG_VERSION` (journal.ts) and brings a migration (migration-v1.ts and its like).
 */
import type { AgentEvent } from './agent-events.ts';
import type { DefinitionEvent } from './definition-events.ts';
import type { EngineEvent } from './engine-events.ts';
import type { FaultEvent } from './fault-events.ts';
import type { HealingEvent } from './healing-events.ts';
import type { RunEvent } from './run-events.ts';
import type { StorageEvent } from './storage-events.ts';
import type { TaskEvent } from './task-events.ts';
import type { TurnEvent } from './turn-events.ts';

export type EventBody =
  | RunEvent
  | DefinitionEvent
  | EngineEvent
  | TaskEvent
  | TurnEvent
  | AgentEvent
  | FaultEvent
  | HealingEvent
  | StorageEvent;

export type JournalEvent = EventBody & {
  /** From 1, without gaps. */
  readonly seq: number;
  /** Milliseconds of run time on the run's clock; simulated in simulation. */
  readonly at: number;
  /** Wall time in milliseconds since the epoch, as the run's clock tells it. */
  readonly wall: number;
};
