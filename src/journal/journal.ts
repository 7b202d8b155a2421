import type { Clock } from '../kernel/clock.ts';
import type { EventBody, JournalEvent } from './events.ts';
import { migrateV1 } from './migration-v1.ts';

/** Version of what is written now; a chunk that says none is of version 1. */
export const LOG_VERSION = 2;

/** Events that are written together. */
export interface EncodedEvents {
  /** Version of the events; absent: 1. */
  readonly version?: number;
  readonly firstSeq: number;
  readonly lastSeq: number;
  /** One JSON event a line. */
  readonly body: string;
  /** Rows of the agents spoken of, each once. */
  readonly agents: readonly number[];
}

/**
 * The head of a run's log: gives events their numbers and times, and holds what is not durable yet. `take` hands the pending events to a
 * commit; they stay pending until `settle` says that they are on the disk, or `giveBack` that they are not, as far as is known.
 *
 * Invariants:
 * - Numbers go up by one, without gaps, and what is handed to a commit is in their order, also after `giveBack`.
 * - One batch at most is with a commit; an event is forgotten here only once it is on the disk.
 */
export class Journal {
  #next: number;
  #pending: JournalEvent[] = [];
  #taken: JournalEvent[] = [];
  readonly #clock: Clock;
  readonly #runTime: () => number;

  /** `lastSeq`: the number of the last stored event, 0 in a new run; `runTime`: milliseconds on the run's own clock. */
  constructor(clock: Clock, runTime: () => number, lastSeq = 0) {
    this.#clock = clock;
    this.#runTime = runTime;
    this.#next = lastSeq + 1;
  }

  append(body: EventBody): JournalEvent {
    const event: JournalEvent = {
      ...body,
      seq: this.#next++,
      at: Math.round(this.#runTime()),
      wall: this.#clock.wall(),
    };
    this.#pending.push(event);
    return event;
  }

  /** Events that are not on the disk yet, oldest first. */
  unsaved(): readonly JournalEvent[] {
    return [...this.#taken, ...this.#pending];
  }

  get pending(): number {
    return this.#pending.length;
  }

  take(): EncodedEvents | null {
    if (this.#taken.length > 0) throw new Error('Journal.take: the last batch is not settled');
    this.#taken = this.#pending;
    this.#pending = [];
    return this.#taken.length > 0 ? encodeEvents(this.#taken) : null;
  }

  settle(): void {
    this.#taken = [];
  }

  /** Events up to that number are on the disk after all, though nobody was told when they came there. */
  wereSaved(upTo: number): void {
    this.#pending = this.#pending.filter(({ seq }) => seq > upTo);
  }

  giveBack(): void {
    this.#pending = [...this.#taken, ...this.#pending];
    this.#taken = [];
  }
}

/** Rows of the agents that the event speaks of. */
export function agentsOf(event: JournalEvent): readonly number[] {
  if ('agent' in event) return [event.agent];
  return event.type === 'fault.injected' || event.type === 'task.blamed' ? event.agents : [];
}

/** `events` must not be empty. */
export function encodeEvents(events: readonly JournalEvent[]): EncodedEvents {
  const first = events[0];
  const last = events[events.length - 1];
  if (!first || !last) throw new RangeError('encodeEvents: no events');
  return {
    version: LOG_VERSION,
    firstSeq: first.seq,
    lastSeq: last.seq,
    body: events.map((event) => JSON.stringify(event)).join('\n'),
    agents: [...new Set(events.flatMap(agentsOf))],
  };
}

/** A log that a newer version of Planaria has written: it cannot be read here without misreading it. */
export class NewerLog extends Error {
  readonly version: number;
  constructor(version: number) {
    super(`The log is of version ${String(version)}; this Planaria knows versions up to ${String(LOG_VERSION)}.`);
    this.name = 'NewerLog';
    this.version = version;
  }
}

/**
 * The one way in for stored events: those of earlier versions become those of today. Its answer says what `EncodedEvents.body` held, event by
 * event.
 * @throws NewerLog
 */
export function decodeEvents({ version = 1, body }: Pick<EncodedEvents, 'version' | 'body'>): JournalEvent[] {
  if (version > LOG_VERSION) throw new NewerLog(version);
  const lines = body.split('\n').map((line) => JSON.parse(line) as unknown);
  return version === 1 ? lines.map(migrateV1) : (lines as JournalEvent[]);
}
